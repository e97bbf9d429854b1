"""Summaries, against numbers that were worked out on paper."""

from __future__ import annotations

import gc
from collections.abc import Iterator

import pytest

from fer_web.core import Emotion, Reading
from fer_web.core.questions import CALM
from fer_web.errors import DataError
from fer_web.reports import summarize
from fer_web.reports.stretches import Stretch
from tests.reports.made import ANGRY, BAD, HAPPY, NEUTRAL, every, hand_made, reading, recording, together

# hand_made.csv, 2 pictures a second, so the gap limit is three pictures' time, 1.5 s. Person 1, each stands for:
#   neutral  0.0 0.5 1.0 1.5                       0.5 each                      2.0 s, then
#   happy    2.0 2.5 3.5                           0.5, 1.0 (irregular), 0.5     2.0 s
#   uncertain, poor, eyes unknown  4.0             0.5                           0.5 s
#   angry    4.5 5.0 5.5                           0.5 each; after 5.5 comes a gap of 3.5 s, so it stands for a picture
#                                                                                1.5 s, to 6.0
#   neutral  9.0 9.5 ... 13.5 (ten)                0.5 each, the last one for a picture   5.0 s, to 14.0
# seen 11.0, certain 10.5, neutral 7.0, happy 2.0, angry 1.5.
# Person 2 looks happy at 1.0 and 1.5: 0.5 s and a picture, 1.0 s in all, which is brief.


def test_time_is_weighted_by_what_each_reading_stands_for() -> None:
    totals = hand_made().people[0].totals

    assert totals.seen_s == pytest.approx(11.0)
    assert totals.certain_s == pytest.approx(10.5)
    assert totals.poor_s == pytest.approx(0.5)  # 4.0
    assert totals.turned_s == pytest.approx(0.5)  # 0.5: yaw 40
    assert totals.certain_share == pytest.approx(10.5 / 11)
    assert totals.uncertain_share == 0  # what is uncertain is unreadable


def test_shares_are_of_the_time_seen_and_mean_scores_of_what_could_be_read() -> None:
    totals = hand_made().people[0].totals

    assert totals.shares == pytest.approx((1.5 / 11, 0, 0, 2 / 11, 0, 0, 7 / 11))
    assert (totals.unreadable_share, totals.mixed_share) == (pytest.approx(0.5 / 11), 0)  # 4.0 is blurred
    # angry 0.6 * 1.5; happy 0.2 * 7 + 0.8 * 2; sad 0.2 * 1.5; neutral 0.8 * 7 + 0.2 * 2 + 0.2 * 1.5
    assert totals.scores == pytest.approx((0.9 / 10.5, 0, 0, 3.0 / 10.5, 0.3 / 10.5, 0, 6.3 / 10.5))
    assert totals.positive == pytest.approx(3.0 / 10.5)
    assert totals.negative == pytest.approx(1.2 / 10.5)
    assert totals.balance == pytest.approx(1.8 / 10.5)


def test_blinks_are_the_rises_of_a_counter_that_may_begin_anew() -> None:
    totals = hand_made().people[0].totals

    # 3 at the first reading (not ours), 4 at 1.0, 5 at 3.5; 0 at 9.0 (begun anew), 1 at 9.5.
    assert totals.blinks == 3
    assert totals.judged_s == pytest.approx(10.5)
    assert totals.shut_s == pytest.approx(1)  # at 9.0 and 9.5
    assert (totals.blinks_per_min, totals.perclos) == (None, None)  # in less than a minute


def test_a_counter_that_begins_anew_above_nothing_counts_from_there() -> None:
    readings = [reading(0, blinks=7), reading(1, blinks=8), reading(2, blinks=2)]
    readings += [reading(3, blinks=2), reading(4, blinks=5)]

    assert summarize(recording(5, 1), readings).people[0].totals.blinks == 1 + 2 + 3


def test_sustained_expressions_and_their_changes() -> None:
    person = hand_made().people[0]

    # The unreadable half second is none. From angry (to 6.0) to neutral (from 9.0) is too far for a change.
    assert person.sustained == (
        Stretch(0.0, 2.0, Emotion.NEUTRAL),
        Stretch(2.0, 4.0, Emotion.HAPPY),
        Stretch(4.5, 6.0, Emotion.ANGRY),
        Stretch(9.0, 14.0, Emotion.NEUTRAL),
    )
    assert person.changes == 2
    assert person.changes_per_min is None  # in less than a minute


