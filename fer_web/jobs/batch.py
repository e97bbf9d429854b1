"""Several videos, one after the other or in processes of their own; one that fails stops no other."""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import time
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import Connection, wait
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from fer_web.analysis.video import AnalysisOptions
from fer_web.core.text import shown_path
from fer_web.errors import FerError

if TYPE_CHECKING:
    from fer_web.jobs.results import AnalysisOutcome, LazyModel

log = logging.getLogger(__name__)

# How often a worker tells how far it is, and how often the batch looks whether it is to stop.
TELL_EVERY_S = 0.2


@dataclass(frozen=True, slots=True)
class Task:
    """A video and the folder for its results."""

    path: Path
    folder: Path


@dataclass(frozen=True, slots=True)
class Plan:
    """What is done with every video of a batch, and with which model."""

    models_dir: Path
    model: str
    options: AnalysisOptions
    annotate: bool = False
    overwrite: bool = False
    excel: bool = False
    engine: str = "classic"


class Listener(Protocol):
    """Is told what happens to the videos; `slot` numbers those that are worked on at the same time, from 0."""

    def began(self, slot: int, task: Task) -> None: ...

    def noted(self, slot: int, task: Task, note: str) -> None: ...

    def advanced(self, slot: int, task: Task, done_s: float, total_s: float | None) -> None: ...

    def ended(self, slot: int, task: Task, outcome: AnalysisOutcome | None, error: str | None) -> None: ...


def run_batch(
    tasks: Sequence[Task], plan: Plan, listener: Listener, *, jobs: int = 1, should_stop: Callable[[], bool]
) -> None:
    """Work on all tasks, `jobs` at the same time; ModelError when the model cannot be used."""
    if jobs == 1 or len(tasks) <= 1:
        _run_here(tasks, plan, listener, should_stop)
    else:
        _Crew(plan, listener, min(jobs, len(tasks)), should_stop).run(deque(tasks))


def _run_here(tasks: Sequence[Task], plan: Plan, listener: Listener, should_stop: Callable[[], bool]) -> None:
    from fer_web.jobs.results import LazyModel

    model = LazyModel(plan.models_dir, plan.model, plan.engine)
    for task in tasks:
        if should_stop():
            return
        listener.began(0, task)
        ended = _work(task, plan, model, _Teller(listener, task), should_stop)
        listener.ended(0, task, *ended)


@dataclass
class _Teller:
    """Tells a listener of this process about one task, as a worker's connection does for another's."""

    listener: Listener
    task: Task

    def __call__(self, what: str, *values: Any) -> None:
        if what == "noted":
            self.listener.noted(0, self.task, *values)
        else:
            self.listener.advanced(0, self.task, *values)


def _work(
    task: Task, plan: Plan, model: LazyModel, tell: Callable[..., None], should_stop: Callable[[], bool]
) -> tuple[AnalysisOutcome | None, str | None]:
    """A task's outcome, or the sentence about its failure."""
    from fer_web.jobs.results import analyze_into

    try:
        outcome = analyze_into(
            task.folder,
            task.path,
            model,
            options=plan.options,
            annotate=plan.annotate,
            overwrite=plan.overwrite,
            excel=plan.excel,
            on_note=lambda note: tell("noted", note),
            on_progress=lambda done_s, total_s: tell("advanced", done_s, total_s),
            should_stop=should_stop,
        )
    except FerError as error:
        return None, str(error)
    except OSError as error:
        return None, f"{shown_path(os.fsdecode(error.filename or task.folder))}: {error.strerror or error}"
    except Exception as error:  # a bug: told, so that the other videos are still done
        log.exception("%s: the analysis failed", shown_path(task.path))
        return None, f"the analysis failed: {error!r}"
    return outcome, None


@dataclass(eq=False)
class _Worker:
    """A process of a crew, and what it works on."""

    slot: int
    process: BaseProcess
    connection: Connection
    task: Task | None = None


