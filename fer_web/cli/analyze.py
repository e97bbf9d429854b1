"""`python -m fer_web analyze VIDEO…`: readings, a summary and a report of every video, and an annotated copy."""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, Any

from fer_web.analysis.rate import DEFAULT_FPS
from fer_web.cli.found_videos import find_jobs
from fer_web.cli.main import FAILED, INTERRUPTED
from fer_web.cli.settings import add_setting_options, setting_options
from fer_web.core.text import shown_path
from fer_web.errors import VideoError
from fer_web.reports.exports import EXPORTS
from fer_web.settings import load_settings

if TYPE_CHECKING:
    from fer_web.jobs.folders import FolderJob
    from fer_web.jobs.results import AnalysisOutcome

OUT = Path("analysis")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "videos", nargs="+", metavar="VIDEO", type=Path, help="video files, or folders that contain some"
    )
    parser.add_argument(
        "--out",
        metavar="FOLDER",
        type=Path,
        default=OUT,
        help=f"the folder in which each video gets its own folder (default: {OUT})",
    )
    parser.add_argument(
        "--fps",
        type=_fps,
        default=DEFAULT_FPS,
        metavar="N",
        help=f"the most frames per second to analyze (default {DEFAULT_FPS:g}; 0: all of them). Below 10, most blinks "
        "fall between them",
    )
    parser.add_argument("--annotate", action="store_true", help="also write annotated.mp4, with the faces marked")
    parser.add_argument(
        "--excel",
        action="store_true",
        help="also write readings-excel.csv, with semicolons and decimal commas, for Excel in German and similar "
        "languages",
    )
    parser.add_argument(
        "--export",
        type=_exports,
        default=(),
        metavar="NAMES",
        help=f"also write files for other programs, separated by commas: {', '.join(EXPORTS)}",
    )
    parser.add_argument(
        "--jobs",
        type=_jobs,
        default=1,
        metavar="N",
        help="how many videos to analyze at the same time, each in its own process",
    )
    parser.add_argument("--overwrite", action="store_true", help="start over, even if results exist")
    parser.add_argument("--quiet", action="store_true", help="show only errors and warnings")
    add_setting_options(parser)


def run(args: argparse.Namespace) -> int:
    """Analyze every video; 1 when any failed, 130 when it was interrupted."""
    settings = load_settings(setting_options(args))
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    from fer_web.analysis.video import AnalysisOptions
    from fer_web.jobs.folders import FolderOptions, analyze_folders

    jobs, missing = find_jobs(args.videos, args.out)
    for sentence in missing:
        print(f"error: {sentence}", file=sys.stderr)
    options = AnalysisOptions(fps=args.fps or None, decoders=1 if args.jobs > 1 else 0)
    wanted = FolderOptions(
        settings.models_dir,
        settings.model,
        options,
        args.annotate,
        args.overwrite,
        args.excel,
        settings.engine_choice,
        args.export,
    )
    with _Screen(len(jobs), args.quiet) as screen, _interruptible() as stop:
        analyze_folders(jobs, wanted, screen, processes=args.jobs, should_stop=stop.is_set)
    if stop.is_set():
        print("interrupted: run the same command again to continue", file=sys.stderr)
        return INTERRUPTED
    return FAILED if screen.failed or missing else 0


def _fps(text: str) -> float:
    value = float(text)
    if not 0 <= value <= 1000:
        raise argparse.ArgumentTypeError("use frames per second from 0 (all of them) to 1000")
    return value


