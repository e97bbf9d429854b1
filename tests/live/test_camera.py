from __future__ import annotations

import time
from collections.abc import Callable
from threading import Event, Thread, active_count

import pytest

from fer_web.errors import BusyError, NotReadyError
from fer_web.live import EncodedImage, Places, Viewing
from fer_web.sources import SourceState
from tests.live.studio import LIVE, LOST, PATIENCE_S, Studio, eventually

Pictures = Viewing[EncodedImage | None]


def texts(pictures: Pictures, until: str) -> list[str]:
    """What a viewer sees, without repetitions, up to a picture."""
    seen: list[str] = []
    limit_s = time.monotonic() + PATIENCE_S
    for picture in pictures:
        assert time.monotonic() < limit_s, f"only saw {seen}"
        text = "" if picture is None else picture.jpeg.decode()
        if not seen or seen[-1] != text:
            seen.append(text)
        if text == until:
            return seen
    pytest.fail(f"the stream ended after {seen}")


def test_a_viewer_sees_frames_analyzed_and_painted(studio: Studio) -> None:
    with studio.hub.pictures("boxes") as pictures:
        texts(pictures, "Waiting for the first frame")
        studio.camera.show()
        texts(pictures, "boxes:0")
        studio.camera.show()
        texts(pictures, "boxes:1")
    assert studio.hub.counts()["frames_analyzed"] == 2


def test_each_view_is_painted_and_encoded_once_however_many_watch_it(studio: Studio) -> None:
    viewers = [studio.hub.pictures(view) for view in ("boxes", "labels") for _ in range(10)]
    for index in range(5):
        studio.camera.show()
        for place, viewer in enumerate(viewers):
            texts(viewer, f"{'boxes' if place < 10 else 'labels'}:{index}")
    assert sorted(studio.painted) == sorted((index, view) for index in range(5) for view in ("boxes", "labels"))
    assert len([text for text in studio.encoded if ":" in text]) == 10
    for viewer in viewers:
        viewer.close()


def test_a_view_that_nobody_watches_any_more_is_not_painted(studio: Studio) -> None:
    with studio.hub.pictures("boxes") as boxes:
        with studio.hub.pictures("labels") as labels:
            studio.camera.show()
            texts(labels, "labels:0")
            texts(boxes, "boxes:0")
        studio.camera.show()
        texts(boxes, "boxes:1")
    assert (1, "labels") not in studio.painted


def test_the_hub_knows_what_is_watched(studio: Studio) -> None:
    assert studio.hub.views == frozenset()
    with studio.hub.pictures("boxes"), studio.hub.results():
        with studio.hub.pictures("labels"):
            assert studio.hub.views == {"boxes", "labels"}
        assert studio.hub.views == {"boxes"}


def test_whoever_comes_between_two_frames_gets_the_last_one_at_once(studio: Studio) -> None:
    with studio.hub.pictures("boxes") as boxes:
        studio.camera.show()
        texts(boxes, "boxes:0")
        with studio.hub.pictures("labels") as labels, studio.hub.pictures("boxes") as more:
            assert texts(labels, "labels:0") == ["labels:0"]
            assert texts(more, "boxes:0") == ["boxes:0"]


def test_nothing_is_painted_for_those_who_only_want_results(studio: Studio) -> None:
    with studio.hub.results() as scenes:
        studio.camera.show()
        assert next(scene.outcome.result for scene in scenes if scene and scene.outcome) == 0
    assert studio.painted == studio.encoded == []


def test_the_source_is_open_only_while_somebody_watches(studio: Studio) -> None:
    assert not studio.hub.is_open
    first, second = studio.hub.pictures("boxes"), studio.hub.results()
    assert eventually(lambda: studio.camera.open_now == 1)
    first.close()
    assert studio.hub.is_open
    second.close()
    assert eventually(lambda: studio.camera.open_now == 0)
    assert not studio.hub.is_open
    assert studio.camera.openings == 1


def test_the_state_tells_how_fast_and_how_old_results_are_and_who_watches(studio: Studio) -> None:
    assert (studio.hub.state.source.status, studio.hub.state.viewers) == ("closed", 0)
    with studio.hub.results() as scenes:
        for _ in range(3):
            studio.camera.show()
            shown = studio.hub.counts()["frames_analyzed"] + 1
            next(scene for scene in scenes if scene and studio.hub.counts()["frames_analyzed"] == shown)
        assert eventually(lambda: studio.hub.state.fps > 0)
        state = studio.hub.state
    assert state.source == LIVE
    assert state.latency_ms is not None
    assert 0 <= state.latency_ms < 5000
    assert state.viewers == 1


