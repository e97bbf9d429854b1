"""Annotated copies of videos: the one thing here that holds pictures, kept as long as its recording and no longer."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import suppress
from glob import escape
from pathlib import Path

from fer_web.jobs.uploads import make_private

SUFFIX = ".mp4"


class AnnotatedFolder:
    """One file a recording, under the recording's id, with others beside it while it is being written."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def path(self, recording_id: str) -> Path:
        """Where a recording's copy lies, or would; for the first one the folder is made."""
        make_private(self.folder)
        return self.folder / f"{Path(recording_id).name}{SUFFIX}"

    def find(self, recording_id: str) -> Path | None:
        """A recording's copy, once it is complete; None without one."""
        path = self.folder / f"{Path(recording_id).name}{SUFFIX}"
        return path if os.path.isfile(path) else None  # noqa: PTH113  (unlike Path's, it takes no offense)

    def discard(self, recording_id: str) -> None:
        """Delete a recording's copy, complete or not; none is as good."""
        for path in self.folder.glob(f"{escape(Path(recording_id).name)}{SUFFIX}*"):
            path.unlink(missing_ok=True)

    def discard_unfinished(self, recording_id: str) -> None:
        """Delete what was drawn for a copy that will never be complete."""
        for path in self.folder.glob(f"{escape(Path(recording_id).name)}{SUFFIX}.*"):
            with suppress(OSError):
                path.unlink(missing_ok=True)

    def sweep(self, is_kept: Callable[[str], bool]) -> int:
        """Delete the copies of recordings that are not kept (any more); how many that were."""
        names = {path.name.partition(".")[0] for path in self.folder.glob(f"*{SUFFIX}*")}
        gone = [name for name in names if not is_kept(name)]
        for name in gone:
            self.discard(name)
        return len(gone)
