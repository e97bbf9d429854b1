"""An analysis' annotated copy: when it fails, the readings go on without it, and the recording says so."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from fer_web.analysis.annotate import DrawnPictures, drawn_path, unfinished_path, write_copy
from fer_web.core import Pixels
from fer_web.errors import FerError
from fer_web.sources.memory import reason_of

if TYPE_CHECKING:
    from fer_web.sources.video_reader import VideoFacts, VideoReader

log = logging.getLogger(__name__)


class AnnotatedCopy:
    """The copy that is to appear at `path`; belongs to one thread.

    `trouble` is why there will be none: an earlier analysis' reason, to be gone on with, or this one's.
    """

    def __init__(self, path: Path, facts: VideoFacts, kept_bytes: int = 0, trouble: str = "") -> None:
        self._path, self._size = path, facts.size
        self.trouble = trouble
        self._drawn = None if trouble else DrawnPictures(path, facts, kept_bytes)

    @property
    def is_wanted(self) -> bool:
        """Whether pictures are still to be drawn."""
        return self._drawn is not None

    def append(self, pixels: Pixels, time_s: float) -> None:
        """One more picture, (H, W, 3) RGB, later than the one before."""
        with self._failing():
            if self._drawn is not None:
                self._drawn.append(pixels, time_s)

    def keep(self) -> int:
        """The size of what an interrupted analysis can go on from; 0 when there will be no copy."""
        with self._failing():
            if self._drawn is not None:
                return self._drawn.keep()
        return 0

    def finish(self, source: VideoReader) -> None:
        """Join what was drawn to the sound of `source`."""
        with self._failing():
            if self._drawn is not None:
                write_copy(self._drawn, source, self._path)

    def close(self) -> None:
        if self._drawn is not None:
            self._drawn.close()

    @contextmanager
    def _failing(self) -> Iterator[None]:
        """Whatever goes wrong ends the copy, not the analysis."""
        try:
            yield
        except Exception as error:
            reason = str(error) if isinstance(error, FerError) else reason_of(error, self._size)
            log.warning("The annotated copy of a video failed: %s", reason, exc_info=not isinstance(error, FerError))
            self.trouble = f"There is no annotated copy: {reason}."
            self._discard()

    def _discard(self) -> None:
        drawn, self._drawn = self._drawn, None
        if drawn is not None:
            with suppress(Exception):  # an encoder that has failed may fail again when it is closed
                drawn.close()
            drawn_path(self._path).unlink(missing_ok=True)
            unfinished_path(self._path).unlink(missing_ok=True)

    def __enter__(self) -> AnnotatedCopy:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
