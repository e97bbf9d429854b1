from __future__ import annotations

import gc
import weakref
from collections.abc import Callable
from threading import Event, Thread

import numpy as np
import pytest

from fer_web.core import Frame, Pixels
from fer_web.errors import BusyError, ImageError, NotReadyError, RequestError
from fer_web.live import Visits

PIXELS = np.zeros((4, 6, 3), np.uint8)


class Clock:
    """Time that a test turns forward by hand."""

    def __init__(self) -> None:
        self.now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


class Analysis:
    """Remembers the frames that it was given."""

    def __init__(self) -> None:
        self.frames: list[Frame] = []

    def __call__(self, frame: Frame) -> list[tuple[int, float]]:
        self.frames.append(frame)
        return [(frame.index, round(frame.time_s, 3)) for frame in self.frames]


def room(places: int = 2, clock: Callable[[], float] | None = None, **options: object) -> Visits[object]:
    chosen = {"analyze": Analysis, "workers": 1, "max_fps": 1000.0, "clock": clock or Clock(), **options}
    return Visits(places=places, **chosen)  # type: ignore[arg-type]


def read() -> Pixels:
    return PIXELS


def test_every_visitor_has_an_analysis_of_their_own() -> None:
    visitors = room()
    with visitors.enter() as one, visitors.enter() as other:
        one.see(read)
        one.see(read)
        assert one.see(read).result == [(0, 0), (1, 0), (2, 0)]
        assert other.see(read).result == [(0, 0)]
        assert one.id != other.id
        assert len(one.id) >= 32
    visitors.close()


def test_frames_are_dated_by_the_clock_as_they_arrive() -> None:
    clock = Clock()
    visitors = room(clock=clock)

    def slow() -> Pixels:
        clock.now_s += 0.5  # decoding takes long: the frame is as old as its arrival
        return PIXELS

    with visitors.enter() as visit:
        clock.now_s += 1.0
        first = visit.see(slow)
        clock.now_s += 0.25
        second = visit.see(read)
    assert (first.frame.time_s, second.frame.time_s) == (1.0, 1.75)
    assert first.latency_ms == pytest.approx(500)
    assert second.fps == pytest.approx(1 / 0.25)
    visitors.close()


def test_one_more_than_there_are_places_is_told_when_to_come_back() -> None:
    visitors = room(places=2)
    with visitors.enter():
        second = visitors.enter()
        with pytest.raises(BusyError, match=r"all 2 places .* try again in 5 s") as refusal:
            visitors.enter()
        assert refusal.value.retry_after_s == 5
        second.close()
        visitors.enter()
        assert visitors.counts()["visitors"] == 2
    visitors.close()


def test_nobody_comes_in_where_it_is_switched_off() -> None:
    with pytest.raises(BusyError, match="FER_MAX_VISITORS"):
        room(places=0).enter()


def test_an_analysis_that_cannot_be_made_takes_no_place() -> None:
    def fail() -> object:
        raise NotReadyError("the models are still being loaded")

    visitors = room(analyze=fail)
    with pytest.raises(NotReadyError):
        visitors.enter()
    assert visitors.counts() == {"visitors": 0, "visitor_frames": 0}


def test_a_frame_that_cannot_be_read_ends_nothing_and_is_not_counted() -> None:
    def refuse() -> Pixels:
        raise ImageError("image_truncated", "cut short")

    visitors = room()
    with visitors.enter() as visit:
        with pytest.raises(ImageError, match="cut short"):
            visit.see(refuse)
        assert visit.see(read).frame.index == 0
        assert visitors.counts() == {"visitors": 1, "visitor_frames": 1}
    visitors.close()


def test_a_second_frame_before_the_answer_to_the_first_is_refused() -> None:
    visitors, is_reading, may_end = room(), Event(), Event()

    def slow() -> Pixels:
        is_reading.set()
        assert may_end.wait(5)
        return PIXELS

    with visitors.enter() as visit:
        first = Thread(target=visit.see, args=(slow,))
        first.start()
        assert is_reading.wait(5)
        with pytest.raises(RequestError) as refusal:
            visit.see(read)
        assert refusal.value.code == "one_at_a_time"
        may_end.set()
        first.join(5)
        assert visit.see(read).frame.index == 1
    visitors.close()


def test_whoever_leaves_is_forgotten() -> None:
    made: list[weakref.ref[Analysis]] = []

    def make() -> Analysis:
        analysis = Analysis()
        made.append(weakref.ref(analysis))
        return analysis

    visitors = room(analyze=make)
    with visitors.enter() as visit:
        visit.see(read)
        assert made[0]() is not None
    gc.collect()

    assert made[0]() is None
    assert visitors.counts()["visitors"] == 0
    for ask in (lambda: visitors.find(visit.id), lambda: visit.see(read)):
        with pytest.raises(RequestError) as refusal:
            ask()
        assert refusal.value.code == "no_visit"
    visitors.close()


def test_the_silent_are_ended_and_told_and_the_others_stay() -> None:
    clock, ended = Clock(), []
    visitors = room(clock=clock, silence_s=10.0)
    silent = visitors.enter(lambda: ended.append("silent"))
    lively = visitors.enter(lambda: ended.append("lively"))
    clock.now_s += 9.0
    lively.see(read)
    clock.now_s += 1.0
    visitors.end_silent()

    assert ended == ["silent"]
    assert (silent.is_over, lively.is_over) == (True, False)
    assert visitors.find(lively.id) is lively
    visitors.close()


def test_silence_ends_a_visit_by_itself() -> None:
    import time

    ended = Event()
    visitors = room(clock=time.monotonic, silence_s=0.05)
    visitors.enter(ended.set)

    assert ended.wait(5)
    assert visitors.counts()["visitors"] == 0
    visitors.close()


def test_somebody_whose_frame_is_being_analyzed_is_not_silent() -> None:
    clock, is_reading, may_end = Clock(), Event(), Event()
    visitors = room(clock=clock, silence_s=10.0)

    def slow() -> Pixels:
        is_reading.set()
        assert may_end.wait(5)
        return PIXELS

    visit = visitors.enter()
    asking = Thread(target=visit.see, args=(slow,))
    asking.start()
    assert is_reading.wait(5)
    clock.now_s += 60
    visitors.end_silent()
    assert not visit.is_over
    may_end.set()
    asking.join(5)
    visitors.end_silent()
    assert not visit.is_over
    visitors.close()


def test_a_flood_of_frames_waits_for_its_own_pace() -> None:
    import time

    visitors = room(clock=time.monotonic, max_fps=100.0)
    with visitors.enter() as visit:
        started_s = time.monotonic()
        for _ in range(11):
            visit.see(read)
        assert time.monotonic() - started_s >= 0.1 - 0.01  # ten pauses of 10 ms
    visitors.close()


def test_closing_ends_everybody_and_lets_nobody_in() -> None:
    ended: list[int] = []
    visitors = room(places=3)
    for number in range(3):
        visitors.enter(lambda number=number: ended.append(number))  # type: ignore[misc]
    visitors.close()

    assert sorted(ended) == [0, 1, 2]
    assert visitors.counts()["visitors"] == 0
    with pytest.raises(BusyError, match="stopping"):
        visitors.enter()
