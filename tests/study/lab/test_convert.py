from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli import main
from fer_web.errors import DataError
from fer_web.study.lab import convert as module
from fer_web.study.lab.convert import Wanted, convert
from fer_web.study.training.dataset import FaceTable
from fer_web.study.training.readers import read_table
from tests.study.lab.conftest import made_up, save
from tests.study.training.test_readers import row, write

SHAPES = {
    "images": (48, 48),
    "labels": (),
    "rows": (),
    "landmarks": (68, 2),
    "landmarks_normalized": (68, 2),
    "hog_features": (72,),
    "hog_windows": (2592,),
    "landmarks_hog_windows": (2728,),
    "hog_images": (48, 48),
}
EVERYTHING = Wanted(landmarks=True, hog=True, hog_windows=True, hog_images=True)


@pytest.fixture
def table() -> FaceTable:
    return made_up(each=2)


def loaded(folder: Path, name: str) -> np.ndarray:
    return np.load(folder / f"{name}.npy")


def test_every_array_has_its_shape(table: FaceTable, tmp_path: Path) -> None:
    counts = convert(table, tmp_path, EVERYTHING, is_quiet=True)

    assert counts == {"Training": 14, "PublicTest": 21, "PrivateTest": 21}
    for name, shape in SHAPES.items():
        assert loaded(tmp_path / "PublicTest", name).shape == (21, *shape), name
    assert not (tmp_path / ".shards").exists()


def test_the_hybrid_vector_is_landmarks_and_then_windows(table: FaceTable, tmp_path: Path) -> None:
    convert(table, tmp_path, Wanted(landmarks=True, hog_windows=True), is_quiet=True)
    folder = tmp_path / "Training"
    both = loaded(folder, "landmarks_hog_windows")

    assert np.array_equal(both[:, :136], loaded(folder, "landmarks").reshape(14, 136))
    assert np.array_equal(both[:, 136:], loaded(folder, "hog_windows"))


def test_only_what_is_wanted_is_written(table: FaceTable, tmp_path: Path) -> None:
    convert(table, tmp_path, Wanted(), is_quiet=True)

    assert sorted(path.name for path in (tmp_path / "Training").iterdir()) == ["images.npy", "labels.npy", "rows.npy"]


def test_a_subset_is_relabeled_and_says_so(table: FaceTable, tmp_path: Path) -> None:
    convert(table, tmp_path, Wanted(expressions=(6, 3)), is_quiet=True)
    labels, rows = (loaded(tmp_path / "Training", name) for name in ("labels", "rows"))

    assert [(6, 3)[label] for label in labels] == table.rows.labels[rows].tolist()
    assert json.loads((tmp_path / "conversion.json").read_text())["labels"] == ["neutral", "happy"]


def test_one_hot_labels_have_a_column_for_each_expression(table: FaceTable, tmp_path: Path) -> None:
    convert(table, tmp_path, Wanted(expressions=(0, 3, 4, 5, 6), onehot=True), is_quiet=True)
    labels = loaded(tmp_path / "PublicTest", "labels")

    assert labels.shape == (15, 5)
    assert (labels.sum(axis=1) == 1).all()


@pytest.mark.parametrize(("kind", "most"), [("png", 0), ("jpg", 60)])
def test_pictures_can_be_read_again_as_a_data_set(table: FaceTable, tmp_path: Path, kind: str, most: int) -> None:
    convert(table, tmp_path, Wanted(pictures=kind), is_quiet=True)

    again, original = (one.part("PrivateTest") for one in (read_table(tmp_path / "pictures"), table))
    assert sorted(again.labels.tolist()) == original.labels.tolist()
    happy = [split.pixels[split.labels == 3].astype(int) for split in (again, original)]
    assert np.abs(happy[0] - happy[1]).max() <= most


def test_a_stopped_conversion_goes_on(table: FaceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(module, "write_array", stopping_at("hog_features"))
        with pytest.raises(KeyboardInterrupt):
            convert(table, tmp_path, Wanted(hog=True), is_quiet=True)
    before = (tmp_path / "Training" / "images.npy").stat().st_mtime_ns

    convert(table, tmp_path, Wanted(hog=True), is_quiet=True)

    assert loaded(tmp_path / "PrivateTest", "hog_features").shape == (21, 72)
    assert (tmp_path / "Training" / "images.npy").stat().st_mtime_ns == before


def stopping_at(name: str) -> object:
    from fer_web.study.training.files import write_array

    def write(path: Path, array: np.ndarray) -> None:
        if path.stem == name:
            raise KeyboardInterrupt
        write_array(path, array)

    return write


def test_more_can_be_asked_for_later(table: FaceTable, tmp_path: Path) -> None:
    convert(table, tmp_path, Wanted(), is_quiet=True)
    convert(table, tmp_path, Wanted(hog=True), is_quiet=True)

    assert loaded(tmp_path / "Training", "hog_features").shape == (14, 72)


def test_another_subset_does_not_mix_with_the_first(table: FaceTable, tmp_path: Path) -> None:
    convert(table, tmp_path, Wanted(), is_quiet=True)

    with pytest.raises(DataError, match="a conversion with other expressions: choose an empty folder"):
        convert(table, tmp_path, Wanted(expressions=(0, 1)), is_quiet=True)


def test_a_folder_of_other_things_is_left_alone(table: FaceTable, tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("years of work")

    with pytest.raises(DataError, match="something else than a conversion"):
        convert(table, tmp_path, Wanted(), is_quiet=True)


def test_landmarks_without_the_predictor_are_refused_before_anything_is_written(
    table: FaceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("fer_web.vision.landmarks.PREDICTOR_FILE", "missing.dat")

    with pytest.raises(DataError, match=r"landmarks need dlib's predictor: missing\.dat"):
        convert(table, tmp_path / "out", Wanted(landmarks=True), is_quiet=True)
    assert not (tmp_path / "out").exists()


def test_expressions_that_the_data_set_lacks_are_refused(tmp_path: Path) -> None:
    data = write(tmp_path / "fer2013.csv", row("3"))

    with pytest.raises(DataError, match="no picture of angry, disgust"):
        convert(read_table(data), tmp_path / "out", Wanted(expressions=(0, 1)), is_quiet=True)


def test_the_command_says_how_much_it_wrote(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data, out = save(made_up(each=1), tmp_path / "fer.npz"), tmp_path / "out"

    assert main(["convert", "--data", str(data), "--out", str(out), "--expressions", "0,3,4,5,6", "--quiet"]) == 0
    assert capsys.readouterr().out == f"{out}: Training 5, PublicTest 15, PrivateTest 15\n"


@pytest.mark.parametrize(
    ("rows", "header", "message"),
    [
        ([row("7")], ("emotion", "pixels", "Usage"), "emotion '7' is none of 0 to 6"),
        ([row(pixels=100)], ("emotion", "pixels", "Usage"), "100 pixels, but 48 x 48 = 2304 are needed"),
        ([], ("emotion", "pixels"), "no column Usage"),
    ],
)
def test_a_wrong_csv_is_a_sentence(
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    rows: list[tuple[str, ...]],
    header: tuple[str, ...],
    message: str,
) -> None:
    data = write(tmp_path / "fer2013.csv", *rows, header=header)

    assert main(["convert", "--data", str(data), "--out", str(tmp_path / "out")]) == 1
    assert message in capsys.readouterr().err
