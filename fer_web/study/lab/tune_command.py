"""`python -m fer_web tune`: arguments in, an exit status out."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from fer_web.errors import DataError
from fer_web.study.lab.rows import find_rows
from fer_web.study.lab.runs import CACHE
from fer_web.study.lab.tuning import TUNING, Tuning, as_markdown, importance, tune
from fer_web.study.training.readers import read_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """One row, how many trials, and where the study is kept."""
    parser.add_argument("name", metavar="NAME", help="a row, as `lab list` names it")
    parser.add_argument(
        "--data", type=Path, required=True, help="fer2013.csv, an .npz, or a folder train/angry/*.jpg …"
    )
    parser.add_argument("--votes", type=Path, help="FER+'s fer2013new.csv, for rows that learn from its votes")
    parser.add_argument("--trials", type=int, default=20, help="more trials; 0 only shows the study (%(default)s)")
    parser.add_argument("--epochs", type=int, help="of each trial, instead of the row's own number")
    parser.add_argument("--minutes", type=float, help="for each trial at most, where the row can stop early")
    parser.add_argument("--study", default="", help="the study's name (default: the row's)")
    parser.add_argument(
        "--storage", help="a database that several machines share, postgresql://user:password@host/name (a file)"
    )
    parser.add_argument("--out", type=Path, default=TUNING, help="folder of the studies' folders (%(default)s)")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where calculated features are kept (%(default)s)")
    parser.add_argument("--quick", action="store_true", help="with a small part of the data, to see that it works")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes for features (%(default)s)")
    parser.add_argument("--quiet", action="store_true", help="no progress bars")


def run(args: argparse.Namespace) -> int:
    """Tune, then print the best trials and what mattered."""
    if args.trials < 0:
        raise DataError(f"--trials {args.trials}: give 0 to look at a study, or how many more trials it gets")
    [row] = find_rows([args.name])
    tuning = Tuning(
        folder=args.out / (args.study or row.name),
        trials=args.trials,
        name=args.study,
        storage=args.storage,
        epochs=args.epochs,
        minutes=args.minutes,
        seed=args.seed,
        is_quick=args.quick,
        jobs=args.jobs,
        is_quiet=args.quiet,
        cache=args.cache,
    )
    study = tune(row, read_table(args.data, args.votes), tuning)
    print(as_markdown(study))
    if (tuning.folder / "importance.png").is_file():
        for name, share in importance(study).items():
            print(f"{share:6.1%}  {name}")
    print(f"Written: {tuning.folder}")
    return 0
