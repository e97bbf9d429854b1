"""The step that counts blinks per person."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_web.core import Blink, Face, Frame, Pose, Rect
from fer_web.core.movements import PLACES
from fer_web.core.values import MOST_PITCH_DEG, MOST_YAW_DEG
from fer_web.vision.blink import BOWED_DEG, FASTEST, Blinks

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


def moving(shut: float) -> NDArray[np.float32]:
    """Movements of which the lids' alone are not 0."""
    movements = np.zeros(52, np.float32)
    movements[[PLACES["eyeBlinkLeft"], PLACES["eyeBlinkRight"]]] = shut
    return movements


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


def play(step: Blinks, ears: list[float], fps: float = 30, start_s: float = 0.0, **options: object) -> Blink:
    """Faces with these ratios; the last one's blink."""
    for index, ear in enumerate(ears):
        blink = blink_of(step, start_s + index / fps, replace(face(ear), **options))
    return blink


def test_who_loses_their_landmarks_keeps_the_count_with_unknown_eyes() -> None:
    """As the mesh loses a face that the detector still sees; a count of 0 would say that it was begun anew."""
    step = Blinks()
    counted = blink_once(step)

    unseen = blink_of(step, 1.6, replace(face(), landmarks=None))

    assert counted.count == 1
    assert unseen == replace(counted, left_eye_aspect_ratio=None, right_eye_aspect_ratio=None, is_open=None)
    assert blink_of(step, 1.7, face()).count == 1


def test_landmarks_that_were_not_renewed_are_no_sample() -> None:
    step, fresh = Blinks(), Blinks()
    ears = [0.3] * 20 + [0.1, 0.1] + [0.3] * 10
    for index, ear in enumerate(ears):
        seen = face(ear)
        kept = [blink_of(step, (3 * index + late) / 30, seen) for late in range(3)]
        assert kept[0] is kept[1] is kept[2]
        assert blink_of(fresh, index / 10, seen) == kept[0]

    assert kept[0].count == 1


@pytest.mark.parametrize("change", [{"x": 300}, {"track_id": 1}])
def test_a_cut_in_the_middle_of_a_closure_is_no_blink(change: dict[str, float]) -> None:
    """The face stands elsewhere, or looks otherwise at the same place."""
    rng = np.random.default_rng(0)
    chips = rng.integers(0, 255, (2, 48, 48), np.uint8)
    step = Blinks()
    play(step, [0.3] * 40 + [0.1] * 3, chip=chips[0])

    other = [replace(face(0.3, **change), chip=chips[1]) for _ in range(10)]  # type: ignore[arg-type]
    counts = [blink_of(step, (43 + index) / 30, one).count for index, one in enumerate(other)]

    assert counts[-1] == 0


def test_a_file_that_begins_anew_counts_on() -> None:
    step, ears = Blinks(), [0.3] * 40 + [0.1] * 4 + [0.3] * 20 + [0.1] * 2
    assert play(step, ears).count == 1

    assert play(step, [0.3] * 20).count == 1
    assert play(step, [0.3] * 40 + [0.1] * 4 + [0.3] * 20, start_s=1.0).count == 2


def test_a_bowed_head_with_low_lids_is_not_judged_and_a_level_one_is() -> None:
    step = Blinks()
    play(step, [0.3] * 60)
    down = Pose(0, -BOWED_DEG - 1, 0)

    assert play(step, [0.05] * 60, start_s=2.0, pose=down).is_open is None
    assert play(step, [0.3] * 30, start_s=4.0, pose=down).is_open is True
    assert play(step, [0.05] * 30, start_s=5.0).is_open is False


def test_lids_that_the_movement_does_not_call_shut_are_open() -> None:
    step = Blinks()
    play(step, [0.3] * 60, movements=moving(0.0))

    assert blink_of(step, 2.0, replace(face(0.08), movements=moving(0.3))).is_open is True
    assert blink_of(step, 2.1, replace(face(0.08), movements=moving(0.7))).is_open is False


@pytest.mark.parametrize(("shut", "is_open"), [(0.2, True), (0.7, False)])
def test_a_single_picture_with_movements_is_judged_by_them(shut: float, is_open: bool) -> None:
    """Whoever laughs has narrow eyes, and no lids that move to shut."""
    assert blink_of(Blinks(), 0.0, replace(face(0.12, None), movements=moving(shut))).is_open is is_open


def test_eyes_of_a_few_pixels_are_not_judged() -> None:
    small = face()
    assert small.landmarks is not None

    assert blink_of(Blinks(), 0.0, replace(small, landmarks=small.landmarks / 5)).is_open is None
