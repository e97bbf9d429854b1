"""Recordings of a hub whose camera the test drives, and of visits."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from threading import Event
from typing import Any

import numpy as np
import pytest

from fer_web.core import Face, Frame, FrameResult, Pixels, Rect
from fer_web.core.questions import CALM
from fer_web.errors import BusyError, DataError, RequestError
from fer_web.live import Camera, CameraSet, Places, RecordingRequest, Recordings, Sink, Turns, Visits
from fer_web.sources import SourceState
from tests.live.studio import LIVE, LOST, FakeCamera, Studio, eventually
from tests.live.test_recorder import SCORES, Shelf

PIXELS = np.zeros((24, 32, 3), np.uint8)


def analyze(frame: Frame) -> FrameResult:
    return FrameResult(frame, (Face(Rect(0, 0, 9, 9), 0.9, track_id=1, scores=SCORES),))


class Place:
    """A service's parts that recordings need, and what was recorded."""

    def __init__(self, max_viewers: int = 1) -> None:
        self.camera = FakeCamera()
        self.hub: Camera[FrameResult, str] = Camera(
            self, places=Places(max_viewers), name="door", linger_s=0.0, resend_s=0.05
        )
        self.desk = Studio(name="desk", places=Places(1))
        self.cameras: CameraSet[FrameResult, Any] = CameraSet([self.hub, self.desk.hub], Turns(1))  # type: ignore[list-item]
        self.visitors: Visits[FrameResult] = Visits(lambda: analyze, places=3, workers=1, max_fps=1000.0)
        self.plans: list[RecordingRequest] = []
        self.shelves: list[Shelf] = []
        self.broken: Exception | None = None
        self.recordings = Recordings(self.cameras, self._open, max_s=600.0)

    def frames(self, on_state: Callable[[SourceState], None], stop: Event) -> Iterator[Frame]:
        return self.camera.frames(on_state, stop)

    def analyze(self, views: object) -> Callable[[Frame], FrameResult]:
        return analyze

    def paint(self, *_: object) -> Pixels:
        return PIXELS

    notice = paint

    def observe(self, result: FrameResult) -> None:
        """Nothing counts them here."""

    def _open(self, plan: RecordingRequest) -> tuple[str, Sink]:
        if self.broken is not None:
            raise self.broken
        self.plans.append(plan)
        self.shelves.append(Shelf())
        return f"recording-{len(self.plans)}", self.shelves[-1]

    def show(self, claim: Callable[[], bool]) -> bool:
        """Whether a claim comes true while the camera delivers."""

        def after_a_frame() -> bool:
            self.camera.show()
            return claim()

        return eventually(after_a_frame)

    def close(self) -> None:
        self.recordings.close()
        self.visitors.close()
        self.cameras.close()


@pytest.fixture
def place() -> Iterator[Place]:
    made = Place()
    yield made
    made.close()


def settled(number: Callable[[], int]) -> int:
    """What a number comes to that others still raise: what it stays at for half a second."""
    before = -1
    while (now := number()) != before:
        before = now
        time.sleep(0.5)
    return before


def code_of(work: Callable[[], Any]) -> str:
    with pytest.raises(RequestError) as refusal:
        work()
    return refusal.value.code


def test_a_recording_opens_the_camera_and_lets_go_of_it_when_it_is_stopped(place: Place) -> None:
    running = place.recordings.start_camera("talk", "they agreed")

    assert place.show(lambda: running.recorder.progress.readings >= 3)
    assert (place.plans[0].kind, place.plans[0].name, place.plans[0].consent) == ("camera", "talk", "they agreed")
    assert place.plans[0].started_at.tzinfo is not None
    assert place.recordings.of_camera("door") is running

    running.recorder.stop()
    assert place.recordings.of_camera("door") is None
    assert running.recorder.wait(5)
    assert eventually(lambda: place.camera.open_now == 0)
    assert len(place.shelves[0].readings) >= 3
    assert place.shelves[0].times_s == sorted(place.shelves[0].times_s)


def test_several_cameras_are_recorded_at_once_each_by_itself(place: Place) -> None:
    door = place.recordings.start_camera("at the door", "")
    desk = place.recordings.start_camera("at the desk", "", "desk")

    assert [plan.camera for plan in place.plans] == ["door", "desk"]
    assert place.recordings.of_camera("desk") is desk
    assert code_of(lambda: place.recordings.start_camera("again", "", "desk")) == "already_recording"
    assert code_of(lambda: place.recordings.start_camera("lost", "", "garden")) == "no_camera"
    assert place.show(lambda: door.recorder.progress.readings >= 2)

    desk.recorder.stop()
    assert place.recordings.of_camera("desk") is None
    assert place.recordings.of_camera("door") is door
    before = door.recorder.progress.readings
    assert place.show(lambda: door.recorder.progress.readings > before)


