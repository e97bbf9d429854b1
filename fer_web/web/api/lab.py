"""The laboratory's page, for teaching: what each system came to, and two models asked about the same picture."""

from __future__ import annotations

import time

from flask import Blueprint, Response, jsonify, render_template, request

from fer_web.analysis.compare import compare
from fer_web.analysis.present import Json, result_json
from fer_web.core import Frame, FrameResult, largest_first
from fer_web.errors import RequestError
from fer_web.registry import ModelCard
from fer_web.sources import decode_image
from fer_web.vision import Analyzer
from fer_web.web.api.lab_results import lab_rows
from fer_web.web.api.uploads import Upload, read_uploads
from fer_web.web.api.visits import PERMISSIONS
from fer_web.web.http.services import Services, services

bp = Blueprint("lab", __name__)

MODELS = 2


@bp.get("/lab")
def page() -> Response:
    """The table, confusion matrices side by side, and two models on one picture; it may ask for the camera."""
    mine = services()
    rows = lab_rows(mine.lab.runs)
    answer = Response(render_template("lab.html", rows=rows, models=models_json(mine), limits=mine.uploads.limits))
    answer.headers["Permissions-Policy"] = PERMISSIONS
    return answer


@bp.get("/api/lab")
def index() -> Response:
    """What every system came to, and the models that can be compared."""
    mine = services()
    return jsonify(rows=lab_rows(mine.lab.runs), models=models_json(mine))


@bp.post("/api/lab/compare")
def compare_models() -> Response:
    """What two models say about the faces of one picture, and what each looked at."""
    mine = services()
    names = chosen_models()
    vision = mine.startup.vision(mine.uploads.wait_s)
    with mine.uploads.arrived(request):
        sent = read_uploads(request, max_images=1)
        return jsonify(mine.uploads.pictures.run(lambda: _compared(mine, vision, names, sent.pictures[0])))


def chosen_models() -> list[str]:
    """The two names of `?models=`; RequestError for anything else."""
    extra = set(request.args) - {"models"}
    if extra:
        raise RequestError("unknown_parameter", f"there is no parameter {', '.join(sorted(extra))}; models is known")
    names = [name.strip() for name in request.args.get("models", "").split(",") if name.strip()]
    if len(names) != MODELS or len(set(names)) != MODELS:
        raise RequestError("bad_parameter", "models must name two different models, as in ?models=xception,simple-cnn")
    return names


def models_json(mine: Services) -> list[Json]:
    """The models that can be compared, the served one first."""
    cards = mine.lab.classifiers.cards()
    served = [card for card in cards.values() if card.name == mine.lab.served]
    return [_card_json(card) for card in (*served, *(card for card in cards.values() if card not in served))]


def _card_json(card: ModelCard) -> Json:
    accuracies = {split: facts["accuracy"]["value"] for split, facts in card.metrics.items() if "accuracy" in facts}
    return {
        "name": card.name,
        "version": card.version,
        "network": card.network,
        "parameters": card.parameters,
        "accuracy": accuracies,
    }


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
    told = result_json(ordered, card, explain=True)
    return {**told["model"], "results": told["results"]}