def test_a_quick_return_finds_the_same_opening_and_the_same_analysis(make_studio: Callable[..., Studio]) -> None:
    studio = make_studio(linger_s=60.0)
    for index in range(3):
        with studio.hub.pictures("boxes") as pictures:
            studio.camera.show()
            texts(pictures, f"boxes:{index}")
    assert studio.camera.openings == studio.analyzers == 1


def test_a_new_opening_gets_a_new_analysis_and_waits_for_the_old_one_to_end(studio: Studio) -> None:
    for index in range(20):
        with studio.hub.pictures("boxes") as pictures:
            texts(pictures, "Waiting for the first frame")
            studio.camera.show()
            texts(pictures, f"boxes:{index}")
        assert eventually(lambda: not studio.hub.is_open)
    assert studio.camera.openings == studio.analyzers == 20
    assert studio.camera.open_at_most == 1


def test_threads_end_with_the_last_viewer(studio: Studio) -> None:
    before = active_count()
    viewers = [studio.hub.pictures("boxes") for _ in range(5)]
    assert active_count() > before
    for viewer in viewers:
        viewer.close()
    assert eventually(lambda: active_count() == before)


def test_one_more_than_the_cap_is_told_to_come_back(make_studio: Callable[..., Studio]) -> None:
    studio = make_studio(places=Places(2))
    with studio.hub.pictures("boxes"), studio.hub.results():
        with pytest.raises(BusyError, match="all 2 places"):
            studio.hub.pictures("boxes")
        assert studio.hub.counts()["viewers"] == 2
    assert studio.hub.counts()["viewers"] == 0
    studio.hub.pictures("boxes").close()


def test_a_place_comes_back_from_a_viewer_that_was_never_read_or_was_forgotten(studio: Studio) -> None:
    studio.hub.pictures("boxes").close()
    studio.hub.pictures("boxes")  # forgotten at once
    viewer = studio.hub.results()
    viewer.close()
    viewer.close()
    assert list(viewer) == []
    assert studio.hub.counts()["viewers"] == 0


def test_viewers_see_that_a_source_is_lost_and_that_it_is_back(studio: Studio) -> None:
    with studio.hub.pictures("boxes") as pictures:
        studio.camera.show(3)
        texts(pictures, "boxes:2")
        studio.camera.say(LOST)
        texts(pictures, "[boxes:2] Reconnecting to camera")
        assert studio.hub.state.source == LOST
        assert studio.hub.state.fps == 0
        studio.camera.say(LIVE)
        studio.camera.show()
        texts(pictures, "boxes:3")
        assert studio.hub.state.source == LIVE


def test_a_notice_is_painted_once_for_each_view(studio: Studio) -> None:
    viewers = [studio.hub.pictures(view) for view in ("boxes", "labels") for _ in range(3)]
    studio.camera.show()
    for place, viewer in enumerate(viewers):
        texts(viewer, f"{'boxes' if place < 3 else 'labels'}:0")
    studio.camera.say(LOST)
    for place, viewer in enumerate(viewers):
        texts(viewer, f"[{'boxes' if place < 3 else 'labels'}:0] Reconnecting to camera")
    assert studio.encoded.count("[boxes:0] Reconnecting to camera") == 1
    for viewer in viewers:
        viewer.close()


def test_a_source_whose_reading_fails_is_told_to_the_viewers(studio: Studio) -> None:
    with studio.hub.pictures("boxes") as pictures:
        studio.camera.say(RuntimeError("a bug"))
        texts(pictures, "Closed: reading the source failed, see the log")


def test_who_watches_a_file_that_has_ended_is_told_in_its_own_words(studio: Studio) -> None:
    with studio.hub.pictures("boxes") as pictures:
        studio.camera.show()
        texts(pictures, "boxes:0")
        studio.camera.say(SourceState("ended", "Talk.mp4", "Talk.mp4 has been played to its end"))
        texts(pictures, "[boxes:0] Ended: Talk.mp4 has been played to its end")


def test_the_last_picture_comes_again_in_a_silence(studio: Studio) -> None:
    with studio.hub.pictures("boxes") as pictures:
        studio.camera.show()
        texts(pictures, "boxes:0")
        again = [next(pictures) for _ in range(3)]
    assert [picture.jpeg for picture in again if picture] == [b"boxes:0"] * 3
    assert studio.painted == [(0, "boxes")]


