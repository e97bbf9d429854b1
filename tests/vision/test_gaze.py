"""Where somebody looks: signs and sums that can be derived on paper, and our own labels of clips."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Blink, Face, Frame, Gaze, Pose, Rect
from fer_web.core.movements import PLACES
from fer_web.vision.gaze import EYES_ASIDE_DEG, EYES_UP_DEG, LEVEL_EYES, EstimateGaze, gaze_of

AHEAD = Pose(0.0, 0.0, 0.0)
# Eyes whose lids make them seem lowered as much as those that look straight ahead.
LEVEL = {"eyeLookDownLeft": -LEVEL_EYES, "eyeLookDownRight": -LEVEL_EYES}


def moved(**movements: float) -> np.ndarray:
    values = np.zeros(52, np.float32)
    for name, value in {**LEVEL, **movements}.items():
        values[PLACES[name]] = value
    return values


def face(
    pose: Pose | None = AHEAD, track_id: int | None = None, blink: Blink | None = None, **movements: float
) -> Face:
    return Face(Rect(0, 0, 9, 9), 1.0, track_id, pose=pose, blink=blink, movements=moved(**movements))


def looking_left(share: float) -> dict[str, float]:
    """Both eyes to the person's left: the left one outward, the right one inward."""
    return {"eyeLookOutLeft": share, "eyeLookInRight": share}


def frame(time_s: float = 0.0) -> Frame:
    return Frame(0, time_s, np.zeros((8, 8, 3), np.uint8))


def seen(gaze: Gaze | None) -> Gaze:
    assert gaze is not None
    return gaze


def test_level_eyes_of_a_head_that_faces_the_camera_look_at_it() -> None:
    gaze = seen(gaze_of(face()))

    assert (gaze.yaw_deg, gaze.pitch_deg) == pytest.approx((0, 0), abs=1e-4)


@pytest.mark.parametrize(
    ("movements", "yaw", "pitch"),
    [
        (looking_left(0.5), 0.5 * EYES_ASIDE_DEG, 0),
        ({"eyeLookInLeft": 0.5, "eyeLookOutRight": 0.5}, -0.5 * EYES_ASIDE_DEG, 0),
        ({"eyeLookUpLeft": 0.4, "eyeLookUpRight": 0.4}, 0, 0.4 * EYES_UP_DEG),
        ({"eyeLookInLeft": 0.6, "eyeLookInRight": 0.6}, 0, 0),  # cross-eyed
    ],
    ids=["left", "right", "up", "inward"],
)
def test_yaw_is_positive_to_the_persons_left_and_pitch_up(
    movements: dict[str, float], yaw: float, pitch: float
) -> None:
    gaze = seen(gaze_of(face(**movements)))

    assert (gaze.yaw_deg, gaze.pitch_deg) == pytest.approx((yaw, pitch), abs=1e-4)


def test_the_head_turns_the_eyes() -> None:
    gaze = seen(gaze_of(face(Pose(10.0, -5.0, 0.0), **looking_left(0.5))))

    assert (gaze.yaw_deg, gaze.pitch_deg) == pytest.approx((10 + 0.5 * EYES_ASIDE_DEG, -5), abs=1e-4)


def test_in_a_head_that_lies_on_its_side_aside_is_up_or_down() -> None:
    """Turned clockwise by 90 degrees, the person's left points to the picture's bottom."""
    gaze = seen(gaze_of(face(Pose(0.0, 0.0, 90.0), **looking_left(0.5))))

    assert (gaze.yaw_deg, gaze.pitch_deg) == pytest.approx((0, -0.5 * EYES_ASIDE_DEG), abs=1e-4)


@pytest.mark.parametrize(
    "unknown",
    [
        face(pose=None),
        face(blink=Blink(0.1, 0.1, False)),
        face(eyeBlinkLeft=0.7, eyeBlinkRight=0.7),
        Face(Rect(0, 0, 9, 9), 1.0, pose=AHEAD),
    ],
    ids=["no pose", "shut", "lids down", "no movements"],
)
def test_some_faces_do_not_tell_where_they_look(unknown: Face) -> None:
    (told,) = EstimateGaze()(frame(), (unknown,))

    assert told.gaze is None


def test_a_head_that_is_turned_away_does_not_tell_whether_it_looks_at_the_camera() -> None:
    (told,) = EstimateGaze()(frame(), (face(Pose(-50.0, 0.0, 0.0), **looking_left(0.9)),))

    assert seen(told.gaze).looks_at_camera is None


def yaws(step: EstimateGaze, degrees: list[float], every_s: float = 0.1, start_s: float = 0.0) -> list[bool | None]:
    """Whether person 1 looks at the camera while their head turns."""
    answers = []
    for number, yaw in enumerate(degrees):
        (told,) = step(frame(start_s + number * every_s), (face(Pose(yaw, 0.0, 0.0), track_id=1),))
        answers.append(seen(told.gaze).looks_at_camera)
    return answers


def test_who_looks_away_comes_back_only_by_a_closer_look() -> None:
    assert yaws(EstimateGaze(), [0, 13, 14, 16, 14, 13, 11]) == [True, True, True, False, False, False, True]


def test_a_single_picture_is_compared_with_the_camera() -> None:
    step = EstimateGaze()

    near, far = step(frame(), (face(Pose(11, 0, 0)), face(Pose(13, 0, 0))))

    assert (seen(near.gaze).looks_at_camera, seen(far.gaze).looks_at_camera) == (True, False)


def test_a_person_is_compared_with_their_own_usual_gaze() -> None:
    """Someone who seems to look 14 degrees aside for a minute has that for their usual gaze; 25 is then near it."""
    step = EstimateGaze()

    before = yaws(step, [14] * 120, 0.5)
    after = yaws(step, [25, 0], 0.1, 61)

    assert (before[0], before[-1]) == (False, True)
    assert after == [True, True]
    assert yaws(step, [-2], start_s=62) == [False]


def test_who_looks_far_aside_all_the_time_never_looks_at_the_camera() -> None:
    assert not any(yaws(EstimateGaze(), [40] * 200, 0.5))


def test_people_do_not_share_what_is_usual() -> None:
    step = EstimateGaze()
    yaws(step, [14] * 120, 0.5)

    (other,) = step(frame(61), (face(Pose(14, 0, 0), track_id=2),))

    assert seen(other.gaze).looks_at_camera is False


def test_who_left_is_forgotten_and_what_is_kept_of_a_person_is_bounded() -> None:
    step = EstimateGaze()
    yaws(step, [14] * 2000, 0.5)
    assert len(step._watched.get(1, 1000).gazes) == 120

    step(frame(2000), (face(track_id=2),))
    assert len(step._watched) == 1
