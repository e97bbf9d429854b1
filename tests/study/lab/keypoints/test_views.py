"""Faces moved with their points: where things go can be said on paper."""

from __future__ import annotations

import numpy as np

from fer_web.core.keypoints import MIRROR, NAMES
from fer_web.study.lab.keypoints.views import AUGMENTATION, keypoint_targets, moved, targets_of
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.training_set import TrainingSet

NOTHING = Augmentation(flip=0, rotation_deg=0, shift=0, scale=1, contrast=1, camera=0, erase=0)
POINTS = np.stack([np.arange(20, 80, 4), np.arange(10, 85, 5)], axis=1).astype(np.float32)


def test_mirroring_swaps_left_and_right_and_leaves_the_middle() -> None:
    swapped = {name: NAMES[MIRROR[place]] for place, name in enumerate(NAMES)}

    assert swapped["left_eye_inner_corner"] == "right_eye_inner_corner"
    assert swapped["right_eyebrow_outer_end"] == "left_eyebrow_outer_end"
    assert swapped["mouth_left_corner"] == "mouth_right_corner"
    assert {name for name, other in swapped.items() if name == other} == {
        "nose_tip", "mouth_center_top_lip", "mouth_center_bottom_lip"
    }  # fmt: skip
    assert [MIRROR[place] for place in MIRROR] == list(range(15))


def test_a_flip_puts_each_point_where_the_other_sides_was() -> None:
    flip = np.array([[-1.0, 0, 95], [0, 1, 0]])

    there = moved(POINTS, flip)

    left, right = NAMES.index("left_eye_center"), NAMES.index("right_eye_center")
    assert tuple(there[left]) == (95 - POINTS[right, 0], POINTS[right, 1])
    assert tuple(there[NAMES.index("nose_tip")]) == (95 - 60, 60)
    np.testing.assert_allclose(moved(there, flip), POINTS)


def test_a_shift_takes_points_along_and_forgets_those_that_leave() -> None:
    there = moved(POINTS, np.array([[1.0, 0, 20], [0, 1, -3]]))

    np.testing.assert_allclose(there[0], POINTS[0] + (20, -3))
    assert np.isnan(there[-1]).all()  # 76 + 20 is beyond 95


def test_a_white_dot_stays_under_its_point() -> None:
    wild = Augmentation(flip=0.5, rotation_deg=20, shift=0.1, scale=1.3, contrast=1, camera=0, erase=0)
    for seed in range(10):
        picture = np.zeros((96, 96), np.uint8)
        picture[38:41, 58:61] = 255
        points = np.full((15, 2), np.nan, np.float32)
        points[NAMES.index("nose_tip")] = (59, 39)

        (changed,), (matrix,) = wild.views(picture[np.newaxis], 96, np.random.default_rng(seed))
        there = moved(points, matrix)

        rows, columns = np.nonzero(changed > 100)
        assert abs(there[10] - (columns.mean(), rows.mean())).max() < 0.6


def test_unknown_points_are_marked_and_hold_no_nan() -> None:
    points = np.stack([POINTS, POINTS])
    points[1, 4] = np.nan

    targets = targets_of(points)

    assert targets.shape == (2, 15, 3)
    assert targets[..., 2].sum() == 29
    assert np.isfinite(targets).all()


def test_batches_are_the_same_for_a_seed_and_unchanged_without_augmentation() -> None:
    pictures = np.random.default_rng(0).integers(0, 256, (4, 96, 96)).astype(np.uint8)
    points, nothing = np.stack([POINTS] * 4), np.zeros((4, 0), np.float32)

    def batch(epoch: int, augmentation: Augmentation = AUGMENTATION) -> tuple[np.ndarray, np.ndarray]:
        given = TrainingSet(pictures, nothing, augmentation, 4, 1, points=points, moving=keypoint_targets)
        (found,) = given.batches(epoch, 96)
        return found

    assert (batch(2)[0] == batch(2)[0]).all()
    assert (batch(2)[0] != batch(3)[0]).any()
    np.testing.assert_allclose(batch(2, NOTHING)[1][:, :, :2], points)
