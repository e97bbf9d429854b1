"""Practices: questions, and the answers that were given to each."""

from __future__ import annotations

from typing import Annotated

from pydantic import BeforeValidator, Field

from fer_web.core.questions import MOST_QUESTIONS
from fer_web.web.http.bodies import Count, JsonObject, Query, Share, digits

# Older ones would only make the line longer.
MOST_PRACTICES = 20


class PracticeQuery(Query):
    again: str = ""
    """The id of a practice whose questions are asked again."""
    question: Annotated[int, Field(ge=0, le=MOST_QUESTIONS, strict=True), BeforeValidator(digits)] = 0
    """The number of the only question that is asked; 0 for all of them."""


class AnswerJson(JsonObject):
    """One answer to a question: from its marker to the next one, or to the end of the recording."""

    recording: str
    name: str
    """The recording's name."""
    started_at: str
    """When the recording began."""
    start_s: float
    """Seconds after the recording's beginning."""
    seconds: float
    """How long it took."""
    looked_at_camera: Share | None
    """The share of the time in which the eyes could be judged; null when that was too short."""
    smiled: Share | None
    """The share of the time in which the face could be judged."""


class QuestionJson(JsonObject):
    """A question of a practice, and all answers to it that are kept, the oldest first."""

    number: Count
    text: str
    answers: list[AnswerJson]


class AnswersJson(JsonObject):
    """The questions of a practice."""

    questions: list[QuestionJson]