@dataclass(eq=False)
class _Crew:
    """Processes that take tasks from a queue. A process that dies fails its task; another takes its place."""

    plan: Plan
    listener: Listener
    size: int
    should_stop: Callable[[], bool]
    workers: list[_Worker] = field(default_factory=list)

    def run(self, tasks: deque[Task]) -> None:
        is_stopping = False
        self.workers = [self._hire(slot) for slot in range(self.size)]
        try:
            while True:
                if not is_stopping and self.should_stop():
                    is_stopping = True
                    tasks.clear()
                    for worker in self.workers:
                        _send(worker, None)
                self._hand_out(tasks)
                busy = [worker.connection for worker in self.workers if worker.task is not None]
                if not busy:
                    return
                ready = wait(busy, timeout=TELL_EVERY_S)
                for worker in [worker for worker in self.workers if worker.connection in ready]:
                    self._hear(worker)
        finally:
            for worker in self.workers:
                _dismiss(worker)

    def _hire(self, slot: int) -> _Worker:
        # A fresh interpreter: TensorFlow and FFmpeg do not survive a fork.
        context = multiprocessing.get_context("spawn")
        ours, theirs = context.Pipe()
        process = context.Process(target=_serve, args=(theirs, self.plan), name=f"videos-{slot}", daemon=True)
        process.start()
        theirs.close()
        return _Worker(slot, process, ours)

    def _hand_out(self, tasks: deque[Task]) -> None:
        for worker in self.workers:
            if tasks and worker.task is None:
                worker.task = tasks.popleft()
                self.listener.began(worker.slot, worker.task)
                _send(worker, worker.task)

    def _hear(self, worker: _Worker) -> None:
        task = worker.task
        if task is None:
            return
        try:
            what, *values = worker.connection.recv()
        except (EOFError, OSError):
            self._replace(worker, task)
            return
        if what == "noted":
            self.listener.noted(worker.slot, task, *values)
        elif what == "advanced":
            self.listener.advanced(worker.slot, task, *values)
        else:
            worker.task = None
            self.listener.ended(worker.slot, task, *values)

    def _replace(self, worker: _Worker, task: Task) -> None:
        """Somebody killed the process, or a library crashed in it: its video can be gone on with by another run."""
        worker.process.join()
        code = worker.process.exitcode or 0
        reason = f"was ended by signal {-code}" if code < 0 else f"ended with code {code}"
        worker.task = None
        self.listener.ended(worker.slot, task, None, f"its process {reason}; run the command again to go on")
        worker.connection.close()
        self.workers[self.workers.index(worker)] = self._hire(worker.slot)


def _send(worker: _Worker, message: Task | None) -> None:
    try:
        worker.connection.send(message)
    except OSError:
        log.debug("%s has ended", worker.process.name)  # noticed when it is listened to


def _dismiss(worker: _Worker) -> None:
    """A worker at rest ends when its connection is closed; one at work, after the picture that it is at."""
    worker.connection.close()
    worker.process.join()


def _serve(connection: Connection, plan: Plan) -> None:
    """The life of a worker: tasks come in, news and outcomes go out; None, or the other end closed, means stop."""
    from fer_web.jobs.results import LazyModel

    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches all processes; the first one says what is to be done
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    boss = _Boss(connection)
    model: LazyModel | None = None
    while (task := boss.next_task()) is not None:
        try:
            model = model or LazyModel(plan.models_dir, plan.model, plan.engine)
            ended = _work(task, plan, model, boss.tell, boss.wants_stop)
        except FerError as error:
            ended = None, str(error)
        boss.tell("ended", *ended)


class _Boss:
    """The other end of a worker's connection."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_over = False
        self._told = 0.0

    def next_task(self) -> Task | None:
        """Waits for it; None when there is to be none any more."""
        if self._is_over:
            return None
        try:
            task: Task | None = self._connection.recv()
        except (EOFError, OSError):
            return None
        return task

    def wants_stop(self) -> bool:
        """Whether anything was said while at work, which can only be that, or nobody is there any more."""
        self._is_over = self._is_over or self._connection.poll()
        return self._is_over

    def tell(self, what: str, *values: Any) -> None:
        if what == "advanced":
            if time.monotonic() - self._told < TELL_EVERY_S:
                return
            self._told = time.monotonic()
        try:
            self._connection.send((what, *values))
        except OSError:
            self._is_over = True
