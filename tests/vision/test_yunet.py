"""YuNet, run by LiteRT, finds what OpenCV's own detector finds, in pictures of every shape and size."""

from __future__ import annotations

import csv
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_web.core import Frame, Rect
from fer_web.errors import ImageError
from fer_web.sources import decode_image
from fer_web.vision.yunet import YuNet


def test_a_portraits_face_has_its_eyes_nose_and_mouth_where_they_are(astronaut: Frame, yunet: YuNet) -> None:
    (face,) = yunet.find(astronaut.pixels)

    assert face.region.iou(Rect(170, 60, 275, 195)) > 0.7
    assert face.face_confidence > 0.9
    assert face.five is not None
    right_eye, left_eye, nose, right_corner, left_corner = face.five.tolist()
    assert right_eye[0] < nose[0] < left_eye[0]
    assert right_corner[0] < left_corner[0]
    assert right_eye[1] < nose[1] < right_corner[1]


@pytest.mark.parametrize("size", [(640, 480), (480, 640), (640, 360), (360, 640), (1920, 1080), (500, 500), (97, 131)])
def test_the_face_is_found_in_pictures_of_every_shape(astronaut: Frame, yunet: YuNet, size: tuple[int, int]) -> None:
    side = min(size)
    canvas = np.full((size[1], size[0], 3), 90, np.uint8)
    canvas[:side, :side] = cv2.resize(astronaut.pixels, (side, side), interpolation=cv2.INTER_AREA)
    expected = yunet.find(astronaut.pixels)[0].region.scaled(side / 512)

    (face,) = yunet.find(canvas)

    assert face.region.iou(expected) > 0.75


@pytest.mark.parametrize("shape", [(1, 1, 3), (3, 700, 3), (700, 3, 3), (480, 640, 3)])
def test_a_picture_without_a_face_has_none(yunet: YuNet, shape: tuple[int, int, int]) -> None:
    noise = np.random.default_rng(1).integers(0, 255, shape, np.uint8)

    assert yunet.find(noise) == ()
    assert yunet.find_closely(noise) == ()


def test_small_faces_of_a_large_picture_are_found_closely(astronaut: Frame, yunet: YuNet) -> None:
    large = np.full((1200, 1600, 3), 110, np.uint8)
    small = cv2.resize(astronaut.pixels[20:260, 110:340], None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    places = [(40, 40), (1500, 60), (780, 600), (320, 1100), (1280, 900)]
    for left, top in places:
        large[top : top + small.shape[0], left : left + small.shape[1]] = small

    found = yunet.find_closely(large)

    assert len(yunet.find(large)) < len(places)
    assert len(found) == len(places)
    corners = sorted((face.region.left // 40, face.region.top // 40) for face in found)
    assert corners == sorted((left // 40, top // 40) for left, top in places)


def test_a_close_crop_is_found_with_a_margin_in_its_own_pixels(astronaut: Frame, yunet: YuNet) -> None:
    region = yunet.find(astronaut.pixels)[0].region
    crop = astronaut.pixels[region.top : region.bottom, region.left : region.right]

    (face,) = yunet.find_crop(crop)

    assert face.region.iou(Rect(0, 0, *region.size)) > 0.7


def test_near_finds_the_face_that_is_followed_and_none_on_a_wall(astronaut: Frame, yunet: YuNet) -> None:
    region = yunet.find(astronaut.pixels)[0].region

    near = yunet.near(astronaut.pixels, region.moved(15, -10))

    assert near is not None
    assert near.region.iou(region) > 0.75
    assert yunet.near(astronaut.pixels, Rect(10, 380, 90, 470)) is None
    assert yunet.near(astronaut.pixels, Rect(900, 900, 950, 950)) is None


# What cv2.FaceDetectorYN of OpenCV 4.14 answers with the published ONNX file (score .7, overlap .3) for the portrait at
# 640x640: x, y, width, height; eyes, nose, corners of the mouth; score.
OPENCVS_BOX = (223.638, 79.045, 113.458, 138.623)
OPENCVS_POINTS = [[251.826, 131.227], [306.519, 131.068], [275.878, 158.858], [254.866, 181.536], [302.941, 181.269]]
OPENCVS_SCORE = 0.944


def test_it_answers_as_opencvs_detector_does(astronaut: Frame, yunet: YuNet) -> None:
    enlarged = np.asarray(cv2.resize(astronaut.pixels, (640, 640), interpolation=cv2.INTER_LINEAR), np.uint8)

    (face,) = yunet.find(enlarged)

    x, y, width, height = OPENCVS_BOX
    assert face.region == Rect(round(x), round(y), round(x + width), round(y + height))
    assert face.five is not None
    np.testing.assert_allclose(face.five, OPENCVS_POINTS, atol=0.1)
    assert face.face_confidence == pytest.approx(OPENCVS_SCORE, abs=0.001)


@pytest.mark.media
def test_nearly_all_faces_of_everyday_photos_are_found(media: Path, yunet: YuNet) -> None:
    expected = found = 0
    for row in csv.DictReader((media / "photos" / "manifest.csv").read_text(encoding="utf-8").splitlines()):
        if row["faces_visible"] and "rot90" not in row["file"] and "dark4" not in row["file"]:
            try:
                picture = decode_image((media / "photos" / row["file"]).read_bytes())
            except ImageError:
                continue
            expected += int(row["faces_visible"])
            found += min(len(yunet.find(picture)), int(row["faces_visible"]))

    assert expected > 100
    assert found >= 0.98 * expected
