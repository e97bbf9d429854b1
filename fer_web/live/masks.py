"""The cameras' masks: kept in a file, so that a restart shows nothing that was hidden."""

from __future__ import annotations

import errno
import json
import logging
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Lock

from filelock import FileLock, Timeout

from fer_web.core.mask import Mask, mask_of
from fer_web.errors import SettingsError, StoreError, StoreFull, StoreReadOnly

log = logging.getLogger(__name__)

FILE = "masks.json"
# Many times what all masks of a hundred cameras take.
MOST_BYTES = 2_000_000
# How often the file is looked at for what another process has changed, and how long a change waits for another one.
LOOK_S, WAIT_S = 1.0, 5.0


class Masks:
    """Each camera's mask by its name. Any thread may ask; one lock guards the changes and the file.

    Several processes may share the file: a change of one holds in all of them after a second. Masks of cameras that are
    not there now stay in it. SettingsError when it cannot be understood: without it, what was hidden would be seen.
    """

    def __init__(self, path: Path | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._path = path
        self._clock = clock
        self._lock = Lock()
        self._looked_s = clock()
        self._seen = _version(path)
        self._refused: tuple[int, ...] | None = None
        self._masks = {} if path is None else _read(path) or {}  # without a file, nothing was ever hidden

    def of(self, camera: str) -> Mask:
        """The camera's mask; empty for none."""
        if self._path is not None and self._clock() - self._looked_s >= LOOK_S and self._lock.acquire(blocking=False):
            try:
                self._read_again(self._path)
            finally:
                self._lock.release()
        return self._masks.get(camera, ())

    def change(self, camera: str, mask: Mask) -> None:
        """From the next frame on this is the camera's mask; StoreError, and no change, when it cannot be kept."""
        with self._lock:
            if self._path is None:
                self._masks = {**self._masks, camera: mask}
                return
            with _alone(self._path):
                self._read_again(self._path)
                masks = {name: kept for name, kept in {**self._masks, camera: mask}.items() if kept}
                _write(self._path, masks)
                self._masks, self._seen = masks, _version(self._path)

    def _read_again(self, path: Path) -> None:
        """Take in what another process has changed. What was hidden stays so, if its file is gone or is none now."""
        self._looked_s = self._clock()
        version = _version(path)
        if version in (None, self._seen):
            return
        try:
            found = _read(path)
        except SettingsError as error:  # tried again: it may be a network folder that does not answer just now
            if version != self._refused:
                log.error("What was hidden before stays hidden: %s", error)
            self._refused = version
            return
        self._seen = version
        self._masks = self._masks if found is None else found


def _version(path: Path | None) -> tuple[int, ...] | None:
    """What differs after each change of the file; None where there is none."""
    try:
        status = None if path is None else path.stat()
    except OSError:
        return None
    return None if status is None else (status.st_ino, status.st_mtime_ns, status.st_size)


@contextmanager
def _alone(path: Path) -> Iterator[None]:
    """While no other process changes the file; StoreError when that takes too long, or it cannot be changed."""
    lock = FileLock(path.with_name(f".{path.name}.lock"), WAIT_S, mode=0o600)
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with lock:
            yield
    except Timeout as error:
        raise StoreError("the mask was not changed, because another process is changing one: try again") from error
    except OSError as error:
        kind = {errno.ENOSPC: StoreFull, errno.EROFS: StoreReadOnly, errno.EACCES: StoreReadOnly}
        told = f"the mask was not changed, because {path} cannot be written: {error.strerror}"
        raise kind.get(error.errno or 0, StoreError)(told) from error


def _read(path: Path) -> dict[str, Mask] | None:
    """What a file holds; None when there is none."""
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise SettingsError(f"the masks in {path} cannot be read: {error.strerror}") from error
    try:
        if len(text) > MOST_BYTES:
            raise ValueError(f"it has more than {MOST_BYTES:,} bytes")
        return {str(name): mask_of(polygons) for name, polygons in json.loads(text).items()}
    except (ValueError, AttributeError, RecursionError) as error:
        raise SettingsError(
            f"the masks in {path} cannot be used ({error}): correct the file, or delete it to show whole pictures"
        ) from error


def _write(path: Path, masks: dict[str, Mask]) -> None:
    """Replace the file at once: whoever reads it sees the old masks or the new ones."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with beside.open("w", encoding="utf-8") as file:
            json.dump(masks, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError:
        with suppress(OSError):
            beside.unlink()
        raise
