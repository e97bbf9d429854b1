"""Stopping, many times, at different moments: does the service end by itself, in time and without a word?"""

from __future__ import annotations

import random
import signal
import time
from collections import Counter
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field

from tqdm import tqdm

from fer_web.study.bench.faults.table import FaultOptions, FaultTable, tracebacks
from fer_web.study.bench.serving import Served, started
from fer_web.study.bench.viewer_load import ViewerLoad

# What a log holds when a process has not ended by itself.
ABORTS = ("SIGABRT", "terminate called", "exception not rethrown", "SIGSEGV")
KILLS = ("SIGKILL",)
VIEWERS = 4
WATCH_S = 1.0
# A stop while everything is being loaded comes within this time of the first answer.
LOADING_S = 6.0
PATIENCE_S = 60.0


def _while_watched(server: Served, chance: random.Random, stack: ExitStack) -> None:
    del chance
    server.wait_until()
    crowd = stack.enter_context(ViewerLoad(server.port, "/stream", VIEWERS))
    crowd.read(WATCH_S)


def _when_idle(server: Served, chance: random.Random, stack: ExitStack) -> None:
    del chance, stack
    server.wait_until()


def _while_loading(server: Served, chance: random.Random, stack: ExitStack) -> None:
    del stack
    server.wait_until("/health/live")
    time.sleep(chance.uniform(0, LOADING_S))


MOMENTS: dict[str, Callable[[Served, random.Random, ExitStack], None]] = {
    f"{VIEWERS} viewers watch": _while_watched,
    "nobody is there": _when_idle,
    "it is loading": _while_loading,
}
# Of each ten stops.
SHARES = (6, 2, 2)


@dataclass(slots=True)
class _Stops:
    """What came of the stops at one moment."""

    seconds: list[float] = field(default_factory=list)
    codes: Counter[int] = field(default_factory=Counter)
    aborts: int = 0
    kills: int = 0
    tracebacks: int = 0

    def note(self, server: Served, seconds: float, code: int) -> None:
        log = server.said()
        self.seconds.append(seconds)
        self.codes[code] += 1
        self.aborts += any(word in log for word in ABORTS)
        self.kills += any(word in log for word in KILLS)
        self.tracebacks += tracebacks(log)


def run_stops(options: FaultOptions) -> FaultTable:
    """SIGTERM again and again, each time to a new server."""
    head = ("SIGTERM while", "stops", "exit code 0", "aborts", "killed", "tracebacks", "median", "slowest")
    table = FaultTable(f"{options.stops} stops", head)
    chance = random.Random(options.seed)  # noqa: S311 - it is to come again
    moments = [moment for moment, share in zip(MOMENTS, SHARES, strict=True) for _ in range(share)]
    found = {moment: _Stops() for moment in MOMENTS}
    for number in tqdm(range(options.stops), desc="stops", unit="stop"):
        moment = moments[number % len(moments)]
        _stop(options, MOMENTS[moment], found[moment], chance)
    for moment, stops in found.items():
        if stops.seconds:
            _add(table, moment, stops)
    return table


def _stop(
    options: FaultOptions,
    come_to: Callable[[Served, random.Random, ExitStack], None],
    stops: _Stops,
    chance: random.Random,
) -> None:
    with started(options.settings(LOG_LEVEL="info")) as server, ExitStack() as stack:
        come_to(server, chance, stack)
        started_s = time.monotonic()
        server.process.send_signal(signal.SIGTERM)
        code = server.process.wait(PATIENCE_S)
        stops.note(server, time.monotonic() - started_s, code)


def _add(table: FaultTable, moment: str, stops: _Stops) -> None:
    ordered = sorted(stops.seconds)
    count, median = len(ordered), ordered[len(ordered) // 2]
    table.add(
        moment,
        count,
        stops.codes[0],
        stops.aborts,
        stops.kills,
        stops.tracebacks,
        f"{median:.1f} s",
        f"{ordered[-1]:.1f} s",
    )
    table.expect(stops.codes[0] == count, f"while {moment}: exit codes {dict(stops.codes)}")
    table.expect(not stops.aborts + stops.kills + stops.tracebacks, f"while {moment}: it did not end by itself")
