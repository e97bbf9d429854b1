"""Reading tables and arrays of pictures so that whatever is wrong with them is named: file, line and reason."""

from __future__ import annotations

import csv
import sys
import zipfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError


def read_rows(path: Path, columns: Sequence[str]) -> Iterator[tuple[str, dict[str, str]]]:
    """A CSV file's rows, each with its place (`name.csv, line 2`) to name when it is wrong.

    DataError when the file or one of the columns is missing, or a row is not as long as the header.
    """
    csv.field_size_limit(min(sys.maxsize, 2**31 - 1))
    try:
        with path.open(newline="", encoding="utf-8") as file:
            reader = csv.DictReader(file, strict=True)
            missing = [name for name in columns if name not in (reader.fieldnames or ())]
            if missing:
                raise DataError(f"{path.name} has no column {', '.join(missing)}; it has {reader.fieldnames}")
            for row in reader:
                where = f"{path.name}, line {reader.line_num}"
                if None in row.values() or None in row:
                    raise DataError(f"{where}: the row is not as long as the header")
                yield where, row
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise DataError(f"{path} cannot be read: {error}") from error


def read_arrays(path: Path, names: Sequence[str]) -> dict[str, NDArray[Any]]:
    """All arrays of an `.npz`; DataError when it cannot be read or lacks one of those names."""
    try:
        with path.open("rb") as file, np.load(file) as arrays:
            values = {name: arrays[name] for name in arrays.files}
    except (OSError, EOFError, ValueError, zipfile.BadZipFile) as error:
        raise DataError(f"{path} cannot be read: {error}") from error
    missing = sorted(set(names) - set(values))
    if missing:
        raise DataError(f"{path.name} has no array {', '.join(missing)}; it has {', '.join(values)}")
    return values


def gray_picture(text: str, where: str, side: int) -> NDArray[np.uint8]:
    """A picture (side, side) of gray values in words; DataError names what is wrong with them."""
    try:
        values = np.array(text.split(), dtype=np.int64)
    except ValueError as error:
        raise DataError(f"{where}: pixels are not numbers: {error}") from error
    if values.size != side**2:
        raise DataError(f"{where}: {values.size} pixels, but {side} x {side} = {side**2} are needed")
    if values.min() < 0 or values.max() > 255:
        raise DataError(f"{where}: pixels run from {values.min()} to {values.max()}, not within 0 to 255")
    return values.astype(np.uint8).reshape(side, side)
