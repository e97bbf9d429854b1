"""A video's results in a folder of its own: readings, summary, report, and how far the analysis has got."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.analysis.annotate import drawn_path
from fer_web.analysis.video import BEGINNING, AnalysisOptions, Position, Progress, VideoAnalysis, analyze_file
from fer_web.core import Reading, Recording
from fer_web.core.text import shown_path
from fer_web.errors import DataError, VideoError
from fer_web.jobs.state import Checkpoint, CheckpointKey, alone, read_state, write_state
from fer_web.registry import verify_model
from fer_web.reports import (
    SEMICOLON,
    CardText,
    ReadingsWriter,
    read_readings_csv,
    report_html,
    summarize,
    summary_json,
    write_readings_csv,
)

if TYPE_CHECKING:
    from fer_web.reports import Summary
    from fer_web.vision import Analyzer

READINGS, SUMMARY, REPORT, ANNOTATED = "readings.csv", "summary.json", "report.html", "annotated.mp4"
EXCEL = "readings-excel.csv"
RESULTS = (READINGS, SUMMARY, REPORT, ANNOTATED)


class LazyModel:
    """A model whose card is known at once, and which is loaded when the first video needs it. ModelError."""

    def __init__(self, models_dir: Path, name: str, engine: str = "classic") -> None:
        self._models_dir, self._name, self._engine = models_dir, name, engine
        self.card = verify_model(models_dir, name)

    @cached_property
    def vision(self) -> Analyzer:
        from fer_web.vision import Analyzer

        return Analyzer.load(self._models_dir, self._name, self._engine)


@dataclass(frozen=True, slots=True)
class AnalysisOutcome:
    """What became of a video. `summary` is None when there was nothing to do, or it was told to stop before the end.

    `note` says what an earlier run had to do with it: skipped, gone on from, started again; empty without one.
    """

    folder: Path
    is_complete: bool
    note: str = ""
    summary: Summary | None = None


def analyze_into(
    folder: Path,
    path: Path,
    model: LazyModel,
    *,
    options: AnalysisOptions,
    annotate: bool = False,
    overwrite: bool = False,
    excel: bool = False,
    on_note: Callable[[str], None] = lambda _: None,
    on_progress: Progress = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> AnalysisOutcome:
    """Analyze a video into `folder`, going on from where an interrupted run of the same order stopped.

    A finished video is left as it is, unless `overwrite`. A changed file, or another order, starts again. SourceError
    when it is no video; VideoError when the folder holds something else, or another process is at it.
    """
    order = CheckpointKey.of(path, model.card, options, annotate)
    with alone(folder):
        work = _Work(folder, order, overwrite)
        if work.note:
            on_note(work.note)
        if work.is_finished:
            if excel and not (folder / EXCEL).exists():
                write_for_excel(folder)
            return AnalysisOutcome(folder, is_complete=True, note=work.note)
        analysis = work.analyze(path, model.vision, options, on_progress, should_stop)
        if not analysis.is_complete:
            return AnalysisOutcome(folder, is_complete=False, note=work.note)
        summary = write_results(folder, analysis.recording, CardText.of(model.card))
        if excel:
            write_for_excel(folder)
        work.finish(analysis.position)
        return AnalysisOutcome(folder, is_complete=True, note=work.note, summary=summary)


def write_results(folder: Path, recording: Recording, card: CardText) -> Summary:
    """The summary and the report of a folder's readings."""
    summary = summarize(recording, read_readings_csv(folder / READINGS))
    text = json.dumps(summary_json(summary), indent=2, ensure_ascii=False)
    (folder / SUMMARY).write_text(text + "\n", encoding="utf-8")
    (folder / REPORT).write_text(report_html(summary, card), encoding="utf-8")
    return summary


def write_for_excel(folder: Path) -> None:
    """A folder's readings as Excel opens them by a double click where a comma is the decimal sign."""
    write_readings_csv(folder / EXCEL, read_readings_csv(folder / READINGS), SEMICOLON)


