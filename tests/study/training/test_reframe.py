"""Training pictures as the serving path crops them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fer_web.core import Frame
from fer_web.study.training.dataset import VOTE_NAMES, Split
from fer_web.study.training.reframe import drawn, enlarged, reframe_all, reframed

FACE = (slice(35, 215), slice(135, 315))  # of scikit-image's astronaut: the face with some hair


def portrait(frame: Frame) -> np.ndarray:
    """The astronaut's face as a data set would have it, (48, 48) gray."""
    gray = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2GRAY)[FACE]
    return np.asarray(cv2.resize(gray, (48, 48), interpolation=cv2.INTER_AREA), np.uint8)


def split_of(pictures: np.ndarray) -> Split:
    count = len(pictures)
    return Split(pictures, np.zeros(count, np.int64), np.zeros((count, len(VOTE_NAMES)), np.float32))


def test_a_picture_is_enlarged_four_times() -> None:
    assert enlarged(np.zeros((48, 48), np.uint8)).shape == (192, 192)


def test_a_face_is_brought_into_the_served_framing_and_the_rest_stays(astronaut: Frame) -> None:
    """Cutting a crop again changes little: its eyes and mouth are where they belong. A blank picture holds none."""
    blank = np.full((48, 48), 90, np.uint8)

    crops, found = reframed(np.stack([portrait(astronaut), blank]))
    again, _ = reframed(crops[:1])

    assert found.tolist() == [True, False]
    assert np.array_equal(crops[1], blank)
    moved = np.abs(crops[0].astype(int) - portrait(astronaut)).mean()
    assert np.abs(again[0].astype(int) - crops[0]).mean() < moved


def test_several_processes_give_what_one_gives(astronaut: Frame, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.study.training.reframe.CHUNK", 1)
    pictures = np.stack([portrait(astronaut), portrait(astronaut)[:, ::-1]])

    crops, found = reframe_all(pictures, jobs=2, quiet=True)

    assert found.all()
    assert np.array_equal(crops, reframed(pictures)[0])


def test_crops_take_the_pictures_place_as_often_as_asked() -> None:
    pictures, crops = np.zeros((1000, 2, 2), np.uint8), np.ones((1000, 2, 2), np.uint8)
    rng = np.random.default_rng(0)

    assert drawn(pictures, crops, 0.0, rng).sum() == 0
    assert drawn(pictures, crops, 1.0, rng).sum() == 4000
    assert 200 < drawn(pictures, crops, 0.3, rng)[:, 0, 0].sum() < 400
