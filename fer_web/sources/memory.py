"""How much memory is left, and the sentence for pictures that were too large for it."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from fer_web.core import Size

_CGROUP, _MEMINFO, _STATM = Path("/sys/fs/cgroup"), Path("/proc/meminfo"), Path("/proc/self/statm")
_MB = 1_000_000


def free_memory_bytes() -> int | None:
    """What this process may still take of the machine's, its container's and its own memory; None when not known."""
    return min(_limits(), default=None)


def is_crash(error: BaseException) -> bool:
    """Whether a codec gave up for want of memory: `ExternalError` is all that FFmpeg says of a library's failure."""
    from av.error import ExternalError

    return isinstance(error, (MemoryError, ExternalError))


def reason_of(error: Exception, size: Size | None = None) -> str:
    """Why a codec failed, for people; `size` is that of its pictures."""
    if is_crash(error):
        frames = f"frames of {size[0]} x {size[1]} pixels are" if size else "its frames are"
        free = free_memory_bytes()
        at = "" if free is None else f" ({free // _MB:,} MB free)"
        return f"{frames} too large for this machine's memory{at}; reduce their size"
    return str(getattr(error, "strerror", None) or error or type(error).__name__).lower()


def _limits() -> Iterator[int]:
    with suppress(OSError, ValueError, IndexError):
        available = next(line for line in _MEMINFO.read_text().splitlines() if line.startswith("MemAvailable"))
        yield int(available.split()[1]) * 1024
    with suppress(OSError, ValueError):  # "max" where a container has no limit
        limit = int((_CGROUP / "memory.max").read_text())
        yield max(0, limit - int((_CGROUP / "memory.current").read_text()))
    if sys.platform != "win32":
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        with suppress(OSError, ValueError):
            if limit != resource.RLIM_INFINITY:
                yield max(0, limit - int(_STATM.read_text().split()[0]) * resource.getpagesize())
