"""`python -m fer_web bench pipeline`: frames per second, against what the original program does, in one process."""

from __future__ import annotations

import argparse
import itertools
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path

import cv2
import numpy as np
from tqdm import tqdm

from fer_web.core import Frame, FrameResult
from fer_web.live import encode_jpeg
from fer_web.sources import open_source
from fer_web.study.bench.engine import add_engine_arguments, engine_choice
from fer_web.study.bench.memory import peak_mib, resident_mib
from fer_web.study.bench.reference import ReferenceLoop
from fer_web.vision import Analyzer, draw

FRAMES = 600
REFERENCE_FRAMES = 60
SOAK_FRAMES = 1000
CAMERA_FRAMES = 150
FULL_HD = (1920, 1080)


@dataclass(frozen=True)
class BenchFrames:
    """Frames to measure on; those of a short clip are played over and over, with times that go on."""

    name: str
    frames: Sequence[Frame]

    def first(self, count: int) -> list[Frame]:
        """`count` frames in their order; a clip's second round starts where its first one would have gone on."""
        pace_s = 1 / 30 if len(self.frames) < 2 else self.frames[1].time_s - self.frames[0].time_s
        return [
            replace(frame, index=index, time_s=index * pace_s)
            for index, frame in enumerate(itertools.islice(itertools.cycle(self.frames), count))
        ]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--video", type=Path, help="a 640x480 clip with one face; without it the demo alone is measured"
    )
    parser.add_argument("--frames", type=int, default=FRAMES, help="frames a scene (%(default)s)")
    parser.add_argument(
        "--soak", type=int, default=SOAK_FRAMES, metavar="N", help="demo frames to watch memory over (%(default)s)"
    )
    parser.add_argument("--models", type=Path, default=Path("models"), help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")

    add_engine_arguments(parser)


def run(args: argparse.Namespace) -> int:
    vision = Analyzer.load(args.models, args.model, engine_choice(args))
    print(f"engine: {vision.engine}")
    soak(vision, args.soak)
    print(f"peak memory so far {peak_mib():.0f} MiB\n")
    reference = ReferenceLoop(args.models, args.model)
    print(f"{'scene':26}{'reference':>12}{'ours':>10}{'ratio':>8}{'at 30/s':>10}   ms per step")
    for scene in scenes_of(args.video):
        report(scene, vision, reference, args.frames)
    return 0


def scenes_of(video: Path | None) -> Iterator[BenchFrames]:
    """The clip where there is one, the demo with one face, the first of them in full HD, the demo with four faces."""
    if video is not None:
        yield BenchFrames(video.name, frames_of(str(video)))
    yield BenchFrames("demo", frames_of("demo:"))
    name, uri = ("demo", "demo:") if video is None else (video.name, str(video))
    yield BenchFrames(f"{name} 1920x1080", [enlarged(frame) for frame in frames_of(uri, 60)])
    yield BenchFrames("demo, four faces", frames_of("demo:?faces=4"))


def frames_of(uri: str, most: int = 300) -> list[Frame]:
    """The first frames of a source, as fast as it gives them."""
    with open_source(uri, loop=False, paced=False) as source:
        return list(itertools.islice(source.frames(), most))


def enlarged(frame: Frame) -> Frame:
    """The frame stretched to full HD."""
    return replace(frame, pixels=np.asarray(cv2.resize(frame.pixels, FULL_HD), np.uint8))


def report(scene: BenchFrames, vision: Analyzer, reference: ReferenceLoop, count: int) -> None:
    """Prints one scene's line. The reference gets a bounded number of frames: its speed does not change over time."""
    reference_fps = fps_of(reference, scene.first(REFERENCE_FRAMES))
    steps: dict[str, float] = {}
    fps = fps_side_by_side(vision, scene.first(count), steps)
    detail = "  ".join(f"{name} {total / count:.2f}" for name, total in steps.items())
    core = share_of_core(vision, scene.first(CAMERA_FRAMES))
    figures = f"{reference_fps:8.1f} f/s{fps:6.1f} f/s{fps / reference_fps:7.1f}x{core:10.0%}"
    print(f"{scene.name:26}{figures}   {detail}", flush=True)


class Ours:
    """What the live service does with a frame; adds each step's milliseconds to `steps`."""

    def __init__(self, vision: Analyzer, steps: dict[str, float]) -> None:
        self._pipeline, self._steps = vision.live(), steps

    def __call__(self, frame: Frame) -> bytes:
        return self.show(self.analyze(frame))

    def analyze(self, frame: Frame) -> FrameResult:
        result = self._pipeline(frame)
        self._add(result.timing_ms)
        return result

    def show(self, result: FrameResult) -> bytes:
        """Draws and encodes."""
        started = time.perf_counter()
        canvas = draw(result, fps=30.0)
        drawn = time.perf_counter()
        jpeg = encode_jpeg(canvas)
        self._add({"draw": (drawn - started) * 1000, "jpeg": (time.perf_counter() - drawn) * 1000})
        return jpeg

    def _add(self, timing_ms: Mapping[str, float]) -> None:
        for name, milliseconds in timing_ms.items():
            self._steps[name] = self._steps.get(name, 0.0) + milliseconds


def fps_side_by_side(vision: Analyzer, frames: Sequence[Frame], steps: dict[str, float]) -> float:
    """Frames per second as the service makes them: drawn and encoded in one thread while the next one is analyzed.

    They come as from a camera that gives one whenever one is wanted, with the time at which it came.
    """
    ours = Ours(vision, steps)
    ours(replace(frames[0], time_s=-1.0))
    steps.clear()
    with ThreadPoolExecutor(1) as painter:
        shown: Future[bytes] | None = None
        started = time.perf_counter()
        for frame in frames:
            result = ours.analyze(replace(frame, time_s=time.perf_counter() - started))
            if shown is not None:
                shown.result()
            shown = painter.submit(ours.show, result)
        if shown is not None:
            shown.result()
        return len(frames) / (time.perf_counter() - started)


def share_of_core(vision: Analyzer, frames: Sequence[Frame]) -> float:
    """The processor time that a camera's 30 frames a second take, each analyzed, drawn and encoded, in cores."""
    ours = Ours(vision, {})
    ours(replace(frames[0], time_s=-1.0))
    started_s = time.process_time()
    for index, frame in enumerate(frames):
        ours(replace(frame, time_s=index / 30))
    return (time.process_time() - started_s) / (len(frames) / 30)


def fps_of(work: Callable[[Frame], bytes], frames: Sequence[Frame]) -> float:
    """Frames per second over all frames, after a first one that is not counted."""
    work(replace(frames[0], time_s=-1.0))
    started = time.perf_counter()
    for frame in frames:
        work(frame)
    return len(frames) / (time.perf_counter() - started)


def soak(vision: Analyzer, count: int) -> None:
    """Analyzes `count` demo frames and prints how memory grew after the first tenth."""
    before = resident_mib()
    analyze = Ours(vision, {})
    with open_source("demo:", paced=False) as source:
        for frame in tqdm(itertools.islice(source.frames(), count), total=count, desc="soak", unit="frame"):
            analyze(frame)
            if frame.index == count // 10:
                before = resident_mib()
    now = resident_mib()
    print(f"memory after {count} frames: {now:.0f} MiB, {now - before:+.1f} MiB since the first tenth")
