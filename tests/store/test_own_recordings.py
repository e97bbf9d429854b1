"""Everybody sees what they have made, the operator sees all; the trash, and what is shared."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest

from fer_web.core import Marker
from fer_web.errors import NoJob, NoRecording
from fer_web.store import Retention, Store
from fer_web.store.recordings import KeptRecordings
from tests.store.samples import NOON, Clock, begin, job, reading, rows

ANN, BEN = "ann", "ben"


def finished(store: Store, owner: str | None = None, name: str = "Kept") -> str:
    recording = store.recordings.create(name, "demo", NOON, kind="practice", owner=owner)
    store.recordings.append(recording, [reading()], duration_s=1.0)
    store.recordings.mark(recording, Marker(0.0, "Why?"))
    store.recordings.finish(recording, duration_s=1.0)
    return recording


def ids(store: Store) -> set[str]:
    return {stored.id for stored in store.recordings.list(limit=9)}


def test_everybody_sees_their_own_and_the_operator_all(store: Store) -> None:
    anns, bens, nobodys = finished(store, ANN), finished(store, BEN), finished(store)

    assert ids(store) == {anns, bens, nobodys}
    assert [ids(store.of(owner)) for owner in (ANN, BEN, None, "")] == [{anns}, {bens}, {nobodys}, set()]
    assert [store.of(owner).recordings.count() for owner in (ANN, "")] == [1, 0]
    assert [one.id for one in store.of(ANN).recordings.practices(["Why?"], limit=9)] == [anns]


@pytest.mark.parametrize(
    "ask",
    [
        lambda kept, id_: kept.get(id_),
        lambda kept, id_: kept.checkpoint(id_),
        lambda kept, id_: kept.readings(id_),
        lambda kept, id_: kept.rename(id_, "mine now"),
        lambda kept, id_: kept.delete(id_),
        lambda kept, id_: kept.discard(id_),
        lambda kept, id_: kept.restore(id_),
        lambda kept, id_: kept.share(id_),
        lambda kept, id_: kept.withdraw(id_),
        lambda kept, id_: kept.append(id_, [], duration_s=9.0),
        lambda kept, id_: kept.mark(id_, Marker(0.0, "mine now")),
        lambda kept, id_: kept.finish(id_, duration_s=9.0),
    ],
)
@pytest.mark.parametrize("is_in_trash", [False, True])
def test_what_is_somebody_elses_does_not_exist(
    store: Store, ask: Callable[[KeptRecordings, str], object], is_in_trash: bool
) -> None:
    recording = finished(store, ANN)
    if is_in_trash:
        store.recordings.discard(recording)

    with pytest.raises(NoRecording):
        ask(store.of(BEN).recordings, recording)

    store.of(BEN).recordings.discard_all()
    store.of(BEN).recordings.empty_trash()
    store.of(BEN).recordings.delete_all()
    if is_in_trash:
        store.of(ANN).recordings.restore(recording)
    stored = store.of(ANN).recordings.get(recording)
    assert (stored.recording.name, stored.recording.duration_s, len(stored.recording.markers)) == ("Kept", 1.0, 1)


def test_jobs_are_their_senders_and_the_operator_sees_all(store: Store) -> None:
    store.jobs.save(job("a", owner=ANN))
    store.jobs.save(job("b", owner=BEN))

    assert [[one.id for one in store.of(owner).jobs.list(limit=9)] for owner in (ANN, BEN, None)] == [["a"], ["b"], []]
    assert (store.jobs.count(), store.of(ANN).jobs.count()) == (2, 1)
    for ask in (store.of(BEN).jobs.get, store.of(BEN).jobs.cancel, store.of(BEN).jobs.delete):
        with pytest.raises(NoJob):
            ask("a")
    assert str(store.jobs.get("a").state) == "queued"


def test_what_is_deleted_can_be_restored_for_seven_days(store: Store, clock: Clock) -> None:
    hidden: list[str] = []
    store.recordings.on_hide(hidden.append)
    recording = finished(store, ANN)
    store.recordings.share(recording)
    retention = Retention(store, None, clock=clock)

    store.of(ANN).recordings.discard(recording)
    assert (ids(store), hidden, store.recordings.is_kept(recording)) == (set(), [recording], True)
    assert store.recordings.practices(["Why?"], limit=9) == []
    clock.forward(days=7)
    assert retention.tidy() == 0
    (discarded,) = store.of(ANN).recordings.discarded(limit=9)
    assert (discarded.id, discarded.expires_at) == (recording, clock.now)
    store.of(ANN).recordings.restore(recording)
    assert ids(store.of(ANN)) == {recording}
    assert [one.time_s for one in store.recordings.readings(recording)] == [reading().time_s]


def test_after_seven_days_nothing_is_left_of_it(store: Store, clock: Clock) -> None:
    forgotten: list[str] = []
    store.recordings.on_delete(forgotten.append)
    recording = finished(store, ANN)
    store.recordings.discard(recording)
    clock.forward(days=7, seconds=1)

    assert Retention(store, None, clock=clock).tidy() == 1

    assert forgotten == [recording]
    assert rows(store, "recordings", "readings", "tracks", "markers") == [0, 0, 0, 0]
    with pytest.raises(NoRecording):
        store.recordings.restore(recording)


def test_the_trash_keeps_nothing_longer_than_the_setting(address: str, clock: Clock) -> None:
    with Store.open(address, keep=timedelta(days=3), clock=clock) as store:
        store.recordings.discard(finished(store, ANN))
        (discarded,) = store.recordings.discarded(limit=9)
        assert discarded.expires_at == clock.now + timedelta(days=3)
        clock.forward(days=3, seconds=1)

        assert Retention(store, timedelta(days=3), clock=clock).tidy() == 1
        assert store.recordings.count_discarded() == 0


def test_the_trash_is_emptied_for_good(store: Store) -> None:
    kept, gone = finished(store, ANN), finished(store, ANN)
    bens = finished(store, BEN)
    for recording in (gone, bens):
        store.recordings.discard(recording)

    assert store.of(ANN).recordings.empty_trash() == 1

    assert [store.recordings.is_kept(one) for one in (kept, gone, bens)] == [True, False, True]


def test_a_video_that_is_still_being_read_goes_for_good(store: Store) -> None:
    recording = begin(store, kind="video")
    store.recordings.discard(recording)

    assert not store.recordings.is_kept(recording)


def test_who_knows_the_secret_may_read_until_it_is_withdrawn(store: Store) -> None:
    recording, other = finished(store, ANN), finished(store, ANN)
    mine = store.of(ANN).recordings

    secret = mine.share(recording)
    assert (mine.share(recording), len(secret) > 40, mine.share(other) != secret) == (secret, True, True)
    assert store.recordings.shared(secret).id == recording
    mine.discard(recording)
    with pytest.raises(NoRecording):
        store.recordings.shared(secret)
    mine.restore(recording)
    assert store.recordings.shared(secret).id == recording
    mine.withdraw(recording)
    with pytest.raises(NoRecording):
        store.recordings.shared(secret)
    assert mine.share(recording) != secret
