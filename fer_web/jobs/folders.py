"""Several videos into folders, one after the other here or in processes of their own; one that fails stops no other."""

from __future__ import annotations

import logging
import os
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import lru_cache
from multiprocessing.connection import Connection, wait
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol, TypeAlias

from fer_web.analysis.video import AnalysisOptions
from fer_web.core import DEFAULT_ENGINE, EngineChoice
from fer_web.core.text import shown_path
from fer_web.errors import FerError, WorkerLost
from fer_web.jobs.results import AnalysisOutcome, LazyModel, analyze_into
from fer_web.jobs.supervisor import SPAWN, Supervisor

if TYPE_CHECKING:
    from pebble import ProcessFuture

log = logging.getLogger(__name__)

# How often a worker tells how far it is, and how often it is looked whether they are to stop.
TELL_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class FolderJob:
    """A video and the folder for its results."""

    path: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """What is done with every video, and with which model."""

    models_dir: Path
    model: str
    options: AnalysisOptions
    annotate: bool = False
    overwrite: bool = False
    excel: bool = False
    engine: EngineChoice = DEFAULT_ENGINE
    exports: tuple[str, ...] = ()


class Listener(Protocol):
    """Is told what happens to the videos; `slot` numbers those that are worked on at the same time, from 0."""

    def began(self, slot: int, job: FolderJob) -> None: ...

    def noted(self, slot: int, job: FolderJob, note: str) -> None: ...

    def advanced(self, slot: int, job: FolderJob, done_s: float, total_s: float | None) -> None: ...

    def ended(self, slot: int, job: FolderJob, outcome: AnalysisOutcome | None, error: str | None) -> None: ...


# What became of a video, or the sentence about its failure; neither when it was interrupted.
Ended: TypeAlias = tuple["AnalysisOutcome | None", "str | None"]


def analyze_folders(
    jobs: Sequence[FolderJob],
    options: FolderOptions,
    listener: Listener,
    *,
    processes: int = 1,
    should_stop: Callable[[], bool],
) -> None:
    """Work on all, some at the same time; ModelError when the model cannot be used."""
    if processes == 1 or len(jobs) <= 1:
        _analyze_here(jobs, options, listener, should_stop)
    else:
        _analyze_beside(jobs, options, listener, min(processes, len(jobs)), should_stop)


def _analyze_here(
    jobs: Sequence[FolderJob], options: FolderOptions, listener: Listener, should_stop: Callable[[], bool]
) -> None:
    model = LazyModel(options.models_dir, options.model, options.engine)
    for job in jobs:
        if should_stop():
            return

        def tell(what: str, *values: Any, job: FolderJob = job) -> None:
            getattr(listener, what)(0, job, *values)

        listener.began(0, job)
        listener.ended(0, job, *_analyze(job, options, model, tell, should_stop))


def _analyze_beside(
    jobs: Sequence[FolderJob],
    options: FolderOptions,
    listener: Listener,
    processes: int,
    should_stop: Callable[[], bool],
) -> None:
    waiting = deque(jobs)
    slots = [_Slot(number, options, listener) for number in range(processes)]
    try:
        while not should_stop():
            for slot in slots:
                if waiting and not slot.is_busy:
                    slot.begin(waiting.popleft())
            busy = [slot for slot in slots if slot.is_busy]
            if not busy:
                return
            wait([slot.news for slot in busy], TELL_EVERY_S)
            for slot in busy:
                slot.hear()
    finally:
        with ThreadPoolExecutor(processes) as threads:
            list(threads.map(_Slot.close, slots))


class _Slot:
    """One of the processes, and what it is at. Its news come through a pipe, the answer through its supervisor."""

    def __init__(self, number: int, options: FolderOptions, listener: Listener) -> None:
        self._number, self._options, self._listener = number, options, listener
        self.news, theirs = SPAWN.Pipe(duplex=False)
        self._supervisor = Supervisor(_prepare, theirs)
        self._job: FolderJob | None = None
        self._future: ProcessFuture[Ended] | None = None

    @property
    def is_busy(self) -> bool:
        return self._job is not None

    def begin(self, job: FolderJob) -> None:
        self._job = job
        self._listener.began(self._number, job)
        self._future = self._supervisor.start(_analyze_as_worker, job, self._options)

    def hear(self) -> None:
        """Pass on what is new."""
        job, future = self._job, self._future
        if job is None or future is None:
            return
        is_over = future.done()
        while self.news.poll():
            what, *values = self.news.recv()
            getattr(self._listener, what)(self._number, job, *values)
        if is_over:
            self._job = None
            self._listener.ended(self._number, job, *self._ended(future))

    def _ended(self, future: ProcessFuture[Ended]) -> Ended:
        try:
            return self._supervisor.answer_of(future)
        except WorkerLost as lost:
            return None, f"its process {_how_it_ended(lost)}; run the command again to continue"

    def close(self) -> None:
        """End the process; what it is at can be gone on with by another run."""
        self._supervisor.close()
        self.news.close()


def _how_it_ended(lost: WorkerLost) -> str:
    code = lost.exit_code
    if code is None:
        return f"ended ({lost})"
    return f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"


_news: list[Connection] = []  # of a worker's process: where it tells how far it is


def _prepare(news: Connection) -> None:
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    _news.append(news)


def _analyze_as_worker(job: FolderJob, options: FolderOptions) -> Ended:
    try:
        model = _model(options.models_dir, options.model, options.engine)
    except FerError as error:
        return None, str(error)
    return _analyze(job, options, model, _Teller(_news[0]), lambda: False)


@lru_cache(maxsize=1)
def _model(models_dir: Path, name: str, engine: EngineChoice) -> LazyModel:
    return LazyModel(models_dir, name, engine)


class _Teller:
    """Tells the first process what happens, and not too often how far it is."""

    def __init__(self, news: Connection) -> None:
        self._news = news
        self._told_s = 0.0

    def __call__(self, what: str, *values: Any) -> None:
        if what == "advanced":
            if time.monotonic() - self._told_s < TELL_EVERY_S:
                return
            self._told_s = time.monotonic()
        self._news.send((what, *values))


def _analyze(
    job: FolderJob,
    options: FolderOptions,
    model: LazyModel,
    tell: Callable[..., None],
    should_stop: Callable[[], bool],
) -> Ended:
    try:
        outcome = analyze_into(
            job.folder,
            job.path,
            model,
            options=options.options,
            annotate=options.annotate,
            overwrite=options.overwrite,
            excel=options.excel,
            exports=options.exports,
            on_note=lambda note: tell("noted", note),
            on_progress=lambda done_s, total_s: tell("advanced", done_s, total_s),
            should_stop=should_stop,
        )
    except FerError as error:
        return None, str(error)
    except OSError as error:
        return None, f"{shown_path(os.fsdecode(error.filename or job.folder))}: {error.strerror or error}"
    except Exception as error:  # a bug: told, so that the other videos are still done
        log.exception("%s: the analysis failed", shown_path(job.path))
        return None, f"the analysis failed: {error!r}"
    return outcome, None
