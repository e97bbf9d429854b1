"""The 15 keypoints in a picture's pixels, loaded when somebody wants them."""

from __future__ import annotations

from pathlib import Path
from threading import Event

import numpy as np
import pytest

from fer_web.core import Face, Frame, Rect
from fer_web.core.keypoints import LEFT_EYE, NAMES, RIGHT_EYE
from fer_web.errors import ModelError
from fer_web.registry import InputSpec
from fer_web.vision import Analyzer
from fer_web.vision.align import into_framing
from fer_web.vision.keypoints import KEYPOINT_FRAMING, KeypointNetwork, Later, PlaceKeypoints, back

MODELS = Path(__file__).resolve().parents[2] / "models"
SPEC = InputSpec(width=96, height=96)
# The landmarks that mean what keypoints mean.
TWINS = {
    "left_eye_outer_corner": 45,
    "left_eye_inner_corner": 42,
    "right_eye_inner_corner": 39,
    "right_eye_outer_corner": 36,
    "nose_tip": 30,
    "mouth_left_corner": 54,
    "mouth_right_corner": 48,
    "mouth_center_top_lip": 51,
    "mouth_center_bottom_lip": 57,
}


class Fixed:
    """In place of a network: the same points in every crop."""

    def place(self, pixels: np.ndarray, faces: list[np.ndarray]) -> list[np.ndarray]:
        return [np.full((15, 2), number, np.float32) for number, _ in enumerate(faces)]


@pytest.fixture(scope="module")
def published() -> KeypointNetwork:
    return KeypointNetwork.load_lite(MODELS)


@pytest.fixture(scope="module")
def face(vision: Analyzer, astronaut: Frame) -> Face:
    return vision.still()(astronaut).faces[0]


def test_points_come_back_to_where_they_were_cut_from(face: Face) -> None:
    matrix = into_framing(face.landmarks, SPEC, KEYPOINT_FRAMING)
    there = face.landmarks @ matrix[:, :2].T + matrix[:, 2]

    np.testing.assert_allclose(back(there.astype(np.float32), matrix), face.landmarks, atol=0.01)


def test_the_published_points_lie_near_the_landmarks_of_the_same_name(
    published: KeypointNetwork, face: Face, astronaut: Frame
) -> None:
    (points,) = published.place(astronaut.pixels, [face.middles])
    eyes_px = np.linalg.norm(points[LEFT_EYE] - points[RIGHT_EYE])

    for name, number in TWINS.items():
        apart = np.linalg.norm(points[NAMES.index(name)] - face.landmarks[number])
        assert apart < 0.15 * eyes_px, name
    assert eyes_px == pytest.approx(
        np.linalg.norm(face.landmarks[42:48].mean(axis=0) - face.landmarks[36:42].mean(axis=0)), rel=0.1
    )


def test_several_faces_are_placed_in_one_call(published: KeypointNetwork, face: Face, astronaut: Frame) -> None:
    one, other = published.place(astronaut.pixels, [face.middles, face.middles])

    np.testing.assert_allclose(one, other, atol=0.01)


def test_every_face_with_landmarks_gets_its_own_points() -> None:
    landmarks = np.zeros((68, 2), np.float32)
    known, unknown = Face(Rect(0, 0, 9, 9), 1.0, landmarks=landmarks), Face(Rect(0, 0, 9, 9), 1.0)
    step = PlaceKeypoints(Fixed)  # type: ignore[arg-type]

    faces = step(Frame(0, 0.0, np.zeros((9, 9, 3), np.uint8)), (known, unknown, known))

    assert [None if face.keypoints is None else face.keypoints[0, 0] for face in faces] == [0, None, 1]


def test_nothing_is_even_loaded_while_nobody_wants_keypoints(face: Face, astronaut: Frame) -> None:
    wanted: list[bool] = []

    def load() -> KeypointNetwork:
        raise AssertionError("nobody asked")

    step = PlaceKeypoints(Later(load).get, lambda: bool(wanted))

    assert step(astronaut, (face,)) == (face,)


def test_a_live_picture_does_not_wait_for_the_network(face: Face, astronaut: Frame) -> None:
    may_load = Event()

    def load() -> KeypointNetwork:
        may_load.wait(10)
        return Fixed()  # type: ignore[return-value]

    later = Later(load)
    step = PlaceKeypoints(later.peek)

    assert step(astronaut, (face,)) == (face,)
    may_load.set()
    later.get()
    assert step(astronaut, (face,))[0].keypoints is not None


def test_a_missing_network_is_a_sentence_for_pictures_and_nothing_for_the_live_one(
    tiny_models: Path, face: Face, astronaut: Frame
) -> None:
    later = Later(lambda: KeypointNetwork.load_lite(tiny_models))

    for _ in range(2):
        with pytest.raises(ModelError, match="no model 'keypoints'"):
            PlaceKeypoints(later.get)(astronaut, (face,))
    assert PlaceKeypoints(later.peek)(astronaut, (face,)) == (face,)


def test_pipelines_place_keypoints_only_when_they_are_asked_to(vision: Analyzer) -> None:
    def steps(*pipelines: object) -> list[bool]:
        return ["keypoints" in [step.name for step in pipeline.steps] for pipeline in pipelines]  # type: ignore[attr-defined]

    assert steps(vision.still(), vision.live()) == [False, False]
    assert steps(vision.still(keypoints=True), vision.live(lambda: True)) == [True, True]
