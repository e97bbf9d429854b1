"""How long a client may take: deadlines and the least rates of what it sends and reads."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock

from fer_web.errors import BusyError

# Transfers that keep a thread waiting for the network: videos that arrive, long exports that somebody slow reads.
# Half of the threads that viewers can never take, so that everything else has the other half.
SLOW_TRANSFERS = 8
# One that has run this long is known well enough to be called slow.
KNOWN_AFTER_S = 3.0
# What is faster keeps its place also when others want it: about 1 Mbit/s.
FAST_BYTES_PER_S = 125_000.0


@dataclass(frozen=True, slots=True)
class WaitLimits:
    """What is waited for: `head_s` for a whole head, `stall_s` for the next bytes of a body or of a reader.

    Over its whole time a transfer moves at least `bytes_per_s`, after `stall_s` that are free.
    """

    head_s: float = 10.0
    stall_s: float = 20.0
    bytes_per_s: float = 2_000.0


class TransferRate:
    """How fast one transfer is; whoever runs it tells what has `moved`."""

    def __init__(self, patience: WaitLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._patience = patience
        self._clock = clock
        self._started_s = self._last_s = clock()
        self._bytes = 0

    def moved(self, count: int) -> None:
        self._bytes += count
        if count:
            self._last_s = self._clock()

    @property
    def left_s(self) -> float:
        """The seconds until it is too slow, if nothing moves; negative when it is."""
        now_s, patience = self._clock(), self._patience
        at_all_s = self._started_s + patience.stall_s + self._bytes / patience.bytes_per_s
        return min(at_all_s, self._last_s + patience.stall_s) - now_s

    @property
    def age_s(self) -> float:
        return self._clock() - self._started_s

    @property
    def rate(self) -> float:
        """Bytes a second so far."""
        return self._bytes / max(self.age_s, 1e-3)


class SlowTransfers:
    """The places of transfers that keep a thread; one lock guards them.

    Whoever wants one while all are taken gets the slowest one's, if that is slow indeed: its transfer is cut.
    """

    def __init__(self, places: int = SLOW_TRANSFERS) -> None:
        self._places = places
        self._running: dict[TransferRate, Callable[[], None]] = {}
        self._lock = Lock()

    @contextmanager
    def place(self, pace: TransferRate, cut: Callable[[], None]) -> Iterator[None]:
        """Hold one; BusyError when all belong to transfers that are fast enough, or too young to tell."""
        with self._lock:
            if len(self._running) >= self._places:
                self._cut_slowest()
            self._running[pace] = cut
        try:
            yield
        finally:
            with self._lock:
                self._running.pop(pace, None)

    def _cut_slowest(self) -> None:
        known = [pace for pace in self._running if pace.age_s > KNOWN_AFTER_S]
        slowest = min(known, key=lambda pace: pace.rate, default=None)
        if slowest is None or slowest.rate > FAST_BYTES_PER_S:
            raise BusyError("too many large transfers are running; try again in a few seconds")
        self._running.pop(slowest)()
