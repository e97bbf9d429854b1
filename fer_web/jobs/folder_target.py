"""Where the command line's readings go: a folder, with a checkpoint that another run can go on from."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path

from filelock import FileLock, Timeout

from fer_web.analysis.annotate import drawn_path
from fer_web.analysis.video import BEGINNING, Position
from fer_web.core import Reading
from fer_web.core.text import shown_path
from fer_web.errors import DataError, VideoError
from fer_web.jobs.checkpoint import Checkpoint, CheckpointKey, size_of
from fer_web.reports import ReadingsWriter
from fer_web.reports.exports import EXPORTS

READINGS, SUMMARY, REPORT, ANNOTATED = "readings.csv", "summary.json", "report.html", "annotated.mp4"
EXCEL = "readings-excel.csv"
EXPORTED = tuple(file.name for export in EXPORTS.values() for file in export.files)
RESULTS = (READINGS, SUMMARY, REPORT, ANNOTATED)
STATE, LOCK = "state.json", ".lock"


class FolderTarget:
    """A folder with a file of readings, and the checkpoint in another one, which says how much of it counts.

    `note` says what an earlier run had to do with it. VideoError when the folder holds something else.
    """

    def __init__(self, folder: Path, key: CheckpointKey, *, overwrite: bool = False) -> None:
        self.folder, self.key, self.note = folder, key, ""
        self.is_finished, self.start = False, BEGINNING
        self._last = Checkpoint(key, BEGINNING)
        self._stack = ExitStack()
        self._opened: ReadingsWriter | None = None
        if overwrite:
            self._clear()
        else:
            self._look_back()

    @property
    def copy(self) -> Path | None:
        """Where the annotated copy is still to be written; None without one, or when it is there."""
        return self._copy if self.key.annotate and not self._copy.exists() else None

    def commit(self, readings: Sequence[Reading], position: Position) -> None:
        """Readings behind the last checkpoint are cut off by the next run, so they count only with theirs."""
        self._opened = self._opened or self._stack.enter_context(self._writer())  # only now is it known to be a video
        self._opened.write(readings)
        self._save(Checkpoint(self.key, position, size_of(self.folder / READINGS)))

    def finish(self, position: Position) -> None:
        self._save(replace(self._last, position=position, is_finished=True))

    def close(self) -> None:
        self._stack.close()

    @property
    def _copy(self) -> Path:
        """The annotated copy, which is there when it is complete."""
        return self.folder / ANNOTATED

    def _look_back(self) -> None:
        last = self._read()
        if last is None:
            self._refuse_strangers()
            return
        changes = last.key.changes(self.key)
        if changes and not last.key.is_same_place(self.key):
            raise VideoError(
                f"{shown_path(self.folder)} contains the results of another video, {shown_path(last.key.path)}: "
                "choose another folder with --out, or use --overwrite"
            )
        if changes:
            self._start_again(changes)
        elif last.is_finished and self._is_whole(last.position):
            self.note, self.is_finished = "already finished; use --overwrite to analyze it again", True
        elif self._can_go_on(last):
            self.start, self._last = last.position, last
            self.note = f"goes on at {last.position.time_s or 0:.1f} s"
        else:
            self._start_again("files of the earlier run are missing")

    def _start_again(self, reason: str) -> None:
        self.note = f"starts again: {reason}"
        self._clear()

    def _refuse_strangers(self) -> None:
        found = [name for name in RESULTS if (self.folder / name).exists()]
        if found:
            raise VideoError(
                f"{shown_path(self.folder)} contains a {found[0]} that this program did not write: "
                "choose another folder with --out, or use --overwrite"
            )

    def _is_whole(self, position: Position) -> bool:
        has_copy = self.key.annotate and not position.copy_trouble
        names = RESULTS if has_copy else RESULTS[:-1]
        return all((self.folder / name).is_file() for name in names)

    def _can_go_on(self, last: Checkpoint) -> bool:
        has_readings = size_of(self.folder / READINGS) >= last.readings_bytes > 0
        return has_readings and not last.is_finished and last.has_drawn(self._copy)

    def _clear(self) -> None:
        for name in (*RESULTS, EXCEL, *EXPORTED):
            (self.folder / name).unlink(missing_ok=True)
        drawn_path(self._copy).unlink(missing_ok=True)

    def _writer(self) -> ReadingsWriter:
        path, kept_bytes = self.folder / READINGS, self._last.readings_bytes
        if kept_bytes:
            with path.open("r+b") as file:
                file.truncate(kept_bytes)
        try:
            return ReadingsWriter(path, resume=bool(kept_bytes))
        except DataError as error:
            raise VideoError(
                f"{shown_path(path)} was changed by another program ({error}); use --overwrite to start over"
            ) from error

    def _read(self) -> Checkpoint | None:
        """What an earlier run has left; None without one, or when it is not to be understood."""
        try:
            return Checkpoint.from_json((self.folder / STATE).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None

    def _save(self, checkpoint: Checkpoint) -> None:
        """Replaces the old one as a whole, so that there is always one that is complete."""
        self._last = checkpoint
        unfinished = self.folder / f"{STATE}.new"
        unfinished.write_text(checkpoint.to_json() + "\n", encoding="utf-8")
        unfinished.replace(self.folder / STATE)


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """A folder, made for it, that every other process is kept out of; VideoError when one is in it already.

    A process that was killed is not in it any more. A folder that is empty at the end is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    lock = FileLock(folder / LOCK)
    try:
        lock.acquire(blocking=False)
    except Timeout as error:
        raise VideoError(f"another process is writing to {shown_path(folder)}: wait until it ends") from error
    try:
        yield
    finally:
        with suppress(OSError):  # Windows deletes it when it is released
            (folder / LOCK).unlink()
        lock.release()
        with suppress(OSError):
            folder.rmdir()  # only if there is nothing in it
