"""Uploaded videos on their way: a file under a random name from the first byte until the analysis has ended."""

from __future__ import annotations

import contextlib
import secrets
import shutil
import time
from collections.abc import Collection
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

from fer_web.errors import EmptyVideo, NoSpace, NotAVideo, VideoTooLarge
from fer_web.sources.video_kinds import HEAD_BYTES, is_video, why_no_video
from fer_web.store import telling_of_files

NAME_BYTES = 18
# What stays free on the disk for everything else: the database, above all.
RESERVE_BYTES = 200_000_000
# A file of nobody's is deleted at this age: a younger one may belong to an upload that goes on in another process.
ORPHAN_S = 300.0


class UploadFolder:
    """The folder of the videos that wait or are being analyzed; it is made for the first of them.

    Files are known by their random names: what a browser calls a file never becomes a path.
    """

    def __init__(self, folder: Path, max_bytes: int, reserve_bytes: int = RESERVE_BYTES) -> None:
        self.folder = folder
        self.max_bytes = max_bytes
        self._reserve_bytes = reserve_bytes

    def receive(self, expected_bytes: int | None = None) -> Incoming:
        """A file to write an upload to; RequestError when one of `expected_bytes` is too large or finds no space.

        StoreError when nothing can be written at all.
        """
        if expected_bytes is not None and expected_bytes > self.max_bytes:
            raise _too_large(self.max_bytes)
        with telling_of_files(self.folder):
            make_private(self.folder)
            if shutil.disk_usage(self.folder).free - (expected_bytes or 0) < self._reserve_bytes:
                raise NoSpace()
            return Incoming(self.folder / secrets.token_urlsafe(NAME_BYTES), self.max_bytes)

    def path(self, name: str) -> Path:
        """Where the file of that name lies, or would."""
        return self.folder / Path(name).name

    def discard(self, name: str | None) -> None:
        """Delete a file; none is as good.

        What cannot be deleted now is left for `sweep`: on Windows, one that is still being read.
        """
        if name:
            with contextlib.suppress(OSError):
                self.path(name).unlink(missing_ok=True)

    def sweep(self, keep: Collection[str], orphan_s: float = ORPHAN_S) -> int:
        """Delete what belongs to no job and has not been written to for `orphan_s`; how many that were."""
        if not self.folder.is_dir():
            return 0
        limit_s = time.time() - orphan_s
        kept = {Path(name).name for name in keep}
        orphans = [
            path
            for path in self.folder.iterdir()
            if path.name.partition(".")[0] not in kept and _written_s(path) < limit_s
        ]
        for path in orphans:
            self.discard(path.name)
        return len(orphans)


class Incoming:
    """An upload that is being written; it deletes itself unless it is kept. `write` is all that a form parser needs.

    RequestError from `write` as soon as it is too large or is no video; StoreFull when the disk is full.
    """

    def __init__(self, path: Path, max_bytes: int) -> None:
        self.path = path
        self.size = 0
        self._max_bytes = max_bytes
        self._head = b""
        self._is_kept = False
        self._file: BinaryIO = path.open("xb")

    @property
    def name(self) -> str:
        return self.path.name

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > self._max_bytes:
            raise _too_large(self._max_bytes)
        if len(self._head) < HEAD_BYTES:
            self._look_at(data)
        with telling_of_files(self.path.parent):
            written = self._file.write(data)
            self._file.flush()  # however slowly it comes, it is seen to be written to
            return written

    def seek(self, offset: int, whence: int = 0) -> int:
        """Form parsers rewind what they have written."""
        return self._file.seek(offset, whence)

    def check(self) -> None:
        """It is complete; RequestError when it is no video after all."""
        with telling_of_files(self.path.parent):
            self._file.close()
        if not self.size:
            raise EmptyVideo()
        if not is_video(self._head):
            raise _no_video(self._head)

    def keep(self) -> None:
        """A job works on it: `close` leaves it alone."""
        self._is_kept = True

    def close(self) -> None:
        """Delete it unless it was kept."""
        with contextlib.suppress(OSError):  # the last bytes found no space
            self._file.close()
        if not self._is_kept:
            self.path.unlink(missing_ok=True)

    def _look_at(self, data: bytes) -> None:
        """Refuse early what is no video: before gigabytes of it have come."""
        self._head = (self._head + data)[:HEAD_BYTES]
        if len(self._head) == HEAD_BYTES and not is_video(self._head):
            raise _no_video(self._head)

    def __enter__(self) -> Incoming:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()


def make_private(folder: Path) -> None:
    """A folder in the data folder, and that one too, for this user alone."""
    folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.mkdir(mode=0o700, exist_ok=True)


def _written_s(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # it has gone meanwhile
        return time.time()


def _too_large(max_bytes: int) -> VideoTooLarge:
    return VideoTooLarge(f"the video has more than {max_bytes:,} bytes (FER_VIDEO_MAX_BYTES)")


def _no_video(head: bytes) -> NotAVideo:
    return NotAVideo(why_no_video(head).removeprefix("is "))
