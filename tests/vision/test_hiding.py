"""Parts of a face are hidden in its crop, and nowhere else."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fer_web.core import Face, Frame, Rect
from fer_web.vision.hiding import ChipPart, HidePart

CHIP = np.random.default_rng(0).integers(0, 255, (48, 48), np.uint8)


@pytest.mark.parametrize(
    ("part", "rows", "columns"),
    [
        (ChipPart(0.25, 0.5, 0.5, 0.25), (24, 36), (12, 36)),
        (ChipPart(0.0, 0.7, 0.1, 0.3), (33, 48), (0, 5)),  # whatever it touches
        (ChipPart(0.99, 0.99, 0.01, 0.01), (47, 48), (47, 48)),
    ],
)
def test_what_the_part_touches_becomes_the_crops_mean(
    part: ChipPart, rows: tuple[int, int], columns: tuple[int, int]
) -> None:
    painted = part.painted(CHIP)

    inside = np.zeros(CHIP.shape, bool)
    inside[slice(*rows), slice(*columns)] = True
    assert set(painted[inside]) == {round(float(CHIP.mean()))}
    np.testing.assert_array_equal(painted[~inside], CHIP[~inside])


def test_faces_without_a_crop_stay_as_they_are() -> None:
    with_chip = Face(Rect(0, 0, 9, 9), 1.0, chip=CHIP)
    without = replace(with_chip, chip=None)

    first, second = HidePart(ChipPart(0, 0, 0.5, 0.5))(
        Frame(0, 0.0, np.zeros((9, 9, 3), np.uint8)), (with_chip, without)
    )

    assert (first.chip != CHIP).any()
    assert second is without