def test_the_baseline_is_the_first_calm_stretch() -> None:
    person = hand_made().people[0]

    assert person.baseline is not None
    assert (person.baseline.start_s, person.baseline.end_s) == (9.0, 14.0)  # two seconds at the beginning are too short
    assert person.baseline.scores == pytest.approx(NEUTRAL)
    assert person.relative is not None
    assert person.relative[Emotion.HAPPY.position] == pytest.approx(3.0 / 10.5 - 0.2)


def test_entry_and_exit_are_the_first_and_last_five_certain_seconds() -> None:
    person = hand_made().people[0]

    assert person.entry == pytest.approx((0.2 * 2 + 0.8 * 2 - 0.8 * 1) / 5)  # neutral 2 s, happy 2 s, angry 1 s
    assert person.exit == pytest.approx(0.2)


def test_people_seen_briefly_are_counted_and_not_drawn() -> None:
    summary = hand_made()

    assert [person.track_id for person in summary.people] == [1]
    assert (summary.brief, summary.brief_s) == (1, pytest.approx(1.0))
    assert summary.everybody.seen_s == pytest.approx(12.0)
    assert summary.everybody.shares is not None
    assert summary.everybody.shares[Emotion.HAPPY.position] == pytest.approx(3 / 12)
    assert summary.crowd is None
    assert summary.headline == summary.people[0].totals  # not mixed with the passer-by


def test_markers_cut_the_recording_into_sections() -> None:
    before, after = hand_made().sections

    # The reading at 4.5 stands to 5.0: a quarter of a second before the marker at 4.75, and one after it. Person 2 is
    # in the first section: happy 1.0 s.
    assert (before.start_s, before.end_s, before.text) == (0.0, 4.75, "")
    assert (after.start_s, after.end_s, after.text) == (4.75, 14.0, "second half")
    assert before.totals.certain_s == pytest.approx(2 + 2 + 0.25 + 1)
    assert before.totals.balance == pytest.approx((0.2 * 2 + 0.8 * 3 - 0.8 * 0.25) / 5.25)
    assert after.totals.certain_s == pytest.approx(1.25 + 5)
    assert after.totals.balance == pytest.approx((0.2 * 5 - 0.8 * 1.25) / 6.25)
    assert (before.totals.blinks, after.totals.blinks) == (2, 1)


def test_every_person_has_a_part_of_each_section() -> None:
    before, after = hand_made().people[0].sections

    assert before.balance == pytest.approx((0.2 * 2 + 0.8 * 2 - 0.8 * 0.25) / 4.25)
    assert after.balance == pytest.approx((0.2 * 5 - 0.8 * 1.25) / 6.25)
    assert (before.blinks, after.blinks) == (2, 1)
    assert summarize(recording(10), every(0.5, 0, 10)).people[0].sections == ()


def test_a_marker_at_the_very_beginning_begins_the_first_section() -> None:
    summary = summarize(recording(10, markers=[(0.0, "start")]), every(0.5, 0, 10))

    assert [(section.start_s, section.text) for section in summary.sections] == [(0.0, "start")]


def test_slow_readings_are_not_gaps() -> None:
    summary = summarize(recording(40, fps=0.5), every(2.0, 0, 40))

    assert summary.gap_s == 6.0
    assert summary.everybody.seen_s == pytest.approx(40)


def test_without_a_known_rate_the_last_reading_stands_for_nothing() -> None:
    summary = summarize(recording(0.0, fps=0.0), every(0.5, 0, 10))

    assert summary.everybody.seen_s == pytest.approx(9.5)
    assert summary.duration_s == pytest.approx(9.5)


def test_irregular_frames_change_nothing() -> None:
    times = [0, 0.1, 0.15, 0.9, 1.0, 1.75, 2.5, 2.6, 3.4, 4.0]
    regular = [*every(0.5, 0, 2, HAPPY), *every(0.5, 2, 4.5)]
    irregular = [reading(time_s, HAPPY if time_s < 2 else NEUTRAL) for time_s in sorted({*times, 2.0})]

    one, other = (summarize(recording(4.5, 2), readings).everybody for readings in (regular, irregular))

    assert one.scores == pytest.approx(other.scores)
    assert one.seen_s == pytest.approx(other.seen_s)


def test_nobody_at_all() -> None:
    summary = summarize(recording(12), [])

    assert (summary.people, summary.readings, summary.duration_s) == ((), 0, 12)
    assert summary.everybody.shares is None
    assert summary.everybody.uncertain_share is None
    assert summary.changes_per_min is None


