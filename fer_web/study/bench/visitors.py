"""`python -m fer_web bench visitors`: how fast a real server answers people who bring their own cameras."""

from __future__ import annotations

import argparse
import os
import statistics
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from itertools import islice
from pathlib import Path

from fer_web.errors import FerError
from fer_web.resources import MODELS
from fer_web.setting_fields import RESERVED_THREADS
from fer_web.study.bench.serving import served
from fer_web.web.streaming.visitor import Visitor

WARM_S = 3.0
CLIP_S = 10
DEMO_FPS = 15
WANTED_FPS = 8.0


@dataclass(frozen=True, slots=True)
class Visited:
    """What one visitor got: results a second, the milliseconds from sending to answer, the share of faces found."""

    fps: float
    latencies_ms: tuple[float, ...]
    with_face: float


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--visitors", type=int, default=8, help="how many come at once (%(default)s)")
    parser.add_argument("--seconds", type=float, default=15.0, help="how long they are measured (%(default)s)")
    parser.add_argument("--fps", type=float, default=15.0, help="frames a second each sends at most (%(default)s)")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")


def run(args: argparse.Namespace) -> int:
    if args.visitors < 1 or args.seconds <= 0 or args.fps <= 0:
        raise FerError("--visitors, --seconds and --fps must be above 0")
    settings = {
        "SOURCE": "demo:",
        "VIEWERS": "1",
        "VISITORS": str(args.visitors),
        "THREADS": str(args.visitors + 1 + RESERVED_THREADS),
        "MODELS_DIR": str(args.models.resolve()),
        "MODEL": args.model,
        "LOG_LEVEL": "warning",
    }
    clip = demo_clip()
    with served(settings) as server:
        visited = visit_together(server.port, clip, args.visitors, args.seconds, args.fps)
    report(args, visited)
    return 0


def demo_clip(count: int = CLIP_S * DEMO_FPS) -> list[bytes]:
    """The demo's first frames, as the JPEGs that a page would send."""
    from fer_web.live import encode_jpeg
    from fer_web.sources import open_source

    with open_source(f"demo:?fps={DEMO_FPS}", paced=False) as source:
        return [encode_jpeg(frame.pixels) for frame in islice(source.frames(), count)]


def visit_together(port: int, clip: Sequence[bytes], visitors: int, seconds: float, fps: float) -> list[Visited]:
    """All at once, each somewhere else in the clip."""
    end_s = time.monotonic() + WARM_S + seconds
    starts = [number * len(clip) // visitors for number in range(visitors)]
    with ThreadPoolExecutor(visitors) as threads:
        return list(threads.map(partial(_visit, port, clip, end_s, seconds, fps), starts))


def report(args: argparse.Namespace, visited: Sequence[Visited]) -> None:
    """Prints what the slowest and the median visitor got, and whether that is enough."""
    rates = [one.fps for one in visited]
    latencies_ms = sorted(latency for one in visited for latency in one.latencies_ms)
    if not latencies_ms:
        raise FerError("nobody got a result")
    cuts = statistics.quantiles(latencies_ms, n=20) if len(latencies_ms) > 1 else latencies_ms * 19
    faces = statistics.fmean(one.with_face for one in visited)
    print(f"{len(visited)} visitors at once, at most {args.fps:g} frames/s each, for {args.seconds:g} s, ", end="")
    print(f"gunicorn on {os.cpu_count()} cores")
    print(f"results per visitor   {min(rates):6.1f} /s at least   {statistics.median(rates):6.1f} /s in the median")
    print(f"from frame to result  {cuts[9]:6.0f} ms in the median   {cuts[18]:6.0f} ms for 95 %")
    print(f"frames with a face    {faces:6.0%}")
    if min(rates) < min(WANTED_FPS, args.fps):
        print(f"too slow: everybody should get {WANTED_FPS:g} results a second; set FER_MAX_VISITORS lower here")


def _visit(port: int, clip: Sequence[bytes], end_s: float, seconds: float, fps: float, start: int) -> Visited:
    """Send a frame as soon as the one before was answered, unless that is too early."""
    latencies_ms: list[float] = []
    faces = 0
    place, due_s = start, 0.0
    with Visitor(port) as visitor:
        while (now_s := time.monotonic()) < end_s:
            if now_s < due_s:
                time.sleep(due_s - now_s)
            due_s = max(due_s + 1 / fps, now_s)
            sent_s = time.monotonic()
            answer = visitor.ask(clip[place % len(clip)])
            answered_s = time.monotonic()
            if "error" in answer:
                raise FerError(f"a visitor was refused: {answer['error']['message']}")
            place += 1
            if end_s - seconds <= sent_s and answered_s <= end_s:
                latencies_ms.append((answered_s - sent_s) * 1000)
                faces += bool(answer["results"])
    return Visited(len(latencies_ms) / seconds, tuple(latencies_ms), faces / max(1, len(latencies_ms)))
