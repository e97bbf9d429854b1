"""The page to practice at: choose questions, look at the camera, answer, read the report."""

from __future__ import annotations

from flask import Blueprint, Response, render_template

from fer_web.core.question_sets import QUESTION_SETS
from fer_web.core.questions import CALM_S, LONGEST_QUESTION, MOST_QUESTIONS, QuestionSet, is_question
from fer_web.errors import NoRecording, StoreError
from fer_web.resources import STATIC
from fer_web.store import Store
from fer_web.web.api.models.practice import PracticeQuery
from fer_web.web.http.asking import own_store
from fer_web.web.http.route import PAGE, route
from fer_web.web.http.services import services
from fer_web.web.pages.views import size_text
from fer_web.web.security.guard import HEADERS

bp = Blueprint("practice", __name__)

# This page alone may ask for the microphone, and run the network that tells speech from silence.
PERMISSIONS = (
    HEADERS["Permissions-Policy"].replace("camera=()", "camera=(self)").replace("microphone=()", "microphone=(self)")
)
POLICY = HEADERS["Content-Security-Policy"].replace("script-src 'self'", "script-src 'self' 'wasm-unsafe-eval'")
# What is loaded when somebody wants to know how much they speak (static/speech.js).
SPEECH_FILES = (
    "vendor/vad-web-0.0.31/bundle.min.js",
    "vendor/vad-web-0.0.31/vad.worklet.bundle.min.js",
    "vendor/vad-web-0.0.31/silero_vad_v6.onnx",
    "vendor/onnxruntime-web-1.22.0/ort-wasm-simd-threaded.mjs",
    "vendor/onnxruntime-web-1.22.0/ort-wasm-simd-threaded.wasm",
)


@route(bp, "/practice", query=PracticeQuery, answers=PAGE, refuses=(NoRecording, StoreError))
def practice(query: PracticeQuery) -> Response:
    """A page that asks questions and records the answers of the person in front of the visitor's camera."""
    mine = services()
    page = render_template(
        "practice.html",
        places=mine.visitors.places,
        retention_days=mine.retention_days,
        sets=QUESTION_SETS,
        again=questions_of(own_store(), query) if query.again else None,
        calm_s=CALM_S,
        most_questions=MOST_QUESTIONS,
        longest_question=LONGEST_QUESTION,
        most_s=mine.recordings.max_s,
        speech_size=size_text(sum((STATIC / name).stat().st_size for name in SPEECH_FILES)),
    )
    return Response(page, headers={"Permissions-Policy": PERMISSIONS, "Content-Security-Policy": POLICY})


def questions_of(store: Store, query: PracticeQuery) -> QuestionSet:
    """The questions of an earlier practice, or the one that is asked for; NoRecording when there are none."""
    stored = store.recordings.get(query.again)
    markers = stored.recording.markers if stored.kind == "practice" else ()
    asked = tuple(dict.fromkeys(marker.text for marker in markers if is_question(marker.text)))
    chosen = asked[query.question - 1 : query.question] if query.question else asked
    if not chosen:
        raise NoRecording("this recording has no such question")
    return QuestionSet(stored.recording.name, "The same again, and how it compares with your earlier answers.", chosen)
