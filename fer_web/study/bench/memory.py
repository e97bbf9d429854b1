"""How much memory this process holds."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def peak_mib() -> float:
    """The most that was ever resident, in MiB; nan where the system does not say."""
    if sys.platform == "win32":
        return float("nan")
    import resource

    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return peak / 2**20 if sys.platform == "darwin" else peak / 2**10


def resident_mib() -> float:
    """What is resident now, in MiB; the peak where the system does not tell it cheaply."""
    statm = Path("/proc/self/statm")
    if not statm.exists():
        return peak_mib()
    return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
