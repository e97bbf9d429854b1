"""A feed never waits for its place, drops the oldest, counts, and ends when it is told to."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator

import pytest

from fer_web.core.person_events import PersonEvent
from fer_web.errors import OutletError
from fer_web.outlets import Feed, FrameReadings, OutletKind, feed
from tests.live.studio import eventually
from tests.outlets.toys import Drawer, event, frame, kind_of

Start = Callable[..., Feed]


@pytest.fixture
def start() -> Iterator[Start]:
    started: list[Feed] = []

    def begin(drawer: Drawer, kind: OutletKind | None = None, **limits: int) -> Feed:
        started.append(Feed(kind or kind_of(drawer), drawer, **limits))
        started[-1].start()
        return started[-1]

    yield begin
    for one in started:
        one.stop()
        assert one.wait(10)


def test_everything_arrives_in_its_order(start: Start) -> None:
    drawer = Drawer()
    fed = start(drawer)
    wanted = [event(1), frame(1), frame(2), event(2)]

    for one in wanted:
        fed.put(one)

    assert eventually(lambda: drawer.kept == wanted)
    assert eventually(lambda: fed.counts() == {"sent": 4, "dropped": 0, "failed": 0})


@pytest.mark.parametrize(("takes", "kept"), [(PersonEvent, event(1)), (FrameReadings, frame(1))])
def test_an_outlet_gets_only_what_it_takes(start: Start, takes: type, kept: object) -> None:
    drawer = Drawer()
    fed = start(drawer, kind_of(drawer, takes=(takes,)))

    for one in (frame(1), event(1)):
        fed.put(one)

    assert eventually(lambda: fed.counts()["sent"] == 1)
    assert drawer.kept == [kept]


def test_a_slow_place_loses_the_oldest_and_frames_push_out_no_events(start: Start) -> None:
    drawer = Drawer()
    drawer.gate.clear()
    fed = start(drawer, most_events=3, most_frames=2)
    fed.put(event(0))
    assert drawer.reached.wait(10)

    for number in range(1, 6):
        fed.put(event(number))
        fed.put(frame(number))
    assert fed.counts()["dropped"] == 5
    drawer.gate.set()

    assert eventually(lambda: fed.counts()["sent"] == 6)
    assert drawer.kept == [event(0), event(3), event(4), frame(4), event(5), frame(5)]


def test_what_fails_is_counted_and_told_once(start: Start, caplog: pytest.LogCaptureFixture) -> None:
    drawer = Drawer()
    drawer.broken = OutletError("the place refuses everything")
    fed = start(drawer)
    with caplog.at_level(logging.INFO, feed.__name__):
        for number in range(3):
            fed.put(event(number))
        assert eventually(lambda: fed.counts()["failed"] == 3)
        assert fed.trouble == "the place refuses everything"
        drawer.broken = None
        fed.put(event(3))
        assert eventually(lambda: fed.trouble is None)

    said = [record.getMessage() for record in caplog.records]
    assert said == [
        "The outlet drawer (drawer): the place refuses everything",
        "The outlet drawer (drawer) works again",
    ]


def test_a_fault_in_an_outlet_does_not_end_its_feed(start: Start) -> None:
    drawer = Drawer()
    drawer.broken = RuntimeError("a fault")
    fed = start(drawer)
    fed.put(event(1))
    assert eventually(lambda: fed.counts()["failed"] == 1)
    drawer.broken = None

    fed.put(event(2))

    assert eventually(lambda: drawer.kept == [event(2)])


def test_a_place_that_cannot_be_opened_is_tried_again(start: Start, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feed, "FIRST_PAUSE_S", 0.01)
    drawer = Drawer()
    drawer.shut = OutletError("nobody is there")
    fed = start(drawer)
    fed.put(event(1))
    assert eventually(lambda: drawer.opened > 2)
    assert drawer.kept == []

    drawer.shut = None

    assert eventually(lambda: drawer.kept == [event(1)])


def test_a_feed_that_is_stopped_lets_go_and_counts_what_it_drops() -> None:
    drawer = Drawer()
    drawer.gate.clear()
    fed = Feed(kind_of(drawer), drawer)
    fed.start()
    for number in range(3):
        fed.put(event(number))
    assert drawer.reached.wait(10)

    fed.stop()
    fed.put(event(9))

    assert fed.wait(10)
    assert drawer.closed == 1
    assert (drawer.kept, fed.counts()) == ([], {"sent": 0, "dropped": 3, "failed": 0})
