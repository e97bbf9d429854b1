"""Work in a process of its own, which may crash, hang or be killed: whoever waits for it learns how it ended."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable
from concurrent.futures import CancelledError
from concurrent.futures import TimeoutError as FutureTimeoutError
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from threading import Lock, Thread
from typing import Any, TypeVar

from pebble import ProcessExpired, ProcessFuture, ProcessPool

from fer_web.errors import WorkerLost

T = TypeVar("T")

# How often it is looked whether anybody is still at work.
CHECK_S = 1.0
# A fresh interpreter: TensorFlow and FFmpeg do not survive a fork.
SPAWN = multiprocessing.get_context("spawn")


class Supervisor:
    """One process for one piece of work after the other: there from the first one until `rest`, replaced if it dies.

    Any thread may call anything; one lock guards the pool. Work and its values, secrets too, go through a pipe: no
    argument and no environment variable tells others of them. `prepare(*values)` is called in each process first. When
    this process ends, however it ends, the other one does, too.
    """

    def __init__(self, prepare: Callable[..., object] | None = None, *values: Any, niceness: int = 0) -> None:
        self._begin = (niceness, prepare, values)
        self._lock = Lock()
        self._pool: ProcessPool | None = None
        self._future: ProcessFuture[Any] | None = None
        self._is_closed = False

    def start(self, work: Callable[..., T], *values: Any, limit_s: float | None = None) -> ProcessFuture[T]:
        """Have it worked on, one at a time; killed after `limit_s`."""
        with self._lock:
            if self._is_closed:
                raise CancelledError
            if self._pool is None or not self._pool.active:  # it breaks when its process dies at rest
                self._stop()
                self._pool = ProcessPool(1, initializer=_begin, initargs=self._begin, context=SPAWN)
            future = self._pool.schedule(work, values, timeout=limit_s)
            self._future = future
            return future

    def answer_of(self, future: ProcessFuture[T]) -> T:
        """What the work has answered; WorkerLost when its process ended before, CancelledError when we ended it."""
        try:
            while not _is_done(future, CHECK_S):
                self._check(future)
            return future.result()
        except (ProcessExpired, BrokenProcessPool, FutureTimeoutError) as death:
            with self._lock:  # which is held until a process that we end has ended
                if future is not self._future:
                    raise CancelledError from death
                self._stop()  # what it had locked of the pool's pipe stays locked: the next one gets another pipe
            raise _lost(death) from death

    def _check(self, future: ProcessFuture[Any]) -> None:
        """A pool that breaks just when it is given work forgets the work: BrokenProcessPool then."""
        with self._lock:
            is_forgotten = future is self._future and (self._pool is None or not self._pool.active)
        if is_forgotten and not future.done():
            raise BrokenProcessPool("the process died at rest")

    def rest(self) -> None:
        """End the process, whatever it is at; the next work starts another one."""
        with self._lock:
            self._stop()

    def close(self) -> None:
        """The same, for good."""
        with self._lock:
            self._is_closed = True
            self._stop()

    def _stop(self) -> None:
        pool, self._pool = self._pool, None
        future, self._future = self._future, None
        if pool is not None:
            pool.stop()
            pool.join()
        if future is not None:
            future.cancel()  # now that nobody is at work on it


def _is_done(future: ProcessFuture[Any], timeout_s: float) -> bool:
    """After `timeout_s` at most. (`concurrent.futures.wait` does not hear of those that were canceled.)"""
    with suppress(CancelledError, FutureTimeoutError):
        future.exception(timeout_s)
    return future.done()


def _lost(death: Exception) -> WorkerLost:
    if isinstance(death, ProcessExpired):
        return WorkerLost(_how_it_ended(death.exitcode), death.exitcode)
    return WorkerLost("before it began" if isinstance(death, BrokenProcessPool) else "it took too long")


def _how_it_ended(code: int) -> str:
    """For people."""
    if code >= 0:
        return f"exit code {code}"
    with suppress(ValueError):
        name = signal.Signals(-code).name
        return f"{name}, probably out of memory" if name == "SIGKILL" else name
    return f"signal {-code}"


def _begin(niceness: int, prepare: Callable[..., object] | None, values: tuple[Any, ...]) -> None:
    """The first that happens in a new process."""
    Thread(target=_end_with_parent, name="parent", daemon=True).start()
    if niceness and hasattr(os, "nice"):
        with suppress(OSError):
            os.nice(niceness)
    if prepare is not None:
        prepare(*values)


def _end_with_parent() -> None:
    """Whatever is being done can be gone on with: a process that nobody listens to need not be polite."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)
