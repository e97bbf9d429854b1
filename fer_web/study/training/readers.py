"""Data sets as people have them: `fer2013.csv`, folders of pictures, an `.npz`, and FER+'s `fer2013new.csv`.

Every reader checks each row and names the first one that is wrong, because a data set that is read wrongly trains
a model that is wrong quietly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.errors import DataError
from fer_web.study.training.dataset import SIDE_PX, USAGES, VOTE_NAMES, FaceTable, Split
from fer_web.study.training.tables import gray_picture, read_arrays, read_rows

FOLDERS: Mapping[str, str] = {
    "train": "Training",
    "validation": "PublicTest",
    "test": "PrivateTest",
    **{usage: usage for usage in USAGES},
}
PICTURES = (".jpg", ".jpeg", ".png", ".bmp")


def read_table(path: Path, votes: Path | None = None) -> FaceTable:
    """Any of the supported data sets, by what `path` is; with FER+'s votes from a second file if one is given."""
    if path.is_dir():
        table = read_folder(path)
    elif path.suffix == ".npz":
        table = read_npz(path)
    elif path.suffix == ".csv":
        table = read_csv(path)
    else:
        raise DataError(f"{path} is not a fer2013.csv, an .npz or a folder of pictures")
    return with_votes(table, votes) if votes else table


def read_csv(path: Path) -> FaceTable:
    """`fer2013.csv`: the columns `emotion`, `pixels` (2304 numbers) and `Usage`."""
    from tqdm import tqdm

    pixels, labels, usages = [], [], []
    rows = read_rows(path, ("emotion", "pixels", "Usage"))
    for where, row in tqdm(rows, desc=path.name, unit="row", disable=None):  # on terminals alone
        pixels.append(gray_picture(row["pixels"], where, SIDE_PX))
        labels.append(_label(row["emotion"], where))
        usages.append(_usage(row["Usage"], where))
    if not pixels:
        raise DataError(f"{path.name} has no rows")
    return _table(np.stack(pixels), labels, usages)


def read_npz(path: Path) -> FaceTable:
    """Arrays `pixels` (n, 48, 48) uint8, `emotion` (n,), `usage` (n,) 0 to 2, perhaps `ferplus_votes` (n, 10)."""
    values = read_arrays(path, ("pixels", "emotion", "usage"))
    usage = values["usage"].astype(np.int64)
    count = len(values["pixels"])
    if usage.shape != (count,) or not set(np.unique(usage)) <= {0, 1, 2}:
        raise DataError(f"{path.name} has usages other than 0, 1 and 2, or not one for each of its {count} pictures")
    votes = values.get("ferplus_votes", np.zeros((count, len(VOTE_NAMES)))).astype(np.float32)
    return FaceTable(Split(values["pixels"], values["emotion"].astype(np.int64), votes), usage)


def read_folder(path: Path) -> FaceTable:
    """`train/angry/*.jpg`, and `validation` and `test` alike; other pictures are made gray and 48 x 48.

    Where there is no `validation`, every tenth picture of `train` becomes PublicTest, so that there is something to
    choose the weights by which is neither trained on nor the final test.
    """
    pixels, labels, usages = [], [], []
    for part in sorted(child for child in path.iterdir() if child.is_dir()):
        if part.name not in FOLDERS:
            raise DataError(f"{part} is none of {', '.join(FOLDERS)}")
        for label, file in _pictures(part):
            pixels.append(_picture(file))
            labels.append(label)
            usages.append(USAGES.index(FOLDERS[part.name]))
    if not pixels:
        raise DataError(f"{path} has no pictures such as train/angry/1.jpg")
    if USAGES.index("PublicTest") not in usages:
        fitting = [index for index, usage in enumerate(usages) if usage == 0]
        for index in fitting[::10]:
            usages[index] = USAGES.index("PublicTest")
    return _table(np.stack(pixels), labels, usages)


def with_votes(table: FaceTable, path: Path) -> FaceTable:
    """The table with FER+'s votes, whose rows are in the same order (`fer2013new.csv`)."""
    votes, usages = [], []
    for where, row in read_rows(path, ("Usage", *VOTE_NAMES)):
        usages.append(_usage(row["Usage"], where))
        try:
            votes.append([float(row[name]) for name in VOTE_NAMES])
        except ValueError as error:
            raise DataError(f"{where}: a vote is not a number: {error}") from error
    if usages != table.usage.tolist():
        raise DataError(
            f"{path.name} has {len(usages)} rows and the data set {len(table.usage)}, "
            "or their usages differ: votes belong to rows by their order, so both must be complete"
        )
    return replace(table, rows=replace(table.rows, votes=np.array(votes, dtype=np.float32)))


def _table(pixels: NDArray[np.uint8], labels: Sequence[int], usages: Sequence[int]) -> FaceTable:
    votes = np.zeros((len(pixels), len(VOTE_NAMES)), dtype=np.float32)
    return FaceTable(Split(pixels, np.array(labels, dtype=np.int64), votes), np.array(usages, dtype=np.int64))


def _label(text: str, where: str) -> int:
    if text.strip() not in {str(emotion.position) for emotion in Emotion}:
        raise DataError(f"{where}: emotion {text!r} is none of 0 to {len(Emotion) - 1}")
    return int(text)


def _usage(text: str, where: str) -> int:
    if text not in USAGES:
        raise DataError(f"{where}: usage {text!r} is none of {', '.join(USAGES)}")
    return USAGES.index(text)


def _pictures(part: Path) -> Iterator[tuple[int, Path]]:
    names = {emotion.value: emotion.position for emotion in Emotion}
    for folder in sorted(child for child in part.iterdir() if child.is_dir()):
        if folder.name not in names:
            raise DataError(f"{folder} is none of the classes {', '.join(names)}")
        for file in sorted(folder.iterdir()):
            if file.suffix.lower() in PICTURES:
                yield names[folder.name], file


def _picture(file: Path) -> NDArray[np.uint8]:
    import cv2

    picture = cv2.imread(str(file), cv2.IMREAD_GRAYSCALE)
    if picture is None:
        raise DataError(f"{file} is not a picture that can be read")
    if picture.shape != (SIDE_PX, SIDE_PX):
        picture = cv2.resize(picture, (SIDE_PX, SIDE_PX), interpolation=cv2.INTER_AREA)
    result: NDArray[np.uint8] = picture
    return result
