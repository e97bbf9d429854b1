from __future__ import annotations

import csv
import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.average import WeightAverage
from fer_web.study.training.config import TrainingConfig, read_config
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.targets import Loss
from fer_web.study.training.task import expression_task
from fer_web.study.training.teachers import trained_network
from fer_web.study.training.trainer import Trainer
from fer_web.study.training.weights import named
from tests.study.training.conftest import new_run, trainer_in

STILL = Augmentation(flip=0, rotation_deg=0, shift=0, scale=1, contrast=1, camera=0, erase=0)


def epoch_of(trainer: Trainer) -> None:
    """One epoch, after which the run is stopped."""
    trainer._train_epoch(trainer.task.training.batches, quiet=True)


def test_a_run_writes_its_curve_and_keeps_the_best_weights(trained: Path) -> None:
    with (trained / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))

    assert [row["epoch"] for row in rows] == ["1.0", "2.0"]
    assert (trained / "best.npz").is_file()


def test_a_finished_run_is_not_trained_again(trained: Path, data: LearningData) -> None:
    again = trainer_in(trained, data)

    assert again.train(quiet=True).epoch == 2
    assert again.progress.step == 2 * (40 // 8)


@pytest.mark.parametrize("entry", ["", "dropout = 0.5", "ema_every = 3"])
def test_a_run_that_is_stopped_after_each_epoch_comes_to_the_same(
    tmp_path: Path, tiny_network: str, data: LearningData, entry: str
) -> None:
    """One epoch and a stop, as often as it takes, give the rates and the very weights of all epochs at once."""
    whole = trainer_in(new_run(tmp_path / "whole", entry), data)
    whole.train(quiet=True)
    stopped = new_run(tmp_path / "stopped", entry)
    epoch_of(trainer_in(stopped, data))
    second = trainer_in(stopped, data)
    assert second.progress.step == 5
    assert second.done == pytest.approx(0.5)
    epoch_of(second)

    assert second.done == 1
    rates = [row["rate"] for row in whole.progress.history]
    assert [row["rate"] for row in second.progress.history] == pytest.approx(rates)
    for value, expected in zip(second.model.get_weights(), whole.model.get_weights(), strict=True):
        assert np.allclose(value, expected, atol=1e-5)
    for value, expected in zip(second.average.weights, whole.average.weights, strict=True):
        assert np.allclose(value, expected, atol=1e-5)


def test_a_folder_from_before_weights_had_names_goes_on(trained: Path, data: LearningData, tmp_path: Path) -> None:
    """Chosen weights were numbered in the network's order, and the first worth of patience was 0."""
    folder = tmp_path / "old"
    shutil.copytree(trained, folder)
    model = trained_network(folder)
    numbered = {f"model{number:04d}": value for number, value in enumerate(model.get_weights())}
    np.savez(folder / "best.npz", **numbered, progress=np.array('{"epoch": 2.0, "size": 16.0}'))

    again = trained_network(folder)

    for value, expected in zip(again.get_weights(), model.get_weights(), strict=True):
        assert np.array_equal(value, expected)
    best = max(row["public_accuracy"] for row in trainer_in(folder, data).progress.history)
    assert trainer_in(folder, data).progress.patience.best == best


def test_a_run_that_stopped_early_stays_stopped(tmp_path: Path, tiny_network: str, data: LearningData) -> None:
    folder = new_run(tmp_path / "run", more="stop_after = 1")
    config = read_config(folder / "run.toml")
    patient = replace(config, schedule=replace(config.schedule, epochs=50))
    stopped = Trainer(expression_task(patient, data), folder).train(quiet=True).epoch
    assert stopped < 50

    again = Trainer(expression_task(patient, data), folder)

    assert again.done == 1
    assert again.train(quiet=True).epoch == stopped


def test_larger_pictures_get_new_patience_at_the_rate_that_was_reached(tiny: Path, data: LearningData) -> None:
    run = trainer_in(tiny, data)
    run.progress.patience.best, run.progress.patience.drops = 2.0, 2

    epoch_of(run)

    assert run.progress.patience.best <= 1
    assert run.progress.patience.drops == 2


@pytest.mark.parametrize(("change", "needed"), [
    ({"loss": Loss(teacher=0.5)}, "--teaching"), ({"loss": Loss(votes=0.5)}, "--votes"),
    ({"augmentation": Augmentation(reframed=0.3)}, "--crops"), ({"batch": 41}, "fewer than a batch of 41"),
])  # fmt: skip
def test_a_run_does_not_begin_without_what_it_learns_from(
    tmp_path: Path, data: LearningData, change: dict[str, Any], needed: str
) -> None:
    unvoted = replace(data, training=replace(data.training, votes=np.zeros_like(data.training.votes)))

    with pytest.raises(DataError, match=needed):
        Trainer(expression_task(TrainingConfig("xception-small", **change), unvoted), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_damaged_state_is_named(tiny: Path, data: LearningData) -> None:
    (tiny / "state.npz").write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(DataError, match=r"state\.npz cannot be read"):
        trainer_in(tiny, data)


class Weights:
    """A model with one number."""

    def __init__(self) -> None:
        self.value = np.zeros(1, np.float32)

    def get_weights(self) -> list[np.ndarray]:
        return [self.value]

    def set_weights(self, weights: list[np.ndarray]) -> None:
        self.value = np.array(weights[0])


def test_the_average_forgets_by_its_decay() -> None:
    """After long training at 0 and one update of 10 steps at 1, the mean is 1 - 0.9^10."""
    model = Weights()
    average = WeightAverage(model, decay=0.9)
    average.steps = 10_000
    model.value = np.ones(1, np.float32)
    average.update(10)

    assert average.weights[0][0] == pytest.approx(1 - 0.9**10, rel=1e-5)


def test_applied_weights_are_taken_back() -> None:
    model = Weights()
    average = WeightAverage(model, decay=0.9)
    model.value = np.ones(1, np.float32)

    with average.applied():
        assert model.value[0] == 0
    assert model.value[0] == 1


def test_a_run_can_begin_from_trained_weights_but_a_begun_one_keeps_its_own(
    tiny: Path, trained: Path, data: LearningData
) -> None:
    teacher = trained_network(trained)
    run = trainer_in(tiny, data)

    run.begin_from(named(teacher))

    kernel = teacher.get_layer("stem").get_weights()[0]
    assert np.array_equal(run.model.get_layer("stem").get_weights()[0], kernel)
    run.progress.step = 1
    run.model.get_layer("stem").set_weights([np.zeros_like(kernel)])
    run.begin_from(named(teacher))
    assert not run.model.get_layer("stem").get_weights()[0].any()
