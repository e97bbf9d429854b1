"""`python -m fer_web bench blinks`: counted blinks against annotated ones, by the code that runs live."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import takewhile
from pathlib import Path

import numpy as np

from fer_web.core import Faces, Frame
from fer_web.registry import InputSpec
from fer_web.sources import open_source
from fer_web.sources.demo_plan import demo_blinks
from fer_web.study.bench.blink_truth import LabeledClip, Signal, agreement, read_clips, read_signals
from fer_web.vision.blink import Blinks
from fer_web.vision.blink_detector import RULES, BlinkRules, find_blinks
from fer_web.vision.detect import HogDetector
from fer_web.vision.eyes import eye_aspect_ratios
from fer_web.vision.finders import LIVE_PIXELS
from fer_web.vision.follow import DetectWhenDue, Follow
from fer_web.vision.landmarks import load_predictor
from fer_web.vision.pose import EstimatePose
from fer_web.vision.track import Tracker

DEMO_S = 60.0
# Every so many frames of a signal, to see what slower cameras cost: 30, 15 and 10 frames/s.
STRIDES = (1, 2, 3)
# The ratio of open eyes over a whole recording, as the tables print it.
OPEN_PERCENTILE = 80
# What `--vary` tries for each rule, the others staying as they are.
VARIATIONS: dict[str, tuple[float, ...]] = {
    "fall_share": (0.15, 0.2, 0.3, 0.35),
    "fall_jitters": (0, 3, 4, 6, 7),
    "fall_within_s": (0.2, 0.25, 0.35, 0.4),
    "shut_share": (0.55, 0.58, 0.62, 0.65),
    "glimpsed_share": (0.6, 0.65, 0.75),
    "reopen_share": (0.4, 0.45, 0.55, 0.6),
    "both_share": (0, 0.3, 0.7, 0.8),
    "shortest_s": (0.025, 0.04, 0.06),
    "longest_s": (0.6, 0.7, 0.8, 0.9),
    "open_percentile": (70, 75, 85, 90),
    "open_window_s": (10, 20, 40, 60),
}


@dataclass(frozen=True)
class Followed:
    """What the tracker and the pose saw of a clip: the faces of each moment, without the pictures."""

    clip: LabeledClip
    moments: list[tuple[Frame, Faces]]

    @property
    def ears(self) -> list[float]:
        """Everybody's mean ratios, in every frame."""
        landmarks = [face.landmarks for _, faces in self.moments for face in faces if face.landmarks is not None]
        return [sum(eye_aspect_ratios(points)) / 2 for points in landmarks]

    def count(self, rules: BlinkRules = RULES) -> int:
        """The blinks of everybody in it."""
        blinks = Blinks(rules)
        counts: dict[int | None, int] = {}
        for frame, faces in self.moments:
            counts.update({face.track_id: face.blink.count for face in blinks(frame, faces) if face.blink})
        return sum(counts.values())

    def is_right(self, rules: BlinkRules = RULES) -> bool:
        return self.clip.least <= self.count(rules) <= self.clip.most


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, help="folder with blink_signals/*.csv and videos/blinks.csv; without it the demo alone"
    )
    parser.add_argument("--vary", action="store_true", help="also with every rule changed, and leaving one out")


def run(args: argparse.Namespace) -> int:
    report_demo()
    if args.data is None:
        return 0
    signals = read_signals(args.data / "blink_signals")
    clips = [follow(clip) for clip in read_clips(args.data / "videos")]
    report_signals(signals)
    report_clips(clips)
    if args.vary:
        report_variations(signals, clips)
    return 0


def follow(clip: LabeledClip) -> Followed:
    """Plays a clip through the steps of the live pipeline that blinks depend on."""
    with open_source(str(clip.path), loop=False, paced=False) as source:
        return Followed(clip, list(followed(source.frames())))


def follow_demo(uri: str, until_s: float) -> Followed:
    """The same for the demo's first seconds, whose blinks are known."""
    with open_source(uri, paced=False) as source:
        seen = takewhile(lambda moment: moment[0].time_s <= until_s, followed(source.frames()))
        moments = list(seen)
    shown = len(demo_blinks(until_s))
    return Followed(LabeledClip(Path("demo"), shown, shown), moments)


