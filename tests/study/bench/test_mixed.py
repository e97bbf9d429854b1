"""What people see where two expressions are close."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.core import Emotion
from fer_web.study.bench.mixed import VOTED, gap_of, seen, votes_of_seven
from fer_web.study.training.dataset import VOTE_NAMES


def test_votes_are_put_into_the_order_of_the_seven() -> None:
    votes = np.arange(len(VOTE_NAMES), dtype=np.float32)[None]

    found = dict(zip(Emotion, votes_of_seven(votes)[0].tolist(), strict=True))

    assert found[Emotion.HAPPY] == VOTE_NAMES.index("happiness")
    assert found[Emotion.SAD] == VOTE_NAMES.index("sadness")
    assert len(VOTED) == len(Emotion)


def test_shares_are_of_the_chosen_pictures() -> None:
    scores = np.array([[0.5, 0.45, 0.05], [0.9, 0.1, 0.0], [0.4, 0.2, 0.4]], np.float32)
    votes = np.array([[3, 7, 0], [9, 1, 0], [2, 8, 0]], np.float32)
    labels = np.array([0, 0, 1])
    close = gap_of(scores) < 0.15

    found = seen(scores, labels, votes, close)

    assert close.tolist() == [True, False, True]
    assert (found.share, found.right, found.first) == (pytest.approx(2 / 3), 0.5, 0.0)
    assert (found.either, found.two) == (0.5, 1.0)  # the second of the first picture is what most see
