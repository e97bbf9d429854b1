"""`python -m fer_web keep-run`: a run in one small file, for `train --resume`."""

from __future__ import annotations

import argparse
from pathlib import Path

from fer_web.study.training.command_arguments import add_data_arguments


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The run, the data that it learns from, and the file."""
    add_data_arguments(parser)
    parser.add_argument("--run", type=Path, required=True, help="the run's folder; training may go on meanwhile")
    parser.add_argument("--out", type=Path, required=True, help="the file to write, such as training-state/NAME.npz")


def run(args: argparse.Namespace) -> int:
    """Write the file, and say what is in it."""
    from fer_web.study.training.dataset import learning_data
    from fer_web.study.training.kept import keep_run
    from fer_web.study.training.readers import read_table

    kept = keep_run(args.run, learning_data(read_table(args.data, args.votes)), args.out)
    figures = "  ".join(f"{name} {value:.4g}" for name, value in kept.progress.history[-1].items())
    print(f"{args.out}, {args.out.stat().st_size} bytes: {figures}")
    return 0
