"""What a camera is given, held in a test: frames with a reason, an analysis in turns, drawing, counting."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from threading import Event, Thread

import numpy as np
import pytest

from fer_web.backend import LiveBackend, SharedBackend
from fer_web.core import Frame, FrameResult, Rect
from fer_web.core.mask import mask_of
from fer_web.errors import NotReadyError
from fer_web.fleet import SharedCamera
from fer_web.fleet.shared_camera import AnalyzedFrame
from fer_web.fleet.wire import SharedScene
from fer_web.live import Turns
from fer_web.sources import SourceState, masked_frame
from fer_web.sources.masking import MASK_GRAY
from fer_web.startup import BackgroundStartup
from fer_web.vision import OVERLAYS, View
from fer_web.web.http.metrics import Metrics
from tests.web.client import DEMO, FakeVision, face

FRAME = Frame(0, 0.0, np.full((40, 60, 3), 90, np.uint8))


class AskingVision(FakeVision):
    """Remembers how to ask whether keypoints are wanted."""

    wants: Callable[[], bool]
    wants_blur: Callable[[], bool]

    def live(
        self, wants_keypoints: Callable[[], bool], wants_blur: Callable[[], bool]
    ) -> Callable[[Frame], FrameResult]:
        self.wants, self.wants_blur = wants_keypoints, wants_blur
        return self.still()


def backend_of(vision: object, turns: Turns) -> LiveBackend:
    startup = BackgroundStartup(lambda: vision, {"door": lambda: DEMO})  # type: ignore[arg-type,return-value]
    return LiveBackend("door", startup, turns, Metrics(), (320, 240))


@pytest.fixture
def turns() -> Iterator[Turns]:
    made = Turns(1)
    yield made
    made.close()


def test_frames_come_from_the_chosen_source_and_say_why_it_was_chosen(turns: Turns) -> None:
    backend, states, stop = backend_of(FakeVision(), turns), list[SourceState](), Event()
    backend.startup.start()

    frames = backend.frames(states.append, stop)

    assert next(frames).size == (640, 480)
    assert (states[-1].status, states[-1].reason) == ("demo", "a test asked for it")
    stop.set()
    assert list(frames) == []


def test_whoever_leaves_while_the_source_is_being_chosen_waits_for_nothing(turns: Turns) -> None:
    stop = Event()
    stop.set()

    assert list(backend_of(FakeVision(), turns).frames(lambda _: None, stop)) == []


def test_an_analysis_is_refused_until_the_models_are_loaded(turns: Turns) -> None:
    with pytest.raises(NotReadyError):
        backend_of(FakeVision(), turns).analyze(frozenset)


def test_keypoints_are_searched_for_only_while_a_watched_view_shows_them(turns: Turns) -> None:
    vision, views = AskingVision(), set[View]()
    backend = backend_of(vision, turns)
    backend.startup.start()
    backend.startup.vision(5)
    analyze = backend.analyze(lambda: frozenset(views))

    assert len(analyze(FRAME).faces) == 2
    assert not vision.wants()
    views.add(View(frozenset({OVERLAYS["boxes"], OVERLAYS["keypoints"]})))
    assert vision.wants()


@pytest.mark.parametrize("name", ["blur", "blur_picture"])
def test_all_that_may_be_a_face_is_searched_for_while_a_watched_view_hides_people(turns: Turns, name: str) -> None:
    vision, views = AskingVision(), {View()}
    backend = backend_of(vision, turns)
    backend.startup.start()
    backend.startup.vision(5)
    backend.analyze(lambda: frozenset(views))

    assert not vision.wants_blur()
    views.add(View(frozenset({OVERLAYS["boxes"], OVERLAYS[name]})))
    assert vision.wants_blur()


@pytest.mark.parametrize("name", ["blur", "blur_picture"])
def test_nobody_is_seen_before_they_were_searched_for_or_when_the_camera_is_lost(turns: Turns, name: str) -> None:
    """Somebody at the left, whom nobody follows."""
    backend, view = backend_of(FakeVision(), turns), View(frozenset({OVERLAYS[name]}))
    frame = Frame(0, 0.0, np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8))
    unsearched = FrameResult(frame)
    searched = FrameResult(frame, blur_areas=(Rect(0, 80, 300, 200),))

    for result in (unsearched, searched):
        for picture in (backend.paint(result, view, 15.0), backend.notice(result, view, "Reconnecting")):
            if picture is None:  # the next one is waited for, rather than all of this one blurred
                assert (result, name) == (unsearched, "blur")
            else:
                assert np.abs(np.diff(picture[80:200, :300].astype(int), axis=1)).max() <= 3


def test_nothing_is_drawn_of_faces_in_a_frame_from_before_the_mask_but_they_stay_blurred(turns: Turns) -> None:
    backend = backend_of(FakeVision(), turns)
    frame = Frame(0, 0.0, np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8))
    left, right = face(Rect(60, 100, 260, 300)), face(Rect(400, 100, 600, 300))
    result = FrameResult(frame, (left, right), blur_areas=())
    marked, blurred = View(frozenset({OVERLAYS["boxes"], OVERLAYS["mesh"]})), View(frozenset({OVERLAYS["blur"]}))
    backend.masks.change("door", mask_of([[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]))

    painted, hidden = backend.paint(result, marked, 15.0), backend.paint(result, blurred, 15.0)

    assert painted is not None
    assert (painted[:, :320] == MASK_GRAY).all()
    assert np.array_equal(painted[40:, 330:], frame.pixels[40:, 330:])
    assert hidden is not None
    assert np.abs(np.diff(hidden[100:300, 400:600].astype(int), axis=1)).max() <= 9
    known = replace(result, frame=masked_frame(frame, backend.masks.of("door")), faces=(right,))
    drawn = backend.paint(known, marked, 15.0)
    assert drawn is not None
    assert not np.array_equal(drawn[100:300, 400:600], frame.pixels[100:300, 400:600]), (
        "the next frame's faces are drawn"
    )


def test_a_frame_from_before_the_mask_is_hidden_and_nobody_in_it_is_told_of(turns: Turns) -> None:
    """It was analyzed, or waited for that, when the mask was changed: a recording and an outlet would get it."""
    backend = backend_of(AskingVision(), turns)
    backend.startup.start()
    backend.startup.vision(5)
    analyze = backend.analyze(frozenset)
    frame = Frame(0, 0.0, np.full((480, 640, 3), 90, np.uint8))
    assert analyze(frame).faces

    backend.masks.change("door", mask_of([[[0, 0], [1, 0], [1, 1], [0, 1]]]))

    assert analyze(frame).faces == ()
    assert (analyze(frame).frame.pixels == MASK_GRAY).all()


def test_what_another_process_shows_is_searched_for_as_if_it_were_watched_here(turns: Turns) -> None:
    vision, there = AskingVision(), set[View]()
    backend = replace(backend_of(vision, turns), elsewhere=lambda: frozenset(there))
    backend.startup.start()
    backend.startup.vision(5)
    backend.analyze(frozenset)
    assert not vision.wants()

    there.add(View(frozenset({OVERLAYS["keypoints"], OVERLAYS["blur"]})))

    assert vision.wants()
    assert vision.wants_blur()


def test_a_frame_of_another_process_is_not_analyzed_again() -> None:
    backend = SharedBackend(SharedCamera("redis://127.0.0.1:1", "door"), (320, 240))
    faces, areas = (face(Rect(0, 0, 10, 10)),), (Rect(1, 1, 5, 5),)

    result = backend.analyze(frozenset)(AnalyzedFrame(3, 0.5, FRAME.pixels, 0.1, faces, {"detect": 2.0}, areas))

    assert (result.frame.index, result.faces, result.timing_ms) == (3, faces, {"detect": 2.0})
    assert result.blur_areas == areas
    with pytest.raises(TypeError, match="has not been analyzed elsewhere"):
        backend.analyze(frozenset)(FRAME)


def test_what_another_process_hides_is_hidden_in_its_last_frame_too() -> None:
    shared, view = SharedCamera("redis://127.0.0.1:1", "door"), View(frozenset({OVERLAYS["boxes"]}))
    backend = SharedBackend(shared, (320, 240))
    pixels = np.full((480, 640, 3), 90, np.uint8)
    result = AnalyzedFrame(0, 0.0, pixels, faces=(face(Rect(200, 200, 400, 400)),), blur_areas=()).result()
    mask = mask_of([[[0, 0], [1, 0], [1, 1], [0, 1]]])

    shown = backend.paint(result, view, 15.0)
    shared.newest = SharedScene(SourceState("live", "camera"), mask=mask)
    hidden = backend.paint(result, view, 15.0)

    assert shown is not None
    assert (shown[190:410, 190:410] != 90).any()
    assert hidden is not None
    assert (hidden[190:410, 190:410] == MASK_GRAY).all()
    assert backend.notice(None, view, "Connecting").shape == (240, 320, 3)


@pytest.mark.parametrize("name", ["blur", "blur_picture"])
def test_nobody_of_another_process_is_seen_before_they_were_searched_for_there(name: str) -> None:
    backend, view = (
        SharedBackend(SharedCamera("redis://127.0.0.1:1", "door"), (320, 240)),
        View(frozenset({OVERLAYS[name]})),
    )
    frame = Frame(0, 0.0, np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8))

    painted = backend.paint(FrameResult(frame), view, 15.0)

    if name == "blur":
        assert painted is None
    else:
        assert painted is not None
        assert np.abs(np.diff(painted[80:200, :300].astype(int), axis=1)).max() <= 3


def test_an_analysis_waits_for_its_turn(turns: Turns) -> None:
    backend, is_working, may_end, done = backend_of(AskingVision(), turns), Event(), Event(), Event()
    backend.startup.start()
    backend.startup.vision(5)
    analyze = backend.analyze(frozenset)

    def other(_: object) -> None:
        is_working.set()
        may_end.wait(5)

    def ask() -> None:
        analyze(FRAME)
        done.set()

    threads = [Thread(target=turns.shared(other), args=(None,)), Thread(target=ask)]
    threads[0].start()
    assert is_working.wait(5)
    threads[1].start()
    assert not done.wait(0.1)
    may_end.set()
    assert done.wait(5)
    for thread in threads:
        thread.join()


def test_what_it_draws_and_counts(turns: Turns) -> None:
    backend = backend_of(FakeVision(), turns)
    result = FrameResult(FRAME, (), {"detect": 2.0})

    backend.observe(result)

    painted = backend.paint(result, View(frozenset()), 15.0)

    assert painted is not None
    assert painted.shape == FRAME.pixels.shape
    assert backend.notice(None, View(), "Connecting").shape == (240, 320, 3)
    assert 'fer_step_seconds_count{camera="door",step="detect",way="live"} 1.0' in backend.metrics.text()[0].decode()
