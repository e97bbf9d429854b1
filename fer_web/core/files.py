"""What is at a place that somebody names: a Path's own methods raise for names that are too long, and in folders that
may not be looked into.
"""

from __future__ import annotations

import os
from pathlib import Path


def is_file(place: Path | str) -> bool:
    return os.path.isfile(place)  # noqa: PTH113


def is_folder(place: Path | str) -> bool:
    return os.path.isdir(place)  # noqa: PTH112


def is_there(place: Path | str) -> bool:
    return os.path.exists(place)  # noqa: PTH110