def test_uncertain_answers_count_and_make_no_baseline() -> None:
    readings = [reading(time_s / 2, uncertain=True) for time_s in range(20)]

    person = summarize(recording(10), readings).people[0]

    assert person.totals.scores == pytest.approx(NEUTRAL)
    assert person.totals.uncertain_share == 1
    assert person.baseline is None
    assert set(person.timeline.states) == {"uncertain"}


def test_what_cannot_be_read_has_no_scores() -> None:
    readings = [reading(time_s / 2, quality=BAD) for time_s in range(20)]

    person = summarize(recording(10), readings).people[0]

    assert (person.totals.scores, person.totals.unreadable_share) == (None, 1)
    assert (person.sustained, person.baseline, person.entry) == ((), None, None)
    assert set(person.timeline.shown) == {"unreadable"}


def test_expressions_that_are_close_are_mixed() -> None:
    close = (0.0, 0.0, 0.0, 0.5, 0.0, 0.1, 0.4)  # ten points apart
    totals = summarize(recording(20), [*every(0.5, 0, 5, close), *every(0.5, 5, 20, HAPPY)]).everybody

    assert totals.shares is not None
    assert (totals.mixed_share, totals.shares[Emotion.HAPPY.position]) == (0.25, 0.75)


def test_calm_seconds_are_the_baseline_where_there_are_some() -> None:
    readings = [*every(0.5, 0, 2, HAPPY), *every(0.5, 2, 12, ANGRY), *every(0.5, 12, 30)]
    person = summarize(recording(30, markers=[(2, CALM), (12, "Question 1")]), readings).people[0]

    assert person.baseline is not None
    assert (person.baseline.start_s, person.baseline.end_s) == (2, 12)
    assert person.baseline.scores == pytest.approx(ANGRY)


def test_several_people_are_added_up() -> None:
    readings = together(every(0.5, 0, 12, HAPPY), every(0.5, 6, 18, ANGRY, track=2))

    summary = summarize(recording(18), readings)

    assert [(person.first_s, person.last_s) for person in summary.people] == [(0, 12), (6, 18)]
    assert summary.everybody.seen_s == pytest.approx(24)
    assert summary.everybody.balance == pytest.approx(0)  # 12 s of 0.8, 12 s of -0.8
    assert summary.crowd is not None
    assert summary.crowd.most_at_once == 2
    assert summary.crowd.mean_at_once == pytest.approx(24 / 18)


def test_time_that_goes_back_is_refused() -> None:
    with pytest.raises(DataError, match=r"1\.0 s follows 2\.0 s"):
        summarize(recording(), [reading(2.0), reading(1.0)])


def test_a_number_that_comes_again_long_after_a_brief_look_is_counted_anew() -> None:
    readings = [*every(0.5, 0, 1), *every(0.5, 100, 200, track=2), *every(0.5, 300, 310)]

    summary = summarize(recording(310), readings)

    assert summary.brief == 1
    assert [person.track_id for person in summary.people] == [2, 1]
    assert summary.everybody.seen_s == pytest.approx(1 + 100 + 10)


def ten_hours(alive: list[int]) -> Iterator[Reading]:
    """Every two seconds; every minute another expression. At the end, how many more readings are in memory."""
    before = readings_alive()  # of other tests
    for number in range(18_000):
        yield reading(number * 2, (NEUTRAL, HAPPY, ANGRY)[number // 30 % 3], blinks=number // 2)
    alive.append(readings_alive() - before)


def readings_alive() -> int:
    gc.collect()
    return sum(isinstance(one, Reading) for one in gc.get_objects())


def test_ten_hours_are_kept_in_a_bounded_number_of_bins() -> None:
    alive: list[int] = []

    person = summarize(recording(36_000, fps=0.5), ten_hours(alive)).people[0]

    assert alive[0] < 300  # those that are added up together
    assert person.totals.seen_s == pytest.approx(36_000)
    assert person.totals.shares == pytest.approx((1 / 3, 0, 0, 1 / 3, 0, 0, 1 / 3))
    assert person.totals.blinks == 8999
    assert person.timeline.bin_s == 64
    assert len(person.timeline.states) == 563
    assert person.changes == 599
    assert len(person.sustained) <= 500
    assert person.shortest_sustained_s == 64  # those of a minute are more than fit, so even these are dropped
