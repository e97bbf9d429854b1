"""A few threads that work for many people, who all get the same share of them."""

from __future__ import annotations

import heapq
import itertools
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass, field
from threading import Condition, Thread
from typing import Any, TypeVar

from fer_web.errors import BusyError

A = TypeVar("A")
T = TypeVar("T")


@dataclass(slots=True, eq=False)
class ServedTime:
    """How much somebody has been served, in seconds of work; whoever comes late starts where the others are."""

    served_s: float = 0.0


@dataclass(order=True, slots=True)
class _Turn:
    served_s: float
    order: int
    share: ServedTime = field(compare=False)
    work: Callable[[], Any] = field(compare=False)
    answer: Future[Any] = field(compare=False, default_factory=Future)


class Turns:
    """`workers` threads, started when they are first needed; any thread may ask, one condition guards the queue.

    The next turn belongs to whoever has been served least (Goyal, Vin and Cheng 1996, "Start-time Fair Queueing"): work
    that takes ten times as long gets every tenth turn, and nobody saves up turns by staying away.
    """

    def __init__(self, workers: int, clock: Callable[[], float] = time.perf_counter) -> None:
        self._workers = workers
        self._clock = clock
        self._changed = Condition()
        self._waiting: list[_Turn] = []
        self._order = itertools.count()
        self._now_s = 0.0  # how much the one whose turn it is had been served
        self._threads: list[Thread] = []
        self._is_closed = False

    def run(self, share: ServedTime, work: Callable[[], T]) -> T:
        """What `work` answers or raises, once it was done; BusyError when the service is stopping."""
        answer: Future[T] = Future()
        with self._changed:
            if self._is_closed:
                raise BusyError("the service is stopping")
            share.served_s = max(share.served_s, self._now_s)
            heapq.heappush(self._waiting, _Turn(share.served_s, next(self._order), share, work, answer))
            if len(self._threads) < self._workers:
                self._start_one()
            self._changed.notify()
        return answer.result()

    def shared(self, work: Callable[[A], T]) -> Callable[[A], T]:
        """The same work, done when it is its turn; all calls together have one share."""
        share = ServedTime()
        return lambda given: self.run(share, lambda: work(given))

    def close(self) -> None:
        """Refuse whoever waits for a turn, and end the threads when they have done their work; returns at once."""
        with self._changed:
            self._is_closed = True
            waiting, self._waiting = self._waiting, []
            self._changed.notify_all()
        for task in waiting:
            task.answer.set_exception(BusyError("the service is stopping"))

    def _start_one(self) -> None:
        thread = Thread(target=self._work, name=f"turns-{len(self._threads)}", daemon=True)
        self._threads.append(thread)
        thread.start()

    def _work(self) -> None:
        while (task := self._next()) is not None:
            self._do(task)

    def _next(self) -> _Turn | None:
        with self._changed:
            self._changed.wait_for(lambda: self._waiting or self._is_closed)
            if not self._waiting:
                return None
            task = heapq.heappop(self._waiting)
            self._now_s = max(self._now_s, task.served_s)
            return task

    def _do(self, task: _Turn) -> None:
        started_s = self._clock()
        answer: Any = None
        failure: BaseException | None = None
        try:
            answer = task.work()
        except BaseException as error:  # handed on to whoever asked for it
            failure = error
        with self._changed:
            task.share.served_s += self._clock() - started_s
        if failure is None:
            task.answer.set_result(answer)
        else:
            task.answer.set_exception(failure)
