"""A practice asks questions, one after the other; each is a marker, whose text is the question."""

from __future__ import annotations

from dataclasses import dataclass

# The marker of a practice's first seconds, in which the person sits calmly: what they are compared with later.
CALM = "Calm seconds"
CALM_S = 10
# More than that was pasted by mistake; a question has to be readable at a glance.
MOST_QUESTIONS = 20
LONGEST_QUESTION = 300


@dataclass(frozen=True, slots=True)
class QuestionSet:
    """Questions that belong together, under a `title`; `told` says what they are for."""

    title: str
    told: str
    questions: tuple[str, ...]


def is_question(text: str) -> bool:
    """Whether a practice's marker of that text is a question."""
    return text != CALM
