"""The values check themselves once, and a reading has no room for pictures."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Emotion, Face, Frame, Rect

SCORES = np.array([0, 0, 0, 0.9, 0, 0, 0.1], np.float32)


def test_the_emotions_stand_in_the_order_of_fer2013() -> None:
    assert [str(emotion) for emotion in Emotion] == ["angry", "disgust", "fear", "happy", "sad", "surprise", "neutral"]
    assert Emotion.SURPRISE.position == 5
    assert Emotion.at(5) is Emotion.SURPRISE


@pytest.mark.parametrize("pixels", [np.zeros((4, 4), np.uint8), np.zeros((4, 4, 3), np.float32)])
def test_a_frame_that_is_not_rgb_bytes_is_refused(pixels: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        Frame(0, 0.0, pixels)


def test_a_frame_knows_its_width_before_its_height() -> None:
    assert Frame(0, 0.0, np.zeros((480, 640, 3), np.uint8)).size == (640, 480)


def test_the_dominant_emotion_is_the_most_probable_one() -> None:
    face = Face(Rect(0, 0, 9, 9), 1.0, scores=SCORES)

    assert face.dominant_emotion is Emotion.HAPPY
    assert Face(Rect(0, 0, 9, 9), 1.0).dominant_emotion is None
