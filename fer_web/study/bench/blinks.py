"""`python -m fer_web bench blinks`: counted blinks against annotated ones, by the code that runs live."""

from __future__ import annotations

import argparse
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import islice, takewhile
from pathlib import Path

import numpy as np

from fer_web.core import Blink, Faces, Frame, Reading
from fer_web.reports.measures import rates_of
from fer_web.reports.totals import Totals
from fer_web.sources import open_source
from fer_web.sources.demo_plan import demo_blinks
from fer_web.study.bench.blink_truth import Agreement, LabeledClip, Signal, agreement, read_clips, read_signals
from fer_web.study.bench.engine import add_engine_arguments, engine_choice
from fer_web.vision.analyzer import Analyzer
from fer_web.vision.blink import Blinks
from fer_web.vision.blink_detector import RULES, BlinkEvent, BlinkRules, find_blinks
from fer_web.vision.classify_due import ClassifyWhenDue
from fer_web.vision.eyes import eye_aspect_ratios
from fer_web.vision.pose import EstimatePose

DEMO_S = 60.0
# Every so many frames of a signal, to see what slower cameras cost: 30, 15 and 10 frames/s.
STRIDES = (1, 2, 3)
# The ratio of open eyes over a whole recording, as the tables print it.
OPEN_PERCENTILE = 80
# What `--vary` tries for each rule, the others staying as they are.
VARIATIONS: dict[str, tuple[float, ...]] = {
    "fall_share": (0.2, 0.3, 0.35),
    "fall_jitters": (0, 3, 4, 6),
    "fall_within_s": (0.2, 0.25, 0.35, 0.4),
    "dip_share": (0.6, 0.7),
    "early_share": (0.5, 0.6),
    "deep_share": (0.35, 0.45),
    "longest_dip_s": (0.25, 0.4),
    "reopen_share": (0.4, 0.6, 0.7),
    "both_share": (0, 0.3, 0.7),
    "least_movement": (0, 0.2, 0.3),
    "shortest_s": (0.03, 0.05, 0.06),
    "longest_s": (0.6, 0.7, 0.8),
    "apart_s": (0, 0.2, 0.32),
    "open_percentile": (70, 75, 85, 90),
    "open_window_s": (20, 40, 60),
}
# Pictures of a clip that are left out: every one is looked at, then every second one.
CLIP_STRIDES = (1, 2)


@dataclass(frozen=True)
class Followed:
    """What the first steps of an engine's live pipeline saw of a clip: each moment's faces, without the pictures."""

    clip: LabeledClip
    moments: list[tuple[Frame, Faces]]

    @property
    def ears(self) -> list[float]:
        """Everybody's mean ratios, in every frame."""
        landmarks = [face.landmarks for _, faces in self.moments for face in faces if face.landmarks is not None]
        return [sum(eye_aspect_ratios(points)) / 2 for points in landmarks]

    def events(self, rules: BlinkRules = RULES) -> list[BlinkEvent]:
        """The blinks of everybody in it."""
        blinks = Blinks(rules)
        counts: dict[int | None, int] = {}
        found = []
        for frame, faces in self.moments:
            for face in blinks(frame, faces):
                if face.blink is not None and face.blink.count > counts.get(face.track_id, 0):
                    counts[face.track_id] = face.blink.count
                    found.append(_event(face.blink))
        return found

    def count(self, rules: BlinkRules = RULES) -> int:
        """How many they are."""
        return len(self.events(rules))

    def is_right(self, rules: BlinkRules = RULES) -> bool:
        return self.clip.least <= self.count(rules) <= self.clip.most


