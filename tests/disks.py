"""Real file systems that cannot be written, or are small. Mounting needs root; without it, tests that need it skip."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

NOBODY = 65534


def _mount(*arguments: str | Path) -> None:
    try:
        done = subprocess.run(["mount", *arguments], capture_output=True, check=False)
    except FileNotFoundError:
        pytest.skip("this system has no mount")
    if done.returncode:
        pytest.skip(f"a file system can be mounted by root only: {done.stderr.decode().strip()}")


@contextmanager
def read_only(folder: Path, at: Path | None = None) -> Iterator[Path]:
    """The folder as on a read-only disk: in its own place, or `at` another, where others see it."""
    place = at or folder
    place.mkdir(exist_ok=True)
    _mount("--bind", folder, place)
    try:
        _mount("-o", "remount,bind,ro", place)
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)


@contextmanager
def small(folder: Path, size: str) -> Iterator[Path]:
    """A file system of its own that holds no more than that."""
    folder.mkdir(exist_ok=True)
    _mount("-t", "tmpfs", "-o", f"size={size}", "tmpfs", folder)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", folder], check=True)


@contextmanager
def somebody_else() -> Iterator[None]:
    """As a user who owns nothing here; root may write everywhere."""
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    os.seteuid(NOBODY)
    try:
        yield
    finally:
        os.seteuid(0)
