"""`python -m fer_web bench expressions`: how steady, quick and certain the live pipeline's answers on videos are."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from itertools import islice, product
from pathlib import Path

import numpy as np

from fer_web.core import Faces
from fer_web.errors import DataError
from fer_web.sources import open_source
from fer_web.study.bench.engine import add_engine_arguments, engine_choice
from fer_web.study.bench.steadiness import Glimpse, Steadiness, delays_s, note, replayed, steadiness
from fer_web.vision import Analyzer
from fer_web.vision.smooth import Steadying

ENDINGS = (".mp4", ".mkv", ".gif", ".avi", ".mov")
QUICK_ENOUGH_S = 0.4
# What `--vary` tries: the time constant, the quick one, the clear lead and the persistence.
VARIATIONS = ((0.3, 0.5, 0.7), (0.1, 0.15, 0.2), (0.9, 1.5, 2.0), (0.2, 0.6))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("videos", type=Path, nargs="+", help="video files, or folders of them")
    parser.add_argument("--frames", type=int, default=1500, help="frames of each video at most (%(default)s)")
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the model (%(default)s)")
    parser.add_argument("--vary", action="store_true", help="also with other rules for steadying")
    add_engine_arguments(parser)


def run(args: argparse.Namespace) -> int:
    """Print a line a video, their sums, and the delay after a cut to another expression."""
    vision = Analyzer.load(args.models, args.model, engine_choice(args))
    print("| video | people | seen, s | changes a minute | certain |\n|---|---|---|---|---|")
    everybody: list[Sequence[Glimpse]] = []
    for path in _videos(args.videos):
        people = followed(vision, path, args.frames)
        everybody += people
        print(_line(path.name, len(people), steadiness(people)))
    print(_line("all", len(everybody), steadiness(everybody)))
    delays = delays_s(everybody)
    if delays:
        print(
            f"\n{len(delays)} cuts to another expression: shown after {np.median(delays):.2f} s in the median, "
            f"within {QUICK_ENOUGH_S} s in {_quick(delays):.0%}, after {np.percentile(delays, 90):.2f} s in nine of ten"
        )
    if args.vary:
        print(variations(everybody))
    return 0


def variations(people: Sequence[Sequence[Glimpse]]) -> str:
    """What other rules make of the same scores: a table of changes a minute, and of cuts shown quickly enough."""
    lines = [
        f"\n| averaged, s | lately, s | clear lead | persistence | changes a minute | within {QUICK_ENOUGH_S} s |",
        "|---|---|---|---|---|---|",
    ]
    for values in product(*VARIATIONS):
        rules = Steadying(*values)
        changes = steadiness([replayed(moments, rules) for moments in people]).changes_per_minute
        numbers = " | ".join(f"{value:g}" for value in values)
        lines.append(f"| {numbers} | {changes:.1f} | {_quick(delays_s(people, rules)):.0%} |")
    return "\n".join(lines)


def _quick(delays: Sequence[float]) -> float:
    return float(np.mean(np.array(delays) <= QUICK_ENOUGH_S)) if delays else 0.0


def followed(vision: Analyzer, path: Path, frames: int) -> list[Sequence[Glimpse]]:
    """Everybody's moments in the first frames of a video."""
    steps = vision.live().steps
    people: dict[int, list[Glimpse]] = {}
    with open_source(str(path), loop=False, paced=False) as source:
        for frame in islice(source.frames(), frames):
            faces: Faces = ()
            before = faces
            for step in steps:
                before = faces if step.name == "smooth" else before
                faces = step(frame, faces)
            note(people, frame.time_s, before, faces)
    return list(people.values())


def _videos(given: Iterable[Path]) -> list[Path]:
    """The files, and those in the folders; DataError when there are none."""
    listed = [found for path in given for found in (sorted(path.rglob("*")) if path.is_dir() else [path])]
    videos = [path for path in listed if path.suffix.lower() in ENDINGS]
    if not videos:
        raise DataError(f"there are no videos ({', '.join(ENDINGS)}) in {', '.join(map(str, given))}")
    return videos


def _line(name: str, people: int, found: Steadiness) -> str:
    numbers = f"{found.seen_s:.0f} | {found.changes_per_minute:.1f} | {found.certain_share:.0%}"
    return f"| {name} | {people} | {numbers} |"
