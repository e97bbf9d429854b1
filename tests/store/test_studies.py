"""Studies: participants, conditions and tasks, which recordings belong to them, and when tasks were worked on."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from fer_web.core.studies import MOST_PARTS, TaskTimes
from fer_web.errors import RequestError
from fer_web.store import Store, studies
from tests.store.samples import NOON, Clock, begin, readings, rows

TABLES = ("studies", "study_parts", "study_recordings", "task_times")


def names(parts: object) -> list[str]:
    return [part.name for part in parts]  # type: ignore[attr-defined]


def test_a_study_holds_its_parts_in_their_order(store: Store) -> None:
    made = store.studies.create("Ünser shop \0", tasks=["Find", "Pay"], conditions=["old", "new"])
    added = store.studies.add_part(made.id, "task", "Return")
    store.studies.add_part(made.id, "participant", "P1")

    study = store.studies.get(made.id)

    assert (study.name, study.created_at, study.recordings) == ("Ünser shop ", NOON, ())
    assert (names(study.tasks), names(study.conditions)) == (["Find", "Pay", "Return"], ["old", "new"])
    assert names(study.participants) == ["P1"]
    assert study.tasks[2] == added
    assert (made.tasks, made.conditions) == (study.tasks[:2], study.conditions)


def test_parts_are_renamed_moved_and_removed(store: Store) -> None:
    study = store.studies.create("Shop", tasks=["a", "b", "c"], conditions=["a"])
    first, second, third = study.tasks

    store.studies.change_part(study.id, third.id, name="d", place=1)
    store.studies.delete_part(study.id, second.id)
    store.studies.add_part(study.id, "task", "e")
    store.studies.rename(study.id, "Market")

    found = store.studies.get(study.id)
    assert (found.name, names(found.tasks), names(found.conditions)) == ("Market", ["d", "a", "e"], ["a"])
    assert [task.id for task in found.tasks[:2]] == [third.id, first.id]


def test_two_tasks_cannot_have_one_name(store: Store) -> None:
    study = store.studies.create("Shop", tasks=["Find", "Pay"])

    for ask in (
        lambda: store.studies.add_part(study.id, "task", "Find"),
        lambda: store.studies.change_part(study.id, study.tasks[1].id, name="Find"),
        lambda: store.studies.create("Other", tasks=["Find", "Find"]),
    ):
        with pytest.raises(RequestError, match="already has a task 'Find'") as refusal:
            ask()
        assert refusal.value.code == "name_taken"
    store.studies.change_part(study.id, study.tasks[0].id, name="Find")  # its own
    assert rows(store, *TABLES) == [1, 2, 0, 0]


def test_a_study_takes_no_more_than_it_may(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    study = store.studies.create("Shop", conditions=[str(number) for number in range(MOST_PARTS["condition"])])
    monkeypatch.setattr(studies, "MOST_STUDIES", 1)
    monkeypatch.setattr(studies, "MOST_STUDY_RECORDINGS", 1)
    store.studies.assign(study.id, begin(store), "P1")
    other = begin(store)

    for ask in (
        lambda: store.studies.add_part(study.id, "condition", "one more"),
        lambda: store.studies.create("one more"),
        lambda: store.studies.assign(study.id, other, "P2"),
    ):
        with pytest.raises(RequestError) as refusal:
            ask()
        assert refusal.value.code == "study_full"
    assert names(store.studies.get(study.id).participants) == ["P1"]  # nothing of what was refused


def test_recordings_come_in_the_order_of_their_participants(store: Store) -> None:
    study = store.studies.create("Shop", conditions=["new"])
    first, second, third = (begin(store) for _ in range(3))
    store.studies.assign(study.id, second, "P1", "new")
    store.studies.assign(study.id, third, "P2")
    store.studies.assign(study.id, first, "P1")

    places = store.studies.get(study.id).recordings

    told = [(one.recording, one.participant.name, one.condition and one.condition.name) for one in places]
    assert told == [(first, "P1", None), (second, "P1", "new"), (third, "P2", None)]
    assert store.studies.of_recording(first) == store.studies.get(study.id)
    assert store.studies.of_recording(begin(store)) is None


def test_a_recording_can_be_given_to_somebody_else_and_keeps_its_times(store: Store) -> None:
    study = store.studies.create("Shop", tasks=["Find"], conditions=["new"])
    recording, task, times = begin(store), study.tasks[0], TaskTimes(1.5, 4.0, success=True)
    store.studies.assign(study.id, recording, "P1", "new")
    store.studies.set_times(recording, task.id, times)

    store.studies.assign(study.id, recording, "P2")

    (place,) = store.studies.get(study.id).recordings
    assert (place.participant.name, place.condition, place.of(task)) == ("P2", None, times)


@pytest.mark.parametrize(
    "times",
    [TaskTimes(0.0), TaskTimes(0.25, 9.0), TaskTimes(1.0, 2.0, success=True), TaskTimes(1.0, 2.0, success=False)],
)
def test_times_come_back_as_they_were_and_go_when_there_are_none(store: Store, times: TaskTimes) -> None:
    study = store.studies.create("Shop", tasks=["Find", "Pay"])
    find, pay = study.tasks
    recording = begin(store)
    store.studies.assign(study.id, recording, "P1")

    store.studies.set_times(recording, find.id, TaskTimes(7.0))
    store.studies.set_times(recording, find.id, times)

    (place,) = store.studies.get(study.id).recordings
    assert (place.of(find), place.of(pay)) == (times, TaskTimes())
    store.studies.set_times(recording, find.id, TaskTimes())
    assert rows(store, "task_times") == [0]


def test_a_recording_belongs_to_one_study(store: Store) -> None:
    study, other = store.studies.create("Shop"), store.studies.create("Other")
    recording = begin(store)
    store.studies.assign(study.id, recording, "P1")

    with pytest.raises(RequestError, match="another study") as refusal:
        store.studies.assign(other.id, recording, "P1")

    assert refusal.value.code == "in_another_study"
    store.studies.release(study.id, recording)
    store.studies.assign(other.id, recording, "P1")
    assert [place.recording for place in store.studies.get(other.id).recordings] == [recording]


def test_deleting_a_study_leaves_its_recordings(store: Store) -> None:
    study, other = (store.studies.create(name, tasks=["Find"], conditions=["new"]) for name in ("Shop", "Other"))
    kept = []
    for one in (study, other):
        kept.append(begin(store))
        store.recordings.append(kept[-1], readings(3), duration_s=1.0)
        store.studies.assign(one.id, kept[-1], "P1", "new")
        store.studies.set_times(kept[-1], one.tasks[0].id, TaskTimes(0.0, 1.0))

    store.studies.delete(study.id)

    assert rows(store, *TABLES) == [1, 3, 1, 1]
    assert [one.id for one in store.recordings.list(limit=9)] == kept[::-1]
    assert [one.id for one in store.studies.list()] == [other.id]
    with pytest.raises(RequestError, match="deleted"):
        store.studies.get(study.id)


def test_a_recording_that_is_deleted_leaves_its_study(store: Store) -> None:
    study = store.studies.create("Shop", tasks=["Find"])
    doomed, kept = begin(store), begin(store)
    for recording in (doomed, kept):
        store.studies.assign(study.id, recording, "P1")
        store.studies.set_times(recording, study.tasks[0].id, TaskTimes(0.0, 1.0))

    store.recordings.delete(doomed)

    assert [place.recording for place in store.studies.get(study.id).recordings] == [kept]
    assert rows(store, *TABLES) == [1, 2, 1, 1]


def test_what_leaves_with_a_part(store: Store) -> None:
    """A task takes its times, a participant the places of their recordings; a condition takes nothing."""
    study = store.studies.create("Shop", tasks=["Find", "Pay"], conditions=["new"])
    first, second = begin(store), begin(store)
    for recording, who in ((first, "P1"), (second, "P2")):
        store.studies.assign(study.id, recording, who, "new")
        for task in study.tasks:
            store.studies.set_times(recording, task.id, TaskTimes(0.0, 1.0))
    participant = store.studies.get(study.id).participants[0]

    for part in (study.tasks[0], study.conditions[0], participant):
        store.studies.delete_part(study.id, part.id)

    (place,) = store.studies.get(study.id).recordings
    assert (place.recording, place.condition, len(place.times)) == (second, None, 1)
    assert store.recordings.count() == 2


def test_the_list_counts(store: Store, clock: Clock) -> None:
    first = store.studies.create("First", tasks=["Find", "Pay"])
    clock.forward(hours=1)
    store.studies.create("Second")
    gone = begin(store)
    for recording, who in ((begin(store), "P1"), (begin(store), "P2"), (gone, "P2")):
        store.studies.assign(first.id, recording, who)
    store.recordings.delete(gone)

    newest, oldest = store.studies.list()

    assert (newest.name, newest.participants, newest.tasks, newest.recordings) == ("Second", 0, 0, 0)
    assert (oldest.name, oldest.participants, oldest.tasks, oldest.recordings) == ("First", 2, 2, 2)
    assert newest.created_at > oldest.created_at == NOON


def test_without_a_database_there_are_no_studies_and_none_is_made(store: Store) -> None:
    lazy = Store.lazy("sqlite:////nowhere/at/all.sqlite")

    assert (lazy.studies.list(), lazy.studies.of_recording("x")) == ([], None)
    with pytest.raises(RequestError):
        lazy.studies.get("x")


@pytest.mark.parametrize(
    ("ask", "code"),
    [
        (lambda kept, **_: kept.get("none"), "no_study"),
        (lambda kept, **_: kept.rename("none", "x"), "no_study"),
        (lambda kept, **_: kept.delete("none"), "no_study"),
        (lambda kept, **_: kept.add_part("none", "task", "x"), "no_study"),
        (lambda kept, study, **_: kept.delete_part(study, 999), "no_part"),
        (lambda kept, study, **_: kept.change_part(study, 999, name="x"), "no_part"),
        (lambda kept, study, **_: kept.assign(study, "none", "P1"), "no_recording"),
        (lambda kept, study, one: kept.assign(study, one, "P1", "no such"), "no_part"),
        (lambda kept, study, **_: kept.release(study, "none"), "no_recording"),
        (lambda kept, **_: kept.set_times("none", 1, TaskTimes(0.0)), "no_recording"),
        (lambda kept, one, **_: kept.set_times(one, 1, TaskTimes(0.0)), "no_part"),
    ],
)
def test_what_is_not_there_is_told(store: Store, ask: Callable[..., object], code: str) -> None:
    study = store.studies.create("Shop", tasks=["Find"])

    with pytest.raises(RequestError) as refusal:
        ask(store.studies, study=study.id, one=begin(store))

    assert refusal.value.code == code
    assert rows(store, *TABLES) == [1, 1, 0, 0]


def test_everybody_sees_their_own_studies_and_in_them_their_own_recordings(store: Store) -> None:
    anns, bens = (store.studies.create(name, tasks=["Find"], owner=name) for name in ("ann", "ben"))
    hers, his = (begin(store, owner=name) for name in ("ann", "ben"))
    for recording in (hers, his):
        store.studies.assign(anns.id, recording, "P1")  # as only the operator can
    ann, ben = store.of("ann").studies, store.of("ben").studies

    assert [[one.id for one in kept.list()] for kept in (store.studies, ann, ben)] == [
        [bens.id, anns.id],
        [anns.id],
        [bens.id],
    ]
    assert [place.recording for place in ann.get(anns.id).recordings] == [hers]
    assert [one.recordings for one in (*ann.list(), *store.studies.list())] == [1, 0, 2]
    assert (ben.of_recording(hers), ann.of_recording(his), ben.of_recording(his)) == (None, None, None)
    for ask in (
        lambda: ben.get(anns.id),
        lambda: ben.rename(anns.id, "x"),
        lambda: ben.delete(anns.id),
        lambda: ben.add_part(anns.id, "task", "x"),
        lambda: ben.assign(anns.id, his, "P1"),
        lambda: ann.assign(anns.id, his, "P1"),
        lambda: ben.set_times(hers, anns.tasks[0].id, TaskTimes(0.0)),
    ):
        with pytest.raises(RequestError) as refusal:
            ask()
        assert refusal.value.code in ("no_study", "no_recording")


def test_what_is_in_the_trash_is_in_no_study_until_it_is_restored(store: Store) -> None:
    study = store.studies.create("Shop", tasks=["Find"])
    recording = begin(store)
    store.studies.assign(study.id, recording, "P1")
    before = store.studies.get(study.id)
    store.recordings.finish(recording, duration_s=1.0)

    store.recordings.discard(recording)
    assert store.studies.get(study.id).recordings == ()
    assert store.studies.of_recording(recording) is None

    store.recordings.restore(recording)
    assert store.studies.get(study.id) == before
