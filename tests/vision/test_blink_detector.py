"""Counting blinks in signals whose blinks are known, because they are made here."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import pytest
from numpy.typing import NDArray

from fer_web.vision.blink import for_mesh
from fer_web.vision.blink_detector import RULES, BlinkDetector, BlinkEvent, find_blinks

OPEN, SHUT = 0.3, 0.08
CLOSING_S, OPENING_S = 0.08, 0.12
Signal = NDArray[np.float64]


def times(until_s: float, fps: float) -> Signal:
    return np.arange(round(until_s * fps)) / fps


def closing(times_s: Signal, middle_s: float, duration_s: float) -> Signal:
    """0 open to 1 shut; half shut for `duration_s` around `middle_s`."""
    start = middle_s - duration_s / 2 - CLOSING_S / 2
    end = middle_s + duration_s / 2 + OPENING_S / 2
    return np.clip(np.minimum((times_s - start) / CLOSING_S, (end - times_s) / OPENING_S), 0, 1)


def ears(times_s: Signal, blinks: Sequence[tuple[float, float]], open_ear: float | Signal = OPEN) -> Signal:
    """The ratios of somebody who blinks at (middle, duration)."""
    shut = np.max([np.zeros_like(times_s), *(closing(times_s, *blink) for blink in blinks)], axis=0)
    return np.asarray(open_ear + (SHUT / OPEN - 1) * shut * open_ear)


def found_at(events: Sequence[BlinkEvent]) -> list[float]:
    return [event.lowest_s for event in events]


BLINKS = [(1.5, 0.2), (3.1, 0.15), (3.9, 0.3), (6.0, 0.12), (8.2, 0.25)]
MIDDLES = [middle for middle, _ in BLINKS]


@pytest.mark.parametrize("fps", [10, 15, 25, 30, 60, 120])
def test_every_blink_counts_once_at_any_frame_rate(fps: float) -> None:
    at = times(10, fps)

    events = find_blinks(at, ears(at, BLINKS))

    assert found_at(events) == pytest.approx(MIDDLES, abs=0.15)


@pytest.mark.parametrize("fps", [30, 60])
def test_the_duration_is_the_time_half_shut(fps: float) -> None:
    at = times(10, fps)

    durations = [event.duration_s for event in find_blinks(at, ears(at, BLINKS))]

    assert durations == pytest.approx([duration for _, duration in BLINKS], abs=0.02)


def test_irregular_frames_with_a_third_missing_change_nothing() -> None:
    rng = np.random.default_rng(1)
    at = times(10, 30)
    at = np.sort((at + rng.uniform(-0.01, 0.01, at.size))[rng.random(at.size) > 0.33])

    assert found_at(find_blinks(at, ears(at, BLINKS))) == pytest.approx(MIDDLES, abs=0.15)


@pytest.mark.parametrize("open_ear", [0.18, 0.25, 0.45])
def test_narrow_and_wide_eyes_count_alike(open_ear: float) -> None:
    at = times(10, 30)

    assert len(find_blinks(at, ears(at, BLINKS, open_ear))) == len(BLINKS)


def test_a_slow_drift_to_two_thirds_is_followed() -> None:
    at = times(120, 30)
    blinks = [(float(middle), 0.2) for middle in range(2, 119, 4)]
    drifting = 0.36 - 0.12 * at / at[-1]

    assert len(find_blinks(at, ears(at, blinks, drifting))) == len(blinks)


def test_noise_of_a_twentieth_neither_adds_nor_hides_a_blink() -> None:
    at = times(120, 30)
    blinks = [(float(middle), 0.2) for middle in range(2, 119, 4)]
    noise = np.random.default_rng(2).normal(0, OPEN / 20, at.size)

    assert found_at(find_blinks(at, ears(at, blinks) + noise)) == pytest.approx([m for m, _ in blinks], abs=0.15)


def test_noise_alone_never_blinks() -> None:
    at = times(120, 30)
    noise = np.random.default_rng(3).normal(0, 0.08 * OPEN, at.size)

    assert find_blinks(at, OPEN + noise) == []


def test_one_odd_frame_is_not_a_blink() -> None:
    at = times(4, 60)
    signal = ears(at, [])
    signal[120] = SHUT

    assert find_blinks(at, signal) == []


def test_a_blink_of_two_frames_at_25_frames_a_second_counts() -> None:
    at = times(4, 25)
    signal = ears(at, [])
    signal[50:52] = 0.16, 0.15

    assert len(find_blinks(at, signal)) == 1


@pytest.mark.parametrize(("share", "seconds", "count"), [(0.6, 0.2, 1), (0.75, 0.2, 0), (0.6, 0.5, 0), (0.35, 0.5, 1)])
def test_the_shallower_the_shorter(share: float, seconds: float, count: int) -> None:
    at = times(4, 30)
    signal = np.where(np.abs(at - 2) < seconds / 2, share * OPEN, OPEN)

    assert len(find_blinks(at, signal)) == count


@pytest.mark.parametrize(("movement", "count"), [(0.5, 1), (0.1, 0)])
def test_lids_dip_to_seven_tenths_only_where_the_movement_confirms_it(movement: float, count: int) -> None:
    at, detector = times(4, 30), BlinkDetector(for_mesh(RULES))
    for time_s in at.tolist():
        is_dip = abs(time_s - 2) < 0.1
        ear = 0.7 * OPEN if is_dip else OPEN
        detector.feed(time_s, ear, ear, movement=movement if is_dip else 0.05)

    assert detector.count == count


def test_a_flutter_is_one_blink() -> None:
    at = times(4, 30)

    assert len(find_blinks(at, ears(at, [(2.0, 0.1), (2.24, 0.1)]))) == 1


def test_time_that_goes_back_forgets_the_unfinished_closure_and_keeps_the_count() -> None:
    detector, at = BlinkDetector(), times(4, 30)
    feed(detector, at, *2 * [ears(at, [(2.0, 0.2), (3.95, 0.2)])])
    detector.begin_anew(0.0)
    feed(detector, at, *2 * [ears(at, [])])
    assert detector.count == 1

    detector.begin_anew(0.0)
    feed(detector, at, *2 * [ears(at, [(2.0, 0.2)])])
    assert detector.count == 2


def test_two_blinks_that_touch_stay_two() -> None:
    at = times(4, 30)

    assert len(find_blinks(at, ears(at, [(2.0, 0.15), (2.32, 0.15)]))) == 2


def test_two_blinks_with_the_eyes_half_open_between_stay_two() -> None:
    at = times(4, 25)
    signal = ears(at, [], 0.36)
    signal[50:62] = 0.2, 0.13, 0.14, 0.2, 0.26, 0.26, 0.25, 0.25, 0.2, 0.13, 0.2, 0.28

    assert len(find_blinks(at, signal)) == 2


def test_a_long_closure_is_not_a_blink_but_eyes_that_are_shut() -> None:
    at = times(8, 30)
    signal = ears(at, [(4.0, 2.5)])
    detector = BlinkDetector()
    is_open = {}
    for time_s, ear in zip(at, signal, strict=True):
        detector.feed(time_s, ear, ear)
        is_open[round(time_s, 2)] = detector.is_open

    assert detector.count == 0
    assert (is_open[2.0], is_open[4.0], is_open[5.0], is_open[7.0]) == (True, False, False, True)


def test_a_blink_after_a_long_closure_counts() -> None:
    at = times(10, 30)

    assert found_at(find_blinks(at, ears(at, [(4.0, 2.5), (7.0, 0.2)]))) == pytest.approx([7.0], abs=0.15)


def test_a_glance_down_is_not_a_blink() -> None:
    at = times(8, 30)

    assert find_blinks(at, np.where((at > 3) & (at < 3.5), 0.68 * OPEN, OPEN)) == []
    assert find_blinks(at, np.where((at > 3) & (at < 5), 0.5 * OPEN, OPEN)) == []


def test_a_blink_while_looking_down_counts() -> None:
    at = times(12, 30)
    looking_down = np.where(at > 3, 0.65 * OPEN, OPEN)

    assert found_at(find_blinks(at, ears(at, [(8.0, 0.2)], looking_down))) == pytest.approx([8.0], abs=0.15)


def feed(detector: BlinkDetector, at: Signal, left: Signal, right: Signal, **options: Callable[[float], bool]) -> None:
    is_measurable = options.get("is_measurable", lambda _: True)
    for time_s, *both in zip(at.tolist(), left.tolist(), right.tolist(), strict=True):
        detector.feed(time_s, *both, is_measurable(time_s))


def test_a_wink_does_not_count() -> None:
    at, detector = times(4, 30), BlinkDetector()

    feed(detector, at, ears(at, [(2.0, 0.2)]), ears(at, []))

    assert detector.count == 0


def test_eyes_of_different_width_that_shut_together_count() -> None:
    at, detector = times(4, 30), BlinkDetector()

    feed(detector, at, ears(at, [(2.0, 0.2)], 0.36), ears(at, [(2.0, 0.2)], 0.24))

    assert detector.count == 1


def test_a_closure_during_which_the_head_turns_away_does_not_count() -> None:
    at, detector = times(4, 30), BlinkDetector()
    signal = ears(at, [(2.0, 0.3)])

    feed(detector, at, signal, signal, is_measurable=lambda time_s: not 1.95 < time_s < 2.05)

    assert detector.count == 0


def test_a_lost_face_ends_a_closure_and_two_lost_frames_do_not() -> None:
    at = times(4, 30)
    signal = ears(at, [(2.0, 0.3)])
    long_gap, short_gap = (at < 1.95) | (at > 2.25), (at < 2.0) | (at > 2.07)

    assert find_blinks(at[long_gap], signal[long_gap]) == []
    assert len(find_blinks(at[short_gap], signal[short_gap])) == 1


def test_eyes_are_not_judged_while_they_cannot_be_measured() -> None:
    detector = BlinkDetector()
    detector.feed(0.0, OPEN, OPEN)
    assert detector.is_open is True
    detector.feed(0.1, OPEN, OPEN, is_measurable=False)
    assert detector.is_open is None
    detector.feed(0.2, float("nan"), OPEN)
    assert detector.is_open is None


def test_a_newcomers_shut_eyes_are_told_by_the_default_threshold() -> None:
    detector = BlinkDetector()

    detector.feed(0.0, 0.12, 0.12)

    assert detector.is_open is False


def test_samples_from_the_past_are_ignored() -> None:
    at = times(4, 30)
    signal = ears(at, [(2.0, 0.2)])
    detector = BlinkDetector()
    for time_s, ear in zip(at.tolist(), signal.tolist(), strict=True):
        detector.feed(time_s, ear, ear)
        detector.feed(time_s, 0.01, 0.01)
        detector.feed(time_s - 1, 0.01, 0.01)

    assert detector.count == 1


def test_a_blink_is_told_the_moment_the_eyes_reopen() -> None:
    at = times(4, 30)
    detector = BlinkDetector()
    told = [t for t, ear in zip(at, ears(at, [(2.0, 0.2)]), strict=True) if detector.feed(t, ear, ear)]

    assert told == pytest.approx([2.1], abs=1.5 / 30)
    assert detector.last is not None
    assert detector.last.start_s < detector.last.lowest_s < detector.last.end_s <= told[0]


@pytest.mark.parametrize("seed", range(4))
def test_whatever_is_fed_the_count_never_falls_and_events_do_not_overlap(seed: int) -> None:
    rng = np.random.default_rng(seed)
    detector, counts, events = BlinkDetector(), [0], []
    time_s, is_shut = 0.0, False
    for _ in range(4000):
        time_s += rng.choice([0.0, -0.5, 0.01, 0.03, 0.1, 1.0], p=[0.05, 0.01, 0.34, 0.5, 0.08, 0.02])
        is_shut = is_shut != (rng.random() < (0.3 if is_shut else 0.05))
        both = (SHUT if is_shut else OPEN) + rng.normal(0, 0.02, 2) if rng.random() < 0.98 else (np.nan, np.inf)
        event = detector.feed(time_s, *both, is_measurable=bool(rng.random() < 0.98))
        events += [event] if event else []
        counts.append(detector.count)

    assert np.diff(counts).min() >= 0
    assert counts[-1] == len(events) > 10
    assert all(before.end_s <= after.lowest_s for before, after in pairwise(events))
    assert all(RULES.shortest_s <= event.duration_s <= RULES.longest_s for event in events)


def held(detector: BlinkDetector) -> int:
    """How many numbers and samples a detector holds on to."""
    parts = (detector._recent, detector._open._seen, detector._jitter._steps)
    return sum(map(len, parts)) + sys.getsizeof(detector)


@pytest.mark.parametrize("fps", [30, 1000])
def test_its_memory_does_not_grow(fps: float) -> None:
    detector = BlinkDetector()
    at = times(60, fps)
    feed(detector, at, ears(at, []), ears(at, []))
    before = held(detector)
    feed(detector, at + 60, ears(at, []), ears(at, []))

    assert held(detector) <= before + 2
    assert before < 800
