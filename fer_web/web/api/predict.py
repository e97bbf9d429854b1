"""Pictures in, faces and their expressions out."""

from __future__ import annotations

from flask import Blueprint, Response, jsonify, request

from fer_web.analysis.image import analyze_upload
from fer_web.analysis.present import Json, result_json
from fer_web.errors import ImageError, RequestError
from fer_web.vision import Analyzer
from fer_web.web.api.uploads import PredictQuery, Upload, read_uploads
from fer_web.web.http.errors import code_of, error_json
from fer_web.web.http.services import Services, services

bp = Blueprint("predict", __name__)


@bp.post("/predict")
def predict() -> Response:
    """The faces of one picture, or of each of several."""
    mine = services()
    options = PredictQuery.of(request.args)
    vision = mine.startup.vision(mine.uploads.wait_s)
    with mine.uploads.arrived(request):
        sent = read_uploads(request, mine.uploads.limits.max_images)
        if not sent.is_list:
            return jsonify(_answer(mine, vision, sent.pictures[0], options))
        return jsonify(images=[_answer_or_error(mine, vision, picture, options) for picture in sent.pictures])


def _answer_or_error(mine: Services, vision: Analyzer, picture: Upload, options: PredictQuery) -> Json:
    """One of several pictures: when it is refused, the others are answered all the same."""
    try:
        return _answer(mine, vision, picture, options)
    except (ImageError, RequestError) as error:
        mine.metrics.count_error(code_of(error))
        return {"error": error_json(code_of(error), str(error))}


def _answer(mine: Services, vision: Analyzer, picture: Upload, options: PredictQuery) -> Json:
    limits = mine.uploads.limits
    result = mine.uploads.pictures.run(
        lambda: analyze_upload(
            vision,
            picture(),
            upsample=options.upsample,
            max_bytes=limits.max_bytes,
            max_pixels=limits.max_pixels,
            keypoints=options.keypoints,
        )
    )
    mine.metrics.observe_steps("predict", result.timing_ms)
    mine.metrics.count_prediction(len(result.faces))
    shown = {"landmarks": options.landmarks, "keypoints": options.keypoints, "explain": options.explain}
    return result_json(result, vision.card, **shown)
