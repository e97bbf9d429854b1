"""The step that counts blinks per person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from fer_web.core import Blink, Face, Frame, Pose, Rect
from fer_web.core.values import MOST_PITCH_DEG, MOST_YAW_DEG
from fer_web.vision.blink import FASTEST, Blinks

PIXELS = np.zeros((8, 8, 3), np.uint8)
AHEAD = Pose(0, 0, 0)


def face(
    ear: float = 0.3, track_id: int | None = 1, pose: Pose | None = AHEAD, x: float = 100, left: float = 1
) -> Face:
    """A face whose eyes have a ratio; the left one `left` times that; 80 pixels between the eyes."""
    landmarks = np.zeros((68, 2), np.float32)
    for start, middle, opening in ((36, x, ear), (42, x + 80, ear * left)):
        lids = 30 * opening / 2
        landmarks[start : start + 6] = [
            (middle - 15, 100),
            (middle - 5, 100 - lids),
            (middle + 5, 100 - lids),
            (middle + 15, 100),
            (middle + 5, 100 + lids),
            (middle - 5, 100 + lids),
        ]
    landmarks[48:68] = (x + 40, 180)
    return Face(Rect(50, 50, 230, 230), 1.0, track_id, landmarks, pose=pose)


def blink_of(step: Blinks, time_s: float, *faces: Face) -> Blink:
    """What the step says about the first face."""
    blink = step(Frame(0, time_s, PIXELS), faces)[0].blink
    assert blink is not None
    return blink


def blink_once(step: Blinks, start_s: float = 0.0, **options: object) -> Blink:
    """A second of open eyes, five frames of shut ones, ten of open ones, at 30 frames/s."""
    for index in range(45):
        ear = 0.1 if 30 <= index < 35 else 0.3
        blink = blink_of(step, start_s + index / 30, replace(face(ear), **options))
    return blink


def test_a_blink_is_counted_with_its_time_and_duration() -> None:
    blink = blink_once(Blinks())

    assert (blink.count, blink.is_open) == (1, True)
    assert blink.last_time_s == pytest.approx(1.0)
    assert blink.last_duration_s == pytest.approx(5 / 30, abs=0.01)
    assert blink.right_eye_aspect_ratio == pytest.approx(0.3)


def test_every_track_has_its_own_count() -> None:
    step = Blinks()
    blink_once(step, 0.0)

    blinks = [step(Frame(0, 2.0, PIXELS), (face(track_id=1), face(track_id=2)))[place].blink for place in (0, 1)]

    assert [blink.count for blink in blinks if blink] == [1, 0]


def test_the_state_of_shut_eyes_is_seen_at_once() -> None:
    step = Blinks()
    for index in range(60):
        blink_of(step, index / 30, face())

    assert blink_of(step, 2.0, face(0.1)).is_open is False


def test_whoever_is_gone_for_long_starts_anew_and_leaves_nothing_behind() -> None:
    step = Blinks()
    for track in range(1, 200):
        blink_of(step, float(track), face(track_id=track))

    assert len(step._eyes) < 40
    assert blink_of(step, 200.0, face(track_id=1)).count == 0


@pytest.mark.parametrize("pose", [Pose(MOST_YAW_DEG + 1, 0, 0), Pose(-MOST_YAW_DEG - 1, 0, 0), Pose(0, -40, 0)])
def test_a_turned_head_is_not_judged_and_does_not_blink(pose: Pose) -> None:
    blink = blink_once(Blinks(), pose=pose)

    assert (blink.is_open, blink.count) == (None, 0)


def test_a_tilted_head_and_one_without_a_pose_are_judged() -> None:
    assert not Pose(0, MOST_PITCH_DEG - 1, 60).is_turned
    assert blink_once(Blinks(), pose=None).count == 1


def test_a_jump_of_the_landmarks_is_not_judged() -> None:
    step = Blinks()
    blink_of(step, 0.0, face())
    jump = FASTEST * 80 / 30

    assert blink_of(step, 1 / 30, face(x=100 + jump * 0.9)).is_open is True
    assert blink_of(step, 2 / 30, face(x=100 - jump * 0.9)).is_open is None


def test_eyes_with_impossible_shapes_are_not_judged() -> None:
    lost = replace(face(), landmarks=np.zeros((68, 2), np.float32))

    assert blink_of(Blinks(), 0.0, lost).is_open is None
    assert blink_of(Blinks(), 0.0, replace(lost, track_id=None)).is_open is None


def test_a_single_picture_is_judged_by_a_fixed_threshold_and_remembers_nothing() -> None:
    step = Blinks()

    assert blink_of(step, 0.0, face(0.3, None)) == Blink(pytest.approx(0.3), pytest.approx(0.3), True)
    assert blink_of(step, 0.0, face(0.1, None)).is_open is False
    assert blink_of(step, 0.0, face(0.3, None, Pose(50, 0, 0))).is_open is None
    assert len(step._eyes) == 0


def test_a_face_without_landmarks_passes_through() -> None:
    bare = Face(Rect(0, 0, 5, 5), 1.0, 1)

    assert Blinks()(Frame(0, 0.0, PIXELS), (bare,)) == (bare,)
