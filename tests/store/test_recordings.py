from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from threading import Event, Thread

import numpy as np
import pytest

from fer_web.core import Marker, Pose, Quality, Reading
from fer_web.errors import RequestError
from fer_web.store import RecordingState, Store, recording_deletion, recording_reads
from tests.readings import reading_of
from tests.store.samples import NOON, SCORES, Clock, begin, reading, readings, rows

TABLES = ("recordings", "readings", "tracks", "markers")


@pytest.mark.parametrize(
    "kept",
    [
        reading(),
        reading(uncertain=False, eyes_open=True, quality=Quality(0.25, 1.0, 64)),
        reading(
            pose=None,
            quality=None,
            left_eye_aspect_ratio=None,
            right_eye_aspect_ratio=None,
            eyes_open=None,
            blink_count=0,
        ),
        reading(left_eye_aspect_ratio=0.1 + 0.2, track=2**40),
    ],
)
def test_a_reading_comes_back_as_it_was(store: Store, kept: Reading) -> None:
    recording = begin(store)

    store.recordings.append(recording, [kept], duration_s=1.0)

    assert list(store.recordings.readings(recording)) == [kept]


def test_numbers_of_numpy_are_numbers(store: Store) -> None:
    recording, f, i = begin(store), np.float32, np.int64
    given = reading_of(
        f(0.5),
        i(7),
        tuple(np.array(SCORES, f)),
        i(2),
        Pose(f(1), f(2), f(3)),
        Quality(f(0.5), f(0.25), i(80)),
        uncertain=np.bool_(1),
    )

    store.recordings.append(recording, [given], duration_s=f(1))

    (kept,) = store.recordings.readings(recording)
    assert (kept.time_s, kept.track_id, kept.blink_count, kept.uncertain) == (0.5, 7, 2, True)
    assert (kept.yaw_deg, kept.pitch_deg, kept.roll_deg) == (1, 2, 3)
    assert (kept.sharpness, kept.brightness, kept.size_px, kept.poor) == (0.5, 0.25, 80, False)
    assert kept.scores == pytest.approx(SCORES)
    assert {type(kept.time_s), *map(type, kept.scores)} == {float}


def test_what_could_not_be_measured_is_nothing_rather_than_no_number(store: Store) -> None:
    recording, nan = begin(store), float("nan")

    store.recordings.append(recording, [reading(pose=Pose(nan, 0, 0), left_eye_aspect_ratio=nan)], duration_s=1.0)

    (kept,) = store.recordings.readings(recording)
    assert (kept.yaw_deg, kept.left_eye_aspect_ratio, kept.right_eye_aspect_ratio) == (None, None, 0.29)


def test_a_reading_that_is_none_takes_the_others_of_its_second_with_it_and_nothing_else(store: Store) -> None:
    scores = (*SCORES[:6], float("nan"))
    recording = begin(store)
    store.recordings.append(recording, readings(5), duration_s=0.5)

    with pytest.raises(ValueError, match="7 scores"):
        store.recordings.append(recording, [reading(0.6), reading(0.7, scores=scores)], duration_s=1.0)

    assert list(store.recordings.readings(recording)) == readings(5)
    assert store.recordings.get(recording).recording.duration_s == 0.5


def test_readings_come_in_time_order_however_they_are_paged(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_reads, "PAGE", 3)
    recording, other = begin(store), begin(store)
    moments = [0.0, 0.0, 0.0, 0.0, 0.1, 0.1, 0.2]
    given = [reading(moment, track) for track, moment in enumerate(moments)]
    store.recordings.append(recording, given[4:], duration_s=1.0)
    store.recordings.append(other, readings(4), duration_s=1.0)
    store.recordings.append(recording, given[:4], duration_s=1.0)

    assert list(store.recordings.readings(recording)) == given
    assert list(store.recordings.readings(other)) == readings(4)


