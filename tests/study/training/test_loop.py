from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.registry.spec import InputSpec
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.average import WeightAverage
from fer_web.study.training.config import RunConfig, read_config
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.loop import Run, batches
from fer_web.study.training.prepared import Lessons
from fer_web.study.training.targets import Loss, build_targets
from fer_web.study.training.teachers import trained_network
from tests.study.training.conftest import new_run

STILL = Augmentation(flip=0, rotation_deg=0, shift=0, scale=1, contrast=1, camera=0, erase=0)


def start(folder: Path, data: LearningData) -> Run:
    return Run(read_config(folder / "run.toml"), Lessons(data), folder)


def epoch_of(run: Run) -> None:
    """One epoch, after which the run is stopped."""
    size = run.size
    run._choose(run._epoch(quiet=True), size, quiet=True)


def test_a_run_writes_its_curve_and_keeps_the_best_weights(trained: Path) -> None:
    with (trained / "curves.csv").open() as file:
        rows = list(csv.DictReader(file))

    assert [row["epoch"] for row in rows] == ["1.0", "2.0"]
    assert (trained / "best.npz").is_file()


def test_a_finished_run_is_not_trained_again(trained: Path, data: LearningData) -> None:
    again = start(trained, data)

    assert again.train(quiet=True).epoch == 2
    assert again.progress.step == 2 * (40 // 8)


@pytest.mark.parametrize("entry", ["", "dropout = 0.5"])
def test_a_stopped_run_goes_on_where_it_was(tmp_path: Path, tiny_network: str, data: LearningData, entry: str) -> None:
    """One epoch, a stop, and another one give the rates and the weights of two epochs at once."""
    whole = start(new_run(tmp_path / "whole", entry), data)
    whole.train(quiet=True)
    stopped = new_run(tmp_path / "stopped", entry)
    epoch_of(start(stopped, data))
    second = start(stopped, data)
    assert second.progress.step == 5
    assert second.done == pytest.approx(0.5)
    second.train(quiet=True)

    rates = [row["rate"] for row in whole.progress.history]
    assert [row["rate"] for row in second.progress.history] == pytest.approx(rates)
    for value, expected in zip(second.model.get_weights(), whole.model.get_weights(), strict=True):
        assert np.allclose(value, expected, atol=1e-4)


def test_a_run_that_stopped_early_stays_stopped(tmp_path: Path, tiny_network: str, data: LearningData) -> None:
    folder = new_run(tmp_path / "run", more="stop_after = 1")
    config = read_config(folder / "run.toml")
    patient = replace(config, schedule=replace(config.schedule, epochs=50))
    stopped = Run(patient, Lessons(data), folder).train(quiet=True).epoch
    assert stopped < 50

    again = Run(patient, Lessons(data), folder)

    assert again.done == 1
    assert again.train(quiet=True).epoch == stopped


def test_larger_pictures_get_new_patience_at_the_rate_that_was_reached(tiny: Path, data: LearningData) -> None:
    run = start(tiny, data)
    run.progress.patience.best, run.progress.patience.drops = 1.0, 2

    epoch_of(run)

    assert run.progress.patience.best < 1
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
        Run(RunConfig("xception-small", **change), Lessons(unvoted), tmp_path / "run")
    assert not (tmp_path / "run").exists()


def test_a_damaged_state_is_named(tiny: Path, data: LearningData) -> None:
    (tiny / "state.npz").write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(DataError, match=r"state\.npz cannot be read"):
        start(tiny, data)


def test_batches_are_prepared_as_serving_prepares_faces(data: LearningData) -> None:
    """Undo nothing: with augmentation off, a batch is InputSpec's tensor of the very pictures."""
    config = RunConfig("xception", batch=40, augmentation=STILL)
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
    config = RunConfig("xception", batch=40, augmentation=replace(STILL, reframed=1.0))
    crops = np.full_like(data.training.pixels, 7)

    images, _ = next(batches(config, data.training, build_targets(data.training, Loss()), 0, 48, crops=crops))

    assert np.array_equal(images, InputSpec().prepare(crops))
