"""A brake on guessing: after a few wrong tokens an address waits."""

from __future__ import annotations

import ipaddress
import time
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock

FAILURES = 10
WINDOW_S = 300.0
ADDRESSES = 1024  # remembered at most; the one that failed longest ago is forgotten first


class Throttle:
    """Counts failures per address over the last five minutes; any thread may ask, one lock guards the memory."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._failures: OrderedDict[str, deque[float]] = OrderedDict()
        self._lock = Lock()

    def wait_s(self, address: str) -> int:
        """How many whole seconds an address has to wait before it may try again; 0 when it may now."""
        with self._lock:
            times = self._failures.get(_network(address))
            if times is None or len(times) < FAILURES:
                return 0
            left_s = times[0] + WINDOW_S - self._clock()
            return max(0, -int(-left_s // 1))

    def failed(self, address: str) -> None:
        """Remember a wrong guess."""
        network = _network(address)
        with self._lock:
            self._failures.setdefault(network, deque(maxlen=FAILURES)).append(self._clock())
            self._failures.move_to_end(network)
            while len(self._failures) > ADDRESSES:
                self._failures.popitem(last=False)


def _network(address: str) -> str:
    """An IPv6 client owns its whole /64, so that is what is counted."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if parsed.version == 4:
        return address
    return str(ipaddress.ip_network((parsed, 64), strict=False))
