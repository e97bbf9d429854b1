"""The faces of many images as one table, written as they are found."""

from __future__ import annotations

import csv
from contextlib import nullcontext, suppress
from pathlib import Path
from types import TracebackType

from fer_web.analysis.results import FACE_COLUMNS, FaceResult, ImageResult, cell_of
from fer_web.core import FrameResult


class FacesCsv:
    """A CSV file with a line for each face: the image's name, then the columns of `ImageResult.to_csv`.

    OSError when it cannot be written; what was written before stays.
    """

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", errors="backslashreplace", newline="")
        self._writer = csv.writer(self._file, lineterminator="\n")
        self._writer.writerow(("file", *FACE_COLUMNS))

    def append(self, name: str, result: FrameResult, model: str) -> None:
        """The lines of one image's classified faces, in their order."""
        faces = ImageResult(tuple(map(FaceResult.of, result.faces)), *result.frame.size, model)
        for record in faces.to_records():
            self._writer.writerow([cell_of(name), *(cell_of(record[column]) for column in FACE_COLUMNS)])
        self._file.flush()

    def close(self) -> None:
        self._file.close()

    def __enter__(self) -> FacesCsv:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with nullcontext() if error is None else suppress(OSError):  # the failed write has been reported
            self.close()
