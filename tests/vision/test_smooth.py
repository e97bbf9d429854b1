"""Evidence over time: what one expects of it by hand."""

from __future__ import annotations

import math

import numpy as np
import pytest

from fer_web.core import Face, Frame, Rect
from fer_web.vision.smooth import STEADYING, Gathered, Smooth, Steadying

PIXELS = np.zeros((8, 8, 3), np.uint8)
RECT = Rect(0, 0, 8, 8)


def scores(probability: float, place: int = 0) -> np.ndarray:
    """The given probability in one place, the rest shared by the other six."""
    values = np.full(7, (1 - probability) / 6, np.float32)
    values[place] = probability
    return values


def lead(given: np.ndarray, one: int = 0, other: int = 1) -> float:
    """The logarithm of the odds of one expression against another."""
    return float(np.log(given[one] / given[other]))


def test_the_first_answer_is_the_networks_own() -> None:
    np.testing.assert_array_equal(Gathered().add(scores(0.4), 3.0), scores(0.4))


def test_what_lasts_is_more_probable_by_the_persistence_alone() -> None:
    gathered = Gathered()
    gathered.add(scores(0.4), 0.0)

    again = gathered.add(scores(0.4), 1.0)

    assert lead(again) == pytest.approx(lead(scores(0.4)) + STEADYING.persistence, abs=1e-5)
    assert again.sum() == pytest.approx(1, abs=1e-6)


def test_log_scores_are_averaged_with_the_time_constant_however_pictures_come() -> None:
    """After one time constant of another lead, 1 / e of the old one is left; in one step or in five uneven ones."""
    first, then = scores(0.4), scores(0.3)
    expected = (lead(first) - lead(then)) / math.e + lead(then) + STEADYING.persistence
    for steps in ((1.0,), (0.1, 0.15, 0.5, 0.9, 1.0)):
        gathered = Gathered()
        gathered.add(first, 0.0)
        told = [gathered.add(then, STEADYING.time_constant_s * share) for share in steps]
        assert lead(told[-1]) == pytest.approx(expected, abs=1e-4)


def test_one_other_picture_among_many_does_not_flicker() -> None:
    gathered, answers = Gathered(), set()
    for number in range(60):
        shown = scores(0.5, 1) if number % 10 == 9 else scores(0.4)
        answers.add(int(gathered.add(shown, number / 15).argmax()))

    assert answers == {0}


def test_a_tie_stays_with_the_answer_that_was_there() -> None:
    gathered = Gathered()
    gathered.add(scores(0.4, 2), 0.0)

    told = [gathered.add(scores(0.4, 2 + number % 2), number / 15) for number in range(1, 60)]

    assert {int(one.argmax()) for one in told} == {2}


def test_a_clear_change_is_shown_as_soon_as_the_quick_mean_has_turned_by_clear() -> None:
    """With a lead of L before and after, the quick mean leads by L (1 - 2 exp(-t / quick_s)): solved for `clear`."""
    gathered = Gathered()
    gathered.add(scores(0.9, 0), 0.0)
    gathered.add(scores(0.9, 0), 1.0)
    strength = lead(scores(0.9))
    turned_s = -STEADYING.quick_s * math.log((1 - STEADYING.clear / strength) / 2)
    times_s = np.arange(1, 60) / 100

    told = [int(gathered.add(scores(0.9, 1), 1.0 + float(time_s)).argmax()) for time_s in times_s]

    first_s = float(times_s[told.index(1)])
    assert first_s == pytest.approx(turned_s, abs=0.011)
    assert first_s < 0.4
    assert told == sorted(told)


def test_other_rules_answer_sooner() -> None:
    answers = []
    for rules in (STEADYING, Steadying(time_constant_s=0.2, persistence=0.0)):
        gathered = Gathered(rules)
        gathered.add(scores(0.4, 0), 0.0)
        answers.append(int(gathered.add(scores(0.5, 1), 0.25).argmax()))

    assert answers == [0, 1]


def test_an_earlier_time_starts_anew() -> None:
    gathered = Gathered()
    gathered.add(scores(0.9, 0), 50.0)

    np.testing.assert_array_equal(gathered.add(scores(0.4, 1), 0.0), scores(0.4, 1))


def test_a_heatmap_belongs_to_the_answer_that_is_shown() -> None:
    smooth = Smooth()
    seen = {0: np.zeros((6, 6), np.float32), 1: np.ones((6, 6), np.float32)}

    def shown(time_s: float, place: int) -> Face:
        face = Face(RECT, 1.0, track_id=1, scores=scores(0.9, place), heatmap=seen[place])
        return smooth(Frame(0, time_s, PIXELS), (face,))[0]

    assert shown(0.0, 0).heatmap is seen[0]
    changing = shown(0.01, 1)
    assert int(changing.scores.argmax()) == 0
    assert changing.heatmap is seen[0]
    changed = shown(1.0, 1)
    assert int(changed.scores.argmax()) == 1
    assert changed.heatmap is seen[1]


def test_people_are_smoothed_apart_and_still_faces_not_at_all() -> None:
    smooth = Smooth()
    smooth(Frame(0, 0.0, PIXELS), (Face(RECT, 1.0, track_id=1, scores=scores(0.1)),))
    later = Frame(1, 0.01, PIXELS)

    newcomer, still = smooth(
        later, (Face(RECT, 1.0, track_id=2, scores=scores(0.9)), Face(RECT, 1.0, scores=scores(0.8)))
    )

    assert newcomer.scores[0] == pytest.approx(0.9)
    assert still.scores[0] == pytest.approx(0.8)
