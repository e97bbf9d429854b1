"""A source hands on what its driver yields, never waits for ever, and ends when it is told to."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

import numpy as np
import pytest

from fer_web.errors import SourceError, SourceLost
from fer_web.sources import GrabbedImage, Source

BLACK = np.zeros((2, 3, 3), np.uint8)


def pictures(count: int, failure: Exception | None = None):  # type: ignore[no-untyped-def]
    def driver(stop: threading.Event) -> Iterator[GrabbedImage]:
        for number in range(count):
            yield GrabbedImage(number / 10, BLACK)
        if failure:
            raise failure

    return driver


class Stalling:
    """A driver that delivers one picture and then hangs until it is let go."""

    def __init__(self, delivers: int = 1) -> None:
        self.delivers = delivers
        self.let_go = threading.Event()
        self.released = threading.Event()

    def __call__(self, stop: threading.Event) -> Iterator[GrabbedImage]:
        try:
            for _ in range(self.delivers):
                yield GrabbedImage(0.0, BLACK)
            assert self.let_go.wait(10)
            yield GrabbedImage(1.0, BLACK)
        finally:
            self.released.set()


def test_every_picture_comes_in_order_with_its_number_and_time() -> None:
    with Source("file", "clip", pictures(5), keep_every=True) as source:
        assert [(frame.index, frame.time_s, frame.size) for frame in source.frames()] == [
            (number, number / 10, (3, 2)) for number in range(5)
        ]


def test_a_live_source_skips_to_the_newest_picture() -> None:
    done = threading.Event()

    def driver(stop: threading.Event) -> Iterator[GrabbedImage]:
        yield from pictures(50)(stop)
        done.set()

    with Source("webcam", "cam", driver) as source:
        assert done.wait(5)
        assert [frame.index for frame in source.frames()] == [49]


def test_a_failure_comes_after_the_last_picture() -> None:
    with Source("stream", "cam", pictures(3, SourceLost("gone")), keep_every=True) as source:
        frames = source.frames()
        assert [next(frames).index for _ in range(3)] == [0, 1, 2]
        with pytest.raises(SourceLost, match="gone"):
            next(frames)


def test_a_source_that_fails_before_its_first_picture_does_not_open() -> None:
    with pytest.raises(SourceError, match="no such thing"):
        Source("file", "clip", pictures(0, SourceError("no such thing")))


def test_an_unexpected_failure_is_reported_without_its_text() -> None:
    with pytest.raises(SourceLost) as lost:
        Source("stream", "cam", pictures(0, RuntimeError("rtsp://admin:SECRET@camera")))
    assert str(lost.value) == "cam failed with RuntimeError"


def test_opening_gives_up_in_time_and_releases_later() -> None:
    driver = Stalling(delivers=0)
    with pytest.raises(SourceError, match=r"cam delivered no frame within 0\.05 s"):
        Source("webcam", "cam", driver, open_timeout_s=0.05)
    assert not driver.released.is_set()
    driver.let_go.set()
    assert driver.released.wait(5)


def test_a_stalled_read_is_given_up_in_time() -> None:
    driver = Stalling()
    with Source("webcam", "cam", driver, read_timeout_s=0.05) as source:
        frames = source.frames()
        next(frames)
        with pytest.raises(SourceLost, match=r"cam has delivered no frame for 0\.05 s"):
            next(frames)
        driver.let_go.set()


def test_close_ends_frames_from_another_thread() -> None:
    driver = Stalling()
    source = Source("webcam", "cam", driver, read_timeout_s=30)
    frames = source.frames()
    next(frames)
    threading.Timer(0.05, source.close).start()
    assert list(frames) == []
    assert not source.released(0)
    driver.let_go.set()
    assert source.released(5)


@pytest.mark.parametrize("delivers", [0, 1])
def test_stop_ends_opening_and_reading(delivers: int) -> None:
    driver, stop = Stalling(delivers), threading.Event()
    threading.Timer(0.05, stop.set).start()
    started = time.monotonic()
    if delivers:
        with Source("webcam", "cam", driver, stop=stop) as source:
            assert len(list(source.frames())) <= 1
            driver.let_go.set()
    else:
        with pytest.raises(SourceError, match="closed"):
            Source("webcam", "cam", driver, stop=stop)
        driver.let_go.set()
    assert time.monotonic() - started < 2


def test_a_lossless_source_that_nobody_reads_any_more_is_released() -> None:
    source = Source("file", "clip", pictures(10), keep_every=True)
    next(source.frames())
    source.close()
    assert source.released(5)
    assert list(source.frames()) == []