def _event(blink: Blink) -> BlinkEvent:
    """The last one."""
    lowest_s, half_s = blink.last_time_s or 0.0, (blink.last_duration_s or 0.0) / 2
    return BlinkEvent(lowest_s - half_s, lowest_s, lowest_s + half_s, 0.0)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--data", type=Path, help="folder with blink_signals/*.csv and videos/blinks.csv; without it the demo alone"
    )
    parser.add_argument("--awake", type=Path, nargs="*", default=[], help="videos of people awake, for PERCLOS")
    parser.add_argument("--vary", action="store_true", help="also with every rule changed, and leaving one out")
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder of models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="expression model, loaded along (%(default)s)")
    add_engine_arguments(parser)


def run(args: argparse.Namespace) -> int:
    choice = engine_choice(args)
    analyzer = Analyzer.load(args.models, args.model, choice)
    print(f"engine: {choice}\n")
    report_demo(analyzer)
    if args.data is not None:
        signals = read_signals(args.data / "blink_signals")
        report_signals(signals)
        labeled = read_clips(args.data / "videos")
        clips = {stride: [follow(analyzer, clip, stride) for clip in labeled] for stride in CLIP_STRIDES}
        report_clips(clips)
        if args.vary:
            report_variations(signals, clips[1])
    for path in args.awake:
        report_awake(analyzer, path)
    return 0


def follow(analyzer: Analyzer, clip: LabeledClip, stride: int = 1) -> Followed:
    """Plays every `stride`-th picture of a clip through the steps of the live pipeline that blinks depend on."""
    with open_source(str(clip.path), loop=False, paced=False) as source:
        return Followed(clip, list(followed(analyzer, islice(source.frames(), 0, None, stride))))


def follow_demo(analyzer: Analyzer, uri: str, until_s: float) -> Followed:
    """The same for the demo's first seconds, whose blinks are known."""
    with open_source(uri, paced=False) as source:
        seen = takewhile(lambda moment: moment[0].time_s <= until_s, followed(analyzer, source.frames()))
        moments = list(seen)
    shown = len(demo_blinks(until_s))
    return Followed(LabeledClip(Path("demo"), shown, shown), moments)


def followed(analyzer: Analyzer, frames: Iterable[Frame]) -> Iterable[tuple[Frame, Faces]]:
    """The tracked, posed faces of each frame; the frames are handed on with a single pixel, to save memory."""
    live = analyzer.live().steps
    steps = (*takewhile(lambda step: step.name != ClassifyWhenDue.name, live), EstimatePose())
    pixel = np.zeros((1, 1, 3), np.uint8)
    for frame in frames:
        faces: Faces = ()
        for step in steps:
            faces = step(frame, faces)
        yield replace(frame, pixels=pixel), faces


def report_awake(analyzer: Analyzer, path: Path) -> None:
    """Prints PERCLOS of everybody in a video, as reports compute it; expressions are left out."""
    reader = Blinks()
    readings: dict[int, list[Reading]] = {}
    for frame, faces in follow(analyzer, LabeledClip(path, 0, 0)).moments:
        for face in reader(frame, faces):
            reading = Reading.of(replace(face, scores=np.full(7, 1 / 7, np.float32)), frame.time_s)
            readings.setdefault(reading.track_id, []).append(reading)
    print(f"\n{path.name:28}{'seen s':>8}{'judged s':>10}{'blinks':>8}{'PERCLOS':>9}")
    for track_id, seen in sorted(readings.items()):
        ends_s = [*(reading.time_s for reading in seen[1:]), seen[-1].time_s]
        lengths_s = np.array(ends_s) - [reading.time_s for reading in seen]
        totals = Totals.of((rates_of(seen, ends_s) * lengths_s[:, None]).sum(axis=0))
        perclos = f"{totals.shut_s / totals.judged_s:.3f}" if totals.judged_s else "-"
        name = f"person {track_id}"
        print(f"{name:28}{totals.seen_s:8.1f}{totals.judged_s:10.1f}{seen[-1].blink_count:8}{perclos:>9}")


def report_demo(analyzer: Analyzer) -> None:
    """Prints how many of the demo's blinks of a minute are counted."""
    demo = follow_demo(analyzer, "demo:", DEMO_S)
    print(f"demo, {DEMO_S:.0f} s: {demo.clip.least} blinks shown, {demo.count()} counted\n")


def report_signals(signals: list[Signal]) -> None:
    """Prints the agreement with each signal, F1 at lower frame rates, and the mean of the signals' F1."""
    columns = f"{'annotated':>10}{'matched':>9}{'extra':>7}{'missed':>8}{'F1':>7}{'15 f/s':>8}{'10 f/s':>8}"
    print(f"{'signal':20}{'open':>7}{'lowest':>8}{columns}")
    for signal in signals:
        result = agreement(find_blinks(signal.times_s, signal.ears), signal.spans, signal.fps)
        scores = "".join(f"{f1_of(signal, RULES, stride):8.3f}" for stride in STRIDES[1:])
        numbers = f"{len(signal.spans):10}{result.matched:9}{result.extra:7}{result.missed:8}{result.f1:7.3f}"
        ratios = f"{np.nanpercentile(signal.ears, OPEN_PERCENTILE):7.2f}{np.nanmin(signal.ears):8.2f}"
        print(f"{signal.name:20}{ratios}{numbers}{scores}")
    means = [float(np.mean([f1_of(signal, RULES, stride) for signal in signals])) for stride in STRIDES]
    print(f"{'mean':69}" + "".join(f"{mean:{width}.3f}" for mean, width in zip(means, (7, 8, 8), strict=True)))


def f1_of(signal: Signal, rules: BlinkRules, stride: int = 1) -> float:
    """Of every `stride`-th frame; the mean over the frames that one can start with."""
    scores = []
    for first in range(stride):
        times_s, ears = signal.times_s[first::stride], signal.ears[first::stride]
        scores.append(agreement(find_blinks(times_s, ears, rules), signal.spans, signal.fps).f1)
    return float(np.mean(scores))


def report_clips(clips: Mapping[int, list[Followed]]) -> None:
    """Prints counted against hand-counted blinks, by the strides of the clips, and F1 of all clips together."""
    columns = "".join(f"{_rate(stride):>16}" for stride in clips)
    print(f"\n{'clip':46}{'open':>7}{'lowest':>8}{'by hand':>9}{columns}")
    for versions in zip(*clips.values(), strict=True):
        clip = versions[0].clip
        ears = versions[0].ears or [math.nan]
        name, by_hand = "/".join(clip.path.parts[-2:]), f"{clip.least}-{clip.most}"
        counts = "".join(f"{_outside(version):>16}" for version in versions)
        print(f"{name:46}{np.percentile(ears, OPEN_PERCENTILE):7.2f}{min(ears):8.2f}{by_hand:>9}{counts}")
    inside = "".join(f"{f'{sum(one.is_right() for one in each)} of {len(each)}':>16}" for each in clips.values())
    print(f"{'inside':70}{inside}")
    print(f"{'F1':70}{''.join(f'{clips_f1(each):16.3f}' for each in clips.values())}")


def _rate(stride: int) -> str:
    return "counted" if stride == 1 else f"every {stride}nd"


def _outside(version: Followed) -> str:
    return f"{'' if version.is_right() else 'outside '}{version.count()}"


def clips_f1(clips: Iterable[Followed], rules: BlinkRules = RULES) -> float:
    """Of the blinks of all clips together."""
    each = [one.clip.agreement(one.events(rules)) for one in clips]
    matched, extra, missed = (sum(getattr(one, part) for one in each) for part in ("matched", "extra", "missed"))
    return Agreement(matched, extra, missed).f1


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
