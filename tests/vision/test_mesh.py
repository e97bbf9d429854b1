"""The mesh lies on the face, in whatever direction and size it is shown; its movements tell a smile and shut eyes."""

from __future__ import annotations

import math
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_web.core import Frame
from fer_web.core.landmarks import anchors
from fer_web.core.mesh import COUNT, LEFT_IRIS, RIGHT_IRIS, landmarks_of
from fer_web.core.movements import NAMES, PLACES
from fer_web.registry import InputSpec
from fer_web.vision.landmarkers import MeshLandmarker
from fer_web.vision.mesh import SIDE, FaceMesh, Mesh, Square, cut_square
from fer_web.vision.yunet import YuNet


def marked(frame: Frame, yunet: YuNet, face_mesh: FaceMesh) -> Mesh:
    face = MeshLandmarker(face_mesh, InputSpec()).begin(frame, yunet.find(frame.pixels)[0])
    assert face is not None
    assert face.mesh is not None
    return face.mesh


def test_eyes_and_mouth_lie_where_the_detector_sees_them(astronaut: Frame, yunet: YuNet, face_mesh: FaceMesh) -> None:
    mesh = marked(astronaut, yunet, face_mesh)
    five = yunet.find(astronaut.pixels)[0].five

    assert mesh.shape == (COUNT, 3)
    assert five is not None
    assert np.abs(mesh[RIGHT_IRIS, :2].mean(axis=0) - five[0]).max() < 6
    assert np.abs(mesh[LEFT_IRIS, :2].mean(axis=0) - five[1]).max() < 6
    assert np.abs(anchors(landmarks_of(mesh))[2] - (five[3] + five[4]) / 2).max() < 8


@pytest.mark.parametrize("degrees", [-60, 35, 180])
def test_a_turned_picture_turns_the_mesh(astronaut: Frame, yunet: YuNet, face_mesh: FaceMesh, degrees: float) -> None:
    upright = marked(astronaut, yunet, face_mesh)
    turn = cv2.getRotationMatrix2D((256, 256), degrees, 0.6)
    turned = np.asarray(cv2.warpAffine(astronaut.pixels, turn, (512, 512)), np.uint8)
    expected = upright[:, :2] @ turn[:, :2].T + turn[:, 2]

    mesh, presence = face_mesh.look(turned, Square.of_points(expected))

    assert presence > 0
    assert np.abs(mesh[:, :2] - expected).mean() < 3


def test_a_square_maps_its_middle_and_corners_where_it_lies() -> None:
    square = Square(100, 60, 2 * SIDE, math.pi / 2)
    middle = (SIDE - 1) / 2

    to_picture = square.to_picture

    assert to_picture @ [middle, middle, 1] == pytest.approx([99.5, 59.5])
    # To the right in the square is down in the picture, twice as far.
    assert to_picture @ [middle + 10, middle, 1] == pytest.approx([99.5, 79.5])


def test_a_square_round_points_is_level_for_them() -> None:
    points = np.zeros((COUNT, 2))
    points[33], points[263] = (10, 10), (10, 50)  # the eyes' outer corners, one above the other

    square = Square.of_points(points)

    assert square.turn == pytest.approx(math.pi / 2)
    assert square.side == pytest.approx(1.5 * 50)


def test_a_large_face_is_averaged_not_skipped_through() -> None:
    stripes = np.zeros((2048, 2048, 3), np.uint8)
    stripes[:, ::2] = 255

    cut = cut_square(stripes, Square(1024, 1024, 2048, 0))

    assert cut.shape == (SIDE, SIDE, 3)
    assert np.abs(cut[8:-8, 8:-8].astype(int) - 128).max() <= 2


def test_there_is_no_face_on_a_wall(face_mesh: FaceMesh) -> None:
    wall = np.random.default_rng(0).integers(100, 140, (300, 300, 3), np.uint8)

    assert face_mesh.look(wall, Square(150, 150, 200, 0))[1] < 0
    assert face_mesh.look(wall, Square(9000, 150, 200, 0))[1] < 0


def test_a_square_without_a_size_is_refused(face_mesh: FaceMesh) -> None:
    with pytest.raises(ValueError, match="needs a size"):
        face_mesh.look(np.zeros((9, 9, 3), np.uint8), Square(4, 4, 0, 0))


def test_a_smile_shows_in_the_movements(astronaut: Frame, yunet: YuNet, face_mesh: FaceMesh) -> None:
    movements = face_mesh.movements(marked(astronaut, yunet, face_mesh))

    assert movements.shape == (len(NAMES),)
    assert movements[PLACES["mouthSmileLeft"]] > 0.5
    assert movements[PLACES["mouthSmileRight"]] > 0.5
    assert movements[PLACES["eyeBlinkLeft"]] < 0.4


@pytest.mark.media
def test_a_blink_shows_in_the_movements(media: Path, yunet: YuNet, face_mesh: FaceMesh) -> None:
    """d10.mp4 has shut eyes at picture 223 and open ones at 200 (videos/blinks.csv)."""
    blink = (PLACES["eyeBlinkLeft"], PLACES["eyeBlinkRight"])
    found = {}
    clip = cv2.VideoCapture(str(media / "videos" / "liveportrait" / "d10.mp4"))
    for index in range(224):
        _, picture = clip.read()
        if index in (200, 223):
            frame = Frame(index, index / 30, np.ascontiguousarray(picture[:, :, ::-1]))
            found[index] = face_mesh.movements(marked(frame, yunet, face_mesh))[list(blink)].mean()

    assert found[200] < 0.3
    assert found[223] > 0.5
