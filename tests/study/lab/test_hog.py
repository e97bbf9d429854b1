from __future__ import annotations

import numpy as np
import pytest
from skimage.feature import hog

from fer_web.study.lab.features.hog import ORIGINAL, WINDOW, Hog, hog_images, sliding_hog, windows
from tests.study.lab.conftest import portraits


@pytest.mark.parametrize("settings", [ORIGINAL, Hog(9, 8, 2), Hog(9, 6, 2), Hog(8, 5, 1)])
def test_values_are_those_of_scikit_image(settings: Hog) -> None:
    pictures = portraits(3)
    cell, block = (settings.cell_px,) * 2, (settings.block,) * 2

    expected = [hog(picture, settings.orientations, cell, block, block_norm="L2-Hys") for picture in pictures]

    assert settings(pictures).shape == (3, settings.values(48, 48))
    assert np.allclose(settings(pictures), expected, atol=1e-6)


def test_the_original_hog_has_72_values() -> None:
    assert ORIGINAL(portraits(2)).shape == (2, 72)


def test_sliding_windows_have_2592_values() -> None:
    assert sliding_hog(portraits(2)).shape == (2, 2592)


def test_sliding_windows_are_the_original_programs_loop() -> None:
    (picture,) = portraits(1)
    expected = []
    for top in range(0, 48, 6):
        for left in range(0, 48, 6):
            window = picture[top : top + 24, left : left + 24]
            if min(window.shape) >= 8:  # smaller ones hold no cell
                expected.extend(hog(window, 8, (8, 8), (1, 1), block_norm="L2-Hys"))

    assert np.allclose(sliding_hog(picture[np.newaxis])[0], expected, atol=1e-6)


def test_windows_are_cut_off_at_the_edge() -> None:
    shapes = [window.shape[1:] for window in windows(portraits(1))]

    assert shapes[:7] == [(24, 24)] * 5 + [(24, 18), (24, 12)]
    assert sum(WINDOW.values(*shape) for shape in shapes) == 2592


def test_a_picture_without_gradients_has_zeros() -> None:
    assert not ORIGINAL(np.full((1, 48, 48), 90, np.uint8)).any()


def test_no_pictures_have_no_values() -> None:
    assert ORIGINAL(np.zeros((0, 48, 48), np.uint8)).shape == (0, 72)


def test_pictures_of_histograms_use_the_whole_range() -> None:
    drawn = hog_images(portraits(1))

    assert drawn.shape == (1, 48, 48)
    assert drawn.max() == pytest.approx(255, abs=0.1)