def followed(frames: Iterable[Frame]) -> Iterable[tuple[Frame, Faces]]:
    """The tracked, posed faces of each frame; the frames are handed on with a single pixel, to save memory."""
    tracker = Tracker(HogDetector(), load_predictor(), InputSpec(), LIVE_PIXELS)
    detect = DetectWhenDue(tracker)
    steps = (detect, Follow(tracker, detect), EstimatePose())
    pixel = np.zeros((1, 1, 3), np.uint8)
    for frame in frames:
        faces: Faces = ()
        for step in steps:
            faces = step(frame, faces)
        yield replace(frame, pixels=pixel), faces


def report_demo() -> None:
    """Prints how many of the demo's blinks of a minute are counted."""
    demo = follow_demo("demo:", DEMO_S)
    print(f"demo, {DEMO_S:.0f} s: {demo.clip.least} blinks shown, {demo.count()} counted\n")


def report_signals(signals: list[Signal]) -> None:
    """Prints the agreement with each signal, and F1 at lower frame rates."""
    columns = f"{'annotated':>10}{'matched':>9}{'extra':>7}{'missed':>8}{'F1':>7}{'15 f/s':>8}{'10 f/s':>8}"
    print(f"{'signal':20}{'open':>7}{'lowest':>8}{columns}")
    for signal in signals:
        result = agreement(find_blinks(signal.times_s, signal.ears), signal.spans, signal.fps)
        scores = "".join(f"{f1_of(signal, RULES, stride):8.3f}" for stride in STRIDES[1:])
        numbers = f"{len(signal.spans):10}{result.matched:9}{result.extra:7}{result.missed:8}{result.f1:7.3f}"
        ratios = f"{np.nanpercentile(signal.ears, OPEN_PERCENTILE):7.2f}{np.nanmin(signal.ears):8.2f}"
        print(f"{signal.name:20}{ratios}{numbers}{scores}")


def f1_of(signal: Signal, rules: BlinkRules, stride: int = 1) -> float:
    """Of every `stride`-th frame; the mean over the frames that one can start with."""
    scores = []
    for first in range(stride):
        times_s, ears = signal.times_s[first::stride], signal.ears[first::stride]
        scores.append(agreement(find_blinks(times_s, ears, rules), signal.spans, signal.fps).f1)
    return float(np.mean(scores))


def report_clips(clips: list[Followed]) -> None:
    """Prints counted against hand-counted blinks."""
    print(f"\n{'clip':46}{'open':>7}{'lowest':>8}{'by hand':>9}{'counted':>9}")
    for clip in clips:
        name = "/".join(clip.clip.path.parts[-2:])
        by_hand = f"{clip.clip.least}-{clip.clip.most}"
        ratios = f"{np.percentile(clip.ears, OPEN_PERCENTILE):7.2f}{min(clip.ears):8.2f}"
        print(f"{name:46}{ratios}{by_hand:>9}{clip.count():9}{'' if clip.is_right() else '  outside'}")
    print(f"{sum(clip.is_right() for clip in clips)} of {len(clips)} inside")


def report_variations(signals: list[Signal], clips: list[Followed]) -> None:
    """Prints what every changed rule does, then each recording under the rules that are best for the others."""
    candidates = {"as they are": RULES}
    for name, values in VARIATIONS.items():
        candidates |= {f"{name} {value:g}": replace(RULES, **{name: value}) for value in values}
    scores = {}
    print(f"\n{'rules':22}{'F1 of each signal':>24}{'clips':>8}")
    for name, rules in candidates.items():
        f1s, rights = [f1_of(signal, rules) for signal in signals], [clip.is_right(rules) for clip in clips]
        scores[name] = np.array([*f1s, *rights], float)
        print(f"{name:22}{' '.join(f'{f1:.3f}' for f1 in f1s):>24}{sum(rights):>5} of {len(clips)}", flush=True)
    report_left_out([*(signal.name for signal in signals), *(clip.clip.path.stem for clip in clips)], scores)


def report_left_out(names: list[str], scores: dict[str, np.ndarray]) -> None:
    """Prints each recording's score (F1, or 1 for a clip inside its range) with the rules chosen without it."""
    print(f"\n{'left out':32}{'chosen by the others':>24}{'score':>8}{'as they are':>13}")
    ours = scores["as they are"]
    for place, name in enumerate(names):
        chosen = max(scores, key=lambda rules: float(np.delete(scores[rules], place).mean()))
        print(f"{name:32}{chosen:>24}{scores[chosen][place]:8.3f}{ours[place]:13.3f}")
