"""The laboratory, for teaching: what each system came to, and two models asked about the same picture."""

from __future__ import annotations

import time

from flask import Blueprint, request

from fer_web.analysis.compare import compare
from fer_web.analysis.present import Json, Shown, result_json
from fer_web.core import Frame, FrameResult, largest_first
from fer_web.errors import ModelError, NoModel
from fer_web.registry import ModelCard
from fer_web.sources import decode_image
from fer_web.vision import Analyzer
from fer_web.web.api.lab_results import lab_rows
from fer_web.web.api.models.lab import CompareQuery, ComparisonJson, LabJson, LabModelJson
from fer_web.web.api.uploads import IMAGE_BODY, IMAGE_REFUSALS, Upload, read_uploads
from fer_web.web.http.route import Reply, route
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

    Both models get the same faces. A model used for the first time takes a few seconds to load.
    """
    mine = services()
    vision = mine.startup.vision(mine.uploads.wait_s)
    with mine.uploads.arrived(request):
        sent = read_uploads(request, max_images=1)
        return mine.uploads.pictures.run(lambda: _compared(mine, vision, query.names, sent.pictures[0]))


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


def _compared(mine: Services, vision: Analyzer, names: list[str], upload: Upload) -> Json:
    started = time.perf_counter()
    served = {vision.card.name: vision.classifier}  # loaded already
    classifiers = [served.get(name) or mine.lab.classifiers.get(name) for name in names]
    limits = mine.uploads.limits
    pixels = decode_image(upload(), max_bytes=limits.max_bytes, max_pixels=limits.max_pixels)
    results = compare(vision, classifiers, Frame(0, 0.0, pixels))
    width, height = results[0].frame.size
    return {
        "image": {"width": width, "height": height},
        "models": [_answers(result, classifier.card) for result, classifier in zip(results, classifiers, strict=True)],
        "timing_ms": {"total": round((time.perf_counter() - started) * 1000, 2)},
    }


def _answers(result: FrameResult, card: ModelCard) -> Json:
    ordered = FrameResult(result.frame, largest_first(result.faces), result.timing_ms)
    told = result_json(ordered, card, Shown(explain=True))
    return {**told["model"], "results": told["results"]}
