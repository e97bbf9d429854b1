"""Threads for a picture's faces: the networks let other threads run, so two faces take little longer than one."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from functools import lru_cache
from typing import TypeVar

A = TypeVar("A")
B = TypeVar("B")

# More threads than this share one picture's faces badly.
MOST_THREADS = 4


def aside(work: Callable[[], B]) -> Future[B]:
    """The work, done by another thread meanwhile."""
    return _crew().submit(work)


def each(work: Callable[[A], B], values: Iterable[A]) -> list[B]:
    """The answers for all values, in their order; the first one is found in this thread, the others beside it."""
    waiting = list(values)
    if not waiting:
        return []
    others = [_crew().submit(work, value) for value in waiting[1:]]
    return [work(waiting[0]), *(other.result() for other in others)]


def dismiss_crew() -> None:
    """Let its threads end, which wait for work otherwise; whoever needs some later gets new ones."""
    if _crew.cache_info().currsize:
        _crew().shutdown(wait=False)
        _crew.cache_clear()


@lru_cache(maxsize=1)
def _crew() -> ThreadPoolExecutor:
    return ThreadPoolExecutor(min(MOST_THREADS, os.cpu_count() or 1), "vision")