def test_a_recording_tells_all_that_is_known_about_it(store: Store) -> None:
    began = datetime(2026, 2, 3, 4, 5, 6, 789, tzinfo=timezone(timedelta(hours=2)))
    recording = store.recordings.create(
        "Ünterview 1", "clip.mp4", began, kind="video", fps=12.5, width=640, height=480, model="xception 1",
        consent="signed on paper", job_id="job-1",
    )  # fmt: skip
    store.recordings.append(recording, [reading(0.0, 1), reading(0.0, 2)], duration_s=2.0)
    store.recordings.append(recording, [reading(0.1, 2)], duration_s=1.0)
    store.recordings.mark(recording, Marker(1.5, "question 2"))
    store.recordings.mark(recording, Marker(0.5, "question 1"))

    stored = store.recordings.get(recording)

    told = stored.recording
    assert (stored.id, stored.kind, stored.state, stored.consent, stored.job_id) == (
        recording,
        "video",
        RecordingState.RECORDING,
        "signed on paper",
        "job-1",
    )
    assert (stored.readings, stored.people, stored.created_at, stored.expires_at) == (3, 2, NOON, None)
    assert (told.name, told.source, told.model, told.trouble) == ("Ünterview 1", "clip.mp4", "xception 1", None)
    assert (told.started_at, told.duration_s, told.fps, told.width, told.height) == (began, 2.0, 12.5, 640, 480)
    assert told.markers == (Marker(0.5, "question 1"), Marker(1.5, "question 2"))
    assert store.recordings.list(limit=5) == [stored]


def test_what_is_learned_on_the_way_is_kept(store: Store) -> None:
    recording = begin(store)

    store.recordings.append(recording, [], duration_s=1.0, fps=10.0, width=640, height=480)
    store.recordings.append(recording, [], duration_s=2.0)
    store.recordings.finish(recording, duration_s=2.5, fps=14.5, trouble="the camera was unplugged")

    stored = store.recordings.get(recording)
    told = stored.recording
    assert stored.state is RecordingState.FINISHED
    assert (told.duration_s, told.fps, told.width, told.height) == (2.5, 14.5, 640, 480)
    assert told.trouble == "the camera was unplugged"


def test_nothing_is_added_to_what_is_finished(store: Store) -> None:
    recording = begin(store)
    store.recordings.finish(recording, duration_s=1.0)

    with pytest.raises(RequestError, match="finished") as refusal:
        store.recordings.append(recording, readings(1), duration_s=1.0)

    assert refusal.value.code == "recording_over"
    assert list(store.recordings.readings(recording)) == []


def test_the_newest_come_first_and_in_pages(store: Store) -> None:
    ids = [begin(store, str(number)) for number in range(5)]

    assert [stored.id for stored in store.recordings.list(limit=2)] == [ids[4], ids[3]]
    assert [stored.id for stored in store.recordings.list(limit=2, offset=4)] == [ids[0]]
    assert (store.recordings.count(), len(set(ids))) == (5, 5)
    assert all(recording.isalnum() and len(recording) >= 32 for recording in ids)


def test_a_name_can_hold_anything(store: Store) -> None:
    recording = begin(store, "nul \0 and half \ud83d a character")
    assert store.recordings.get(recording).recording.name == "nul  and half ? a character"

    store.recordings.rename(recording, "'; DROP TABLE recordings; -- 😀")

    assert store.recordings.get(recording).recording.name == "'; DROP TABLE recordings; -- 😀"


@pytest.mark.parametrize(
    "ask",
    [
        lambda store: store.recordings.get("none"),
        lambda store: store.recordings.append("none", readings(1), duration_s=1.0),
        lambda store: store.recordings.mark("none", Marker(0, "x")),
        lambda store: store.recordings.finish("none", duration_s=1.0),
        lambda store: store.recordings.rename("none", "x"),
        lambda store: store.recordings.delete("none"),
        lambda store: store.recordings.readings("none"),  # at once, not with the first reading
    ],
)
def test_a_recording_that_does_not_exist_is_told(store: Store, ask: Callable[[Store], object]) -> None:
    with pytest.raises(RequestError) as refusal:
        ask(store)

    assert refusal.value.code == "no_recording"


def test_deleting_leaves_nothing_behind(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_deletion, "PAGE", 4)
    doomed, kept = begin(store), begin(store)
    for recording in (doomed, kept):
        store.recordings.append(recording, [*readings(10), *[reading(5.0)] * 6], duration_s=1.0)
        store.recordings.mark(recording, Marker(0.5, "x"))

    store.recordings.delete(doomed)

    assert rows(store, *TABLES) == [1, 16, 1, 1]
    assert [stored.id for stored in store.recordings.list(limit=5)] == [kept]
    with pytest.raises(RequestError, match="deleted"):
        store.recordings.append(doomed, readings(1), duration_s=1.0)  # somebody was still recording it
    assert store.recordings.delete_all() == 1
    assert rows(store, *TABLES) == [0, 0, 0, 0]


