"""`python -m fer_web convert`: a data set as arrays and pictures."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from fer_web.errors import DataError
from fer_web.study.lab.convert import Wanted, convert
from fer_web.study.lab.expressions import parse_expressions
from fer_web.study.training.readers import read_table

OUT = Path("runs/fer2013_features")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, required=True, help="fer2013.csv, an .npz, or a folder train/angry/*.jpg …"
    )
    parser.add_argument(
        "--out", type=Path, default=OUT, help="a folder to write to; started again, it goes on (%(default)s)"
    )
    pictures = parser.add_mutually_exclusive_group()
    pictures.add_argument(
        "--images", action="store_true", help="write every picture as PNG as well, which loses nothing"
    )
    pictures.add_argument("--jpg", action="store_true", help="write every picture as JPEG as well")
    parser.add_argument("--landmarks", action="store_true", help="68 landmarks, in pixels and normalized")
    parser.add_argument("--hog", action="store_true", help="72 values: 8 orientations in cells of 16 x 16 pixels")
    parser.add_argument("--hog-windows", action="store_true", help="2,592 values: HOG of windows of 24 pixels, step 6")
    parser.add_argument("--hog-images", action="store_true", help="pictures of the histograms")
    parser.add_argument("--onehot", action="store_true", help="labels as rows of 0 and 1 instead of numbers")
    parser.add_argument(
        "--expressions", default="0,1,2,3,4,5,6", help="only these, relabeled in this order: 0,3,4,5,6 or angry,happy"
    )
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")


def run(args: argparse.Namespace) -> int:
    """Convert, and say how many pictures went where."""
    if args.jobs < 1:
        raise DataError(f"--jobs {args.jobs}: at least one process is needed")
    wanted = Wanted(
        pictures="jpg" if args.jpg else "png" if args.images else "",
        landmarks=args.landmarks,
        hog=args.hog,
        hog_windows=args.hog_windows,
        hog_images=args.hog_images,
        onehot=args.onehot,
        expressions=parse_expressions(args.expressions),
    )
    counts = convert(read_table(args.data), args.out, wanted, jobs=args.jobs, is_quiet=args.quiet)
    print(f"{args.out}: " + ", ".join(f"{usage} {count}" for usage, count in counts.items()))
    return 0
