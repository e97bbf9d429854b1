"""Faces come to the network as FER2013 shows them: level, centered, as large."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from fer_web.core import Frame, Points
from fer_web.core.landmarks import anchors
from fer_web.registry import InputSpec
from fer_web.vision.align import FER2013_ANCHORS, box_of, cut_chip, similarity
from fer_web.vision.appearance import likeness
from fer_web.vision.detect import HogDetector
from fer_web.vision.landmarks import load_predictor, predict_landmarks

SPEC = InputSpec()


@pytest.fixture(scope="module")
def landmarks(astronaut: Frame) -> Points:
    return landmarks_in(astronaut.pixels)


def landmarks_in(pixels: np.ndarray) -> Points:
    gray = cv2.cvtColor(pixels, cv2.COLOR_RGB2GRAY)
    (face, *_) = HogDetector().find(gray, 1.0, 10**6)
    return predict_landmarks(load_predictor(), gray, face.region)


def test_a_similarity_recovers_turn_size_and_place() -> None:
    angle, size, place = math.radians(30), 2.5, np.array([7.0, -3.0])
    turn = size * np.array([[math.cos(angle), -math.sin(angle)], [math.sin(angle), math.cos(angle)]])
    source = np.array([[0, 0], [10, 0], [4, 9]], np.float32)
    target = (source @ turn.T + place).astype(np.float32)

    matrix = similarity(source, target)

    np.testing.assert_allclose(matrix, np.column_stack([turn, place]), atol=1e-5)


def test_points_that_coincide_have_no_similarity() -> None:
    with pytest.raises(ValueError, match="coincide"):
        similarity(np.ones((3, 2), np.float32), FER2013_ANCHORS)


def test_eyes_and_mouth_come_where_fer2013_has_them(landmarks: Points) -> None:
    matrix = similarity(anchors(landmarks), FER2013_ANCHORS * 48)

    moved = anchors(landmarks) @ matrix[:, :2].T + matrix[:, 2]

    assert np.abs(moved - FER2013_ANCHORS * 48).max() < 3


def test_a_chip_hardly_changes_when_the_picture_is_turned_and_enlarged(astronaut: Frame, landmarks: Points) -> None:
    turn = cv2.getRotationMatrix2D((220, 130), 20, 1.6)
    turned = cv2.warpAffine(astronaut.pixels, turn, (512, 512))
    moved = (landmarks @ turn[:, :2].T + turn[:, 2]).astype(np.float32)

    alike = likeness(cut_chip(astronaut.pixels, landmarks, SPEC), cut_chip(turned, moved, SPEC))

    assert alike > 0.98


def test_a_chip_of_a_large_face_is_averaged_and_not_sampled() -> None:
    checkerboard = np.indices((1600, 1600)).sum(axis=0) % 2 * 255
    face = np.zeros((68, 2), np.float32)
    face[36:42], face[42:48], face[48:68] = FER2013_ANCHORS * 1600

    chip = cut_chip(checkerboard.astype(np.uint8), face, SPEC)

    assert chip.shape == (48, 48)
    assert np.abs(chip[4:-4, 4:-4].astype(int) - 127).max() < 40


def test_the_box_of_landmarks_is_about_the_one_that_the_detector_draws(astronaut: Frame, landmarks: Points) -> None:
    (face, *_) = HogDetector().find(cv2.cvtColor(astronaut.pixels, cv2.COLOR_RGB2GRAY), 1.0, 10**6)

    assert box_of(landmarks).iou(face.region) > 0.7


def test_a_face_at_the_edge_repeats_the_edge(astronaut: Frame, landmarks: Points) -> None:
    cut = np.ascontiguousarray(astronaut.pixels[:, 200:])

    chip = cut_chip(cut, landmarks - np.array([200, 0], np.float32), SPEC)

    assert chip[:, 0].std() > 0
