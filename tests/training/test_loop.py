from __future__ import annotations

import csv
from pathlib import Path

import numpy as np
import pytest

from fer_web.registry.spec import InputSpec
from fer_web.training.average import WeightAverage
from fer_web.training.config import RunConfig, read_config
from fer_web.training.dataset import LearningData
from fer_web.training.loop import Run, batches
from fer_web.training.targets import Loss, build_targets
from fer_web.training.teachers import trained_network


def start(folder: Path, data: LearningData) -> Run:
    return Run(read_config(folder / "run.toml"), data, folder)


def test_a_run_writes_its_curve_and_keeps_the_best_weights(trained: Path) -> None:
    with (trained / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))

    assert [row["epoch"] for row in rows] == ["1.0", "2.0"]
    assert (trained / "best.npz").is_file()


def test_a_finished_run_is_not_trained_again(trained: Path, data: LearningData) -> None:
    again = start(trained, data)

    assert again.train(quiet=True).epoch == 2
    assert again.progress.step == 2 * (40 // 8)


def test_a_stopped_run_goes_on_where_it_was(tiny: Path, trained: Path, data: LearningData) -> None:
    """One epoch, a stop, and another one give the rates and the weights of two epochs at once."""
    whole = start(trained, data)
    first = start(tiny, data)
    first._epoch(quiet=True)
    first._choose(0.0, quiet=True)
    second = start(tiny, data)
    assert second.progress.step == 5
    assert second.done == pytest.approx(0.5)
    second.train(quiet=True)

    rates = [row["rate"] for row in whole.progress.history]
    assert [row["rate"] for row in second.progress.history] == pytest.approx(rates)
    for value, expected in zip(second.model.get_weights(), whole.model.get_weights(), strict=True):
        assert np.allclose(value, expected, atol=1e-4)


def test_batches_are_prepared_as_serving_prepares_faces(data: LearningData) -> None:
    """Undo nothing: with augmentation off, a batch is InputSpec's tensor of the very pictures."""
    still = {"flip": 0.0, "rotation_deg": 0.0, "shift": 0.0, "scale": 1.0, "contrast": 1.0, "camera": 0.0, "erase": 0.0}
    config = RunConfig("xception", batch=40)
    config = RunConfig("xception", batch=40, augmentation=type(config.augmentation)(**still))
    targets = build_targets(data.training, Loss())

    images, wanted = next(batches(config, data.training, targets, epoch=0, size=48))

    order = np.random.default_rng((0, 0, 0)).permutation(40)
    assert (images == InputSpec().prepare(data.training.pixels[order])).all()
    assert (wanted == targets[order]).all()


def test_an_epochs_batches_follow_from_seed_and_epoch(data: LearningData) -> None:
    config = RunConfig("xception", batch=8)
    targets = build_targets(data.training, Loss())

    def first(epoch: int) -> np.ndarray:
        return next(batches(config, data.training, targets, epoch, 32))[0]

    assert (first(1) == first(1)).all()
    assert (first(1) != first(2)).any()


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
    run = start(tiny, data)

    run.begin_from(teacher)

    kernel = teacher.get_layer("stem").get_weights()[0]
    assert np.array_equal(run.model.get_layer("stem").get_weights()[0], kernel)
    run.progress.step = 1
    run.model.get_layer("stem").set_weights([np.zeros_like(kernel)])
    run.begin_from(teacher)
    assert not run.model.get_layer("stem").get_weights()[0].any()


def test_batches_hold_the_served_crops_when_asked_for(data: LearningData) -> None:
    still = {"flip": 0.0, "rotation_deg": 0.0, "shift": 0.0, "scale": 1.0, "contrast": 1.0, "camera": 0.0, "erase": 0.0}
    config = RunConfig("xception", batch=40)
    config = RunConfig("xception", batch=40, augmentation=type(config.augmentation)(**still, reframed=1.0))
    crops = np.full_like(data.training.pixels, 7)

    images, _ = next(batches(config, data.training, build_targets(data.training, Loss()), 0, 48, crops=crops))

    assert np.array_equal(images, InputSpec().prepare(crops))
