"""Pictures in, faces and their expressions out."""

from __future__ import annotations

from flask import Blueprint, request

from fer_web.analysis.image import analyze_upload
from fer_web.analysis.present import Json, Shown, result_json
from fer_web.errors import ImageError, RequestError
from fer_web.vision import Analyzer
from fer_web.web.api.models.faces import ResultJson, ResultsJson
from fer_web.web.api.models.predict import PredictQuery
from fer_web.web.api.uploads import IMAGE_BODY, IMAGE_REFUSALS, Upload, read_uploads
from fer_web.web.http.errors import code_of, error_json
from fer_web.web.http.route import Reply, route
from fer_web.web.http.services import Services, services

bp = Blueprint("predict", __name__)


@route(
    bp,
    "/predict",
    "POST",
    query=PredictQuery,
    body=IMAGE_BODY,
    answers={200: Reply("The faces, the largest first.", (ResultJson, ResultsJson))},
    refuses=IMAGE_REFUSALS,
)
def predict(query: PredictQuery) -> Json:
    """Find the faces in one or more images.

    Reads JPEG, PNG, WebP, HEIC, AVIF, BMP, TIFF, JPEG 2000, TGA, PPM and the first frame of a GIF. Several files, or
    a JSON list, answer {"images": [...]} with one result or error for each, in their order and with status 200. No face
    is an empty list, not an error.
    """
    mine = services()
    vision = mine.startup.vision(mine.uploads.wait_s)
    _refuse_what_is_not_had(vision, query)
    with mine.uploads.arrived(request):
        sent = read_uploads(request, mine.uploads.limits.max_images)
        if not sent.is_list:
            return _answer(mine, vision, sent.pictures[0], query)
        return {"images": [_answer_or_error(mine, vision, picture, query) for picture in sent.pictures]}


def _answer_or_error(mine: Services, vision: Analyzer, picture: Upload, query: PredictQuery) -> Json:
    """One of several pictures: when it is refused, the others are answered all the same."""
    try:
        return _answer(mine, vision, picture, query)
    except (ImageError, RequestError) as error:
        mine.metrics.count_error(code_of(error))
        return {"error": error_json(code_of(error), str(error))}


def _answer(mine: Services, vision: Analyzer, picture: Upload, query: PredictQuery) -> Json:
    limits = mine.uploads.limits
    result = mine.uploads.pictures.run(
        lambda: analyze_upload(
            vision,
            picture(),
            upsample=query.upsample,
            max_bytes=limits.max_bytes,
            max_pixels=limits.max_pixels,
            keypoints=query.keypoints,
        )
    )
    mine.metrics.observe_steps("predict", result.timing_ms)
    mine.metrics.count_prediction(len(result.faces))
    shown = Shown(query.landmarks, query.keypoints, query.movements, query.explain)
    return result_json(result, vision.card, shown)


def _refuse_what_is_not_had(vision: Analyzer, query: PredictQuery) -> None:
    """RequestError when something is asked for that only the mesh tells, and the faces have none here."""
    asked = "landmarks=mesh" if query.landmarks == "mesh" else "movements=true" if query.movements else ""
    if asked and vision.landmarks != "mesh":
        raise RequestError("bad_parameter", f"{asked} needs FER_ENGINE=modern with FER_LANDMARKS=mesh; ask without it")