def test_recording_goes_on_while_another_recording_is_deleted(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recording_deletion, "PAGE", 10)
    doomed, running = begin(store), begin(store)
    store.recordings.append(doomed, readings(60), duration_s=6.0)
    deleting = Thread(target=store.recordings.delete, args=(doomed,))
    deleting.start()
    appended = 0
    while deleting.is_alive() or not appended:
        store.recordings.append(running, [reading(appended / 10)], duration_s=appended / 10)
        appended += 1
        deleting.join(0.02)  # nobody records faster, and SQLite's lock is nobody's in turn

    assert store.recordings.get(running).readings == appended
    assert rows(store, "recordings", "readings") == [1, appended]


def test_the_files_of_a_recording_go_before_it_and_another_attempt_is_made(store: Store) -> None:
    asked, can_delete = [], Event()

    def forget(recording: str) -> None:
        asked.append(recording)
        if not can_delete.is_set():
            raise PermissionError("a file is in use")

    store.recordings.on_delete(forget)
    recording = begin(store)

    store.recordings.delete(recording)
    assert (store.recordings.count(), rows(store, "recordings")) == (0, [1])
    can_delete.set()
    assert store.recordings.delete_all() == 0

    assert asked == [recording, recording]
    assert rows(store, "recordings") == [0]


def test_what_is_too_old_is_deleted_unless_it_goes_on(address: str, clock: Clock) -> None:
    with Store.open(address, keep=timedelta(days=30), clock=clock) as store:
        old, running = begin(store, "old"), begin(store, "running")
        store.recordings.finish(old, duration_s=1.0)
        clock.forward(days=20)
        recent = begin(store, "recent")
        store.recordings.finish(recent, duration_s=1.0)
        clock.forward(days=10)
        assert store.recordings.get(old).expires_at == clock.now

        assert store.recordings.purge(clock.now - timedelta(days=30)) == 0
        clock.forward(seconds=1)
        store.recordings.append(running, [], duration_s=1.0)
        assert store.recordings.purge(clock.now - timedelta(days=30)) == 1

        assert {stored.id for stored in store.recordings.list(limit=5)} == {recent, running}


def test_a_recording_of_a_file_from_long_ago_is_kept_from_now_on(store: Store, clock: Clock) -> None:
    recording = store.recordings.create("film", "film.mp4", datetime(1999, 1, 1, tzinfo=timezone.utc), kind="video")
    store.recordings.finish(recording, duration_s=1.0)

    assert store.recordings.purge(clock.now - timedelta(days=30)) == 0
    assert store.recordings.get(recording).recording.started_at.year == 1999


# practices


def practice(store: Store, *questions: str, ends: bool = True) -> str:
    recording = begin(store, kind="practice")
    for number, question in enumerate(questions):
        store.recordings.mark(recording, Marker(float(number), question))
    if ends:
        store.recordings.finish(recording, duration_s=10.0)
    return recording


def asked(store: Store, *questions: str, limit: int = 9) -> list[str]:
    return [one.id for one in store.recordings.practices(questions, limit=limit)]


def test_practices_are_found_by_their_questions(store: Store) -> None:
    first, second = practice(store, "Why?", "How?"), practice(store, "How?")
    practice(store, "How?", ends=False)
    camera = begin(store)
    store.recordings.mark(camera, Marker(0.0, "How?"))
    store.recordings.finish(camera, duration_s=1.0)

    assert asked(store, "How?") == [second, first]
    assert asked(store, "Why?") == [first]
    assert asked(store, "Why?", "How?", limit=1) == [second]
    assert asked(store, "why?") == asked(store) == []


def test_a_practice_that_is_deleted_or_too_old_is_found_no_more(store: Store, clock: Clock) -> None:
    old = practice(store, "Why?")
    clock.forward(days=2)
    deleted, recent = practice(store, "Why?"), practice(store, "Why?")
    store.recordings.delete(deleted)
    assert asked(store, "Why?") == [recent, old]

    store.recordings.purge(clock.now - timedelta(days=1))
    assert asked(store, "Why?") == [recent]
