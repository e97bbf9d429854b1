"""The answers to a practice's questions, in this recording and in all others that are kept."""

from __future__ import annotations

from flask import Blueprint

from fer_web.errors import NoRecording, StoreError
from fer_web.reports import PracticeAnswer, answers_of
from fer_web.store import Store, StoredRecording
from fer_web.web.api.models.practice import MOST_PRACTICES, AnswerJson, AnswersJson, QuestionJson
from fer_web.web.api.recording_files import summary_of
from fer_web.web.api.recording_schemas import moment
from fer_web.web.api.remembered import Remembered
from fer_web.web.http.asking import own_store
from fer_web.web.http.route import Reply, route

bp = Blueprint("answers", __name__)

# Each has a few numbers for every question; those of a practice that has ended do not change.
KEPT_ANSWERS = 256


@route(
    bp,
    "/api/recordings/<recording>/answers",
    answers={200: Reply("Its questions, and the answers to each.", AnswersJson)},
    refuses=(NoRecording, StoreError),
)
def answers(recording: str) -> AnswersJson:
    """How the answers to a practice's questions have changed.

    For each question of this recording, what was done in every answer to it that its owner keeps: the
    newest twenty practices, the oldest first. Other recordings have no questions.
    """
    store = own_store()
    stored = store.recordings.get(recording)
    store = store.of(stored.owner)  # the operator compares nobody with somebody else
    asked = [answer.text for answer in ANSWERS.of(store, stored)] if stored.kind == "practice" else []
    questions = list(dict.fromkeys(asked))
    kept = store.recordings.practices(questions, limit=MOST_PRACTICES) if questions else []
    others = [one for one in kept if one.id != recording]
    practices = sorted([*others, stored], key=lambda one: one.recording.started_at)
    return AnswersJson(
        questions=[
            QuestionJson(number=number, text=text, answers=_all_answers(store, practices, text))
            for number, text in enumerate(questions, 1)
        ]
    )


def _all_answers(store: Store, practices: list[StoredRecording], text: str) -> list[AnswerJson]:
    return [
        _answer_json(stored, answer)
        for stored in practices
        for answer in ANSWERS.of(store, stored)
        if answer.text == text
    ]


def _answer_json(stored: StoredRecording, answer: PracticeAnswer) -> AnswerJson:
    return AnswerJson(
        recording=stored.id,
        name=stored.recording.name,
        started_at=moment(stored.recording.started_at),
        start_s=round(answer.start_s, 3),
        seconds=round(answer.end_s - answer.start_s, 3),
        looked_at_camera=_rounded(answer.looked),
        smiled=_rounded(answer.smiled),
    )


def _rounded(share: float | None) -> float | None:
    return None if share is None else round(share, 4)


def _answers(store: Store, stored: StoredRecording) -> tuple[PracticeAnswer, ...]:
    return answers_of(summary_of(store, stored))


ANSWERS = Remembered(KEPT_ANSWERS, _answers)
