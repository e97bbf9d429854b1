"""What runs in the worker process beside the service: job ids come in, a line each, until the input is closed.

Closed it is when the service ends, however it ends: so no worker outlives its service by more than a moment.
"""

from __future__ import annotations

import contextlib
import json
import os
from collections.abc import Callable, Iterator
from queue import SimpleQueue
from threading import Event, Thread
from typing import Any, TextIO, TypeAlias

from fer_web.jobs.process import DONE

READ_BYTES = 4096
NICENESS = 10  # the live picture comes first

# Runs a job, given its id, the worker's name and a question: whether to stop early because the service has gone.
Run: TypeAlias = Callable[[str, str, Callable[[], bool]], object]


def serve(prepare: Callable[[dict[str, Any]], Run]) -> None:
    """Work until the service lets go; `prepare` makes of its plan what runs a job."""
    answers = _own_output()
    _yield_to_others()
    lines = _lines()
    plan = json.loads(next(lines, "null"))
    if plan is None:  # the service has gone before it came to that
        return
    name = plan.pop("worker")
    run = prepare(plan)
    is_over = Event()
    for job_id in _ahead(lines, is_over):
        run(job_id, name, is_over.is_set)
        with contextlib.suppress(BrokenPipeError):
            print(DONE, file=answers, flush=True)


def _ahead(lines: Iterator[str], is_over: Event) -> Iterator[str]:
    """The lines as they come; a thread waits for them, so that the end is noticed in the middle of a job too."""
    read: SimpleQueue[str | None] = SimpleQueue()

    def wait() -> None:
        for line in lines:
            read.put(line)
        is_over.set()
        read.put(None)

    Thread(target=wait, name="input", daemon=True).start()
    while (line := read.get()) is not None and not is_over.is_set():
        yield line


def _lines() -> Iterator[str]:
    """What comes in, past `sys.stdin`: Python cannot end while a thread waits for that."""
    rest = b""
    while data := os.read(0, READ_BYTES):
        *whole, rest = (rest + data).split(b"\n")
        yield from (line.decode() for line in whole)


def _own_output() -> TextIO:
    """Standard output for answers alone: what libraries print goes to standard error from now on."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return answers


def _yield_to_others() -> None:
    if hasattr(os, "nice"):
        with contextlib.suppress(OSError):
            os.nice(NICENESS)
