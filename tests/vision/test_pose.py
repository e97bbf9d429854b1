"""Head pose: angles of a model head that is projected here, and of real pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fer_web.core import Face, Frame, Points, Pose, Rect
from fer_web.vision.align import box_of, to_gray
from fer_web.vision.detect import HogDetector
from fer_web.vision.landmarks import load_predictor, predict_landmarks
from fer_web.vision.pose import (
    FIVE_HEAD,
    LANDMARKS_HEAD,
    MESH_HEAD,
    EstimatePose,
    HeadModel,
    head_pose,
    mesh_pose,
    rough_pose,
)

SIZE = (640, 480)


def about(axis: int, degrees: float) -> NDArray[np.float64]:
    """A right-handed rotation about x, y or z (0, 1, 2)."""
    vector = np.zeros(3)
    vector[axis] = np.radians(degrees)
    return np.asarray(cv2.Rodrigues(vector)[0])


def seen_of(
    head: HeadModel, count: int, rotation: NDArray[np.float64], center: tuple[float, float] = (320, 240)
) -> Points:
    """The points of a head model among `count`, turned, 60 cm away; x right, y down, z away from the camera."""
    seen = head.places @ rotation.T + (0, 0, 60)
    points = np.zeros((count, 2), np.float32)
    points[list(head.numbers)] = seen[:, :2] / seen[:, 2:] * SIZE[0] + center
    return points


def projected(rotation: NDArray[np.float64], center: tuple[float, float] = (320, 240)) -> Points:
    """The landmarks of the model head, turned, 60 cm away; x right, y down, z away from the camera."""
    landmarks = seen_of(LANDMARKS_HEAD, 68, rotation, center)
    for corners, rest in (((36, 39), (37, 38, 40, 41)), ((42, 45), (43, 44, 46, 47))):
        landmarks[list(rest)] = landmarks[list(corners)].mean(axis=0)
    return landmarks


def pose_of(landmarks: Points) -> Pose:
    pose = head_pose(landmarks, SIZE)
    assert pose is not None
    return pose


def numbers(pose: Pose) -> tuple[float, float, float]:
    return pose.yaw_deg, pose.pitch_deg, pose.roll_deg


def test_a_head_that_faces_the_camera_has_no_angles() -> None:
    assert numbers(pose_of(projected(np.eye(3)))) == pytest.approx((0, 0, 0), abs=0.2)


@pytest.mark.parametrize("degrees", [-60, -30, 20, 45])
def test_yaw_is_positive_when_the_nose_points_to_the_persons_left(degrees: float) -> None:
    landmarks = projected(about(1, -degrees))
    nose_right_of_eyes = landmarks[[31, 35], 0].mean() - landmarks[[36, 45], 0].mean()

    assert numbers(pose_of(landmarks)) == pytest.approx((degrees, 0, 0), abs=0.3)
    assert np.sign(nose_right_of_eyes) == np.sign(degrees)  # the person's left is the picture's right


@pytest.mark.parametrize("degrees", [-30, 10, 30])
def test_pitch_is_positive_when_the_head_looks_up(degrees: float) -> None:
    landmarks = projected(about(0, -degrees))
    nose_height = (landmarks[[36, 45], 1].mean() - landmarks[[31, 35], 1].mean()) - (
        projected(np.eye(3))[[36, 45], 1].mean() - projected(np.eye(3))[[31, 35], 1].mean()
    )

    assert numbers(pose_of(landmarks)) == pytest.approx((0, degrees, 0), abs=0.3)
    assert np.sign(nose_height) == np.sign(degrees)  # looking up, the nose rises toward the eyes


@pytest.mark.parametrize("degrees", [-40, 15, 60])
def test_roll_is_positive_clockwise_in_the_picture(degrees: float) -> None:
    landmarks = projected(about(2, degrees))

    assert numbers(pose_of(landmarks)) == pytest.approx((0, 0, degrees), abs=0.3)
    assert np.sign(landmarks[45, 1] - landmarks[36, 1]) == np.sign(degrees)  # the eye on the right sinks


@pytest.mark.parametrize("yaw", [-40, 0, 40])
@pytest.mark.parametrize("pitch", [-20, 0, 20])
@pytest.mark.parametrize("roll", [-30, 0, 30])
def test_turns_combine_as_yaw_of_pitch_of_roll(yaw: float, pitch: float, roll: float) -> None:
    landmarks = projected(about(1, -yaw) @ about(0, -pitch) @ about(2, roll))

    assert numbers(pose_of(landmarks)) == pytest.approx((yaw, pitch, roll), abs=0.5)


def test_the_place_in_the_picture_does_not_matter() -> None:
    turned = about(1, -20)

    assert numbers(pose_of(projected(turned, (80, 400)))) == pytest.approx((20, 0, 0), abs=0.3)


def test_noise_of_a_pixel_moves_the_angles_by_a_few_degrees() -> None:
    rng = np.random.default_rng(0)
    turned = projected(about(1, -25) @ about(0, 10))
    angles = [numbers(pose_of((turned + rng.normal(0, 1, (68, 2))).astype(np.float32))) for _ in range(50)]

    assert np.abs(np.array(angles) - (25, -10, 0)).mean(axis=0).max() < 3


@pytest.mark.parametrize(
    "landmarks",
    [
        np.zeros((68, 2), np.float32),
        np.full((68, 2), np.nan, np.float32),
        np.random.default_rng(1).uniform(0, 400, (68, 2)).astype(np.float32),
        projected(np.diag([1.0, -1.0, 1.0])),
    ],
    ids=["collapsed", "not numbers", "scattered", "mouth above the eyes"],
)
def test_landmarks_that_are_no_face_have_no_pose(landmarks: Points) -> None:
    assert head_pose(landmarks, SIZE) is None


def meshed(rotation: NDArray[np.float64]) -> NDArray[np.float32]:
    """A mesh (478, 3) of which the points that the pose is told by are those of Google's model head."""
    return np.pad(seen_of(MESH_HEAD, 478, rotation), ((0, 0), (0, 1)))


