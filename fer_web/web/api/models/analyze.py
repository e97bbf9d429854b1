"""What is sent to /analyze and answered by it, in the words of deepface's server."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

from fer_web.core import Emotion
from fer_web.web.api.models.faces import File
from fer_web.web.api.models.groups import object_of
from fer_web.web.http.bodies import Count, Flag, JsonObject, Otherwise, Share, flag
from fer_web.web.http.route import TEXT

PERCENT = {"type": "number", "minimum": 0, "maximum": 100}
ACTIONS = 'only expressions are analyzed here; add "actions": ["emotion"], as deepface means all four without it'
SPOOFING = "whether a face is real is not checked here; leave anti_spoofing out, or send false"
NO_IMAGE = "img must hold one image: as base64 or a data URI in JSON or a form, or as a file of a form"
_PUNCTUATION = str.maketrans("", "", "[](){}'\" \t\r\n")

Percents = Annotated[dict[str, Any], WithJsonSchema(object_of(dict.fromkeys([one.value for one in Emotion], PERCENT)))]
PixelPlace = Annotated[list[int], Field(min_length=2, max_length=2)]


def _listed(value: Any) -> Any:
    """Actions as forms spell them: `["emotion"]`, `('emotion',)` or `emotion`."""
    return [name for name in value.translate(_PUNCTUATION).split(",") if name] if isinstance(value, str) else value


Actions = Annotated[
    list[Literal["emotion"]], Field(min_length=1), BeforeValidator(_listed), Otherwise("bad_parameter", ACTIONS)
]
Unspoofed = Annotated[Literal[False], BeforeValidator(flag), Otherwise("bad_parameter", SPOOFING)]
Ignored = Annotated[Any, WithJsonSchema(TEXT)]


class AnalyzeOptions(BaseModel):
    """What is asked beside the image; keys that deepface's server does not know are ignored, as there."""

    model_config = ConfigDict(extra="ignore", frozen=True, use_attribute_docstrings=True)

    actions: Actions
    """Only emotion is served: ["emotion"]."""
    enforce_detection: Flag = True
    """Whether an image without a face is refused; else the whole image is answered, with confidence 0."""
    anti_spoofing: Unspoofed = False
    """Whether a face is real is not checked; true is refused."""
    detector_backend: Ignored = None
    """Accepted and ignored: faces are found by FER_ENGINE."""
    align: Ignored = None
    """Accepted and ignored: faces are always aligned."""


class AnalyzeBody(AnalyzeOptions):
    """An image as base64 or data URI, and what is asked of it."""

    img: Annotated[str, Field(min_length=1), Otherwise("no_image", NO_IMAGE)]
    """The image as base64 or data URI. Paths and web addresses are refused."""


class AnalyzeForm(JsonObject):
    """The same as a form, with the image as a file."""

    img: File
    actions: str
    """emotion, or ["emotion"]."""
    enforce_detection: Literal["true", "false"] = "true"
    """Whether an image without a face is refused; else the whole image is answered, with confidence 0."""
    detector_backend: str = ""
    """Accepted and ignored."""


class DeepfaceRegionJson(JsonObject):
    """The part of the image that holds the face. The eyes are the person's."""

    x: Count
    y: Count
    w: Count
    h: Count
    left_eye: PixelPlace | None
    """x and y."""
    right_eye: PixelPlace | None
    """x and y."""


class DeepfaceFaceJson(JsonObject):
    """One face, as deepface's server answers it."""

    emotion: Percents
    """Percent; they sum to 100."""
    dominant_emotion: Emotion
    region: DeepfaceRegionJson
    face_confidence: Share


class DeepfaceResultsJson(JsonObject):
    """The faces in one image, the largest first."""

    results: list[DeepfaceFaceJson]


class DeepfaceErrorJson(JsonObject):
    """What is wrong with the request or its image, in a sentence."""

    error: str
