"""Brakes on an address: after a few wrong tokens it waits, and it asks no more than so often."""

from __future__ import annotations

import ipaddress
import math
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
            times = self._failures.get(household(address))
            if times is None or len(times) < FAILURES:
                return 0
            left_s = times[0] + WINDOW_S - self._clock()
            return max(0, -int(-left_s // 1))

    def failed(self, address: str) -> None:
        """Remember a wrong guess."""
        network = household(address)
        with self._lock:
            self._failures.setdefault(network, deque(maxlen=FAILURES)).append(self._clock())
            self._failures.move_to_end(network)
            while len(self._failures) > ADDRESSES:
                self._failures.popitem(last=False)


class RequestRate:
    """How many requests an address may send: `per_minute` at once after a pause, and as many a minute; 0 for any.

    A bucket for each address that fills again by itself; any thread may ask, one lock guards the memory.
    """

    def __init__(self, per_minute: int = 0, clock: Callable[[], float] = time.monotonic) -> None:
        self._per_minute = per_minute
        self._clock = clock
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()  # requests that are left, and since when
        self._lock = Lock()

    def wait_s(self, address: str) -> int:
        """Count a request: how many whole seconds it came too early, 0 when it was in time."""
        if not self._per_minute:
            return 0
        network, now_s = household(address), self._clock()
        with self._lock:
            left, since_s = self._buckets.pop(network, (float(self._per_minute), now_s))
            left = min(self._per_minute, left + (now_s - since_s) * self._per_minute / 60)
            is_in_time = left >= 1
            self._buckets[network] = (left - is_in_time, now_s)
            if len(self._buckets) > ADDRESSES:
                self._buckets.popitem(last=False)
        return 0 if is_in_time else math.ceil((1 - left) * 60 / self._per_minute)


def household(address: str) -> str:
    """Who is counted: an IPv6 client owns its whole /64; an IPv4 one counts alone, also where it is told as IPv6."""
    try:
        parsed = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((int(parsed), 64), strict=False))
