"""The laboratory, for teaching: what each system came to, and two models asked about the same picture."""

from __future__ import annotations

import time

from flask import Blueprint, Response, request

from fer_web.analysis.compare import compare
from fer_web.analysis.example import example_png
from fer_web.analysis.present import Json, Shown, difference_uri, result_json
from fer_web.core import Frame, FrameResult, largest_first
from fer_web.errors import ModelError, NoModel
from fer_web.registry import ModelCard
from fer_web.sources import decode_image
from fer_web.vision import Analyzer
from fer_web.web.api.lab_results import lab_rows
from fer_web.web.api.models.lab import CompareQuery, ComparisonJson, ExampleQuery, LabJson, LabModelJson
from fer_web.web.api.uploads import IMAGE_BODY, IMAGE_REFUSALS, Upload, read_uploads
from fer_web.web.http.route import IMAGE, Reply, route
from fer_web.web.http.services import Services, services

bp = Blueprint("lab", __name__)


@route(
    bp,
    "/api/lab",
    answers={200: Reply("The best system first, the served model first.", LabJson)},
    refuses=(ModelError,),
)
def lab_results() -> LabJson:
    """The results of every system in the laboratory, and the models that can be compared."""
    mine = services()
    return LabJson(rows=lab_rows(mine.lab.runs), models=lab_models(mine))


@route(
    bp,
    "/api/lab/compare",
    "POST",
    query=CompareQuery,
    body=IMAGE_BODY,
    answers={200: Reply("Both models' answers, in the order in which they were named.", ComparisonJson)},
    refuses=(*IMAGE_REFUSALS, NoModel, ModelError),
)
def compare_models(query: CompareQuery) -> Json:
    """Compare two models on the faces of one image, with what each looked at.

    Both models get the same faces. A model used for the first time takes a few seconds to load. With `hide`, they do
    not see a part of each face; faces are found in the whole picture all the same.
    """
    mine = services()
    vision = mine.startup.vision(mine.uploads.wait_s)
    with mine.uploads.arrived(request):
        sent = read_uploads(request, max_images=1)
        return mine.uploads.pictures.run(lambda: _compared(mine, vision, query, sent.pictures[0]))


@route(
    bp,
    "/api/lab/example.png",
    query=ExampleQuery,
    answers={200: Reply("The picture.", kind="image/png", schema=IMAGE)},
)
def example(query: ExampleQuery) -> Response:
    """A face to compare models on, which comes with the program."""
    return Response(example_png(query.face), mimetype="image/png")


def lab_models(mine: Services) -> list[LabModelJson]:
    """The models that can be compared, the served one first."""
    cards = mine.lab.classifiers.cards()
    served = [card for card in cards.values() if card.name == mine.lab.served]
    return [_model_json(card) for card in (*served, *(card for card in cards.values() if card not in served))]


def _model_json(card: ModelCard) -> LabModelJson:
    accuracies = {split: facts["accuracy"]["value"] for split, facts in card.metrics.items() if "accuracy" in facts}
    return LabModelJson(
        name=card.name,
        version=card.version,
        network=card.network,
        parameters=card.parameters,
        accuracy=accuracies,
    )


def _compared(mine: Services, vision: Analyzer, query: CompareQuery, upload: Upload) -> Json:
    started = time.perf_counter()
    served = {vision.card.name: vision.classifier}  # loaded already
    classifiers = [served.get(name) or mine.lab.classifiers.get(name) for name in query.names]
    limits = mine.uploads.limits
    pixels = decode_image(upload(), max_bytes=limits.max_bytes, max_pixels=limits.max_pixels)
    found = compare(vision, classifiers, Frame(0, 0.0, pixels), hidden=query.hidden)
    results = [FrameResult(result.frame, largest_first(result.faces), result.timing_ms) for result in found]
    width, height = results[0].frame.size
    return {
        "image": {"width": width, "height": height},
        "models": [_answers(result, classifier.card) for result, classifier in zip(results, classifiers, strict=True)],
        **({"differences": _differences(*results)} if query.difference else {}),
        "timing_ms": {"total": round((time.perf_counter() - started) * 1000, 2)},
    }


def _answers(result: FrameResult, card: ModelCard) -> Json:
    told = result_json(result, card, Shown(explain=True))
    return {**told["model"], "results": told["results"]}


def _differences(one: FrameResult, other: FrameResult) -> list[str | None]:
    return [difference_uri(face, same) for face, same in zip(one.faces, other.faces, strict=True)]
