"""Data sets of faces with 15 points: Kaggle's `training.csv`, or a folder of picture arrays with tables beside them.

Every reader checks each row and names the first one that is wrong.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import COLUMNS, COUNT
from fer_web.errors import DataError
from fer_web.study.lab.keypoints.faces import SIDE_PX, KeypointFaces, joined
from fer_web.study.training.tables import gray_picture, read_arrays, read_rows

IMAGE = "Image"  # Kaggle's column of 9,216 gray values
NAME = "image"  # the tables' column of file names: Some_Body_17.jpg
TABLE_SUFFIX = "_15kp.csv"
# The tables' points lie this far to the right and below of what they name: a point detector made them, and a mirrored
# face would show its bias on the other side. `lab keypoints framing` measures it.
TABLE_SHIFT_PX = np.array([1.2, 0.4], np.float32)


def read_faces(path: Path) -> KeypointFaces:
    """Kaggle's file, or a folder of `<part>.npz` with `<part>_15kp.csv`, by what `path` is."""
    if path.is_dir():
        return read_folder(path)
    if path.suffix == ".csv":
        return read_kaggle(path)
    raise DataError(f"{path} is neither Kaggle's training.csv nor a folder of .npz files with *{TABLE_SUFFIX}")


def read_kaggle(path: Path) -> KeypointFaces:
    """Kaggle's `training.csv`: 30 columns of coordinates, which may be empty, and `Image` with 96 x 96 gray values.

    It has no names: equal pictures count as one person, all others as strangers.
    """
    pictures, points, people = [], [], []
    for where, row in read_rows(path, (*COLUMNS, IMAGE)):
        pictures.append(gray_picture(row[IMAGE], where, SIDE_PX))
        points.append(_points(row, where))
        people.append(hashlib.sha256(pictures[-1].tobytes()).hexdigest())
    if not pictures:
        raise DataError(f"{path.name} has no rows")
    return KeypointFaces(np.stack(pictures), np.stack(points), tuple(people))


def read_folder(path: Path) -> KeypointFaces:
    """All `<part>.npz` (array `images`) of a folder with the rows of `<part>_15kp.csv`, one a picture, in order.

    A person's name is what stands before the last `_` of a file name. The points' known shift is taken back.
    """
    tables = sorted(path.glob(f"*{TABLE_SUFFIX}"))
    if not tables:
        raise DataError(f"{path} has no *{TABLE_SUFFIX} with an .npz beside it")
    return joined([_part(table, table.with_name(table.name.removesuffix(TABLE_SUFFIX) + ".npz")) for table in tables])


def _part(table: Path, arrays: Path) -> KeypointFaces:
    points, people = [], []
    for where, row in read_rows(table, (NAME, *COLUMNS)):
        points.append(_points(row, where) - TABLE_SHIFT_PX)
        people.append(person_of(row[NAME]))
    pictures = read_arrays(arrays, ("images",))["images"]
    if len(pictures) != len(points):
        raise DataError(f"{arrays.name} has {len(pictures)} pictures, but {table.name} has {len(points)} rows")
    return KeypointFaces(pictures, np.stack(points), tuple(people))


def person_of(name: str) -> str:
    """Who is in the picture of that file name: Some_Body of Some_Body_17.jpg."""
    return Path(name).stem.rpartition("_")[0] or Path(name).stem


def _points(row: dict[str, str], where: str) -> NDArray[np.float32]:
    """The points (15, 2); NaN for one of which a coordinate is empty."""
    try:
        values = np.array([float(row[name] or "nan") for name in COLUMNS], np.float32).reshape(COUNT, 2)
    except ValueError as error:
        raise DataError(f"{where}: a coordinate is not a number: {error}") from error
    values[np.isnan(values).any(axis=1)] = np.nan
    if (values < -SIDE_PX).any() or (values > 2 * SIDE_PX).any() or np.isinf(values).any():
        raise DataError(f"{where}: a point lies far outside of its {SIDE_PX} x {SIDE_PX} picture")
    return values
