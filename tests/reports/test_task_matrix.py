"""Recordings of a study beside each other, and all of its people on a wall."""

from __future__ import annotations

from datetime import datetime, timezone

import pytest

from fer_web.core import Emotion
from fer_web.core.studies import Study, StudyPart, StudyRecording, TaskTimes
from fer_web.reports.task_matrix import TaskMatrix
from fer_web.reports.task_series import FaceSeries
from fer_web.reports.task_wall import needed_for_wall, wall_tasks
from tests.reports.made import ANGRY, HAPPY, NEUTRAL, every, recording

FIND, PAY = StudyPart(1, "task", "Find"), StudyPart(2, "task", "Pay")
OLD = StudyPart(3, "condition", "old")
NOW = datetime(2026, 11, 27, tzinfo=timezone.utc)


def place(number: int, *times: TaskTimes, condition: StudyPart | None = None, who: int | None = None) -> StudyRecording:
    person = StudyPart(10 + (who or number), "participant", f"P{who or number}")
    return StudyRecording(f"r{number}", person, condition, dict(enumerate(times, 1)))


def study(*places: StudyRecording) -> Study:
    people = dict.fromkeys(one.participant for one in places)
    return Study("s", "Shop", NOW, (*people, FIND, PAY, OLD), places)


def series(scores: tuple[float, ...], seconds: int = 60) -> FaceSeries:
    return FaceSeries.of(recording(fps=2), every(0.5, 0, seconds, scores))


def matrix(places: list[StudyRecording], shown: list[FaceSeries], measure: str) -> TaskMatrix:
    by_id = {one.recording: two for one, two in zip(places, shown, strict=True)}
    return TaskMatrix.of(study(*places), [(one, "Talk") for one in places], by_id, measure)


def test_rows_are_tasks_and_columns_recordings_in_the_studys_order() -> None:
    places = [place(2, TaskTimes(0, 30, success=True), condition=OLD), place(1, TaskTimes(10, 70), TaskTimes(5))]

    found = matrix(places, [series(HAPPY), series(NEUTRAL)], "happy")

    assert [(one.label, one.condition) for one in found.columns] == [("P2", "old"), ("P1", "")]
    first, second = found.rows
    assert (first.task, second.task) == ("Find", "Pay")
    assert first.cells[0].facts == (
        ("Duration", "30\N{NO-BREAK SPACE}s"),
        ("Success", "yes"),
        ("Readable", "100\N{NO-BREAK SPACE}%"),
        ("Happy", "100\N{NO-BREAK SPACE}% (61 to 100)"),  # six blocks: 1 / (1 + 3.84 / 6)
    )
    assert first.cells[1].facts[2] == ("Readable", "83\N{NO-BREAK SPACE}%")  # 50 of 60 seconds
    assert [one.missing for one in second.cells] == ["Not done", "Not ended"]


def test_only_where_intervals_part_it_says_differs() -> None:
    places = [place(1, TaskTimes(0, 30)), place(2, TaskTimes(0, 30)), place(3, TaskTimes(0, 30))]

    found = matrix(places, [series(HAPPY), series(NEUTRAL), series(NEUTRAL)], "happy")

    assert found.rows[0].told == ("Happy: P1 differs from P2 and P3.",)
    assert found.rows[1].told == ("Too little to compare.",)
    four = [*places, place(4, TaskTimes(0, 30))]
    told = matrix(four, [series(HAPPY), *[series(NEUTRAL)] * 3], "happy").rows[0].told
    assert told == ("Happy: P1 differs from all others.",)
    same = matrix(places, [series(HAPPY)] * 3, "happy")
    assert same.rows[0].told == ("The intervals overlap: no difference can be told.",)


def test_three_blocks_all_apart_are_too_few_to_part() -> None:
    places = [place(1, TaskTimes(0, 15)), place(2, TaskTimes(0, 15))]

    # 0 of 3 reaches up to 56 %, 3 of 3 down to 44 %.
    assert matrix(places, [series(HAPPY), series(NEUTRAL)], "happy").rows[0].told == (
        "The intervals overlap: no difference can be told.",
    )


