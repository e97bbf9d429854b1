from __future__ import annotations

from dataclasses import replace

import numpy as np

from fer_web.study.training.augment import Augmentation, resized
from fer_web.study.training.training_set import mixed
from tests.study.training.conftest import faces

NOTHING = Augmentation(flip=0, rotation_deg=0, shift=0, scale=1, contrast=1, camera=0, erase=0)
PICTURES = faces(4).pixels


def augmented(augmentation: Augmentation, size: int = 48, seed: int = 0) -> np.ndarray:
    return augmentation.views(PICTURES, size, np.random.default_rng(seed))[0]


def test_without_any_change_pictures_stay_the_same() -> None:
    assert (augmented(NOTHING) == PICTURES).all()


def test_a_flip_alone_is_the_mirror_image() -> None:
    assert (augmented(replace(NOTHING, flip=1)) == PICTURES[:, :, ::-1]).all()


def test_sizes_and_type_are_as_asked_for() -> None:
    for size in (32, 40, 48):
        batch = augmented(Augmentation(camera=1, erase=1), size)
        assert batch.shape == (4, size, size)
        assert batch.dtype == np.uint8


def test_the_same_seed_gives_the_same_pictures_and_another_one_others() -> None:
    wild = Augmentation(camera=1, erase=1)

    assert (augmented(wild) == augmented(wild)).all()
    assert (augmented(wild) != augmented(wild, seed=1)).any()


def test_originals_are_left_alone() -> None:
    before = PICTURES.copy()
    augmented(Augmentation(camera=1, erase=1))

    assert (before == PICTURES).all()


def test_shifts_stay_within_their_share_of_the_side() -> None:
    dot = np.zeros((200, 48, 48), np.uint8)
    dot[:, 23:25, 23:25] = 255
    moved = replace(NOTHING, shift=0.1).views(dot, 48, np.random.default_rng(0))[0]
    rows = np.array([np.average(np.arange(48), weights=picture.sum(axis=1)) for picture in moved])

    assert abs(rows - 23.5).max() <= 4.8 + 0.05
    assert abs(rows - 23.5).max() > 4


def test_an_erased_rectangle_hides_at_most_its_share() -> None:
    flat = np.zeros((100, 48, 48), np.uint8)
    erased = replace(NOTHING, erase=1).views(flat, 48, np.random.default_rng(0))[0]
    hidden = (erased > 0).mean(axis=(1, 2))

    assert hidden.min() > 0
    assert hidden.max() <= 0.15


def test_resizing_to_the_same_size_changes_nothing() -> None:
    assert resized(PICTURES, 48) is PICTURES
    assert resized(PICTURES, 32).shape == (4, 32, 32)


def test_mixup_blends_pictures_and_targets_by_the_same_share() -> None:
    images = np.array([0.0, 1.0], np.float32).reshape(2, 1, 1, 1)
    targets = np.eye(2, dtype=np.float32)

    for seed in range(10):
        (blended,), wanted = mixed([images], targets, 0.4, np.random.default_rng(seed))
        assert np.allclose(blended.ravel(), wanted[:, 1])
        assert np.allclose(wanted.sum(axis=1), 1)