class _Work:
    """One order in one folder: finds out where to begin, and keeps the state while it is worked on."""

    def __init__(self, folder: Path, order: CheckpointKey, overwrite: bool) -> None:
        self.folder, self.order, self.note = folder, order, ""
        self.is_finished, self.start, self._bytes = False, BEGINNING, 0
        if overwrite:
            self._clear()
        else:
            self._look_back()

    def analyze(
        self,
        path: Path,
        vision: Analyzer,
        options: AnalysisOptions,
        on_progress: Progress,
        should_stop: Callable[[], bool],
    ) -> VideoAnalysis:
        with ExitStack() as stack:
            opened: list[ReadingsWriter] = []

            def sink(readings: Sequence[Reading], position: Position) -> None:
                if not opened:  # only now is it known to be a video
                    opened.append(stack.enter_context(self._writer()))
                opened[0].write(readings)
                self._keep(position)

            return analyze_file(
                path,
                vision,
                sink,
                options=options,
                start=self.start,
                annotated=self._copy if self.order.annotate and not self._copy.exists() else None,
                on_progress=on_progress,
                should_stop=should_stop,
            )

    def finish(self, position: Position) -> None:
        write_state(self.folder, replace(self._state, position=position, is_finished=True))

    @property
    def _copy(self) -> Path:
        """The annotated copy, which is there when it is complete."""
        return self.folder / ANNOTATED

    def _look_back(self) -> None:
        state = read_state(self.folder)
        if state is None:
            self._refuse_strangers()
            return
        changes = state.order.changes(self.order)
        if changes and not state.order.is_same_place(self.order):
            raise VideoError(
                f"{shown_path(self.folder)} holds the results of another video, {shown_path(state.order.path)}: "
                "choose another folder with --out, or give --overwrite"
            )
        if changes:
            self.note = f"starts again: {changes}"
            self._clear()
        elif state.is_finished and self._is_whole(state.position):
            self.note, self.is_finished = "was finished before; --overwrite does it again", True
        elif self._can_go_on(state):
            self.start, self._bytes = state.position, state.readings_bytes
            self.note = f"goes on at {state.position.time_s or 0:.1f} s"
        else:
            self.note = "starts again: files of the earlier run are missing"
            self._clear()

    def _refuse_strangers(self) -> None:
        found = [name for name in RESULTS if (self.folder / name).exists()]
        if found:
            raise VideoError(
                f"{shown_path(self.folder)} holds a {found[0]} that no analysis left there: "
                "choose another folder with --out, or give --overwrite"
            )

    def _is_whole(self, position: Position) -> bool:
        has_copy = self.order.annotate and not position.copy_trouble
        names = RESULTS if has_copy else RESULTS[:-1]
        return all((self.folder / name).is_file() for name in names)

    def _can_go_on(self, state: Checkpoint) -> bool:
        drawn = drawn_path(self._copy)
        is_drawn = self.order.annotate and not state.position.copy_trouble
        has_drawn = not is_drawn or self._copy.exists() or _size(drawn) >= state.position.drawn_bytes
        return not state.is_finished and _size(self.folder / READINGS) >= state.readings_bytes > 0 and has_drawn

    def _clear(self) -> None:
        for name in (*RESULTS, EXCEL):
            (self.folder / name).unlink(missing_ok=True)
        drawn_path(self._copy).unlink(missing_ok=True)

    def _writer(self) -> ReadingsWriter:
        path = self.folder / READINGS
        if self._bytes:
            with path.open("r+b") as file:
                file.truncate(self._bytes)
        try:
            return ReadingsWriter(path, resume=bool(self._bytes))
        except DataError as error:
            raise VideoError(f"{shown_path(path)} was changed by something else ({error}); give --overwrite") from error

    def _keep(self, position: Position) -> None:
        self._state = Checkpoint(self.order, position, _size(self.folder / READINGS))
        write_state(self.folder, self._state)


def _size(path: Path) -> int:
    return path.stat().st_size if path.is_file() else -1
