from __future__ import annotations

import numpy as np
import pytest

from fer_web.core.landmarks import anchors
from fer_web.errors import DataError
from fer_web.study.lab.features import landmarks
from fer_web.study.lab.features.landmarks import MIRROR, fine_landmarks, mirrored, normalized, whole_picture_landmarks
from fer_web.vision.align import FER2013_ANCHORS
from tests.study.lab.conftest import portraits

RIGHT_EYE, LEFT_EYE, LIPS = slice(36, 42), slice(42, 48), slice(48, 68)


@pytest.mark.parametrize("find", [whole_picture_landmarks, fine_landmarks])
def test_there_are_136_values_and_they_lie_in_the_face(find: object) -> None:
    found = find(portraits(1))  # type: ignore[operator]
    points = found.reshape(68, 2)

    assert found.shape == (1, 136)
    assert found.dtype == np.float32
    assert points[RIGHT_EYE, 0].mean() < points[LEFT_EYE, 0].mean()  # the person's right is the picture's left
    assert points[RIGHT_EYE, 1].mean() < points[LIPS, 1].mean() < 48


def test_the_two_ways_agree_about_where_the_eyes_are() -> None:
    rough, fine = (find(portraits(1)).reshape(68, 2) for find in (whole_picture_landmarks, fine_landmarks))

    assert np.abs(rough[RIGHT_EYE].mean(axis=0) - fine[RIGHT_EYE].mean(axis=0)).max() < 4


def test_normalizing_undoes_place_size_and_turn() -> None:
    face = fine_landmarks(portraits(1))
    turn = np.array([[0.8, -0.6], [0.6, 0.8]], np.float32)
    moved = (1.7 * face.reshape(68, 2) @ turn + (5, -3)).reshape(1, 136).astype(np.float32)

    assert np.allclose(normalized(moved), normalized(face), atol=1e-4)
    assert np.abs(anchors(normalized(face).reshape(68, 2)) - FER2013_ANCHORS).max() < 0.1


def test_points_in_one_place_stay_finite() -> None:
    assert np.isfinite(normalized(np.full((1, 136), 24, np.float32))).all()


def test_mirroring_twice_changes_nothing() -> None:
    face = fine_landmarks(portraits(1))

    assert sorted(MIRROR) == list(range(68))
    assert np.allclose(mirrored(mirrored(face, 48), 48), face, atol=1e-5)


def test_mirrored_landmarks_lie_where_the_mirror_images_are_found() -> None:
    pictures = portraits(1)
    found = fine_landmarks(np.ascontiguousarray(pictures[:, :, ::-1]))

    assert np.abs(mirrored(fine_landmarks(pictures), 48) - found).mean() < 1.0


def test_no_pictures_have_no_landmarks() -> None:
    assert fine_landmarks(np.zeros((0, 48, 48), np.uint8)).shape == (0, 136)


def test_a_missing_predictor_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.vision.landmarks.PREDICTOR_FILE", "missing.dat")

    with pytest.raises(DataError, match=r"landmarks need dlib's predictor: missing\.dat is missing: pip install"):
        landmarks.require_predictor()
