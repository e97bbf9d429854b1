"""Who leaves when there is no room for everybody, and how much room there is."""

from __future__ import annotations

import contextlib
import time
from collections import Counter
from collections.abc import Callable, Iterable

from fer_web.web.streaming.connection import Connection, Phase

# Files, cameras, the database and pipes beside the connections.
OTHER_FILES = 256


def costliest(connections: Iterable[Connection], weight: Callable[[Connection], int]) -> Connection | None:
    """Of those who wait, the one that has weighed most for longest, at the address that weighs most; None if none."""
    waiting = [conn for conn in connections if conn.phase is not Phase.BUSY and weight(conn)]
    shares: Counter[str] = Counter()
    for conn in waiting:
        shares[conn.address] += weight(conn)
    heaviest = max(shares, key=shares.__getitem__, default=None)
    of_heaviest = [conn for conn in waiting if conn.address == heaviest]
    now_s = time.monotonic()
    return max(of_heaviest, key=lambda conn: weight(conn) * (now_s - conn.since_s), default=None)


def allow_files(connections: int) -> None:
    """Let this process have so many connections open, and what else it needs, where the system allows it."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    count = connections + OTHER_FILES
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
