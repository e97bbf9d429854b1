"""Why an answer is uncertain."""

from __future__ import annotations

from typing import get_args

import numpy as np
import pytest

from fer_web.core import Face, Frame, Pose, Quality, Rect, UncertainBecause
from fer_web.vision.judge import Judge

FRAME = Frame(0, 0.0, np.zeros((8, 8, 3), np.uint8))
GOOD = Quality(0.8, 0.5, 100)


def scores(probability: float) -> np.ndarray:
    return np.array([probability] + [(1 - probability) / 6] * 6, np.float32)


@pytest.mark.parametrize(
    ("known", "because"),
    [
        ({"scores": scores(0.41)}, None),
        ({"scores": scores(0.39)}, "undecided"),
        ({}, "undecided"),
        ({"scores": scores(0.9), "quality": GOOD, "pose": Pose(59, -59, 90)}, None),
        ({"scores": scores(0.9), "pose": Pose(-61, 0, 0)}, "turned"),
        ({"scores": scores(0.9), "pose": Pose(0, 61, 0)}, "turned"),
        ({"scores": scores(0.3), "quality": Quality(0.8, 0.5, 9, because="small")}, "small"),
    ],
)
def test_a_readable_face_is_uncertain_only_under_the_cards_threshold(known: dict, because: str | None) -> None:
    (face,) = Judge(0.4)(FRAME, (Face(Rect(0, 0, 8, 8), 1.0, **known),))

    assert face.uncertain is (because is not None)
    assert face.uncertain_because == because


def test_every_reason_has_a_word() -> None:
    assert set(get_args(UncertainBecause)) == {"small", "turned", "dark", "bright", "blurred", "undecided"}
