"""The pictures of a request, from whichever form it has; they stay in memory, and no address is ever fetched."""

from __future__ import annotations

import base64
import binascii
import json
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import Any, TypeVar
from urllib.parse import unquote

from flask import Request

from fer_web.errors import BusyError, ImageError, NotReadyError, RequestError
from fer_web.web.api.models.faces import Form, JsonImage
from fer_web.web.http.bodies import refuse_unknown
from fer_web.web.http.forms import AnyNameForms
from fer_web.web.http.route import IMAGE, JSON, Body

FIELD = "image"
_START = len("https://")
# Blanks of any kind, and the mark that some editors put in front of a text.
_IN_FRONT = " \t\r\n\v\f\ufeff\xa0"
_TO_STANDARD = str.maketrans("-_", "+/")
# One or several pictures, in every form in which they are taken, and what can be wrong with them.
IMAGE_BODY = Body({"multipart/form-data": Form, "image/*": IMAGE, "application/octet-stream": IMAGE, JSON: JsonImage})
DECODING_REFUSALS = (
    *("empty", "not_an_image", "unsupported_format", "image_truncated", "image_too_large", "too_many_pixels"),
)
IMAGE_REFUSALS = (
    *DECODING_REFUSALS,
    *("bad_json", "bad_base64", "bad_form", "no_image", "too_many_images", "unsupported_media_type"),
    *(BusyError, NotReadyError),
)
T = TypeVar("T")


def _in_memory(_name: str | None) -> Any:
    return BytesIO()


class MemoryRequest(Request):
    """A request whose uploaded files stay in memory: werkzeug would write those above 500 kB to a temporary file.

    A view that wants a form's files elsewhere replaces `open_file`, before it looks at them.
    """

    form_data_parser_class = AnyNameForms
    open_file: Callable[[str | None], Any] = staticmethod(_in_memory)

    def _get_file_stream(
        self,
        total_content_length: int | None,
        content_type: str | None,
        filename: str | None = None,
        content_length: int | None = None,
    ) -> Any:
        del total_content_length, content_type, content_length
        return self.open_file(filename)


Upload = Callable[[], bytes]  # the bytes of one picture; ImageError or RequestError when they cannot be had


@dataclass(frozen=True, slots=True)
class SentImages:
    """The pictures in the order in which they were sent; `is_list` when they were sent as several."""

    pictures: tuple[Upload, ...]
    is_list: bool


def read_uploads(request: Request, max_images: int) -> SentImages:
    """The pictures of a request; RequestError when there are none, too many, or its form is not understood."""
    kind = request.mimetype
    if kind == "multipart/form-data":
        uploads = _from_form(request)
    elif kind == "application/json" or kind.endswith("+json"):
        uploads = _from_json(whole_body(request))
    elif kind in ("", "application/octet-stream") or kind.startswith("image/"):
        data = whole_body(request)
        uploads = SentImages((lambda: data,), is_list=False)
    else:
        raise RequestError(
            "unsupported_media_type",
            f"{kind} is not supported: send an image (Content-Type: image/jpeg), a form (multipart/form-data with "
            f'the field {FIELD}) or JSON ({{"{FIELD}": "<base64>"}})',
        )
    if len(uploads.pictures) > max_images:
        raise RequestError(
            "too_many_images", f"{len(uploads.pictures)} images in one request; {max_images} are allowed"
        )
    return uploads


def whole_body(request: Request) -> bytes:
    """The whole body; werkzeug refuses a length over the limit, but cuts off a body that does not tell its length."""
    data = request.get_data(cache=False)
    if request.content_length is None:
        request.stream.read(1)  # raises RequestEntityTooLarge when the limit was reached
    return data


def _from_form(request: Request) -> SentImages:
    refuse_unknown([*request.files, *(name for name in request.form if name != FIELD)], [FIELD], "form field")
    if FIELD in request.form:
        raise RequestError("bad_form", f"the form field {FIELD} must be a file (with a file name), not text")
    files = request.files.getlist(FIELD)
    if not files:
        raise RequestError("no_image", f"the form has no file in the field {FIELD}; is it complete, with its boundary?")
    return SentImages(tuple(file.stream.read for file in files), is_list=len(files) > 1)


def json_object(body: bytes, field: str = FIELD) -> dict[str, Any]:
    """The JSON object that a body holds, with a picture under `field`; RequestError when it is something else."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise RequestError("bad_json", f"the body is not JSON: {error}") from error
    if not isinstance(value, dict):
        raise RequestError("bad_json", f'the JSON must be an object like {{"{field}": "<base64 or data URI>"}}')
    return value


def _from_json(body: bytes) -> SentImages:
    value = json_object(body)
    refuse_unknown(value, [FIELD], "JSON key")
    if FIELD not in value:
        raise RequestError("no_image", f"the JSON has no key {FIELD}")
    images = value[FIELD]
    texts = images if isinstance(images, list) else [images]
    if not texts:
        raise RequestError("no_image", f"the list {FIELD} is empty")
    if not all(isinstance(text, str) for text in texts):
        raise RequestError("bad_json", f"{FIELD} must be a string or a list of strings")
    return SentImages(tuple(_later(decode_base64, text) for text in texts), is_list=isinstance(images, list))


def decode_base64(text: str) -> bytes:
    """The bytes of a base64 text or data URI; ImageError for anything else, addresses among them.

    Both alphabets are read, with and without padding, blanks and line ends anywhere; a data URI may be percent-encoded.
    """
    text = text.lstrip(_IN_FRONT)
    start = text[:_START].lower()
    if start.startswith(("http://", "https://")):
        raise ImageError("bad_base64", "image addresses are never fetched: send the image itself")
    if start.startswith("data:"):
        head, comma, text = text.partition(",")
        if not comma or "base64" not in [part.strip() for part in head.lower().split(";")[1:]]:
            raise ImageError("bad_base64", "the data URI must look like data:image/png;base64,…")
        text = unquote(text)
    digits = "".join(text.split()).translate(_TO_STANDARD).rstrip("=")
    try:
        return base64.b64decode(digits + "=" * (-len(digits) % 4), validate=True)
    except (binascii.Error, ValueError) as error:
        raise ImageError("bad_base64", f"the image is not valid base64: {error}") from error


def _later(function: Callable[[T], bytes], value: T) -> Upload:
    return lambda: function(value)
