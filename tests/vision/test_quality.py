"""Quality of faces: what blur, darkness and size do to it."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image
from skimage.data import astronaut

from fer_web.core import Face, Frame, Quality, Rect
from fer_web.vision.detect import HogDetector
from fer_web.vision.quality import BRIGHTEST, DARKEST, LEAST_SHARPNESS, SMALLEST_PX, AssessQuality, assess

PORTRAIT = np.ascontiguousarray(astronaut())
FACE = Rect(171, 65, 279, 173)  # where dlib finds it


def resized(scale: float) -> Quality:
    small = cv2.resize(PORTRAIT, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return assess(np.asarray(small), FACE.scaled(scale))


def blurred(share: float) -> Quality:
    """The portrait blurred by a Gaussian as wide as a share of the face."""
    return assess(np.asarray(cv2.GaussianBlur(PORTRAIT, (0, 0), share * FACE.width)), FACE)


def lit(share: float) -> Quality:
    return assess((PORTRAIT * share).astype(np.uint8), FACE)


def test_a_portrait_is_good() -> None:
    quality = assess(PORTRAIT, FACE)

    assert not quality.poor
    assert quality.sharpness > 0.5
    assert quality.size_px == 108
    assert quality.brightness == pytest.approx(
        cv2.cvtColor(PORTRAIT[65:173, 171:279], cv2.COLOR_RGB2GRAY).mean() / 255, abs=0.01
    )


def test_gray_pixels_give_the_same_answer() -> None:
    gray = np.asarray(cv2.cvtColor(PORTRAIT, cv2.COLOR_RGB2GRAY))

    assert assess(gray, FACE).sharpness == pytest.approx(assess(PORTRAIT, FACE).sharpness, abs=0.02)


def test_sharpness_falls_with_blur_until_it_is_poor() -> None:
    qualities = [blurred(share) for share in (0.005, 0.01, 0.015, 0.06)]

    assert [quality.sharpness for quality in qualities] == sorted((q.sharpness for q in qualities), reverse=True)
    assert [quality.poor for quality in qualities] == [False, False, False, True]
    assert qualities[-1].sharpness < LEAST_SHARPNESS


def test_sharpness_depends_little_on_resolution() -> None:
    large = assess(np.asarray(cv2.resize(PORTRAIT, None, fx=4, fy=4, interpolation=cv2.INTER_CUBIC)), FACE.scaled(4))
    whole = assess(PORTRAIT, FACE)

    assert large.sharpness == pytest.approx(whole.sharpness, abs=0.15)
    assert resized(0.6).sharpness == pytest.approx(whole.sharpness, abs=0.25)


def test_sharpness_does_not_depend_on_contrast() -> None:
    assert lit(0.5).sharpness == pytest.approx(assess(PORTRAIT, FACE).sharpness, abs=0.05)


@pytest.mark.parametrize(("share", "is_poor"), [(1, False), (0.5, False), (0.12, False), (0.04, True)])
def test_a_dark_face_is_poor(share: float, is_poor: bool) -> None:
    assert lit(share).poor is is_poor


def test_an_overexposed_face_is_poor() -> None:
    pale = np.maximum(PORTRAIT, 245)

    assert assess(pale, FACE).brightness > BRIGHTEST
    assert assess(pale, FACE).because == "bright"


def test_a_tiny_face_is_poor() -> None:
    assert resized(0.12).size_px < SMALLEST_PX
    assert resized(0.12).because == "small"
    assert not resized(0.25).poor


@pytest.mark.parametrize("level", [0, 128, 255])
def test_a_flat_patch_has_no_sharpness_and_no_division_by_zero(level: int) -> None:
    quality = assess(np.full((90, 90, 3), level, np.uint8), Rect(0, 0, 90, 90))

    assert (quality.sharpness, quality.poor) == (0, True)
    assert quality.brightness == pytest.approx(level / 255)


def test_a_face_half_outside_is_judged_by_what_is_seen_and_one_outside_is_poor() -> None:
    assert assess(PORTRAIT, FACE.moved(-200, 0)).size_px == 108
    assert assess(PORTRAIT, Rect(-5, -5, 1, 1)).size_px == 6
    assert assess(PORTRAIT, Rect(600, 600, 700, 700)) == Quality(0.0, 0.0, 100, because="small")


def test_the_step_assesses_every_face() -> None:
    faces = AssessQuality()(Frame(0, 0.0, PORTRAIT), (Face(FACE, 1.0), Face(FACE.moved(900, 0), 1.0)))

    assert [face.quality and face.quality.poor for face in faces] == [False, True]


def opened(path: Path) -> NDArray[np.uint8]:
    return np.asarray(Image.open(path).convert("RGB"))


@pytest.mark.media
def test_degraded_portraits_are_poor_and_the_original_is_not(media: Path) -> None:
    folder = media / "photos/derived"
    original = opened(folder / "biden.webp")
    rect = HogDetector().find(np.asarray(Image.fromarray(original).convert("L")), 1.0, 1_000_000)[0].region

    assert not assess(original, rect).poor
    assert assess(opened(folder / "biden_blur6.jpg"), rect).sharpness < LEAST_SHARPNESS
    assert assess(opened(folder / "biden_dark4pct.jpg"), rect).brightness < DARKEST


@pytest.mark.media
@pytest.mark.parametrize("name", ["2008_001009.jpg", "2008_002506.jpg", "2009_004587.jpg", "Tom_Cruise_avp_2014_4.jpg"])
def test_faces_of_ordinary_photos_are_not_poor(media: Path, name: str) -> None:
    pixels = opened(media / "photos/dlib" / name)
    found = HogDetector().find(np.asarray(Image.fromarray(pixels).convert("L")), 2.0, 2_000_000)

    assert found
    assert not any(assess(pixels, face.region).poor for face in found)
