"""`python -m fer_web bench behavior`: what reports say a person did, against what we saw in the clips."""

from __future__ import annotations

import argparse
import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from pathlib import Path

from fer_web.core import Reading, Recording
from fer_web.errors import DataError
from fer_web.reports import summarize
from fer_web.reports.movements import MOUTH_OPEN, SMILING
from fer_web.reports.person import PersonSummary
from fer_web.resources import MODELS, ROOT
from fer_web.sources import open_source
from fer_web.study.bench.gaze import COLUMNS as GAZE_COLUMNS
from fer_web.study.bench.gaze import LABELS as GAZE_LABELS
from fer_web.vision import Analyzer

LABELS = ROOT / "tests" / "data" / "labels"
# Five pictures a second: whether the person looks at the camera, and smiles (empty: hard to say).
PICTURES, PICTURE_COLUMNS = "behavior.csv", ("clip", "frame", "looks", "smiles")
# The lowest moment of each nod, the second turn of each shake.
GESTURES, GESTURE_COLUMNS = "gestures.csv", ("clip", "gesture", "time_s")
KINDS = ("nod", "shake")
# What is judged: the column of the labels, the movement (None: looks), and the words that mean that it is there. Mouths
# are labeled in the pictures of `bench gaze`.
JUDGED: dict[str, tuple[str, str | None, tuple[str, ...]]] = {
    "looks": ("looks", None, ("yes",)),
    "smiles": ("smiles", SMILING, ("yes",)),
    "mouth open": ("mouth_open", MOUTH_OPEN, ("yes",)),
}
# A gesture is told within so long of where it was seen.
WITHIN_S = 0.6


@dataclass(frozen=True)
class LabelAgreement:
    """In how many of the `judged` pictures the report says what we saw."""

    right: int
    judged: int


@dataclass(frozen=True)
class GestureCount:
    """Gestures that we saw, that were found, and those that are the same."""

    seen: int
    found: int
    matched: int


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder with videos/liveportrait/*.mp4")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder with the networks (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="the expression network (%(default)s)")
    parser.add_argument("--labels", type=Path, default=LABELS, help="folder of the labels (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Print the agreement for each clip, of looks, smiles, nods and shakes."""
    pictures = read_rows(args.labels / PICTURES, PICTURE_COLUMNS) + read_rows(
        args.labels / GAZE_LABELS.name, GAZE_COLUMNS
    )
    gestures = read_rows(args.labels / GESTURES, GESTURE_COLUMNS)
    vision = Analyzer.load(args.models, args.model)
    columns = " | ".join(f"{what}: right of pictures" for what in JUDGED)
    print(f"| clip | {columns} | nods: seen, found, matched | shakes |")
    print(f"|---|{'---|' * (len(JUDGED) + 2)}")
    for clip in dict.fromkeys(row["clip"] for row in (*pictures, *gestures)):
        person, fps = watched(vision, args.data / "videos" / "liveportrait" / f"{clip}.mp4")
        rows = [row for row in pictures if row["clip"] == clip]
        agreed = [agreement(person, rows, what, fps) for what in JUDGED]
        told = [f"{one.right} of {one.judged}" if one.judged else "not labeled" for one in agreed]
        mine = [row for row in gestures if row["clip"] == clip]
        counts = [gesture_count(person, [row for row in mine if row["gesture"] == kind], kind) for kind in KINDS]
        told += [f"{one.seen}, {one.found}, {one.matched}" for one in counts]
        print(f"| {clip} | {' | '.join(told)} |")
    return 0


def read_rows(path: Path, columns: Sequence[str]) -> list[dict[str, str]]:
    """A file of labels by column; DataError when it cannot be read or has others."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if not rows or tuple(rows[0]) != tuple(columns):
        raise DataError(f"{path} must have the columns {', '.join(columns)}")
    return rows


def watched(vision: Analyzer, path: Path) -> tuple[PersonSummary, float]:
    """What the report says of the person in a clip, every frame of which is analyzed as a live one, and its rate."""
    readings: list[Reading] = []
    with open_source(str(path), loop=False, paced=False) as source:
        pipeline = vision.live()
        for frame in source.frames():
            faces = [face for face in pipeline(frame).faces if face.track_id is not None and face.scores is not None]
            largest = max(faces, key=lambda face: face.region.area, default=None)
            if largest is not None:
                readings.append(Reading.of(replace(largest, track_id=1), frame.time_s))
    if len(readings) < 2:
        raise DataError(f"nobody is seen in {path.name}")
    fps = (len(readings) - 1) / (readings[-1].time_s - readings[0].time_s)
    begun = datetime.fromtimestamp(0, timezone.utc)
    width, height = frame.size
    facts = Recording(path.stem, path.name, begun, readings[-1].time_s + 1 / fps, fps, width, height, vision.card.name)
    return summarize(facts, readings).people[0], fps


def agreement(person: PersonSummary, rows: Iterable[dict[str, str]], what: str, fps: float) -> LabelAgreement:
    """How often the report says of a labeled picture what we saw; of what it does not know it says nothing right."""
    column, name, positive = JUDGED[what]
    known = [row for row in rows if row.get(column, "") not in ("", "shut")]
    judged = [(int(row["frame"]) / fps, row[column] in positive) for row in known]
    told = [looks_at(person, time_s) if name is None else moves_at(person, name, time_s) for time_s, _ in judged]
    return LabelAgreement(sum(one is seen for one, (_, seen) in zip(told, judged, strict=True)), len(judged))


def looks_at(person: PersonSummary, time_s: float) -> bool | None:
    """Whether the timeline says that somebody looks at the camera."""
    timeline = person.timeline
    place = int((time_s - timeline.start_s) / timeline.bin_s)
    return timeline.looked[place] if 0 <= place < len(timeline.looked) else None


def moves_at(person: PersonSummary, name: str, time_s: float) -> bool:
    """Whether a movement is found at that time."""
    return any(one.start_s <= time_s < one.end_s for one in person.behavior[name].stretches)


def gesture_count(person: PersonSummary, rows: Iterable[dict[str, str]], kind: str) -> GestureCount:
    """Each gesture that we saw is matched with the nearest that was found and is not taken yet."""
    seen = sorted(float(row["time_s"]) for row in rows)
    counts = person.timeline.nods if kind == "nod" else person.timeline.shakes
    found = [person.timeline.time_of(place) for place, count in enumerate(counts) for _ in range(count)]
    free = list(found)
    for time_s in seen:
        nearest = min(free, key=lambda one: abs(one - time_s), default=None)
        if nearest is not None and abs(nearest - time_s) <= WITHIN_S:
            free.remove(nearest)
    return GestureCount(len(seen), len(found), len(found) - len(free))
