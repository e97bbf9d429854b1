"""dlib's detector on pictures of bounded size."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fer_web.core import Frame
from fer_web.vision.detect import Detect, HogDetector, confidence_of, working_scale


@pytest.fixture(scope="module")
def detector() -> HogDetector:
    return HogDetector()


def scaled(frame: Frame, factor: float) -> Frame:
    return Frame(0, 0.0, cv2.resize(frame.pixels, None, fx=factor, fy=factor, interpolation=cv2.INTER_AREA))


def test_a_picture_is_searched_at_a_bounded_size() -> None:
    assert working_scale((640, 480), 2.0, 4_000_000) == 2.0
    assert working_scale((6000, 4000), 2.0, 4_000_000) == pytest.approx((4 / 24) ** 0.5)
    assert working_scale((320, 240), 1.0, 4_000_000) == pytest.approx(2.0)
    assert working_scale((10, 10), 1.0, 4_000_000) == 4.0


def test_confidence_grows_with_the_detectors_margin() -> None:
    assert confidence_of(0) == 0.5
    assert 0.95 < confidence_of(1) < confidence_of(2) < 1


@pytest.mark.parametrize("factor", [0.25, 0.5, 1, 4])
def test_the_same_face_is_found_at_every_size(astronaut: Frame, detector: HogDetector, factor: float) -> None:
    (face,) = Detect(detector, 1, 4_000_000)(scaled(astronaut, factor), ())

    assert np.array(face.region.center) / factor == pytest.approx((224, 128), abs=14)
    assert face.region.width / factor == pytest.approx(90, rel=0.25)


def test_a_face_that_fills_its_picture_is_found_at_the_second_look(astronaut: Frame, detector: HogDetector) -> None:
    crop = Frame(0, 0.0, np.ascontiguousarray(astronaut.pixels[75:180, 170:275]))
    tight = cv2.cvtColor(crop.pixels, cv2.COLOR_RGB2GRAY)

    faces = Detect(detector, 1, 4_000_000)(crop, ())

    assert len(faces) == 1
    assert faces[0].region.clipped((105, 105)).area > 0.5 * tight.size


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 700, 3), (480, 640, 3)])
def test_a_picture_without_a_face_has_none(detector: HogDetector, shape: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(0).integers(0, 255, shape, np.uint8)

    assert Detect(detector, 1, 4_000_000)(Frame(0, 0.0, noise), ()) == ()
