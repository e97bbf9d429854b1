from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from keras import ops

from fer_web.core.landmarks import LEFT_EYE, MOUTH, RIGHT_BROW, RIGHT_EYE
from fer_web.registry.spec import InputSpec
from fer_web.study.lab.features import FeatureStore
from fer_web.study.lab.networks import teaching
from fer_web.study.lab.networks.beside import MIRROR, Scale, beside, beside_mirrored, mirrored_points, values_of
from fer_web.study.lab.networks.columns import loss_of, targets_of
from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.lab.networks.landmarks import landmark_columns, moved_points
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.targets import Loss
from fer_web.study.training.training_set import TrainingSet
from tests.study.training.conftest import faces

STILL = Augmentation(flip=0, rotation_deg=0, shift=0, scale=1, contrast=1, camera=0, erase=0)
TAUGHT = LabConfig("simple", expressions=(0, 3, 4, 5, 6), teacher="xception", loss=Loss(votes=0.5, teacher=0.4))


def training_set(augmentation: Augmentation = STILL, batch: int = 12, seed: int = 0) -> TrainingSet:
    """A picture's side input is its number, its mirror image's is that and a thousand; all points stand at (10, 20)."""
    numbers = np.arange(12, dtype=np.float32)[:, np.newaxis]
    points = np.tile(np.array([10, 20], np.float32), (12, 68, 1))
    return TrainingSet(
        faces(12).pixels,
        np.eye(12, dtype=np.float32),
        augmentation,
        batch,
        seed,
        side=numbers,
        mirrored=numbers + 1000,
        points=points,
        moving=landmark_columns,
        draws_ahead=True,
    )


def test_mirroring_twice_changes_no_point_and_once_swaps_the_sides() -> None:
    points = np.random.default_rng(0).uniform(0, 47, (2, 68, 2)).astype(np.float32)

    assert sorted(MIRROR) == list(range(68))
    assert np.allclose(mirrored_points(mirrored_points(points, 48), 48), points)
    assert set(MIRROR[RIGHT_EYE]) == set(range(*LEFT_EYE.indices(68)))
    assert set(MIRROR[MOUTH]) == set(range(*MOUTH.indices(68)))
    assert MIRROR[RIGHT_BROW][0] == 26


def test_what_stands_beside_a_picture_has_the_studys_lengths() -> None:
    pictures, store = faces(3).pixels, FeatureStore()

    for name, length in (("raw", 0), ("landmarks", 136), ("landmarks and HOG", 208)):
        assert beside(name, pictures, store).shape == (3, length)
        assert beside_mirrored(name, pictures, store).shape == (3, length)
        assert values_of(name) == length
    assert beside("landmarks and sliding HOG", pictures[:1], store).shape == (1, 2728)


def test_a_mirrored_pictures_hog_is_that_of_the_mirror_image() -> None:
    pictures, store = faces(2).pixels, FeatureStore()

    mirrored = beside_mirrored("landmarks and HOG", pictures, store)

    assert (mirrored[:, 136:] == store.get("hog", np.ascontiguousarray(pictures[:, :, ::-1]))).all()


def test_scaled_columns_have_no_mean_and_unit_deviation() -> None:
    values = np.random.default_rng(0).normal(3, 2, (500, 4)).astype(np.float32)
    values[:, 3] = 7

    scaled = Scale.of(values)(values)

    assert np.allclose(scaled.mean(axis=0), 0, atol=0.01)
    assert np.allclose(scaled.std(axis=0), (1, 1, 1, 0), atol=0.01)


def test_unmoved_batches_are_prepared_as_serving_prepares_faces() -> None:
    given = training_set()
    (images, side), targets = next(given.batches(0, 48))
    order = side.ravel().astype(int)

    assert sorted(order) == list(range(12))
    assert (images == InputSpec().prepare(given.pixels[order])).all()
    assert (targets[:, :12].argmax(axis=1) == order).all()
    assert np.allclose(targets[:, 12:].reshape(12, 68, 2), (10 / 48 - 0.5, 20 / 48 - 0.5))


def test_mirrored_pictures_get_the_mirrored_side_inputs_and_landmarks() -> None:
    given = training_set(replace(STILL, flip=1.0))
    (images, side), targets = next(given.batches(0, 48))

    rows = (side.ravel() - 1000).astype(int)
    assert (images == InputSpec().prepare(given.pixels[rows][:, :, ::-1])).all()
    assert np.allclose(targets[:, 12:].reshape(12, 68, 2), (37 / 48 - 0.5, 20 / 48 - 0.5), atol=1e-5)


def test_batches_follow_from_their_seed_and_have_the_asked_size() -> None:
    given = training_set(Augmentation(), batch=5, seed=1)
    first = [images[0] for images, _ in given.batches(2, 32)]
    again = [images[0] for images, _ in given.batches(2, 32)]
    other = [images[0] for images, _ in given.batches(3, 32)]

    assert [len(images) for images in first] == [5, 5]
    assert first[0].shape == (5, 32, 32, 1)
    assert (first[0] == again[0]).all()
    assert (first[0] != other[0]).any()


def test_landmarks_go_where_the_picture_goes() -> None:
    matrix = np.array([[[0.5, 0, 3], [0, 0.5, 4]]])

    moved = moved_points(np.full((1, 68, 2), 10.0, np.float32), matrix)

    assert np.allclose(moved, (8, 9))


def test_a_teachers_answers_are_restricted_to_the_rows_expressions() -> None:
    """Logits that say 'disgust' above all: a row without it hears only what was second."""
    split = faces(2)
    split = replace(split, labels=np.array([0, 4]))
    logits = np.array([[0, 9, 0, 5, 0, 0, 0], [0, 9, 0, 0, 0, 0, 5]], np.float32)

    targets = targets_of(split, TAUGHT, logits)

    assert targets.shape == (2, 5 + 8 + 5)
    assert targets[:, :5].argmax(axis=1).tolist() == [0, 4]
    assert targets[:, 13:].argmax(axis=1).tolist() == [1, 4]
    assert np.allclose(targets[:, 13:].sum(axis=1), 1)


def test_the_loss_weighs_its_parts() -> None:
    """Even logits cost log 5 for labels and teacher each and log 8 for votes; a point's error counts squared."""
    config = replace(TAUGHT, landmarks=2.0)
    targets = np.zeros((1, 5 + 8 + 5 + 136), np.float32)
    targets[0, [0, 5, 13]] = 1
    targets[0, -1] = 0.5

    value = float(ops.convert_to_numpy(loss_of(config)(targets, np.zeros((1, 5 + 8 + 136), np.float32)))[0])

    assert value == pytest.approx(np.log(5) + 0.5 * np.log(8) + 2 * 0.25, rel=1e-5)


def test_a_teacher_is_asked_once_about_each_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def logits(_models: object, pictures: np.ndarray, _shifts: object) -> np.ndarray:
        asked.append(len(pictures))
        return np.stack([np.full(7, picture[0, 0], np.float32) for picture in pictures])

    monkeypatch.setattr(teaching, "mean_logits", logits)
    monkeypatch.setattr(teaching, "teacher", lambda _run: None)
    pictures = faces(5).pixels

    first = teaching.teaching("xception", pictures[:3], tmp_path)
    second = teaching.teaching("xception", pictures[::-1], tmp_path)

    assert asked == [3, 2]
    assert (first[:, 0] == pictures[:3, 0, 0]).all()
    assert (second[:, 0] == pictures[::-1, 0, 0]).all()
