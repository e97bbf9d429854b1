"""Without a wish the webcam is chosen if it works, else the demo, with a reason."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import numpy as np
import pytest

from fer_web.errors import SourceError
from fer_web.sources import GrabbedImage, Source, choose_source


def test_a_wish_is_followed_without_opening_it() -> None:
    choice = choose_source("rtsp://admin:SECRET@camera/live", open_=lambda *_, **__: pytest.fail("opened"))
    assert choice.uri == "rtsp://admin:SECRET@camera/live"
    assert (choice.label, choice.reason) == ("rtsp://***@camera/live", "chosen in settings")
    assert "SECRET" not in repr(choice)


def test_a_wish_that_means_nothing_is_refused() -> None:
    with pytest.raises(SourceError, match="cannot be opened as a source"):
        choose_source("gopher://camera")


@pytest.mark.parametrize("nothing", [None, "", "  "])
def test_the_demo_is_chosen_when_no_webcam_opens(nothing: str | None) -> None:
    def refuse(uri: str, **options: object) -> Source:
        assert (uri, options) == ("webcam:0", {"open_timeout_s": 3.0})
        raise SourceError("webcam 0 cannot be opened: no camera is connected")

    choice = choose_source(nothing, open_=refuse)
    assert (choice.uri, choice.label) == ("demo:", "demo")
    assert choice.reason == ("as no webcam opened within 3 s (webcam 0 cannot be opened: no camera is connected)")


def test_a_webcam_that_delivers_is_chosen_and_let_go() -> None:
    released = threading.Event()

    def driver(stop: threading.Event) -> Iterator[GrabbedImage]:
        try:
            while not stop.is_set():
                yield GrabbedImage(0.0, np.zeros((2, 2, 3), np.uint8))
        finally:
            released.set()

    choice = choose_source(None, open_=lambda *_, **__: Source("webcam", "webcam 0", driver))
    assert (choice.uri, choice.reason) == ("webcam:0", "the first webcam, as no source is set")
    assert released.is_set()


@pytest.mark.parametrize(("uri", "expected"), [("demo", True), ("DEMO:?faces=2", True), ("demo.mp4", False)])
def test_the_demo_is_known_however_it_is_written(uri: str, expected: bool) -> None:
    assert choose_source(uri).is_demo is expected
