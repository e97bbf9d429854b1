"""How steady, quick and certain answers are: pure functions of what was seen of a person over time."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise, permutations

import numpy as np

from fer_web.core import Faces, Scores
from fer_web.vision.smooth import STEADYING, Gathered, Steadying

# What a splice is made of: so long, nearly always the same answer of one picture, and that one probable.
SPLICE_S, SAME_SHARE, LEAST_MEAN = 1.5, 0.8, 0.5
SPLICES_EACH = 8  # of every pair of expressions
SEED = 0


@dataclass(frozen=True, slots=True, eq=False)
class Glimpse:
    """One person in one picture: the network's own `scores`, and the answer that was shown."""

    time_s: float
    scores: Scores
    answer: int
    certain: bool


@dataclass(frozen=True, slots=True)
class Steadiness:
    """Sums over people: time seen, changes of the dominant expression, answers and the certain ones among them."""

    seen_s: float = 0.0
    changes: int = 0
    answers: int = 0
    certain: int = 0

    def __add__(self, other: Steadiness) -> Steadiness:
        return Steadiness(
            self.seen_s + other.seen_s,
            self.changes + other.changes,
            self.answers + other.answers,
            self.certain + other.certain,
        )

    @property
    def changes_per_minute(self) -> float:
        """How often the dominant expression changes while somebody is seen for a minute."""
        return 60 * self.changes / self.seen_s if self.seen_s else 0.0

    @property
    def certain_share(self) -> float:
        """The share of answers that are certain, 0 to 1."""
        return self.certain / self.answers if self.answers else 0.0


def steadiness(people: Iterable[Sequence[Glimpse]]) -> Steadiness:
    """The sums over people, each a course of moments in the order of time."""
    total = Steadiness()
    for moments in people:
        changes = sum(one.answer != other.answer for one, other in pairwise(moments))
        seen_s = moments[-1].time_s - moments[0].time_s if moments else 0.0
        total += Steadiness(seen_s, changes, len(moments), sum(moment.certain for moment in moments))
    return total


def note(people: dict[int, list[Glimpse]], time_s: float, before: Faces, after: Faces) -> None:
    """Adds the faces of one picture, as they were before `smooth` and after the last step, to their moments."""
    own = {face.track_id: face.scores for face in before}
    for face in after:
        scores = own.get(face.track_id)
        if face.track_id is not None and face.scores is not None and scores is not None:
            moment = Glimpse(time_s, scores, int(face.scores.argmax()), not face.uncertain)
            people.setdefault(face.track_id, []).append(moment)


def replayed(moments: Sequence[Glimpse], rules: Steadying) -> list[Glimpse]:
    """The same person's moments with the answers that other rules give."""
    gathered = Gathered(rules)
    return [replace(one, answer=int(gathered.add(one.scores, one.time_s).argmax())) for one in moments]


def delays_s(people: Iterable[Sequence[Glimpse]], rules: Steadying = STEADYING) -> list[float]:
    """How long after each of many cuts from one lasting expression to another the answer is the new one, in seconds.

    The pieces are cut from the people's own moments; an answer that never changes counts as `SPLICE_S`.
    """
    pieces = _pieces(people)
    rng = np.random.default_rng(SEED)
    found = []
    for one, other in permutations(sorted(pieces), 2):
        for _ in range(SPLICES_EACH):
            before, after = (pieces[name][rng.integers(len(pieces[name]))] for name in (one, other))
            found.append(_delay_s(before, after, other, rules))
    return found


def _pieces(people: Iterable[Sequence[Glimpse]]) -> Mapping[int, list[Sequence[Glimpse]]]:
    found: dict[int, list[Sequence[Glimpse]]] = defaultdict(list)
    for moments in people:
        start = 0
        for end, moment in enumerate(moments):
            if moment.time_s - moments[start].time_s >= SPLICE_S:
                piece, start = moments[start:end], end
                scores = np.array([one.scores for one in piece])
                mean = np.exp(np.log(scores.clip(min=1e-6)).mean(axis=0))
                answer = int(mean.argmax())
                is_same = float((scores.argmax(axis=1) == answer).mean()) > SAME_SHARE
                if is_same and float(mean.max() / mean.sum()) > LEAST_MEAN:
                    found[answer].append(piece)
    return found


def _delay_s(before: Sequence[Glimpse], after: Sequence[Glimpse], answer: int, rules: Steadying) -> float:
    gathered = Gathered(rules)
    for moment in before:
        gathered.add(moment.scores, moment.time_s - before[-1].time_s)
    pace_s = before[-1].time_s - before[-2].time_s
    for moment in after:
        since_s = moment.time_s - after[0].time_s
        if int(gathered.add(moment.scores, pace_s + since_s).argmax()) == answer:
            return since_s
    return SPLICE_S
