"""Whether a path that a user gave leads to a file or a folder.

A Path's own methods raise an error for names that are too long, and in folders without permission.
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