def test_what_was_painted_before_a_repainting_is_shown_to_nobody_after_it(studio: Studio) -> None:
    """Not even what is being painted or encoded meanwhile, as with the mask from before."""
    masked, is_painting, may_go_on = [False], Event(), Event()

    def encode(text: str) -> bytes:
        is_painting.set()
        assert may_go_on.wait(PATIENCE_S)
        return text.encode()

    paint = studio.paint
    studio.paint = lambda *args: f"{paint(*args)} {'masked' if masked[0] else 'bare'}"  # type: ignore[method-assign]
    studio.hub._encode = encode  # type: ignore[assignment]
    with studio.hub.pictures("boxes") as pictures:
        studio.camera.show()
        assert is_painting.wait(PATIENCE_S)
        masked[0] = True
        studio.hub.repaint()
        may_go_on.set()
        seen = texts(pictures, "boxes:0 masked")
        assert "boxes:0 bare" not in seen
        masked[0] = False
        studio.hub.repaint()
        assert studio.hub.snapshot("boxes", PATIENCE_S) == b"boxes:0 bare"


def test_one_frame_that_fails_does_not_end_the_stream(studio: Studio) -> None:
    studio.fail_at, studio.fail_painting = {1}, {2}
    with studio.hub.pictures("boxes") as pictures:
        for index in range(4):
            studio.camera.show()
            if index in (0, 3):
                texts(pictures, f"boxes:{index}")
            else:
                assert eventually(lambda failed=index: studio.hub.counts()["errors"] == failed)  # type: ignore[misc]
    assert studio.analyzed == [0, 2, 3]


def test_viewers_read_why_there_is_no_analysis_yet(studio: Studio) -> None:
    studio.not_ready = NotReadyError("the models are still being loaded")
    with studio.hub.pictures("boxes") as pictures:
        studio.camera.show()
        texts(pictures, "the models are still being loaded")
        studio.not_ready = None
        studio.camera.show()
        texts(pictures, "boxes:1")


def test_frames_that_come_while_one_is_analyzed_are_dropped_and_counted(studio: Studio) -> None:
    with studio.hub.pictures("boxes") as pictures:
        studio.camera.show(200)
        texts(pictures, "boxes:199")
        counts = studio.hub.counts()
    assert counts["frames_captured"] == 200
    assert counts["frames_analyzed"] + counts["frames_dropped"] == 200


def test_a_viewer_may_ask_for_fewer_pictures(make_studio: Callable[..., Studio]) -> None:
    studio = make_studio(resend_s=60.0)  # no picture comes again in a silence
    with studio.hub.pictures("boxes") as every, studio.hub.pictures("boxes", max_fps=0.001) as few:
        studio.camera.show()
        assert texts(few, "boxes:0")[-1] == texts(every, "boxes:0")[-1]
        for index in range(1, 4):
            studio.camera.show()
            texts(every, f"boxes:{index}")
        studio.camera.say(LOST)
        assert texts(few, "[boxes:3] Reconnecting to camera") == ["[boxes:3] Reconnecting to camera"]


def test_a_view_waits_for_the_first_result_that_has_what_it_needs(studio: Studio) -> None:
    """A snapshot with faces blurred, while others watch without."""
    studio.lacking = {(0, "blur")}
    with studio.hub.pictures("boxes") as pictures:
        studio.camera.show()
        texts(pictures, "boxes:0")
        found: list[bytes | None] = []
        asking = Thread(target=lambda: found.append(studio.hub.snapshot("blur", PATIENCE_S)))
        asking.start()
        assert eventually(lambda: "blur" in studio.hub.views)
        studio.camera.show()
        asking.join(PATIENCE_S)

    assert found == [b"blur:1"]


def test_a_snapshot_opens_the_source_and_gives_up_in_time(studio: Studio) -> None:
    assert studio.hub.snapshot("boxes", timeout_s=0.1) is None
    assert eventually(lambda: studio.camera.openings == 1 and studio.camera.open_now == 0)
    studio.camera.show()
    assert studio.hub.snapshot("boxes", timeout_s=PATIENCE_S) == b"boxes:0"


def test_closing_ends_everybody_at_once_and_for_good(studio: Studio) -> None:
    before = active_count()
    viewers = [studio.hub.pictures("boxes") for _ in range(5)]
    readers = [Thread(target=list, args=(viewer,), daemon=True) for viewer in viewers]
    for reader in readers:
        reader.start()
    studio.hub.close()
    for reader in readers:
        reader.join(PATIENCE_S)
    assert active_count() == before
    assert studio.camera.open_now == 0
    with pytest.raises(BusyError, match="stopping"):
        studio.hub.pictures("boxes")
