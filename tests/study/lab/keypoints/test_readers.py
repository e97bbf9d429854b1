from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from fer_web.core.keypoints import COLUMNS
from fer_web.errors import DataError
from fer_web.study.lab.keypoints.faces import divide, tenth_of
from fer_web.study.lab.keypoints.readers import TABLE_SHIFT_PX, person_of, read_faces
from tests.study.lab.keypoints.made_up import folder_of, made_up

IMAGE = " ".join(["7"] * 96**2)


def kaggle(path: Path, rows: list[list[str]], columns: tuple[str, ...] = (*COLUMNS, "Image")) -> Path:
    file = path / "training.csv"
    with file.open("w", newline="") as out:
        csv.writer(out).writerows([columns, *rows])
    return file


def test_kaggles_file_is_read_with_its_gaps(tmp_path: Path) -> None:
    numbers = [str(10 + place) for place in range(30)]
    numbers[4] = ""  # the x of one point

    faces = read_faces(kaggle(tmp_path, [[*numbers, IMAGE]]))

    assert (faces.pictures == 7).all()
    assert tuple(faces.points[0, 0]) == (10, 11)
    assert np.isnan(faces.points[0, 2]).all()
    assert np.isfinite(np.delete(faces.points[0], 2, axis=0)).all()


@pytest.mark.parametrize(
    ("row", "message"),
    [
        ([*["1"] * 30, "7 7 7"], r"line 2: 3 pixels, but 96 x 96 = 9216"),
        ([*["1"] * 30, IMAGE.replace("7", "300")], "from 300 to 300, not within 0 to 255"),
        ([*["1"] * 30, IMAGE.replace("7", "x")], "not numbers"),
        ([*["1"] * 29, "x", IMAGE], "line 2: a coordinate is not a number"),
        ([*["1"] * 29, "9999", IMAGE], "far outside"),
        ([*["1"] * 30], "not as long as the header"),
    ],
)
def test_a_wrong_row_is_named(tmp_path: Path, row: list[str], message: str) -> None:
    with pytest.raises(DataError, match=message):
        read_faces(kaggle(tmp_path, [row]))


def test_missing_columns_are_named(tmp_path: Path) -> None:
    columns = tuple(name for name in COLUMNS if name != "nose_tip_x")

    with pytest.raises(DataError, match="no column nose_tip_x, Image"):
        read_faces(kaggle(tmp_path, [], columns))


def test_what_is_no_data_set_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has no"):
        read_faces(tmp_path)
    with pytest.raises(DataError, match="neither"):
        read_faces(tmp_path / "faces.zip")
    with pytest.raises(DataError, match="cannot be read"):
        read_faces(tmp_path / "absent.csv")
    with pytest.raises(DataError, match="has no rows"):
        read_faces(kaggle(tmp_path, []))


def test_a_folders_tables_and_arrays_belong_together(tmp_path: Path) -> None:
    faces = made_up(6)
    folder = folder_of(tmp_path, faces)

    read = read_faces(folder)

    assert (read.pictures == faces.pictures).all()
    np.testing.assert_allclose(read.points, faces.points - TABLE_SHIFT_PX, atol=0.01)
    assert read.people == faces.people

    np.savez(folder / "faces.npz", images=faces.pictures[:-1])
    with pytest.raises(DataError, match=r"5 pictures, but faces_15kp\.csv has 6 rows"):
        read_faces(folder)
    np.savez(folder / "faces.npz", pictures=faces.pictures)
    with pytest.raises(DataError, match="no array images"):
        read_faces(folder)


def test_nobody_stands_in_two_parts() -> None:
    division = divide(made_up(200))
    parts = [set(part.people) for part in (division.training, division.choosing, division.test)]

    assert sum(map(len, parts)) == len(set.union(*parts)) == 100
    assert len(division.training) > len(division.test) > len(division.choosing)


def test_a_person_is_the_name_before_the_last_underscore_and_keeps_their_tenth() -> None:
    assert person_of("Some_Body_17.jpg") == "Some_Body"
    assert person_of("alone.jpg") == "alone"
    assert tenth_of("Some_Body") == tenth_of(person_of("Some_Body_3.jpg"))


def test_too_few_people_cannot_be_divided() -> None:
    with pytest.raises(DataError, match="1 people are too few"):
        divide(made_up(2))


@pytest.mark.media
def test_the_shared_faces_are_read_and_divided(media: Path) -> None:
    division = divide(read_faces(media / "keypoints"))

    assert len(division.training) + len(division.choosing) + len(division.test) == 4232
    assert len({*division.training.people, *division.choosing.people, *division.test.people}) == 347
