from __future__ import annotations

import threading
from io import BytesIO
from itertools import islice, pairwise

import av
import numpy as np
import pytest

from fer_web.live.fragments import NOTHING, TICKS_PER_S
from fer_web.live.parts import Painted
from fer_web.live.video import KEY_APART_S, LiveVideo, PictureGroups, VideoClock
from tests.live.studio import eventually


class Clock:
    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def picture(value: int = 90, size: tuple[int, int] = (64, 48)) -> Painted:
    return Painted(np.full((size[1], size[0], 3), value, np.uint8))


def frames_of(data: bytes) -> list[av.VideoFrame]:
    with av.open(BytesIO(data)) as container:
        return list(container.decode(video=0))


@pytest.mark.parametrize("fps", [5, 15, 30])
def test_pictures_follow_one_another_without_a_gap_at_the_camera_s_pace(fps: int) -> None:
    timeline, rng = VideoClock(), np.random.default_rng(3)
    came_s = [place / fps + rng.uniform(0, 0.3 / fps) for place in range(20 * fps)]

    shown = [timeline.next(now_s) for now_s in came_s]

    assert all(start + length == after for (start, length), (after, _) in pairwise(shown))
    late_s = [now_s - start / TICKS_PER_S for now_s, (start, _) in zip(came_s, shown, strict=True)]
    settled = late_s[5 * fps :]
    assert max(settled) - min(settled) < 1 / fps  # it neither runs ahead nor stays behind


def test_while_no_picture_comes_time_stands_still() -> None:
    timeline = VideoClock()
    for place in range(30):
        timeline.next(place / 15)

    before = timeline.next(2.0)
    after = timeline.next(62.0)

    assert after[0] == sum(before)
    assert after[1] < 0.2 * TICKS_PER_S


def test_a_reader_begins_with_a_young_group_and_otherwise_with_the_next_one() -> None:
    clock = Clock()
    groups = PictureGroups(clock)
    groups.add(b"a1", b"A")
    groups.add(b"a2")
    young = groups.follow(0.01)
    assert next(young) == b"Aa1a2"

    clock.now_s += KEY_APART_S
    late = groups.follow(0.01)
    assert next(late) is None
    groups.add(b"a3")
    assert next(young) == b"a3"
    assert next(late) is None
    groups.add(b"b1", b"B")
    assert next(young) == next(late) == b"Bb1"


def test_a_slow_reader_drops_whole_groups_and_goes_on_with_the_newest() -> None:
    groups = PictureGroups()
    groups.add(b"a1", b"A")
    reader = groups.follow()
    assert next(reader) == b"Aa1"
    groups.add(b"a2")
    groups.add(b"b1", b"A")
    assert next(reader) == b"a2"  # what was begun is finished
    groups.add(b"c1", b"A")
    groups.add(b"d1", b"A")
    groups.add(b"d2")

    assert next(reader) == b"d1d2"

    groups.close()
    assert list(reader) == []


def test_who_comes_late_gets_a_video_that_can_be_played_from_its_first_byte() -> None:
    clock = Clock()
    video = LiveVideo(clock)
    first = video.follow(0.05)
    video.show(picture(60))
    data = next(data for data in first if data != NOTHING)
    for value in (70, 80):
        clock.now_s += 0.1
        video.show(picture(value))
        data += next(data for data in first if data != NOTHING)
    assert [frame.key_frame for frame in frames_of(data)] == [True, False, False]

    clock.now_s += KEY_APART_S
    [shown] = frames_of(next(data for data in video.follow(0.05) if data != NOTHING))

    assert shown.key_frame
    assert shown.to_ndarray(format="rgb24").mean() == pytest.approx(80, abs=4)
    video.close()


def test_a_hundred_who_come_at_once_do_not_get_a_picture_each_that_begins_anew() -> None:
    clock = Clock()
    video = LiveVideo(clock)
    video.show(picture())
    begun = [next(data for data in video.follow(0.05) if data != NOTHING) for _ in range(100)]

    assert len(set(begun)) == 1
    video.close()


def test_who_comes_after_all_was_to_be_forgotten_gets_nothing_from_before() -> None:
    video = LiveVideo(Clock())
    early = video.follow(0.05)
    video.show(picture(60))
    data = next(data for data in early if data != NOTHING)
    video.forget()
    late = video.follow(0.05)
    assert next(late) == NOTHING

    video.show(picture(70))  # was begun before
    assert next(late) == next(early) == NOTHING
    video.show(picture(200), video.edition)

    begun = next(data for data in late if data != NOTHING)
    data += next(data for data in early if data != NOTHING)
    for shown in (frames_of(begun), frames_of(data)[1:]):
        assert [frame.key_frame for frame in shown] == [True]
        assert shown[0].to_ndarray(format="rgb24").mean() == pytest.approx(200, abs=4)
    video.close()


def test_a_picture_that_needs_forgotten_ones_is_dropped() -> None:
    groups = PictureGroups()
    groups.add(b"a1", b"A")
    groups.forget()
    reader = groups.follow(0.01)
    groups.add(b"a2")
    assert next(reader) is None
    groups.add(b"b1", b"B")
    assert next(reader) == b"Bb1"


def test_another_size_is_another_beginning_in_the_same_video() -> None:
    video = LiveVideo()
    viewer = video.follow(0.05)
    video.show(picture(60))
    small = next(data for data in viewer if data != NOTHING)
    video.show(picture(60, (96, 64)))
    large = next(data for data in viewer if data != NOTHING)

    assert (frames_of(small)[0].width, frames_of(large)[0].width) == (64, 96)
    assert [frame.width for frame in frames_of(small + large)] == [64, 96]  # FFmpeg goes on, too
    video.close()


def test_a_video_that_cannot_be_encoded_ends_for_all_and_leaves_no_thread() -> None:
    video = LiveVideo()
    viewers = [video.follow(0.05), video.follow(0.05)]
    video.show(Painted(np.zeros((0, 0, 3), np.uint8)))

    assert [[data for data in islice(viewer, 100) if data != NOTHING] for viewer in viewers] == [[], []]
    assert eventually(lambda: "live_encode" not in {thread.name for thread in threading.enumerate()})
