"""Outlets keep cameras open while they listen, and hand on numbers: events of people and readings of frames."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields, is_dataclass
from datetime import datetime, timezone
from threading import Event
from typing import Any, get_args, get_type_hints

import numpy as np
import pytest

from fer_web.core import Blink, Face, Frame, FrameResult, Pixels, Reading, Rect
from fer_web.core.person_events import PERSON_EVENTS, PersonEvent
from fer_web.errors import NotReadyError
from fer_web.live import Camera, CameraSet, Places, Turns
from fer_web.outlets import Feed, FrameReadings, Outlets, PersonReading, outlets
from fer_web.sources import SourceState
from tests.live.studio import LOST, FakeCamera, eventually
from tests.outlets.toys import MOVEMENTS, Drawer, kind_of

SCORES = np.array([0, 0, 0, 1, 0, 0, 0], np.float32)
PIXELS = np.zeros((24, 32, 3), np.uint8)


class Door:
    """A camera that a test drives, which sees person 1 once in each frame, and a face that nobody follows."""

    def __init__(self) -> None:
        self.device = FakeCamera()
        self.frames = self.device.frames
        self.is_empty = False
        self.camera: Camera[FrameResult, str] = Camera(self, places=Places(1), name="door", linger_s=0.0, resend_s=0.05)
        self.cameras: CameraSet[FrameResult, Any] = CameraSet([self.camera], Turns(1))

    def analyze(self, views: object) -> Callable[[Frame], FrameResult]:
        return self._look

    def _look(self, frame: Frame) -> FrameResult:
        followed = Face(
            Rect(0, 0, 9, 9),
            0.9,
            track_id=1,
            scores=SCORES,
            movements=MOVEMENTS,
            blink=Blink(0.3, 0.3, True, frame.index),
        )
        return FrameResult(frame, () if self.is_empty else (followed, Face(Rect(9, 9, 12, 12), 0.9)))

    def paint(self, *_: object) -> Pixels:
        return PIXELS

    notice = paint

    def observe(self, result: FrameResult) -> None:
        """Nothing counts them here."""

    def show(self, claim: Callable[[], bool]) -> bool:
        """Whether a claim comes true while the camera delivers."""

        def after_a_frame() -> bool:
            self.device.show()
            return claim()

        return eventually(after_a_frame)


@pytest.fixture
def door() -> Iterator[Door]:
    made = Door()
    yield made
    made.cameras.close()


Listen = Callable[..., Outlets]


@pytest.fixture
def listen(door: Door) -> Iterator[Listen]:
    started: list[Outlets] = []

    def begin(*drawers: Drawer, ready: Callable[[], object] = lambda: None) -> Outlets:
        started.append(Outlets(door.cameras, [Feed(kind_of(*drawers), one) for one in drawers], ready))
        started[-1].start()
        return started[-1]

    yield begin
    for one in started:
        one.close()


def frames_in(drawer: Drawer) -> list[FrameReadings]:
    return [one for one in drawer.kept if isinstance(one, FrameReadings)]


def kinds_in(drawer: Drawer) -> list[str]:
    return [one.kind for one in drawer.kept if isinstance(one, PersonEvent)]


def test_the_camera_is_open_while_an_outlet_listens_and_viewers_keep_their_places(door: Door, listen: Listen) -> None:
    outlets_on = listen(Drawer())
    assert eventually(lambda: door.camera.is_open)

    with door.camera.results():  # the only place
        pass
    assert door.camera.counts()["viewers"] == 0
    outlets_on.close()

    assert eventually(lambda: not door.camera.is_open)


def test_without_an_outlet_no_camera_opens_and_no_thread_starts(door: Door, listen: Listen) -> None:
    outlets_off = listen()

    assert (outlets_off.places, outlets_off.counts()) == ((), {})
    assert not door.camera.is_open


def test_a_process_without_cameras_tells_what_goes_where_and_sends_nothing() -> None:
    drawer = Drawer()
    outlets_on = Outlets([], [Feed(kind_of(drawer), drawer)], lambda: None)
    outlets_on.start()
    outlets_on.close()

    assert [one.place for one in outlets_on.places] == ["drawer"]
    assert (drawer.opened, drawer.closed) == (0, 0)


def test_every_place_gets_the_same_readings_and_events(door: Door, listen: Listen) -> None:
    first, second = Drawer(), Drawer()
    listen(first, second)

    assert door.show(lambda: {"appeared", "blinked", "changed"} <= set(kinds_in(first)))
    assert eventually(lambda: bool(second.kept) and second.kept[-1] == first.kept[-1])

    assert second.kept == first.kept
    last = frames_in(first)[-1]
    (person,) = last.people
    assert (last.camera, person.reading.track_id, person.reading.happy) == ("door", 1, 1.0)
    assert person.movements == pytest.approx(MOVEMENTS.tolist())
    assert abs((datetime.now(timezone.utc) - last.time_utc).total_seconds()) < 60


def test_whoever_is_not_seen_any_more_has_left_although_the_camera_is_lost(door: Door, listen: Listen) -> None:
    drawer = Drawer()
    listen(drawer)
    assert door.show(lambda: "appeared" in kinds_in(drawer))

    door.device.say(LOST)

    assert eventually(lambda: kinds_in(drawer)[-1] == "left")


def test_a_frame_without_people_is_told_too(door: Door, listen: Listen) -> None:
    drawer = Drawer()
    door.is_empty = True
    listen(drawer)

    assert door.show(lambda: bool(frames_in(drawer)))
    assert frames_in(drawer)[0].people == ()


def test_nothing_opens_before_the_models_are_loaded(
    door: Door, listen: Listen, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outlets, "LOOK_S", 0.01)
    asked, loaded = Event(), Event()

    def require() -> None:
        asked.set()
        if not loaded.is_set():
            raise NotReadyError("the models are still being loaded")

    listen(Drawer(), ready=require)
    assert asked.wait(10)
    assert not door.camera.is_open
    loaded.set()

    assert eventually(lambda: door.camera.is_open)


def test_a_file_that_was_played_to_its_end_is_left_alone(door: Door, listen: Listen) -> None:
    drawer = Drawer()
    listen(drawer)
    assert door.show(lambda: "appeared" in kinds_in(drawer))

    door.device.say(SourceState("ended", "clip.mp4", "it has been played to its end"))

    assert eventually(lambda: kinds_in(drawer)[-1] == "left")
    assert eventually(lambda: not door.camera.is_open)


def test_what_several_places_of_a_kind_count_is_added_up(door: Door, listen: Listen) -> None:
    good, bad = Drawer(), Drawer()
    bad.broken = RuntimeError("a fault")
    outlets_on = listen(good, bad)

    assert door.show(lambda: outlets_on.counts()["drawer"]["failed"] > 0)
    assert eventually(lambda: outlets_on.counts()["drawer"]["sent"] > 0)
    assert [one.place for one in outlets_on.places] == ["drawer", "drawer"]


NUMBERS_AND_WORDS = {int, float, bool, str, type(None)}


def leaves(kind: Any) -> set[Any]:
    """What a type is made of in the end."""
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return set().union(*(leaves(hints[field.name]) for field in fields(kind)))
    inner = [one for one in get_args(kind) if one is not Ellipsis]
    return set().union(*map(leaves, inner)) if inner else {kind}


@pytest.mark.parametrize("kind", [FrameReadings, PersonReading, Reading, *PERSON_EVENTS.values()])
def test_nothing_that_is_delivered_has_a_field_for_a_picture_or_a_landmark(kind: type) -> None:
    plain = {one for one in leaves(kind) if not (isinstance(one, type) and issubclass(one, (str, datetime)))}

    assert plain <= NUMBERS_AND_WORDS
    assert plain
