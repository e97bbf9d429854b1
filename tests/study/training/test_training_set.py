from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.registry.spec import InputSpec
from fer_web.study.training.ahead import prepared
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.targets import Loss, build_targets
from fer_web.study.training.training_set import Batch, TrainingSet

STILL = Augmentation(flip=0, rotation_deg=0, shift=0, scale=1, contrast=1, camera=0, erase=0)


def training_set(data: LearningData, augmentation: Augmentation = STILL, batch: int = 40, **more: Any) -> TrainingSet:
    targets = build_targets(data.training, Loss())
    return TrainingSet(data.training.pixels, targets, augmentation, batch, **more)


def test_batches_are_prepared_as_serving_prepares_faces(data: LearningData) -> None:
    """Undo nothing: with augmentation off, a batch is InputSpec's tensor of the very pictures."""
    given = training_set(data)

    images, wanted = next(given.batches(epoch=0, size=48))

    order = np.random.default_rng((0, 0, 0)).permutation(40)
    assert (images == InputSpec().prepare(data.training.pixels[order])).all()
    assert (wanted == given.targets[order]).all()


def test_an_epochs_batches_follow_from_seed_and_epoch(data: LearningData) -> None:
    given = training_set(data, Augmentation(), 8)

    def first(epoch: int) -> np.ndarray:
        return next(given.batches(epoch, 32))[0]

    assert (first(1) == first(1)).all()
    assert (first(1) != first(2)).any()


def test_batches_hold_the_served_crops_when_asked_for(data: LearningData) -> None:
    crops = np.full_like(data.training.pixels, 7)

    images, _ = next(training_set(data, replace(STILL, reframed=1.0), crops=crops).batches(0, 48))

    assert np.array_equal(images, InputSpec().prepare(crops))


def test_too_few_pictures_are_refused(data: LearningData) -> None:
    with pytest.raises(DataError, match="40 training pictures are fewer than a batch of 41"):
        training_set(data, batch=41)


def test_batches_prepared_ahead_are_those_of_this_process_even_after_a_stop_in_the_middle(data: LearningData) -> None:
    given = training_set(data, Augmentation(), 8)

    with prepared(given, 2) as batches:
        next(batches(0, 24))  # and no more of it
        assert_equal(batches(1, 16), given.batches(1, 16))
        assert_equal(batches(0, 24), given.batches(0, 24))


def assert_equal(found: Iterator[Batch], expected: Iterator[Batch]) -> None:
    for (images, targets), (own_images, own_targets) in zip(found, expected, strict=True):
        assert np.array_equal(images, own_images)
        assert np.array_equal(targets, own_targets)


def test_a_killed_helper_is_said(data: LearningData, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.study.training.ahead.LOOK_S", 0.2)
    given = training_set(data, Augmentation(), 8)

    with prepared(given, 1) as batches:
        next(batches(0, 16))
        batches.__self__._process.kill()  # type: ignore[attr-defined]
        with pytest.raises(DataError, match="start the run again, it goes on"):
            list(batches(1, 16))