def _exports(text: str) -> tuple[str, ...]:
    names = tuple(dict.fromkeys(name.strip() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in EXPORTS:
            raise argparse.ArgumentTypeError(f"there is no export {name!r}; there are {', '.join(EXPORTS)}")
        if EXPORTS[name].missing:
            raise argparse.ArgumentTypeError(EXPORTS[name].missing)
    return names


def _jobs(text: str) -> int:
    value = int(text)
    if not 1 <= value <= 64:
        raise argparse.ArgumentTypeError("use a number of processes from 1 to 64")
    return value


@contextmanager
def _interruptible() -> Iterator[Event]:
    """Set by the first Ctrl-C or SIGTERM, so that what was done is kept; the second one ends at once."""
    stop = Event()

    def handle(number: int, frame: object) -> None:  # noqa: ARG001
        if stop.is_set():
            raise KeyboardInterrupt
        stop.set()

    before = {number: signal.signal(number, handle) for number in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield stop
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@dataclass
class _Screen:
    """What a person sees: bars on stderr while it runs, a line for every video on stdout."""

    count: int
    is_quiet: bool
    failed: int = 0
    bars: dict[int, Any] = field(default_factory=dict)
    overall: Any = None

    def __enter__(self) -> _Screen:
        if self.count > 1:
            self.overall = self._bar(total=self.count, desc="videos", unit="video", position=0)
        return self

    def __exit__(self, *_: object) -> None:
        for bar in (*self.bars.values(), self.overall):
            if bar is not None:
                bar.close()

    def began(self, slot: int, job: FolderJob) -> None:
        self.bars[slot] = self._bar(
            desc=shown_path(job.path.name)[:32],
            unit="s",
            position=slot + (self.count > 1),
            leave=False,
            bar_format="{l_bar}{bar}| {n:.1f}/{total} s [{elapsed}<{remaining}]",
        )

    def noted(self, slot: int, job: FolderJob, note: str) -> None:  # noqa: ARG002
        self._say(f"{shown_path(job.path.name)}: {note}")

    def advanced(self, slot: int, job: FolderJob, done_s: float, total_s: float | None) -> None:  # noqa: ARG002
        bar = self.bars[slot]
        if total_s is not None and bar.total is None:
            bar.total = round(total_s, 1)
            bar.initial = bar.n = min(done_s, bar.total)  # what an earlier run did takes no time now
        bar.update(max(0.0, (done_s if bar.total is None else min(done_s, bar.total)) - bar.n))

    def ended(self, slot: int, job: FolderJob, outcome: AnalysisOutcome | None, error: str | None) -> None:
        self.bars.pop(slot).close()
        if self.overall is not None:
            self.overall.update()
        if error is not None:
            self.failed += 1
            name = shown_path(job.path.name)
            self._complain(f"error: {error if error.startswith(name) else f'{name}: {error}'}")
        elif outcome is not None and outcome.summary is not None:
            self._say(line_of(shown_path(job.path.name), outcome))
            if outcome.summary.recording.trouble:
                self._complain(f"warning: {shown_path(job.path.name)}: {outcome.summary.recording.trouble}")

    def _bar(self, **options: Any) -> Any:
        from tqdm import tqdm

        # Without a terminal there is nobody to watch a bar move.
        return tqdm(disable=self.is_quiet or not sys.stderr.isatty(), file=sys.stderr, dynamic_ncols=True, **options)

    def _say(self, text: str) -> None:
        if not self.is_quiet:
            _write(text, sys.stdout)

    def _complain(self, text: str) -> None:
        _write(text, sys.stderr)


def _write(text: str, file: Any) -> None:
    from tqdm import tqdm

    tqdm.write(text, file=file)
    file.flush()


def line_of(name: str, outcome: AnalysisOutcome) -> str:
    """A finished video in a line."""
    from fer_web.reports.words import percent

    if outcome.summary is None:
        raise VideoError(f"{name} has no summary")
    summary = outcome.summary
    count = len(summary.people)
    people = f"{count or 'no'} {'person' if count == 1 else 'people'} for {summary.least_seen_s:g} s or longer"
    totals = summary.everybody
    said = [f"{summary.duration_s:.1f} s", people]
    if totals.ranking:
        emotion, share = totals.ranking[0]
        said.append(f"mostly {emotion} ({percent(share)} of the time seen)")
    if count:
        said.append(f"{totals.blinks} blink{'' if totals.blinks == 1 else 's'}")
    return f"{name}: {', '.join(said)} -> {shown_path(outcome.folder)}"
