"""The cameras' masks: kept in a file, so that a restart shows nothing that was hidden."""

from __future__ import annotations

import errno
import json
import os
from contextlib import suppress
from pathlib import Path
from threading import Lock

from fer_web.core.mask import Mask, mask_of
from fer_web.errors import SettingsError, StoreError, StoreFull, StoreReadOnly

FILE = "masks.json"
# Many times what all masks of a hundred cameras take.
MOST_BYTES = 2_000_000


class Masks:
    """Each camera's mask by its name. Any thread may ask; one lock guards the changes and the file.

    Masks of cameras that are not there now stay in the file. SettingsError when it cannot be understood: without it,
    what was hidden would be seen.
    """

    def __init__(self, path: Path | None = None) -> None:
        self._path = path
        self._lock = Lock()
        self._masks = {} if path is None else _read(path)

    def of(self, camera: str) -> Mask:
        """The camera's mask; empty for none."""
        return self._masks.get(camera, ())

    def change(self, camera: str, mask: Mask) -> None:
        """From the next frame on this is the camera's mask; StoreError, and no change, when it cannot be kept."""
        with self._lock:
            masks = {**self._masks, camera: mask}
            changed = {name: kept for name, kept in masks.items() if kept}
            if self._path is not None:
                _write(self._path, changed)
            self._masks = changed


def _read(path: Path) -> dict[str, Mask]:
    try:
        with path.open("rb") as file:
            text = file.read(MOST_BYTES + 1)
    except (FileNotFoundError, NotADirectoryError):  # where there is no folder, nothing was ever hidden
        return {}
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
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with beside.open("w", encoding="utf-8") as file:
            json.dump(masks, file)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    except OSError as error:
        with suppress(OSError):
            beside.unlink()
        kind = {errno.ENOSPC: StoreFull, errno.EROFS: StoreReadOnly, errno.EACCES: StoreReadOnly}
        told = f"the mask was not changed, because {path} cannot be written: {error.strerror}"
        raise kind.get(error.errno or 0, StoreError)(told) from error
