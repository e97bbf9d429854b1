from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.study.training.dataset import USAGES, VOTE_NAMES, FaceTable
from fer_web.study.training.readers import read_table

HEADER = ("emotion", "pixels", "Usage")


def row(emotion: str = "3", pixels: int = 2304, value: str = "7", usage: str = "Training") -> tuple[str, str, str]:
    return emotion, " ".join([value] * pixels), usage


def write(path: Path, *rows: tuple[str, ...], header: tuple[str, ...] = HEADER) -> Path:
    with path.open("w", newline="") as file:
        csv.writer(file).writerows([header, *rows])
    return path


def test_a_csv_is_read_row_by_row(tmp_path: Path) -> None:
    table = read_table(write(tmp_path / "fer2013.csv", row("0"), row("6", value="255", usage="PrivateTest")))

    assert table.rows.labels.tolist() == [0, 6]
    assert table.usage.tolist() == [0, 2]
    assert (table.rows.pixels[0] == 7).all()
    assert (table.rows.pixels[1] == 255).all()
    assert table.rows.votes.sum() == 0


@pytest.mark.parametrize(
    ("bad", "message"),
    [
        (row(emotion="7"), "line 3: emotion '7'"),
        (row(emotion="happy"), "line 3: emotion 'happy'"),
        (row(pixels=2303), "2303 pixels, but 48 x 48 = 2304"),
        (row(value="256"), "256, not within 0 to 255"),
        (row(value="x"), "pixels are not numbers"),
        (row(usage="Test"), "usage 'Test' is none of Training"),
        (("3",), "not as long as the header"),
    ],
)
def test_a_bad_row_is_named(tmp_path: Path, bad: tuple[str, ...], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_table(write(tmp_path / "fer2013.csv", row(), bad))


def test_a_missing_column_is_named(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="no column Usage"):
        read_table(write(tmp_path / "fer2013.csv", header=("emotion", "pixels")))


def test_a_csv_without_rows_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no rows"):
        read_table(write(tmp_path / "fer2013.csv"))


@pytest.mark.parametrize("name", ["missing.csv", "missing.npz", "something.txt"])
def test_what_cannot_be_read_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(DataError, match=name):
        read_table(tmp_path / name)


def test_an_npz_is_read(data_file: Path, table: FaceTable) -> None:
    again = read_table(data_file)

    assert (again.rows.pixels == table.rows.pixels).all()
    assert again.usage.tolist() == table.usage.tolist()
    assert (again.rows.votes == table.rows.votes).all()


def test_an_npz_without_labels_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "fer.npz"
    np.savez(path, pixels=np.zeros((1, 48, 48), np.uint8), usage=[0])

    with pytest.raises(DataError, match="emotion"):
        read_table(path)


def picture(path: Path, value: int, side: int = 48) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), np.full((side, side, 3), value, np.uint8))


def test_folders_of_pictures_are_read_gray_and_in_size(tmp_path: Path) -> None:
    picture(tmp_path / "train" / "angry" / "1.png", 10, side=96)
    picture(tmp_path / "validation" / "sad" / "1.png", 20)
    picture(tmp_path / "test" / "neutral" / "1.png", 30)

    table = read_table(tmp_path)

    found = dict(
        zip(table.usage.tolist(), zip(table.rows.labels, table.rows.pixels[:, 0, 0], strict=True), strict=True)
    )
    assert found == {0: (0, 10), 1: (4, 20), 2: (6, 30)}


def test_without_a_validation_folder_a_tenth_of_training_chooses(tmp_path: Path) -> None:
    for number in range(20):
        picture(tmp_path / "train" / "fear" / f"{number}.png", number)

    table = read_table(tmp_path)

    assert len(table.part("Training")) == 18
    assert len(table.part("PublicTest")) == 2


def test_an_unknown_class_is_named(tmp_path: Path) -> None:
    picture(tmp_path / "train" / "bored" / "1.png", 1)

    with pytest.raises(DataError, match="bored"):
        read_table(tmp_path)


def votes_file(path: Path, usages: list[str]) -> Path:
    rows = [(usage, f"fer{index}.png", *range(10)) for index, usage in enumerate(usages)]
    return write(path, *rows, header=("Usage", "Image name", *VOTE_NAMES))


def test_votes_join_their_rows_by_order(tmp_path: Path, table: FaceTable) -> None:
    faces = write(tmp_path / "fer2013.csv", row(), row(usage="PublicTest"))
    votes = votes_file(tmp_path / "fer2013new.csv", ["Training", "PublicTest"])

    assert read_table(faces, votes).rows.votes.tolist() == [list(range(10))] * 2


def test_votes_for_other_rows_are_refused(tmp_path: Path) -> None:
    faces = write(tmp_path / "fer2013.csv", row())
    votes = votes_file(tmp_path / "fer2013new.csv", ["PublicTest"])

    with pytest.raises(DataError, match="votes belong to rows by their order"):
        read_table(faces, votes)


@pytest.mark.media
def test_the_whole_of_fer2013_has_its_published_sizes(media: Path) -> None:
    table = read_table(media / "fer2013" / "fer2013.npz")

    assert [len(table.part(usage)) for usage in USAGES] == [28709, 3589, 3589]
