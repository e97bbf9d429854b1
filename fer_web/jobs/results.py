"""A video's results in a folder of its own: readings, summary, report, and how far the analysis has got."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.analysis.video import AnalysisOptions, Progress, analyze_file
from fer_web.core import DEFAULT_ENGINE, EngineChoice, Marker, Recording
from fer_web.jobs.checkpoint import CheckpointKey
from fer_web.jobs.folder_target import EXCEL, READINGS, REPORT, SUMMARY, FolderTarget, alone
from fer_web.registry import verify_model
from fer_web.reports import (
    SEMICOLON,
    CardText,
    read_readings_csv,
    report_html,
    summarize,
    summary_json,
    write_readings_csv,
)
from fer_web.reports.exports import EXPORTS, Exported

if TYPE_CHECKING:
    from fer_web.reports import Summary
    from fer_web.vision import Analyzer


class LazyModel:
    """A model whose card is known at once, and which is loaded when the first video needs it. ModelError."""

    def __init__(self, models_dir: Path, name: str, engine: EngineChoice = DEFAULT_ENGINE) -> None:
        self._models_dir, self._name, self.engine = models_dir, name, engine
        self.card = verify_model(models_dir, name)

    @cached_property
    def vision(self) -> Analyzer:
        from fer_web.vision import Analyzer

        return Analyzer.load(self._models_dir, self._name, self.engine)


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
    exports: Sequence[str] = (),
    on_note: Callable[[str], None] = lambda _: None,
    on_progress: Progress = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> AnalysisOutcome:
    """Analyze a video into `folder`, going on from where an interrupted run of the same order stopped.

    A finished video is left as it is, unless `overwrite`. A changed file, or another order, starts again. SourceError
    when it is no video; VideoError when the folder holds something else, or another process is at it.
    """
    key = CheckpointKey.of(path, model.card, options, annotate, model.engine)
    with alone(folder), closing(FolderTarget(folder, key, overwrite=overwrite)) as target:
        if target.note:
            on_note(target.note)
        if target.is_finished:
            if excel and not (folder / EXCEL).exists():
                write_for_excel(folder)
            write_exports(folder, path, exports)
            return AnalysisOutcome(folder, is_complete=True, note=target.note)
        analysis = analyze_file(
            path,
            model.vision,
            target.commit,
            options=options,
            start=target.start,
            annotated=target.copy,
            on_progress=on_progress,
            should_stop=should_stop,
        )
        if not analysis.is_complete:
            return AnalysisOutcome(folder, is_complete=False, note=target.note)
        target.close()
        summary = write_results(folder, analysis.recording, CardText.of(model.card))
        if excel:
            write_for_excel(folder)
        write_exports(folder, path, exports)
        target.finish(analysis.position)
        return AnalysisOutcome(folder, is_complete=True, note=target.note, summary=summary)


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


def write_exports(folder: Path, video: Path, names: Sequence[str]) -> None:
    """The files for other programs that a folder lacks, of its readings and its summary. RequestError when something
    has to be installed first.
    """
    files = [(EXPORTS[name], file) for name in names for file in EXPORTS[name].files]
    lacking = [(export, file) for export, file in files if not (folder / file.name).exists()]
    if not lacking:
        return
    exported = Exported(
        _kept_recording(folder), lambda: read_readings_csv(folder / READINGS), video.absolute().as_uri()
    )
    for export, file in lacking:
        export.require()
        unfinished = folder / f"{file.name}.new"
        with unfinished.open("wb") as target:
            target.writelines(file.pieces(exported))
        unfinished.replace(folder / file.name)


def _kept_recording(folder: Path) -> Recording:
    """What a folder's summary says about its recording."""
    summary = json.loads((folder / SUMMARY).read_text(encoding="utf-8"))
    told = summary["recording"]
    return Recording(
        told["name"],
        told["source"],
        datetime.fromisoformat(told["started_at"]),
        summary["duration_s"],
        told["fps"],
        told["width"],
        told["height"],
        told["model"],
        tuple(Marker(**marker) for marker in told["markers"]),
        told["trouble"],
    )