def test_of_all_expressions_those_are_told_that_were_shown() -> None:
    places = [place(1, TaskTimes(0, 30)), place(2, TaskTimes(0, 30))]

    found = matrix(places, [series(HAPPY), series(ANGRY)], "expressions").rows[0]

    assert [name for name, _ in found.cells[0].facts[3:]] == ["Angry", "Happy"]
    assert found.told == ("Angry: P1 differs from P2.", "Happy: P1 differs from P2.")


def test_one_persons_recordings_are_told_apart() -> None:
    places = [place(1, TaskTimes(0, 30)), place(2, TaskTimes(0, 30), who=1)]

    labels = [one.label for one in matrix(places, [series(HAPPY), series(HAPPY)], "happy").columns]
    assert labels == ["P1, column 1", "P1, column 2"]
    old = [place(1, TaskTimes(0, 30)), place(2, TaskTimes(0, 30), who=1, condition=OLD)]
    labels = [one.label for one in matrix(old, [series(HAPPY), series(HAPPY)], "happy").columns]
    assert labels == ["P1", "P1 (old)"]


def test_charts_of_a_row_have_one_axis_from_the_tasks_start_on() -> None:
    places = [place(1, TaskTimes(0, 15)), place(2, TaskTimes(20, 50))]

    first, second = matrix(places, [series(HAPPY), series(HAPPY)], "happy").rows[0].cells
    for cell in (first, second):
        assert ">0:30<" in str(cell.chart)
    assert 'x="50%" width="50%" y="14" height="64" fill="url(#report-away)" class="ended"' in str(first.chart)
    assert 'x="100%" width="0%" y="14" height="64" fill="url(#report-away)" class="ended"' in str(second.chart)


def of_people(count: int, **ends: bool) -> list[StudyRecording]:
    return [place(n, TaskTimes(0, 10, ends.get(f"p{n}"))) for n in range(1, count + 1)]


def test_four_people_are_too_few_for_a_wall_and_nothing_of_theirs_is_read() -> None:
    shop = study(*of_people(4), place(9, TaskTimes(0, 10), who=4))

    assert needed_for_wall(shop) == set()
    first, second = wall_tasks(shop, {})
    assert (first.people, first.shares, first.looked, first.succeeded) == (4, None, None, None)
    assert second.people == 0


def test_five_people_count_alike_however_long_they_took() -> None:
    shop = study(*of_people(5, p1=True, p2=True, p3=False, p4=False, p5=True), place(6, TaskTimes(0, 20), who=1))
    scores = [HAPPY, NEUTRAL, NEUTRAL, NEUTRAL, NEUTRAL, HAPPY]
    shown = {f"r{n}": series(one) for n, one in enumerate(scores, 1)}

    assert needed_for_wall(shop) == set(shown)
    task = wall_tasks(shop, shown)[0]
    assert (task.people, task.succeeded) == (5, (3, 5))
    assert task.shares is not None
    assert task.shares[Emotion.HAPPY] == pytest.approx(0.2)
    assert task.looked is None  # known of nobody


def test_who_was_not_seen_is_not_one_of_five() -> None:
    shop = study(*of_people(5))
    shown = {f"r{n}": series(HAPPY) for n in range(1, 5)} | {"r5": FaceSeries.of(recording(), [])}

    task = wall_tasks(shop, shown)[0]
    assert (task.people, task.shares) == (4, None)


def test_what_is_said_of_four_people_is_not_told() -> None:
    shop = study(*of_people(5, p1=True, p2=True, p3=False, p4=False))

    task = wall_tasks(shop, {f"r{n}": series(HAPPY) for n in range(1, 6)})[0]
    assert (task.people, task.succeeded) == (5, None)
