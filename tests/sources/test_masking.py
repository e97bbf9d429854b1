"""What a mask encloses is gray, all of it and nothing far from it."""

from __future__ import annotations

import numpy as np

from fer_web.core import Frame
from fer_web.sources.masking import MASK_GRAY, masked_frame, masked_pixels

WHITE = np.full((100, 200, 3), 255, np.uint8)
RIGHT_HALF = (((0.5, 0.0), (1.0, 0.0), (1.0, 1.0), (0.5, 1.0)),)


def test_the_inside_is_painted_and_the_rest_stays() -> None:
    painted = masked_pixels(WHITE, RIGHT_HALF)

    assert (painted[:, 100:] == MASK_GRAY).all()
    assert (painted[:, :96] == 255).all()
    assert (WHITE == 255).all(), "a source's own array is not written to"


def test_an_area_that_crosses_itself_has_no_holes() -> None:
    star = (((0.5, 0.0), (0.8, 1.0), (0.0, 0.35), (1.0, 0.35), (0.2, 1.0)),)

    assert (masked_pixels(WHITE, star)[50, 100] == MASK_GRAY).all()


def test_without_a_mask_the_frame_is_the_same() -> None:
    frame = Frame(3, 0.1, WHITE)

    assert masked_frame(frame, ()) is frame


def test_a_mask_fits_pictures_of_any_size() -> None:
    for shape in ((1, 1, 3), (2, 3, 3), (1080, 1920, 3)):
        whole = (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),)
        assert (masked_pixels(np.full(shape, 255, np.uint8), whole) == MASK_GRAY).all()
