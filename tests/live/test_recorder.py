"""A recording without a camera and without a store: results by hand, a sink that can be broken."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np
import pytest

from fer_web.core import Blink, Face, Frame, FrameResult, HeadGestures, Marker, Reading, Rect
from fer_web.errors import DataError, NoRecording, RequestError
from fer_web.live import Facts, LiveResult, Recorder
from fer_web.live.recorder import MOST_MARKERS
from tests.live.studio import eventually

PIXELS = np.zeros((24, 32, 3), np.uint8)
SCORES = np.array([0, 0, 0, 1, 0, 0, 0], np.float32)


class Clock:
    """Time that a test turns forward by hand."""

    def __init__(self) -> None:
        self.now_s = 1000.0

    def __call__(self) -> float:
        return self.now_s


class Shelf:
    """A sink that remembers what it was given, and raises `broken` in its place."""

    def __init__(self) -> None:
        self.readings: list[Reading] = []
        self.markers: list[Marker] = []
        self.facts: list[Facts] = []
        self.ends: list[tuple[Facts, str | None]] = []
        self.broken: Exception | None = None
        self.tries = 0

    def write(self, readings: Sequence[Reading], facts: Facts) -> None:
        self._work()
        self.readings += readings
        self.facts.append(facts)

    def mark(self, marker: Marker) -> None:
        self._work()
        self.markers.append(marker)

    def finish(self, facts: Facts, trouble: str | None) -> None:
        self._work()
        self.ends.append((facts, trouble))

    def _work(self) -> None:
        self.tries += 1
        if self.broken is not None:
            raise self.broken

    @property
    def times_s(self) -> list[float]:
        return [round(reading.time_s, 3) for reading in self.readings]


Make = Callable[..., tuple[Recorder, Shelf, Clock]]


@pytest.fixture
def make() -> Iterator[Make]:
    """A recorder with its sink and its clock, ended with the test."""
    made: list[tuple[Recorder, Shelf]] = []

    def start(**options: float) -> tuple[Recorder, Shelf, Clock]:
        shelf, clock = Shelf(), Clock()
        chosen = {"max_s": 600.0, "every_s": 0.01, "end_patience_s": 0.1, **options}
        recorder = Recorder(shelf, clock=clock, **chosen)  # type: ignore[arg-type]
        made.append((recorder, shelf))
        return recorder, shelf, clock

    yield start
    for recorder, shelf in made:
        shelf.broken = None
        recorder.stop()
        assert recorder.wait(5)


def outcome(captured_s: float, *faces: Face) -> LiveResult[FrameResult]:
    frame = Frame(0, 0.0, PIXELS)
    return LiveResult(frame, FrameResult(frame, faces), 25.0, 10.0, captured_s)


def person(track: int | None = 1, is_classified: bool = True) -> Face:
    return Face(Rect(1, 1, 9, 9), 0.9, track_id=track, scores=SCORES if is_classified else None)


def test_readings_come_to_the_sink_while_it_runs_and_all_of_them_at_the_end(make: Make) -> None:
    recorder, shelf, clock = make()

    recorder.take(outcome(1000.5, person(1), person(2)))
    assert eventually(lambda: shelf.times_s == [0.5, 0.5])
    clock.now_s = 1002.0
    recorder.take(outcome(1001.0, person(1)))
    recorder.stop()

    assert recorder.wait(5)
    assert shelf.times_s == [0.5, 0.5, 1.0]
    assert [reading.track_id for reading in shelf.readings] == [1, 2, 1]
    assert shelf.ends == [(Facts(2.0, 2.0, (32, 24)), None)]
    progress = recorder.progress
    assert (progress.status, progress.readings, progress.people) == ("finished", 3, 2)


def test_faces_that_are_not_followed_or_not_classified_have_no_readings(make: Make) -> None:
    recorder, shelf, _ = make()

    recorder.take(outcome(1000.5, person(None), person(1, is_classified=False), person(2)))
    recorder.stop()

    assert recorder.wait(5)
    assert [reading.track_id for reading in shelf.readings] == [2]


def test_blinks_and_nods_are_those_since_the_recording_began(make: Make) -> None:
    recorder, shelf, clock = make()
    counts = [(5, 2), (6, 2), (8, 4), (1, 0), (2, 0)]  # it was begun anew after the third
    for number, (blinks, nods) in enumerate(counts, start=1):
        clock.now_s = 1000.0 + number
        known = Blink(0.3, 0.3, True, blinks), HeadGestures(nods, 0)
        recorder.take(outcome(clock.now_s, replace(person(), blink=known[0], gestures=known[1])))
    recorder.stop()
    assert recorder.wait(5)

    assert [one.blink_count for one in shelf.readings] == [0, 1, 3, 1, 2]
    assert [one.nod_count for one in shelf.readings] == [0, 0, 2, 0, 0]


def test_a_count_that_is_unknown_for_a_while_goes_on_from_where_it_was(make: Make) -> None:
    recorder, shelf, clock = make()
    for number, nods in enumerate([None, 5, None, 6], start=1):
        clock.now_s = 1000.0 + number
        known = None if nods is None else HeadGestures(nods, 0)
        recorder.take(outcome(clock.now_s, replace(person(), gestures=known)))
    recorder.stop()
    assert recorder.wait(5)

    assert [one.nod_count for one in shelf.readings] == [None, 0, None, 1]


def test_what_was_captured_before_the_start_or_after_the_end_is_not_recorded(make: Make) -> None:
    recorder, shelf, _ = make()

    recorder.take(outcome(999.9, person()))
    recorder.stop()
    recorder.take(outcome(1000.1, person()))

    assert recorder.wait(5)
    assert shelf.readings == []


def test_the_length_grows_in_the_store_while_nobody_is_in_the_picture(make: Make) -> None:
    _, shelf, clock = make()

    clock.now_s = 1030.0

    assert eventually(lambda: bool(shelf.facts) and shelf.facts[-1].duration_s == 30.0)


def test_pictures_a_second_are_measured_and_a_lost_camera_does_not_count(make: Make) -> None:
    recorder, _, _ = make()

    for time_s in (0.0, 0.1, 0.2, 0.3, 60.3, 60.4, 60.5):
        recorder.take(outcome(1000.0 + time_s, person()))

    assert recorder.progress.facts.fps == pytest.approx(10.0)


def test_a_store_that_fails_for_a_while_loses_nothing(make: Make) -> None:
    recorder, shelf, _ = make()
    shelf.broken = DataError("the disk is full")

    recorder.take(outcome(1000.5, person()))
    marker = recorder.mark("question 1")
    assert eventually(lambda: recorder.progress.trouble == "the disk is full")
    recorder.take(outcome(1000.6, person()))
    assert recorder.progress.status == "recording"
    shelf.broken = None

    assert eventually(lambda: recorder.progress.trouble is None)
    recorder.stop()
    assert recorder.wait(5)
    assert shelf.times_s == [0.5, 0.6]
    assert shelf.markers == [marker]


def test_a_bug_of_the_store_s_ends_nothing_either(make: Make) -> None:
    recorder, shelf, _ = make()
    shelf.broken = ZeroDivisionError("oh")

    recorder.take(outcome(1000.5, person()))
    assert eventually(lambda: recorder.progress.trouble == "writing failed, see the log")
    shelf.broken = None

    assert eventually(lambda: shelf.times_s == [0.5])


def test_when_too_much_waits_the_recording_ends_with_a_reason(make: Make) -> None:
    recorder, shelf, _ = make(most_waiting=3)
    shelf.broken = DataError("the disk is full")
    assert eventually(lambda: recorder.progress.trouble is not None)

    for number in range(10):
        recorder.take(outcome(1000.0 + number / 10, person()))

    assert recorder.is_over
    assert recorder.wait(5)
    assert recorder.progress.status == "failed"
    assert recorder.progress.readings == 4


def test_an_end_that_can_be_written_a_moment_later_is(make: Make) -> None:
    recorder, shelf, _ = make(end_patience_s=5.0)
    recorder.take(outcome(1000.5, person()))
    shelf.broken = DataError("the database is locked")

    recorder.stop()
    tries = shelf.tries
    assert eventually(lambda: shelf.tries > tries + 2)
    assert recorder.progress.status == "ending"
    shelf.broken = None

    assert recorder.wait(5)
    assert recorder.progress.status == "finished"
    assert shelf.times_s == [0.5]
    assert len(shelf.ends) == 1


def test_a_forgotten_recording_ends_by_itself(make: Make) -> None:
    recorder, shelf, clock = make(max_s=120.0)
    recorder.take(outcome(1119.9, person()))
    recorder.take(outcome(1120.1, person()))

    clock.now_s = 1121.0

    assert recorder.wait(5)
    assert shelf.times_s == [119.9]
    facts, trouble = shelf.ends[0]
    assert facts.duration_s == 120.0
    assert trouble is not None
    assert "2 minutes" in trouble


def test_a_recording_that_was_deleted_ends(make: Make) -> None:
    recorder, shelf, _ = make()

    shelf.broken = NoRecording()

    assert recorder.wait(5)
    assert recorder.progress.status == "failed"


def test_markers_are_dated_and_kept_in_their_order(make: Make) -> None:
    recorder, shelf, clock = make()

    for text in ("one", "two"):
        clock.now_s += 1.5
        recorder.mark(text)
    recorder.stop()

    assert recorder.wait(5)
    assert shelf.markers == [Marker(1.5, "one"), Marker(3.0, "two")]
    with pytest.raises(RequestError, match="ended"):
        recorder.mark("three")


def test_there_is_a_limit_to_markers(make: Make) -> None:
    recorder, _, _ = make()
    for number in range(MOST_MARKERS):
        recorder.mark(str(number))

    with pytest.raises(RequestError) as refusal:
        recorder.mark("one more")

    assert refusal.value.code == "too_many_markers"
