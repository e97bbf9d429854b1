"""Files that are there whole or not at all, so that a program can be stopped at any moment."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray


def write_text(path: Path, text: str) -> None:
    """A text in UTF-8."""
    _write(path, lambda file: file.write(text.encode()))


def write_bytes(path: Path, content: bytes) -> None:
    """Bytes as they are."""
    _write(path, lambda file: file.write(content))


def write_array(path: Path, array: NDArray[Any]) -> None:
    """An `.npy`."""
    _write(path, lambda file: np.save(file, array))


def write_arrays(path: Path, arrays: Mapping[str, Any]) -> None:
    """An `.npz`."""
    _write(path, lambda file: np.savez(file, **arrays))


def _write(path: Path, write: Callable[[BinaryIO], object]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.partial")
    with partial.open("wb") as file:
        write(file)
    partial.replace(path)
