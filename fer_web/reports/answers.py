"""What a person did in each answer of a practice: between the marker of a question and the next one."""

from __future__ import annotations

from dataclasses import dataclass

from fer_web.core.questions import is_question
from fer_web.reports.movements import SMILING
from fer_web.reports.person import PersonSummary
from fer_web.reports.sections import Section
from fer_web.reports.summary import Summary
from fer_web.reports.totals import Totals

# Shares of less would jump with every glance.
LEAST_JUDGED_S = 2.0


@dataclass(frozen=True, slots=True)
class PracticeAnswer:
    """One answer; `looked` and `smiled` are shares of its time as the report has them, None of too little."""

    text: str
    start_s: float
    end_s: float
    looked: float | None
    smiled: float | None


def answers_of(summary: Summary) -> tuple[PracticeAnswer, ...]:
    """The answers of a practice, in the order of its questions, by whoever was seen the longest."""
    person = max(summary.people, key=lambda one: one.totals.seen_s, default=None)
    return tuple(
        _answer(section, place, person) for place, section in enumerate(summary.sections) if is_question(section.text)
    )


def _answer(section: Section, place: int, person: PersonSummary | None) -> PracticeAnswer:
    own = Totals() if person is None else person.sections[place]
    looked = own.looked_share if own.gazed_s >= LEAST_JUDGED_S else None
    smiled = None
    if person is not None and own.mouth_s >= LEAST_JUDGED_S:
        smiled = min(1.0, _smiled_s(section, person) / own.seen_s)
    return PracticeAnswer(section.text, section.start_s, section.end_s, looked, smiled)


def _smiled_s(section: Section, person: PersonSummary) -> float:
    """How long somebody smiled between a section's beginning and end."""
    smiles = person.behavior[SMILING].stretches
    return sum(max(0.0, min(one.end_s, section.end_s) - max(one.start_s, section.start_s)) for one in smiles)
