"""`python -m fer_web bench mixed`: what people see where the two most probable expressions are close.

FER2013's PublicTest pictures were each named by ten people (FER+, Barsoum et al. 2016). Reports call a picture mixed
when the two most probable expressions are within 15 points.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError
from fer_web.reports.measures import MIXED_WITHIN
from fer_web.study.bench.framing import mirrored_scores
from fer_web.study.training.dataset import VOTE_NAMES
from fer_web.study.training.readers import read_table
from fer_web.vision.classify import Classifier

# The votes for the seven, in the order of `Emotion`.
VOTED = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
LIMITS = (0.05, 0.1, MIXED_WITHIN, 0.2, 0.3)
# A second expression that so many of the ten see is there.
SEEN_BY = 2


@dataclass(frozen=True)
class Seen:
    """Of some pictures: their share of all, how often the first answer is the label, and how often it is what most
    people see, how often either of the two most probable ones is, and how often people see two expressions."""

    share: float
    right: float
    first: float
    either: float
    two: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="fer2013.csv with fer2013new.csv, or its npz")
    parser.add_argument("--votes", type=Path, help="FER+'s fer2013new.csv, where the data has no votes")
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Print what people see in mixed pictures and in the others, for several limits."""
    public = read_table(args.data, args.votes).part("PublicTest")
    votes = votes_of_seven(public.votes)
    has_votes = votes.sum(axis=1) > 0
    if not has_votes.any():
        raise DataError(f"{args.data} has no votes: give FER+'s fer2013new.csv by --votes")
    pixels, labels, votes = public.pixels[has_votes], public.labels[has_votes], votes[has_votes]
    scores = mirrored_scores(Classifier.load_lite(args.models, args.model), pixels)
    print(f"{len(pixels)} PublicTest pictures with votes\n")
    print("| top two | pictures | first is the label | first is most voted | either is | people see two |")
    print("|---|---|---|---|---|---|")
    for limit in LIMITS:
        close = gap_of(scores) < limit
        for name, chosen in ((f"within {limit:.0%}", close), (f"not within {limit:.0%}", ~close)):
            one = seen(scores, labels, votes, chosen)
            print(
                f"| {name} | {one.share:.1%} | {one.right:.1%} | {one.first:.1%} | {one.either:.1%} | {one.two:.1%} |"
            )
    return 0


def votes_of_seven(votes: NDArray[np.float32]) -> NDArray[np.float32]:
    """FER+'s votes (n, 10) for the seven expressions (n, 7), in their order."""
    return votes[:, [VOTE_NAMES.index(name) for name in VOTED]]


def gap_of(scores: NDArray[np.float32]) -> NDArray[np.float32]:
    """By how much the most probable expression leads, (n,)."""
    ordered = np.sort(scores, axis=1)
    return np.asarray(ordered[:, -1] - ordered[:, -2], np.float32)


def seen(
    scores: NDArray[np.float32], labels: NDArray[np.int64], votes: NDArray[np.float32], chosen: NDArray[np.bool_]
) -> Seen:
    """Of the pictures that are `chosen` (n,); ties between votes count for each."""
    ranked = scores.argsort(axis=1)[:, ::-1]
    most = votes == votes.max(axis=1, keepdims=True)
    first, second = (most[np.arange(len(votes)), ranked[:, rank]] for rank in (0, 1))
    two = np.sort(votes, axis=1)[:, -2] >= SEEN_BY
    parts = (ranked[:, 0] == labels, first, first | second, two)
    return Seen(float(chosen.mean()), *(float(part[chosen].mean()) if chosen.any() else float("nan") for part in parts))
