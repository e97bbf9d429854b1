"""`python -m fer_web bench viewers`: how many viewers a real server holds, and what they cost the analysis."""

from __future__ import annotations

import argparse
import statistics
import time
import urllib.request
from dataclasses import dataclass
from pathlib import Path

from fer_web.errors import FerError
from fer_web.resources import MODELS
from fer_web.setting_fields import RESERVED_THREADS
from fer_web.study.bench.serving import Served, served
from fer_web.study.bench.viewer_load import JPEG_MARK, MP4_MARK, ViewerLoad

WARM_S = 3.0


@dataclass(frozen=True, slots=True)
class Stream:
    """Where viewers watch, and what each picture begins with."""

    path: str
    mark: bytes


JPEGS, VIDEO = Stream("/stream", JPEG_MARK), Stream("/stream.mp4", MP4_MARK)


@dataclass(frozen=True, slots=True)
class Measured:
    """Analyzed frames a second while somebody watched, pictures a second that each viewer got, processors taken."""

    analysis_fps: float
    viewer_fps: tuple[float, ...]
    megabytes_per_s: float
    cores: float = float("nan")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--viewers", type=int, default=100, help="how many watch at once (%(default)s)")
    parser.add_argument("--seconds", type=float, default=20.0, help="how long each measurement takes (%(default)s)")
    parser.add_argument("--fps", type=int, default=15, help="the demo's frames per second (%(default)s)")
    parser.add_argument("--mp4", action="store_true", help="the same for viewers of the video, and compare")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")


def run(args: argparse.Namespace) -> int:
    if args.viewers < 1 or args.seconds <= 0 or args.fps < 1:
        raise FerError("--viewers, --seconds and --fps must be above 0")
    settings = {
        "SOURCE": f"demo:?fps={args.fps}",
        "MAX_VIEWERS": str(args.viewers),
        "MAX_VISITORS": "0",
        "THREADS": str(args.viewers + RESERVED_THREADS),
        "MODELS_DIR": str(args.models.resolve()),
        "MODEL": args.model,
        "LOG_LEVEL": "warning",
    }
    with served(settings) as server:
        alone, crowded = (measured(server, JPEGS, count, args.seconds) for count in (1, args.viewers))
        report(args, alone, crowded)
        if args.mp4:
            seen = measured(server, VIDEO, 1, args.seconds), measured(server, VIDEO, args.viewers, args.seconds)
            compare(args, (alone, crowded), seen)
    return 0


def report(args: argparse.Namespace, alone: Measured, crowded: Measured) -> None:
    """Prints both measurements and what the viewers cost."""
    print(f"demo at {args.fps} frames/s under gunicorn, {args.seconds:g} s each")
    print(f"analysis with 1 viewer       {alone.analysis_fps:7.2f} frames/s")
    ratio = crowded.analysis_fps / alone.analysis_fps if alone.analysis_fps else float("nan")
    print(f"analysis with {args.viewers:<4} viewers   {crowded.analysis_fps:7.2f} frames/s   ratio {ratio:.3f}")
    slowest, median = min(crowded.viewer_fps), statistics.median(crowded.viewer_fps)
    print(f"each of {args.viewers:<4} viewers got   {median:7.2f} frames/s in the median, {slowest:.2f} at least")
    print(f"sent                         {crowded.megabytes_per_s:7.1f} MB/s")


def compare(args: argparse.Namespace, jpegs: tuple[Measured, Measured], video: tuple[Measured, Measured]) -> None:
    """Prints what the same viewers cost as JPEGs and as video, and the ratio of both."""
    print(f"\n{'':14}{'viewers':>8}{'MB/s':>9}{'processors':>12}{'frames/s in the median':>24}{'at least':>10}")
    for count, one, other in zip((1, args.viewers), jpegs, video, strict=True):
        for name, seen in (("/stream", one), ("/stream.mp4", other)):
            rate, least = statistics.median(seen.viewer_fps), min(seen.viewer_fps)
            print(f"{name:14}{count:8}{seen.megabytes_per_s:9.2f}{seen.cores:12.2f}{rate:24.2f}{least:10.2f}")
        print(f"{'ratio':14}{count:8}{other.megabytes_per_s / one.megabytes_per_s:9.3f}{other.cores / one.cores:12.2f}")


def measured(server: Served, stream: Stream, viewers: int, seconds: float) -> Measured:
    """Lets `viewers` watch for `seconds`, after some more to settle."""
    port = server.port
    with ViewerLoad(port, stream.path, viewers, stream.mark) as crowd:
        crowd.read(WARM_S)
        before, pictures, received, worked_s = analyzed(port), crowd.pictures(), crowd.received, server.processor_s()
        started_s = time.monotonic()
        crowd.read(seconds)
        spent_s = time.monotonic() - started_s
        frames, cores = analyzed(port) - before, (server.processor_s() - worked_s) / spent_s
        got = tuple((now - then) / spent_s for now, then in zip(crowd.pictures(), pictures, strict=True))
        return Measured(frames / spent_s, got, (crowd.received - received) / spent_s / 1e6, cores)


def analyzed(port: int) -> float:
    """How many frames of its first camera the server has analyzed so far, as /metrics tells."""
    name = "fer_frames_analyzed_total{"
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=10) as answer:
        lines = answer.read().decode().splitlines()
    return float(next(line.rpartition(" ")[2] for line in lines if line.startswith(name)))
