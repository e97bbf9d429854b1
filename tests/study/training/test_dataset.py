from __future__ import annotations

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli.main import main
from fer_web.errors import DataError
from fer_web.study.training.dataset import FaceTable, LearningData, Split, appears_in, learning_data, repeats
from fer_web.study.training.readers import read_table
from tests.study.training.conftest import faces


def test_learning_data_has_no_private_row(table: FaceTable, data: LearningData) -> None:
    private = {picture.tobytes() for picture in table.part("PrivateTest").pixels}
    learned = [*data.training.pixels, *data.public.pixels]

    assert not any(picture.tobytes() in private for picture in learned)
    assert [field.name for field in fields(data) if field.type == "Split"] == ["training", "public"]


def test_copies_of_test_pictures_leave_the_training_part(table: FaceTable) -> None:
    pixels = table.rows.pixels.copy()
    pixels[0], pixels[1], pixels[2] = pixels[45], pixels[55], pixels[55]

    data = learning_data(replace(table, rows=replace(table.rows, pixels=pixels)))

    assert data.dropped == {"PublicTest": 1, "PrivateTest": 2}
    assert len(data.training) == 37
    assert data.training_total == 40
    assert (data.training.pixels == pixels[3:40]).all()


def test_without_rows_to_choose_by_there_is_no_training() -> None:
    with pytest.raises(DataError, match="PublicTest"):
        learning_data(FaceTable(faces(3), np.zeros(3, dtype=np.int64)))


def test_equal_pictures_are_found_and_nearly_equal_ones_are_not() -> None:
    some = faces(3)
    changed = some.pixels[:2].copy()
    changed[1, 0, 0] ^= 1
    others = Split(changed, some.labels[:2], some.votes[:2])

    assert appears_in(some, others).tolist() == [True, False, False]


@pytest.mark.parametrize("label", [-1, 7])
def test_labels_outside_the_classes_are_refused(label: int) -> None:
    with pytest.raises(DataError, match="not within 0 to 6"):
        replace(faces(1), labels=np.array([label]))


@pytest.mark.media
def test_288_private_pictures_also_stand_in_training(media: Path) -> None:
    table = read_table(media / "fer2013" / "fer2013.npz")

    assert appears_in(table.part("PrivateTest"), table.part("Training")).sum() == 288
    assert appears_in(table.part("PublicTest"), table.part("Training")).sum() == 279


def test_pictures_that_stand_in_the_data_again_are_counted() -> None:
    some = faces(5)
    pixels, labels = some.pixels[[0, 1, 0, 0, 2]], np.array([1, 2, 1, 3, 4])

    assert repeats(Split(pixels, labels, some.votes)) == (2, 1)
    assert repeats(some) == (0, 0)


@pytest.mark.media
def test_the_doubles_are_told_before_training(media: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = str(media / "fer2013" / "fer2013.npz")

    assert main(["publish", "--data", data, "--run", str(tmp_path), "--name", "none", "--models", str(tmp_path)]) == 1
    told = capsys.readouterr().err
    assert "692 of 28709 Training pictures are left out" in told
    assert "1068 Training pictures repeat an earlier one, 33 of them with another label" in told
