"""Rows from beginning to end, on made-up pictures, with whatever backend is installed."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.study.lab.expressions import subset
from fer_web.study.lab.features import FeatureStore
from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.lab.networks.rows import FIVE, FROM_MODEL_B, OURS
from fer_web.study.lab.neural import fit
from fer_web.study.lab.system import FitContext, Fitted
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.dataset import FaceTable, learning_data
from fer_web.study.training.schedule import Schedule
from fer_web.study.training.targets import Loss
from tests.study.training.conftest import faces

SHORT = LabConfig(
    "simple",
    batch=20,
    augmentation=Augmentation(camera=0),
    schedule=Schedule(epochs=2, rate=0.02, sizes=((0.5, 32), (1.0, 48))),
    loss=Loss(votes=0.3),
)


pytestmark = pytest.mark.usefixtures("eager")


@pytest.fixture(scope="module")
def table() -> FaceTable:
    """60 pictures with all seven labels: 42 to fit, 10 to choose by, 8 nobody here may see."""
    split = replace(faces(60), labels=np.arange(60, dtype=np.int64) % 7)
    return FaceTable(split, np.repeat(np.array([0, 1, 2], dtype=np.int64), (42, 10, 8)))


def task(table: FaceTable, folder: Path, config: LabConfig, **options: object) -> FitContext:
    data = learning_data(subset(table, config.expressions))
    return FitContext(
        data, folder, FeatureStore(), config.as_config(), len(config.expressions), is_quiet=True, **options
    )  # type: ignore[arg-type]


def accuracies(fitted: Fitted) -> list[tuple[float, float]]:
    return [(row["size"], row["public_accuracy"]) for row in fitted.history]


def test_a_row_is_trained_on_growing_pictures_and_answers_for_its_classes(table: FaceTable, tmp_path: Path) -> None:
    fitted = fit(task(table, tmp_path / "simple", SHORT))
    answers = fitted.answer(table.rows.pixels[:5])

    assert [size for size, _ in accuracies(fitted)] == [32.0, 48.0]
    assert answers.shape == (5, 7)
    assert fitted.epochs == (2, 2)
    assert fitted.weights.is_file()


def test_the_answers_are_those_that_were_chosen_by(table: FaceTable, tmp_path: Path) -> None:
    """The network without auxiliary heads, built anew, has the accuracy that the training's network was chosen for."""
    given = task(table, tmp_path / "simple", SHORT)
    fitted = fit(given)
    public = given.data.public

    share = np.mean(fitted.answer(public.pixels).argmax(axis=1) == public.labels)

    assert share == pytest.approx(fitted.chosen["public_accuracy"])
    assert fitted.chosen["size"] == 48


def test_a_stopped_row_goes_on_where_it_was(table: FaceTable, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before its network is built anew for larger pictures, and after: dropout goes on as well."""
    config = replace(SHORT, schedule=replace(SHORT.schedule, epochs=3, sizes=((0.3, 32), (1.0, 48))))
    whole = fit(task(table, tmp_path / "whole", config))
    for epochs in (1, 2):
        with monkeypatch.context() as patch:
            patch.setattr("fer_web.study.training.trainer.save_state", _stop_after(epochs))
            with pytest.raises(KeyboardInterrupt):
                fit(task(table, tmp_path / "stopped", config))
    again = fit(task(table, tmp_path / "stopped", config))

    assert again.epochs == whole.epochs
    assert [row["size"] for row in again.history] == [row["size"] for row in whole.history] == [32, 48, 48]
    with np.load(whole.weights) as one, np.load(again.weights) as other:
        assert all(np.allclose(one[name], other[name], atol=1e-4) for name in one.files if name != "facts")


def _stop_after(epochs: int) -> object:
    """Keep the state as always, then be interrupted."""
    from fer_web.study.training.trainer import save_state

    def save(folder: Path, progress: object, *rest: object) -> None:
        save_state(folder, progress, *rest)  # type: ignore[arg-type]
        if progress.epoch == epochs:  # type: ignore[attr-defined]
            raise KeyboardInterrupt

    return save


def test_a_row_of_five_expressions_begins_with_the_weights_of_one_of_seven(table: FaceTable, tmp_path: Path) -> None:
    """Landmarks and HOG come in beside the pictures, which the other row did not have."""
    first = replace(SHORT, network="model-b", schedule=replace(SHORT.schedule, sizes=((1.0, 32),), epochs=1))
    fit(task(table, tmp_path / "model-b", first))
    after = replace(first, expressions=FIVE, inputs="landmarks and HOG", starts_from="model-b")

    fitted = fit(task(table, tmp_path / "after", after))

    assert fitted.answer(table.rows.pixels[:3]).shape == (3, 5)
    still = replace(after, schedule=replace(after.schedule, rate=1e-12))
    begun = fit(task(table, tmp_path / "begun", still))
    with np.load(tmp_path / "model-b/weights/best.npz") as one, np.load(begun.weights) as other:
        assert np.allclose(one["conv2/kernel"], other["conv2/kernel"], atol=1e-5)
        assert other["emotion/kernel"].shape[1] == 5


def test_a_row_whose_beginning_was_not_run_says_so(table: FaceTable, tmp_path: Path) -> None:
    config = replace(SHORT, network="model-b", starts_from="model-b")

    with pytest.raises(DataError, match=r"starts from model-b.*run that first"):
        fit(task(table, tmp_path / "row", config))


def test_the_clock_ends_a_row_and_its_table_line_says_how_far_it_came(table: FaceTable, tmp_path: Path) -> None:
    config = replace(SHORT, schedule=replace(SHORT.schedule, epochs=1000, sizes=((1.0, 32),)))

    fitted = fit(task(table, tmp_path / "row", config, minutes=0.02))

    assert fitted.epochs is not None
    done, planned = fitted.epochs
    assert 1 <= done < planned == 1000


def test_landmarks_are_learned_beside_the_expression(table: FaceTable, tmp_path: Path) -> None:
    config = replace(SHORT, landmarks=2.0, schedule=replace(SHORT.schedule, sizes=((1.0, 32),), epochs=1))

    fitted = fit(task(table, tmp_path / "row", config))

    assert fitted.answer(table.rows.pixels[:3]).shape == (3, 7)
    assert np.isfinite(fitted.history[0]["loss"])


def test_a_quick_run_takes_two_epochs_whatever_the_row_plans() -> None:
    assert OURS.shortened(None, is_quick=True).schedule.epochs == 2
    assert OURS.shortened(5, is_quick=False).schedule.epochs == 5
    assert FROM_MODEL_B.shortened(None, is_quick=False) == FROM_MODEL_B
