"""A camera of one process, watched in another one through a real Redis."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from itertools import count, islice

import numpy as np
import pytest
from PIL import Image
from redis import Redis

from fer_web.errors import BusyError, NotReadyError
from fer_web.fleet import SharedRecording, shared_camera, wanted
from fer_web.fleet.link import NO_REDIS, answer_key, asked_channel, lease_key, open_key, pictures_key, wanted_channel
from fer_web.fleet.wire import HIDE, Ask, SharedResult, SharedScene, Wish, packed, unpacked
from fer_web.live import encode_jpeg
from fer_web.sources import SourceState, reopening
from fer_web.sources.masking import MASK_GRAY
from fer_web.vision import OVERLAYS
from tests.fleet.samples import full, same
from tests.fleet.stage import HEIGHT, WIDTH, Owner, Viewer, view
from tests.redis_server import RedisServer
from tests.web.live_server import eventually

pytestmark = pytest.mark.usefixtures("quick")
LIVE = SourceState("live", "camera", "")
DATABASE = "redis://127.0.0.1/0"  # of the Redis of these tests
RECORDING: SharedRecording = full(SharedRecording)
ALL = (((0.0, 0.0), (1.0, 0.0), (1.0, 1.0), (0.0, 1.0)),)

Own = Callable[..., Owner]
Show = Callable[[], Viewer]


@pytest.fixture
def own(redis: Redis, redis_url: str) -> Iterator[Own]:
    """Processes with the camera, each closed in the end."""
    with ExitStack() as started:
        yield lambda **how: started.enter_context(closing(Owner(redis_url, **how)))


@pytest.fixture
def show(redis: Redis, redis_url: str) -> Iterator[Show]:
    """Processes that show it, which watch it until the end."""
    with ExitStack() as started:

        def watching() -> Viewer:
            viewer = Viewer(redis_url)
            started.callback(viewer.camera.close)
            started.enter_context(viewer.camera.results())
            return viewer

        yield watching


@pytest.fixture
def viewer(redis: Redis, redis_url: str) -> Iterator[Viewer]:
    """A process that shows it, where nobody watches yet."""
    made = Viewer(redis_url)
    yield made
    made.camera.close()


def sees(viewer: Viewer) -> bool:
    return eventually(lambda: viewer.newest is not None)


def sees_more(viewer: Viewer) -> bool:
    """Whether frames come from now on."""
    so_far = len(viewer.numbers)
    return eventually(lambda: len(viewer.numbers) > so_far)


def loses(viewer: Viewer, reason: str) -> bool:
    return eventually(lambda: viewer.status == "reconnecting" and reason in viewer.reason)


# what comes over


def test_pictures_come_with_the_faces_that_were_found_there(own: Own, show: Show) -> None:
    owner = own()
    viewer = show()
    assert sees(viewer)

    result = viewer.newest
    assert result is not None
    assert result.frame.size == (WIDTH, HEIGHT)
    assert abs(result.frame.pixels.astype(int) - owner.brightness).max() <= 2
    assert len(result.faces) == 2
    assert all(same(*pair) for pair in zip(result.faces, owner.faces, strict=True))
    assert (result.timing_ms, result.blur_areas) == ({"detect": 2.0}, owner.blur_areas)
    assert viewer.camera.state.source == owner.camera.state.source == SourceState("live", "the camera at the door")
    assert sees_more(viewer)


def test_every_kind_of_view_is_painted_here(own: Own, viewer: Viewer) -> None:
    own()
    for name in OVERLAYS:
        with viewer.camera.pictures(view(name)) as pictures:
            shown = next(picture for picture in pictures if picture is not None and not picture.is_notice)

        assert Image.open(io.BytesIO(shown.jpeg)).size == (WIDTH, HEIGHT), name


def test_frames_are_numbered_and_times_grow(own: Own, show: Show) -> None:
    own()
    viewer = show()

    assert eventually(lambda: len(viewer.numbers) >= 10)

    told = viewer.numbers[:10]
    assert [index for index, _ in told] == list(range(10))
    assert [time_s for _, time_s in told] == sorted(time_s for _, time_s in told)


def test_several_processes_show_one_opening(own: Own, show: Show) -> None:
    owner = own()
    viewers = [show(), show()]

    assert all(sees(viewer) for viewer in viewers)
    assert owner.openings == 1
    assert owner.camera.counts()["viewers"] == 0


def test_the_demo_says_that_it_is_one(own: Own, show: Show) -> None:
    own(kind="demo", label="the demo")
    viewer = show()

    assert eventually(lambda: viewer.status == "demo")
    assert viewer.camera.state.source.label == "the demo"
    assert sees(viewer)


def test_a_film_that_has_ended_has_ended_here_too(own: Own, show: Show) -> None:
    owner = own(kind="file", label="film.mp4")
    viewer = show()
    assert sees(viewer)

    owner.plays_on = False

    assert eventually(lambda: viewer.status == "ended")
    assert viewer.reason == "film.mp4 has been played to its end"


def test_a_camera_that_is_lost_there_is_lost_here_until_it_is_found(own: Own, show: Show) -> None:
    owner = own()
    viewer = show()
    assert sees(viewer)

    owner.is_plugged = False
    assert loses(viewer, "the camera at the door is unplugged")

    owner.is_plugged = True
    assert eventually(lambda: viewer.status == "live")
    assert sees_more(viewer)


def test_while_the_models_are_being_loaded_there_the_reason_is_told_here(own: Own, show: Show) -> None:
    owner = own()
    owner.fails = NotReadyError("the models are still being loaded")
    viewer = show()

    assert eventually(lambda: viewer.reason == "the models are still being loaded")
    assert viewer.status == "connecting"

    owner.fails = None
    assert sees(viewer)
    assert viewer.status == "live"


def test_latency_includes_what_passed_in_the_other_process(redis: Redis, show: Show) -> None:
    viewer = show()
    pixels = np.full((HEIGHT, WIDTH, 3), 90, np.uint8)
    scene = SharedScene(LIVE, SharedResult("f1", 60_000.0, (), {}, None))

    assert eventually(lambda: tell(redis, scene, encode_jpeg(pixels)) and viewer.newest is not None)

    latency_ms = viewer.camera.state.latency_ms
    assert latency_ms is not None
    assert 60_000 <= latency_ms < 90_000


# what goes over


def test_what_is_watched_here_is_looked_for_there(own: Own, viewer: Viewer) -> None:
    owner = own()
    with viewer.camera.pictures(view("boxes", "keypoints")), viewer.camera.pictures(view("blur")):
        assert eventually(lambda: owner.wanted == {view("boxes", "keypoints", "blur")})

    with viewer.camera.pictures(view("boxes")):
        assert eventually(lambda: owner.wanted == {view("boxes")})


def test_what_is_watched_from_now_on_is_told_at_once(
    own: Own, viewer: Viewer, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(shared_camera, "ASK_S", 600.0)
    monkeypatch.setattr(wanted, "HOLDS_S", 600.0)
    owner = own()
    assert is_heard(redis)
    with viewer.camera.results():
        assert sees(viewer)

        with viewer.camera.pictures(view("keypoints")):
            assert eventually(lambda: owner.wanted == {view("keypoints")})


def is_heard(redis: Redis) -> bool:
    """Whether a process listens to what others want of the camera."""
    return eventually(lambda: redis.pubsub_numsub(wanted_channel(DATABASE, "door"))[0][1] == 1)


# when nobody watches


def test_nothing_is_opened_or_told_before_somebody_asks(own: Own, viewer: Viewer, redis: Redis) -> None:
    owner = own()
    assert is_heard(redis)

    assert redis.keys() == []
    assert not owner.camera.is_open
    assert owner.openings == 0


def test_the_source_closes_and_nothing_stays_in_redis_after_the_last_has_left(
    own: Own, viewer: Viewer, redis: Redis
) -> None:
    owner = own()
    with viewer.camera.results():
        assert sees(viewer)
        assert owner.camera.is_open

    assert eventually(lambda: not owner.camera.is_open)
    assert eventually(lambda: redis.keys() == [])


def test_only_the_newest_picture_is_in_redis(own: Own, show: Show, redis: Redis) -> None:
    own()
    viewer = show()
    assert eventually(lambda: len(viewer.numbers) >= 5)

    assert redis.xlen(pictures_key("door")) == 1
    assert 0 < redis.pttl(pictures_key("door")) <= 1000
    assert set(redis.keys()) == {pictures_key("door").encode(), lease_key("door").encode()}


def test_what_was_told_is_forgotten_when_nobody_watches(own: Own, viewer: Viewer) -> None:
    owner = own()
    owner.recording, owner.mask = RECORDING, ALL
    for _ in range(3):
        with viewer.camera.results():
            assert eventually(lambda: viewer.shared.newest is not None)
        assert eventually(lambda: viewer.shared.newest is None)


# what goes with the pictures


def test_a_recording_there_is_known_here_while_it_runs(own: Own, show: Show) -> None:
    owner = own()
    viewer = show()
    assert sees(viewer)
    assert told(viewer).recording is None

    owner.recording = RECORDING
    assert eventually(lambda: told(viewer).recording == RECORDING)

    owner.recording = None
    assert eventually(lambda: told(viewer).recording is None)


def test_a_recording_is_known_even_while_no_picture_comes(own: Own, show: Show) -> None:
    owner = own()
    viewer = show()
    assert sees(viewer)
    owner.is_paused = True

    owner.recording = RECORDING

    assert eventually(lambda: told(viewer).recording == RECORDING)


def test_a_changed_mask_covers_the_last_picture_even_while_no_other_comes(own: Own, viewer: Viewer) -> None:
    owner = own()
    owner.is_paused = True  # after its first picture
    with viewer.camera.pictures(view()) as pictures:
        assert next(is_gray(picture.jpeg) for picture in pictures if picture and not picture.is_notice) is False

        owner.mask = ALL
        owner.camera.repaint()

        assert any(is_gray(picture.jpeg) for picture in islice(pictures, 60) if picture is not None)
        assert told(viewer).mask == ALL
        assert owner.openings == 1


def test_a_frame_from_before_a_mask_is_not_handed_on_as_it_was(own: Own, show: Show, redis: Redis) -> None:
    """The device knows nothing of the mask: its frames are as those that were on their way when it was saved."""
    owner = own()
    owner.mask = ALL
    viewer = show()
    assert sees(viewer)

    result = viewer.newest
    assert result is not None
    assert abs(result.frame.pixels.astype(int) - MASK_GRAY).max() <= 2
    assert result.faces == ()
    assert result.blur_areas == (*(owner.blur_areas or ()), *(face.region for face in owner.faces))


def told(viewer: Viewer) -> SharedScene:
    assert viewer.shared.newest is not None
    return viewer.shared.newest


def is_gray(jpeg: bytes) -> bool:
    """Whether the mask's gray is all that can be seen of the lower half, under the frames per second."""
    pixels = np.asarray(Image.open(io.BytesIO(jpeg)), int)
    return bool((abs(pixels[HEIGHT // 2 :] - MASK_GRAY) < 12).all())


# what goes wrong


def test_a_camera_that_no_process_shares_is_waited_for_with_the_reason(own: Own, show: Show) -> None:
    viewer = show()
    assert loses(viewer, "no process shares a camera 'door' now")

    own()
    assert sees(viewer)


def test_a_process_that_ends_is_waited_for_and_its_label_stays(own: Own, show: Show) -> None:
    owner = own()
    viewer = show()
    assert sees(viewer)

    owner.close()
    assert loses(viewer, "no process shares a camera 'door' now")
    assert viewer.camera.state.source.label == "the camera at the door"

    own(label="another camera")
    assert eventually(lambda: viewer.status == "live")
    assert viewer.camera.state.source.label == "another camera"
    assert sees_more(viewer)


def test_a_process_that_hears_and_says_nothing_is_told_of(redis: Redis, show: Show) -> None:
    with redis.pubsub() as heard:
        heard.subscribe(wanted_channel(DATABASE, "door"))
        viewer = show()

        assert loses(viewer, "the process that has this camera does not answer")


def test_a_camera_that_is_closed_there_is_waited_for_here(redis: Redis, show: Show) -> None:
    viewer = show()

    assert eventually(
        lambda: (
            tell(redis, SharedScene(SourceState("closed", "camera", "reading the source failed, see the log")))
            and viewer.states[-1] == SourceState("reconnecting", "camera", "reading the source failed, see the log")
        )
    )


def test_redis_goes_away_and_comes_back_and_pictures_come_again(own_redis: RedisServer) -> None:
    with ExitStack() as started:
        started.enter_context(closing(Owner(own_redis.url)))
        viewer = Viewer(own_redis.url)
        started.callback(viewer.camera.close)
        scenes = started.enter_context(viewer.camera.results())
        assert sees(viewer)

        own_redis.stop()
        assert loses(viewer, NO_REDIS)
        own_redis.start()

        assert eventually(lambda: viewer.status == "live")
        assert sees_more(viewer)
        numbers = [index for index, _ in viewer.numbers]
        assert numbers == list(range(len(numbers)))
        assert next(scenes) is not None


def test_a_camera_can_be_watched_first_while_redis_is_away(own_redis: RedisServer) -> None:
    own_redis.stop()
    with ExitStack() as started:
        owner = started.enter_context(closing(Owner(own_redis.url)))
        viewer = Viewer(own_redis.url)
        started.callback(viewer.camera.close)
        started.enter_context(viewer.camera.results())
        assert loses(viewer, NO_REDIS)
        assert owner.openings == 0

        own_redis.start()
        assert sees(viewer)


def test_a_redis_that_was_emptied_and_counts_from_below_again_is_followed(own: Own, show: Show, redis: Redis) -> None:
    viewer = show()
    pixels = encode_jpeg(np.full((HEIGHT, WIDTH, 3), 90, np.uint8))
    scene = SharedScene(LIVE, SharedResult("f1", 1.0, (), {}, None))
    far_ahead = count(2**50)
    assert eventually(lambda: tell(redis, scene, pixels, f"{next(far_ahead)}-0") and bool(viewer.numbers))
    redis.delete(pictures_key("door"))

    own()

    assert eventually(lambda: viewer.camera.state.source.label == "the camera at the door")
    assert sees_more(viewer)


@pytest.mark.parametrize(
    "fields",
    [
        {"scene": b"of another version"},
        {"picture": b"of another version"},
        {"scene": packed(SharedScene(LIVE, SharedResult("f1", 1.0, (), {}, None)))},
        {"scene": packed(SharedScene(LIVE, SharedResult("f1", 1.0, (), {}, None))), "jpeg": b""},
        {"scene": packed(SharedScene(LIVE, SharedResult("f1", 1.0, (), {}, None))), "jpeg": b"no picture"},
    ],
)
def test_another_version_over_there_is_told_of_and_does_no_harm(
    redis: Redis, own: Own, show: Show, fields: dict[str, bytes]
) -> None:
    viewer = show()

    assert eventually(
        lambda: redis.xadd(pictures_key("door"), fields) and "another version of this program" in viewer.reason  # type: ignore[arg-type]
    )
    assert viewer.status == "reconnecting"
    assert viewer.newest is None

    own()
    assert sees(viewer)


def test_a_wish_that_is_not_understood_does_no_harm(own: Own, show: Show, redis: Redis) -> None:
    owner = own()
    assert eventually(lambda: redis.publish(wanted_channel(DATABASE, "door"), b"of another version") == 1)
    viewer = show()

    assert sees(viewer)
    assert owner.wanted == {view()}


def test_a_failure_while_others_are_heard_ends_no_sharing(
    own: Own, show: Show, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    note, failures = wanted.WantedViews.note, iter([ZeroDivisionError()])

    def fail_once(views: wanted.WantedViews, camera: str, wish: Wish) -> None:
        for error in failures:
            raise error
        note(views, camera, wish)

    monkeypatch.setattr(wanted.WantedViews, "note", fail_once)
    own()
    assert sees(show())
    assert "Hearing what other processes want failed" in caplog.text


def test_a_question_that_is_not_understood_does_no_harm(own: Own, show: Show, redis: Redis) -> None:
    own()
    assert eventually(lambda: redis.publish(asked_channel(DATABASE, "door"), b"of another version") == 1)

    assert sees(show())


def test_an_answer_that_is_not_understood_is_told_of(redis: Redis, viewer: Viewer) -> None:
    with redis.pubsub(ignore_subscribe_messages=True) as heard, ThreadPoolExecutor(1) as caller:
        heard.subscribe(asked_channel(DATABASE, "door"))
        asking = caller.submit(viewer.shared.ask, "dance")
        message = next(message for message in heard.listen() if message["type"] == "message")
        redis.rpush(answer_key(unpacked(Ask, message["data"]).id), b"of another version")

        with pytest.raises(BusyError, match="runs another version of this program"):
            asking.result(20)


def test_a_question_that_nobody_waits_for_any_more_is_not_done(
    own: Own, redis: Redis, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As when the process with the camera stood still, and those who asked were told that it does not answer."""
    owner, done = own(), []
    monkeypatch.setattr(owner, "answered", lambda camera, ask: done.append((camera, ask.id)) or {})

    def ask(number: str) -> bool:
        return redis.publish(asked_channel(DATABASE, "door"), packed(Ask(number, HIDE, {}))) == 1

    assert eventually(lambda: ask("too late"))
    redis.set(open_key("in time"), b"")
    assert ask("in time")

    assert eventually(lambda: done == [("door", "in time")])


def test_what_is_asked_in_another_database_of_the_same_redis_is_not_meant(own: Own, redis: Redis) -> None:
    own()
    assert eventually(lambda: redis.pubsub_numsub(asked_channel(DATABASE, "door"))[0][1] == 1)

    for channel in (asked_channel, wanted_channel):
        assert channel("redis://127.0.0.1/1", "door") != channel(DATABASE, "door")
        assert channel("unix:///run/redis.sock?db=2", "door") != channel(DATABASE, "door")
        assert redis.publish(channel("redis://127.0.0.1/1", "door"), b"") == 0


def tell(redis: Redis, scene: SharedScene, jpeg: bytes = b"", number: str = "*") -> bool:
    """As a process with the camera would tell of it."""
    return bool(redis.xadd(pictures_key("door"), {"scene": packed(scene), "jpeg": jpeg}, number))


# a second process with the same camera


def is_taken(owner: Owner) -> bool:
    return eventually(lambda: "is open in another process" in owner.camera.state.source.reason)


def tracks(viewer: Viewer) -> list[int | None]:
    return [] if viewer.newest is None else [face.track_id for face in viewer.newest.faces]


def with_a_stand_by(own: Own, show: Show) -> tuple[Owner, Viewer, Owner]:
    """Who has the camera, a viewer who sees it, and who stands by."""
    first, viewer = own(label="the first"), show()
    assert sees(viewer)
    second = own(label="the second")
    assert is_taken(second)
    return first, viewer, second


def test_who_stands_by_says_nothing_and_takes_over_when_the_first_ends(own: Own, show: Show) -> None:
    first, viewer, second = with_a_stand_by(own, show)
    assert sees_more(viewer)
    assert [state.label for state in viewer.states if state.status == "live"] == ["the first"]
    assert tracks(viewer) == [3, 4]
    assert second.openings == 0

    first.close()

    assert eventually(lambda: viewer.camera.state.source == SourceState("live", "the second"))
    assert sees_more(viewer)
    assert eventually(lambda: tracks(viewer) == [7, 8])
    assert not any("another process (" in state.reason for state in viewer.states)


def test_who_stands_by_takes_over_when_the_first_loses_the_camera_which_then_says_nothing(
    own: Own, show: Show, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reopening, "FIRST_PAUSE_S", 60.0)
    first = own(label="the first")
    viewer = show()
    assert sees(viewer)
    monkeypatch.setattr(reopening, "FIRST_PAUSE_S", 0.1)
    second = own(label="the second")
    assert is_taken(second)

    first.is_plugged = False  # for a minute, it does not even know that another one has it

    assert eventually(lambda: viewer.camera.state.source == SourceState("live", "the second"))
    so_far = len(viewer.states)
    assert all(sees_more(viewer) for _ in range(20))
    assert viewer.states[so_far:] == []
    assert first.camera.state.source.reason == "the first is unplugged"
    assert (first.openings, second.openings) == (1, 1)


def test_who_has_lost_its_camera_opens_it_again_when_the_other_has_closed_it(own: Own, show: Show) -> None:
    first, viewer, second = with_a_stand_by(own, show)
    first.is_plugged = False
    assert is_taken(first)

    first.is_plugged = True
    second.close()

    assert eventually(lambda: viewer.camera.state.source == SourceState("live", "the first"))
    assert sees_more(viewer)