@pytest.mark.parametrize("yaw", [-70, -40, 0, 20, 60])
@pytest.mark.parametrize("pitch", [-30, 0, 25])
@pytest.mark.parametrize("roll", [-30, 0, 45])
def test_a_mesh_gives_back_how_googles_model_head_was_turned(yaw: float, pitch: float, roll: float) -> None:
    pose = mesh_pose(meshed(about(1, -yaw) @ about(0, -pitch) @ about(2, roll)), SIZE)

    assert pose is not None
    assert numbers(pose) == pytest.approx((yaw, pitch, roll), abs=1)
    assert pose.residual == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("yaw", [-40, 0, 30])
@pytest.mark.parametrize("pitch", [-20, 0, 20])
def test_five_points_give_a_pose_too(yaw: float, pitch: float) -> None:
    pose = rough_pose(seen_of(FIVE_HEAD, 5, about(1, -yaw) @ about(0, -pitch)), SIZE)

    assert pose is not None
    assert numbers(pose) == pytest.approx((yaw, pitch, 0), abs=1)


def test_the_residual_says_how_far_the_points_lie_from_where_they_should() -> None:
    """Every second point is moved by a twentieth of the eyes' distance: 0.05 * sqrt(1/2) on average, or a bit less."""
    mesh = meshed(np.eye(3))
    apart_px = SIZE[0] * MESH_HEAD.eye_distance / 60
    mesh[list(MESH_HEAD.numbers)[::2], 1] += 0.05 * apart_px

    pose = mesh_pose(mesh, SIZE)

    assert pose is not None
    assert pose.residual is not None
    assert 0.01 < pose.residual < 0.05 * 0.75


@pytest.mark.parametrize("head", [MESH_HEAD, LANDMARKS_HEAD, FIVE_HEAD], ids=["mesh", "landmarks", "five"])
def test_points_that_do_not_fit_have_no_pose(head: HeadModel) -> None:
    scattered = np.random.default_rng(3).uniform(0, 400, (478, 2)).astype(np.float32)

    assert head.pose(scattered, scattered[0], scattered[1], SIZE) is None


def test_the_step_takes_the_mesh_before_the_landmarks_and_those_before_the_five_points() -> None:
    frame = Frame(0, 0.0, np.zeros((480, 640, 3), np.uint8))
    mesh, landmarks = meshed(about(1, -10)), projected(about(1, -20))
    five = seen_of(FIVE_HEAD, 5, about(1, -30))
    bare = Face(Rect(0, 0, 9, 9), 1.0, five=five)

    found = EstimatePose()(
        frame, (replace(bare, mesh=mesh, landmarks=landmarks), replace(bare, landmarks=landmarks), bare)
    )

    assert [face.pose and round(face.pose.yaw_deg) for face in found] == [10, 20, 30]


def test_the_step_poses_faces_with_landmarks_and_leaves_the_others() -> None:
    frame = Frame(0, 0.0, np.zeros((480, 640, 3), np.uint8))
    rect = Rect(0, 0, 9, 9)

    posed, bare = EstimatePose()(frame, (Face(rect, 1.0, landmarks=projected(np.eye(3))), Face(rect, 1.0)))

    assert posed.pose is not None
    assert bare.pose is None


def pictured(pixels: NDArray[np.uint8]) -> Pose:
    """Of the largest face in a picture."""
    gray = to_gray(pixels)
    face = HogDetector().find(gray, 1.0, 1_000_000)[0]
    rough = predict_landmarks(load_predictor(), gray, face.region)
    pose = head_pose(predict_landmarks(load_predictor(), gray, box_of(rough)), (gray.shape[1], gray.shape[0]))
    assert pose is not None
    return pose


def test_a_mirrored_portrait_has_the_opposite_yaw_and_roll() -> None:
    from skimage.data import astronaut

    portrait = np.ascontiguousarray(astronaut())
    pose, mirrored = pictured(portrait), pictured(np.ascontiguousarray(portrait[:, ::-1]))

    assert mirrored.yaw_deg == pytest.approx(-pose.yaw_deg, abs=6)
    assert mirrored.roll_deg == pytest.approx(-pose.roll_deg, abs=3)
    assert pose.roll_deg > 2  # her head is tilted toward the right of the picture


def test_a_portrait_turned_clockwise_rolls() -> None:
    from skimage.data import astronaut

    portrait = np.ascontiguousarray(astronaut())
    turn = cv2.getRotationMatrix2D((225, 120), -15, 1)  # OpenCV counts counter-clockwise
    turned = np.asarray(cv2.warpAffine(portrait, turn, portrait.shape[1::-1], borderMode=cv2.BORDER_REPLICATE))

    assert pictured(turned).roll_deg - pictured(portrait).roll_deg == pytest.approx(15, abs=4)


@pytest.mark.media
@pytest.mark.parametrize(
    ("name", "least", "most"),
    [
        ("obama.jpg", -8, 8),
        ("obama-240p.jpg", -8, 8),
        ("obama2.jpg", -45, -12),
        ("johnsnow_test1.jpg", 10, 40),
        ("lin-manuel-miranda.png", 8, 35),
    ],
)
def test_portraits_look_where_a_person_sees_them_look(media: Path, name: str, least: float, most: float) -> None:
    pixels = np.asarray(Image.open(media / "photos/face_recognition" / name).convert("RGB"))

    assert least <= pictured(pixels).yaw_deg <= most
