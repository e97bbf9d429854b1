"""`python -m fer_web bench video FILE…`: how fast videos are analyzed, with and without a copy, in how much memory."""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from tqdm import tqdm

from fer_web.analysis.rate import DEFAULT_FPS
from fer_web.analysis.video import AnalysisOptions, Position, analyze_file
from fer_web.core import Reading
from fer_web.resources import MODELS
from fer_web.study.bench.engine import add_engine_arguments, engine_choice
from fer_web.study.bench.memory import peak_mib, resident_mib
from fer_web.vision import Analyzer

HEAD = (
    f"{'video':32}{'at most':>9}{'copy':>6}{'pictures':>10}{'a second':>10}{'x real time':>13}{'CPU':>9}"
    f"{'x CPU time':>12}{'people':>8}{'blinks':>8}{'memory':>10}{'peak':>10}"
)


@dataclass
class Tally:
    """Takes readings and keeps what the table says of them: blinks by person, and the memory in use on the way."""

    blinks: dict[int, int] = field(default_factory=dict)
    memory_mib: list[float] = field(default_factory=list)

    def __call__(self, readings: Sequence[Reading], position: Position) -> None:  # noqa: ARG002
        self.blinks |= {reading.track_id: reading.blink_count for reading in readings}
        self.memory_mib.append(resident_mib())


@dataclass(frozen=True, slots=True)
class VideoTiming:
    """One analysis: pictures analyzed, seconds by the clock and of all processors, seconds of the video."""

    pictures: int
    spent_s: float
    cpu_s: float
    duration_s: float
    tally: Tally


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("videos", nargs="+", metavar="VIDEO", type=Path, help="video files")
    parser.add_argument(
        "--fps",
        nargs="+",
        type=float,
        default=[DEFAULT_FPS],
        metavar="N",
        help=f"pictures a second to analyze at most, a line for each; 0: every one (default {DEFAULT_FPS:g})",
    )
    parser.add_argument("--no-copy", action="store_true", help="leave out the lines with an annotated copy")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the models")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")
    add_engine_arguments(parser)


def run(args: argparse.Namespace) -> int:
    vision = Analyzer.load(args.models, args.model, engine_choice(args))
    print(f"engine: {vision.engine}")
    print(f"memory with the models loaded: {resident_mib():.0f} MiB\n{HEAD}")
    with tempfile.TemporaryDirectory() as folder:
        for path in args.videos:
            for fps in args.fps:
                for copy in (None,) if args.no_copy else (None, Path(folder) / "copy.mp4"):
                    print(line_of(path, fps, copy, measure(path, vision, fps, copy)), flush=True)
    return 0


def measure(path: Path, vision: Analyzer, fps: float, copy: Path | None) -> VideoTiming:
    """Analyze once, by the same function as the command line and the service."""
    tally = Tally()
    started, cpu = time.perf_counter(), time.process_time()
    with tqdm(
        desc=path.name, unit="s", leave=False, bar_format="{l_bar}{bar}| {n:.0f}/{total_fmt} s {remaining}"
    ) as bar:

        def show(done_s: float, total_s: float | None) -> None:
            bar.total = total_s and round(total_s)
            bar.update(done_s - bar.n)

        analysis = analyze_file(
            path, vision, tally, options=AnalysisOptions(fps=fps or None), annotated=copy, on_progress=show
        )
    spent_s, cpu_s = time.perf_counter() - started, time.process_time() - cpu
    return VideoTiming(analysis.position.pictures, spent_s, cpu_s, analysis.recording.duration_s, tally)


def line_of(path: Path, fps: float, copy: Path | None, run: VideoTiming) -> str:
    """A row of the table. `memory` is the most that was seen while it ran, `peak` the process' most so far."""
    return (
        f"{path.name:32}{f'{fps:g} f/s' if fps else 'every':>9}{'yes' if copy else 'no':>6}{run.pictures:10}"
        f"{run.pictures / run.spent_s:10.1f}{run.duration_s / run.spent_s:12.1f}x{run.cpu_s:7.1f} s"
        f"{run.duration_s / run.cpu_s:11.1f}x{len(run.tally.blinks):8}{sum(run.tally.blinks.values()):8}"
        f"{max(run.tally.memory_mib):6.0f} MiB{peak_mib():6.0f} MiB"
    )
