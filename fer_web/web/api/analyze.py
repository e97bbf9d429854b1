"""The route of deepface's server, so that its users only have to change the address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, Request, Response, jsonify, request

from fer_web.analysis.deepface import deepface_json, faces_or_whole
from fer_web.analysis.image import analyze_upload
from fer_web.core import Faces, FrameResult
from fer_web.errors import BusyError, ImageError, NotReadyError, RequestError
from fer_web.vision import Analyzer
from fer_web.web.api.models.analyze import (
    NO_IMAGE,
    AnalyzeBody,
    AnalyzeForm,
    AnalyzeOptions,
    DeepfaceErrorJson,
    DeepfaceResultsJson,
)
from fer_web.web.api.uploads import Upload, decode_base64, json_object, whole_body
from fer_web.web.http.bodies import checked
from fer_web.web.http.errors import code_of
from fer_web.web.http.route import FORM, JSON, Body, Reply, route
from fer_web.web.http.services import PredictCapacity, Services, services

bp = Blueprint("analyze", __name__)

FIELD, IGNORED_HEADER = "img", "Fer-Ignored"
# Options of deepface's server that change nothing here.
IGNORED = ("detector_backend", "align", "expand_percentage", "silent")
NOT_OPENED = "img must be the image itself, as base64, a data URI or a file: paths and web addresses are never opened"
NO_FACE = "no face was found in the image; with enforce_detection false the whole image is analyzed instead"
# No path is longer, and hardly an image that shorter a text.
LONGEST_PATH = 4096
# What a path or an address is refused as: some are base64 by chance.
NO_IMAGES = ("bad_base64", "not_an_image", "empty")


@dataclass(frozen=True, slots=True)
class SentToAnalyze:
    """The image of a request, what is asked of it, and what is asked without effect.

    `may_be_path`: it came as a text that can be a path or a web address.
    """

    image: Upload
    options: AnalyzeOptions
    ignored: tuple[str, ...]
    may_be_path: bool


@route(
    bp,
    "/analyze",
    "POST",
    body=Body({JSON: AnalyzeBody, "multipart/form-data": AnalyzeForm, FORM: AnalyzeBody}),
    answers={
        200: Reply("The faces, the largest first.", DeepfaceResultsJson),
        400: Reply("What is wrong with the request or its image, or that it has no face.", DeepfaceErrorJson),
    },
    refuses=("image_too_large", BusyError, NotReadyError),
)
def analyze() -> Response:
    """Find the faces in an image and answer as deepface's server does.

    A program written for it moves over by changing its address, and by asking for {"actions": ["emotion"]}. The header
    Fer-Ignored lists options that were accepted but change nothing here.
    """
    try:
        return _answer(services())
    except (ImageError, RequestError) as error:
        services().metrics.count_error(code_of(error))
        return _refusal(str(error))


def _refusal(sentence: str) -> Response:
    answer = jsonify(error=sentence)
    answer.status_code = 400
    return answer


def _answer(mine: Services) -> Response:
    vision = mine.startup.vision(mine.uploads.wait_s)
    with mine.uploads.arrived(request):
        sent = read_sent(request, mine.uploads.limits.max_bytes)
        result, faces = mine.uploads.pictures.run(lambda: _analyzed(vision, sent, mine.uploads))
    mine.metrics.observe_steps("predict", result.timing_ms)
    mine.metrics.count_prediction(len(result.faces))
    if not faces:
        return _refusal(NO_FACE)
    answer = jsonify(results=[deepface_json(face, result.frame.size) for face in faces])
    if sent.ignored:
        answer.headers[IGNORED_HEADER] = ", ".join(sent.ignored)
    return answer


def _analyzed(vision: Analyzer, sent: SentToAnalyze, capacity: PredictCapacity) -> tuple[FrameResult, Faces]:
    """The result, and the faces to answer: without any, the whole image if that is wanted."""
    limits = capacity.limits
    try:
        data = sent.image()
        result = analyze_upload(vision, data, upsample=1, max_bytes=limits.max_bytes, max_pixels=limits.max_pixels)
    except ImageError as error:
        if sent.may_be_path and error.code in NO_IMAGES:
            raise ImageError(error.code, NOT_OPENED) from error
        raise
    return result, result.faces if sent.options.enforce_detection else faces_or_whole(vision, result)


def read_sent(request: Request, max_bytes: int) -> SentToAnalyze:
    """Which image a request holds and what it asks; RequestError when either is missing or not served."""
    request.max_form_memory_size = max_bytes  # an image may come as a form's text
    if request.is_json:
        fields = json_object(whole_body(request), FIELD)
    else:
        fields = {name: _unplused(text) if name == FIELD else text for name, text in request.form.items()}
    options = checked(AnalyzeOptions, fields)
    ignored = tuple(name for name in IGNORED if name in fields)
    return SentToAnalyze(_image(request, fields), options, ignored, _may_be_path(fields.get(FIELD)))


def _may_be_path(text: Any) -> bool:
    return isinstance(text, str) and len(text) <= LONGEST_PATH and not text.lstrip().lower().startswith("data:")


def _unplused(text: str) -> str:
    """Base64 in a form that was not percent-encoded: its pluses have become blanks."""
    head, comma, digits = text.strip(" ").rpartition(",")
    return head + comma + digits.replace(" ", "+")


def _image(request: Request, fields: dict[str, Any]) -> Upload:
    files = request.files.getlist(FIELD)
    text = fields.get(FIELD)
    if len(files) == 1 and text is None:
        return files[0].stream.read
    if files or not isinstance(text, str) or not text:
        raise RequestError("no_image", NO_IMAGE)
    return lambda: decode_base64(text)
