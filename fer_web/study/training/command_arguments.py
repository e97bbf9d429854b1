"""What several training commands are told alike, and the data that they read."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fer_web.study.training.dataset import LearningData, learning_data, repeats
from fer_web.study.training.readers import read_table

AHEAD = 8  # more would only need memory


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the data set is; every command here needs one."""
    parser.add_argument(
        "--data", type=Path, required=True, help="fer2013.csv, an .npz, or a folder train/angry/*.jpg …"
    )
    parser.add_argument("--votes", type=Path, help="FER+'s fer2013new.csv, to learn from its votes as well")


def add_prepared_arguments(parser: argparse.ArgumentParser) -> None:
    """What a run may learn from besides labels and votes."""
    parser.add_argument("--teaching", type=Path, help="teachers' answers, made by `teach`")
    parser.add_argument("--crops", type=Path, help="the pictures' served crops, made by `reframe`")


def add_ahead_argument(parser: argparse.ArgumentParser) -> None:
    """Whether a process of their own prepares batches; the outcome is the same."""
    parser.add_argument(
        "--ahead", type=int, default=AHEAD, help="batches prepared ahead by another process, 0: none (%(default)s)"
    )


def data_of(args: argparse.Namespace) -> LearningData:
    """What the command may learn from; tells on stderr what is left out of it."""
    data = learning_data(read_table(args.data, args.votes))
    tell_doubles(data)
    return data


def tell_doubles(data: LearningData) -> None:
    """What is left out and what stands in the data twice; on stderr, as some commands answer with JSON."""
    left_out = data.training_total - len(data.training)
    if left_out:
        print(f"{left_out} of {data.training_total} Training pictures are left out, as they also stand in "
              f"PublicTest ({data.dropped['PublicTest']}) or PrivateTest ({data.dropped['PrivateTest']})",
              file=sys.stderr)  # fmt: skip
    again, otherwise = repeats(data.training)
    if again:
        print(f"{again} Training pictures repeat an earlier one, {otherwise} of them with another label; they stay",
              file=sys.stderr)  # fmt: skip