def test_it_takes_no_viewers_place_and_goes_on_when_the_last_viewer_leaves(place: Place) -> None:
    running = place.recordings.start_camera("talk", "")

    with place.hub.results():
        assert place.hub.state.viewers == 1
        with pytest.raises(BusyError):
            place.hub.results()
    before = running.recorder.progress.readings

    assert place.show(lambda: running.recorder.progress.readings > before)
    assert place.camera.openings == 1


def test_every_result_is_recorded_once_however_often_the_state_changes(place: Place) -> None:
    running = place.recordings.start_camera("talk", "")
    assert place.show(lambda: running.recorder.progress.readings >= 1)
    before = settled(lambda: running.recorder.progress.readings)

    for state in (LOST, LIVE, LOST, LIVE):
        place.camera.say(state)
    place.camera.show()

    assert eventually(lambda: running.recorder.progress.readings == before + 1)
    assert not running.recorder.is_over


def test_a_file_that_was_played_to_its_end_ends_the_recording_without_trouble(place: Place) -> None:
    running = place.recordings.start_camera("talk", "")
    place.camera.say(SourceState("ended", "clip.mp4", "clip.mp4 has been played to its end"))

    assert running.recorder.wait(5)
    assert place.shelves[0].ends[0][1] is None


def test_a_source_that_is_closed_ends_the_recording_and_says_why(place: Place) -> None:
    running = place.recordings.start_camera("talk", "")
    place.camera.say(SourceState("closed", "clip", "the file has ended"))

    assert running.recorder.wait(5)
    assert place.shelves[0].ends[0][1] == "the file has ended"


def test_only_one_of_the_live_picture_at_a_time(place: Place) -> None:
    first = place.recordings.start_camera("one", "")
    assert code_of(lambda: place.recordings.start_camera("two", "")) == "already_recording"

    first.recorder.stop()

    assert place.recordings.start_camera("two", "") is place.recordings.of_camera("door")
    assert [plan.name for plan in place.plans] == ["one", "two"]


def test_a_store_that_cannot_be_used_starts_nothing_and_keeps_no_camera_open(place: Place) -> None:
    place.broken = DataError("the disk is full")

    with pytest.raises(DataError):
        place.recordings.start_camera("talk", "")

    assert eventually(lambda: place.camera.open_now == 0)
    assert place.recordings.of_camera("door") is None
    place.broken = None
    place.recordings.start_camera("talk", "")


def test_a_visit_is_recorded_until_it_ends(place: Place) -> None:
    with place.visitors.enter() as visit:
        visit.see(lambda: PIXELS)
        running = place.recordings.start_visit(visit, "me", "")
        for _ in range(3):
            visit.see(lambda: PIXELS)
        assert place.recordings.of_visit(visit.id) is running
        assert place.recordings.of_camera("door") is None

    assert running.recorder.wait(5)
    assert len(place.shelves[0].readings) == 3
    assert place.shelves[0].ends[0][1] is None
    assert place.recordings.of_visit(visit.id) is None
    assert code_of(lambda: place.recordings.start_visit(visit, "me", "")) == "no_visit"


def test_a_practice_begins_with_its_calm_seconds_and_goes_on_with_questions(place: Place) -> None:
    with place.visitors.enter() as visit:
        running = place.recordings.start_visit(visit, "Interview", "", "practice")
        asked = running.recorder.mark("Why?")

    assert running.recorder.wait(5)
    assert place.plans[0].kind == "practice"
    assert [(marker.time_s, marker.text) for marker in place.shelves[0].markers] == [(0, CALM), (asked.time_s, "Why?")]


def test_a_visitors_recording_is_found_by_that_visitor_alone(place: Place) -> None:
    with place.visitors.enter() as visit, place.visitors.enter() as other:
        mine = place.recordings.start_visit(visit, "me", "")
        live = place.recordings.start_camera("all", "")

        assert place.recordings.find(mine.id, visit.id) is mine
        assert code_of(lambda: place.recordings.find(mine.id)) == "no_recording"
        assert code_of(lambda: place.recordings.find(mine.id, other.id)) == "no_recording"
        assert place.recordings.find(live.id, other.id) is live
        assert code_of(lambda: place.recordings.start_visit(visit, "again", "")) == "already_recording"


def test_closing_writes_what_has_come_and_starts_nothing_any_more(place: Place) -> None:
    running = place.recordings.start_camera("talk", "")
    assert place.show(lambda: running.recorder.progress.readings >= 1)

    place.recordings.close()

    assert running.recorder.is_done
    assert len(place.shelves[0].readings) == running.recorder.progress.readings
    with pytest.raises(BusyError):
        place.recordings.start_camera("late", "")


def test_a_hub_that_is_closed_ends_the_recording(place: Place) -> None:
    running = place.recordings.start_camera("talk", "")

    place.hub.close()

    assert running.recorder.wait(5)
