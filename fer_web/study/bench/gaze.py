"""`python -m fer_web bench gaze`: gaze and movements against what we saw in pictures, by the code that runs live."""

from __future__ import annotations

import argparse
import csv
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face
from fer_web.core.measures import Value
from fer_web.core.readings import FACE_MEASURES
from fer_web.errors import DataError
from fer_web.resources import MODELS, ROOT
from fer_web.sources import open_source
from fer_web.vision import Analyzer

LABELS = ROOT / "tests" / "data" / "labels" / "gaze.csv"
COLUMNS = ("clip", "frame", "gaze", "smile", "mouth_open", "brows")
WAYS = ("camera", "left", "right", "up", "down")
UNKNOWN = "unknown"
TOLD = (*WAYS, UNKNOWN)
# A measure, the label that it should follow, and the words of that label which it tells from the others.
MOVES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("smile", "smile", ("slight", "clear")),
    ("jaw_open", "mouth_open", ("yes",)),
    ("brow_raise", "brows", ("raised",)),
    ("brow_lower", "brows", ("lowered",)),
)
_MEASURES: dict[str, Callable[[Face], Value]] = {measure.name: measure.of for measure in FACE_MEASURES}


@dataclass(frozen=True)
class LabeledFace:
    """What a person saw in a frame of a clip, by column (empty: hard to say), and the face that the program found."""

    labels: dict[str, str]
    face: Face | None

    @property
    def told(self) -> str:
        """Where the program says the face looks, in the labels' words."""
        gaze = None if self.face is None else self.face.gaze
        if gaze is None or gaze.looks_at_camera is None:
            return UNKNOWN
        if gaze.looks_at_camera:
            return "camera"
        if abs(gaze.yaw_deg) >= abs(gaze.pitch_deg):
            return "left" if gaze.yaw_deg > 0 else "right"
        return "up" if gaze.pitch_deg > 0 else "down"

    def measure(self, name: str) -> float | None:
        """A measure of the face; None without one."""
        value = None if self.face is None else _MEASURES[name](self.face)
        return None if value is None else float(value)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--data", type=Path, required=True, help="folder with videos/liveportrait/*.mp4")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder with the networks (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="the expression network (%(default)s)")
    parser.add_argument("--labels", type=Path, default=LABELS, help="the labels (%(default)s)")


def run(args: argparse.Namespace) -> int:
    vision = Analyzer.load(args.models, args.model)
    faces = labeled_faces(vision, read_labels(args.labels), args.data / "videos" / "liveportrait")
    report_gaze(faces)
    report_moves(faces)
    return 0


def read_labels(path: Path) -> list[dict[str, str]]:
    """The labels by column, a row for each frame; DataError when the file cannot be read or lacks a column."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file))
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if not rows or tuple(rows[0]) != COLUMNS:
        raise DataError(f"{path} must have the columns {', '.join(COLUMNS)}")
    return rows


def labeled_faces(vision: Analyzer, labels: Iterable[dict[str, str]], folder: Path) -> list[LabeledFace]:
    """Plays the clips as live ones, and keeps the largest face of each labeled frame."""
    by_clip: dict[str, dict[int, dict[str, str]]] = {}
    for row in labels:
        by_clip.setdefault(row["clip"], {})[int(row["frame"])] = row
    found = []
    for clip, rows in by_clip.items():
        with open_source(str(folder / f"{clip}.mp4"), loop=False, paced=False) as source:
            pipeline = vision.live()
            for number, frame in enumerate(source.frames()):
                faces = pipeline(frame).faces
                if number in rows:
                    largest = max(faces, key=lambda face: face.region.area, default=None)
                    found.append(LabeledFace(rows[number], largest))
    return found


def confusion(faces: Iterable[LabeledFace]) -> Counter[tuple[str, str]]:
    """How often somebody was seen to look one way and told to look another one, by both."""
    return Counter((face.labels["gaze"], face.told) for face in faces if face.labels["gaze"])


def camera_agreement(counts: Counter[tuple[str, str]]) -> tuple[int, int]:
    """Of how many open eyes it is right whether they look at the camera, and how many there are."""
    judged = {pair: count for pair, count in counts.items() if pair[0] in WAYS}
    right = sum(
        count for (seen, told), count in judged.items() if told in WAYS and (seen == "camera") == (told == "camera")
    )
    return right, sum(judged.values())


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """How often one of the first is above one of the second; half for equals, nan when either is empty."""
    if not positive or not negative:
        return float("nan")
    above: NDArray[np.float64] = np.subtract.outer(np.array(positive), np.array(negative))
    return float((above > 0).mean() + (above == 0).mean() / 2)


def report_gaze(faces: Sequence[LabeledFace]) -> None:
    """Prints how often looks at the camera and aside were recognized, and what was taken for what."""
    counts = confusion(faces)
    right, judged = camera_agreement(counts)
    print(f"{len(faces)} pictures; at the camera or not: {right} of {judged} right ({right / max(judged, 1):.3f})\n")
    print(f"{'seen':10}" + "".join(f"{told:>9}" for told in TOLD))
    for seen in (*WAYS, "shut"):
        print(f"{seen:10}" + "".join(f"{counts[seen, told]:9}" for told in TOLD))


def report_moves(faces: Sequence[LabeledFace]) -> None:
    """Prints each measure's mean by label, and how well it tells the label from the others."""
    print(f"\n{'measure':12}{'AUC':>6}  mean by label (pictures)")
    for measure, label, positive in MOVES:
        values: dict[str, list[float]] = {}
        for face in faces:
            value = face.measure(measure)
            if face.labels[label] and value is not None:
                values.setdefault(face.labels[label], []).append(value)
        others = [value for word, some in values.items() if word not in positive for value in some]
        told = area_under_curve([value for word in positive for value in values.get(word, [])], others)
        means = ", ".join(f"{word} {np.mean(some):.3f} ({len(some)})" for word, some in sorted(values.items()))
        print(f"{measure:12}{told:6.3f}  {means}")
