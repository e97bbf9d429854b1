"""A running FER Web service, asked from Python: no models and no graphics libraries are loaded here.

with Client("http://127.0.0.1:5000", token="…") as client:
    for face in client.analyze_image("photo.jpg"):
        print(face.dominant_emotion, face.scores)
"""

from __future__ import annotations

import time
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from fer_web.analysis.results import FaceResult, ImageResult, PathLike
from fer_web.core import Rect
from fer_web.core.readings import FACE_MEASURES
from fer_web.core.text import shown_path
from fer_web.errors import BusyError, FerError, ImageError, RequestError, ServiceError

if TYPE_CHECKING:
    from httpx import BaseTransport, Response

# What /predict finds wrong with an image; every other refusal is of the request.
IMAGE_CODES = frozenset(
    {"empty", "not_an_image", "unsupported_format", "image_truncated", "image_too_large", "too_many_pixels"}
)
LATER = (429, 503)  # too many requests; busy, or the models are still being loaded
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0


class Client:
    """The service at `address`; `token` is its FER_TOKEN. Belongs to one thread.

    A request takes `timeout_s` at most. One that finds no service, or a busy one, is sent again, `attempts` times in
    all, after growing pauses or when the service says. Needs httpx: `pip install httpx`.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:5000",
        *,
        token: str | None = None,
        timeout_s: float = 60.0,
        attempts: int = 3,
        transport: BaseTransport | None = None,
    ) -> None:
        try:
            import httpx
        except ModuleNotFoundError as error:
            raise FerError("httpx is not installed: pip install httpx") from error
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._shown, self._attempts = shown_path(address), max(1, attempts)
        self._http = httpx.Client(base_url=address, headers=headers, timeout=timeout_s, transport=transport)

    def analyze_image(self, image: PathLike | bytes, *, upsample: int = 1) -> ImageResult:
        """The faces of an image file, or of its bytes, as `fer_web.analyze_image` answers them, rounded for JSON.

        ImageError for what is no image; RequestError, of a wrong token for example; BusyError when the service was busy
        each time; ServiceError when it cannot be reached.
        """
        answer = self._sent(_bytes_of(image), {"upsample": str(upsample)})
        if answer.status_code != 200:
            raise self._error_of(answer)
        try:
            return _result_of(self._json_of(answer))
        except (KeyError, TypeError, ValueError) as error:
            raise self._stranger(answer) from error

    def close(self) -> None:
        """Let go of the connection."""
        self._http.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _sent(self, data: bytes, query: dict[str, str]) -> Response:
        """The last attempt's answer."""
        import httpx

        for attempt in range(1, self._attempts + 1):
            pause_s = FIRST_PAUSE_S * 2 ** (attempt - 1)
            try:
                kind = {"Content-Type": "application/octet-stream"}
                answer = self._http.post("predict", content=data, params=query, headers=kind)
            except httpx.UnsupportedProtocol as error:
                raise ServiceError(f"{self._shown} must begin with http:// or https://") from error
            except httpx.TransportError as error:
                if isinstance(error, httpx.ReadTimeout):
                    raise ServiceError(f"{self._shown} has not answered in time; timeout_s can be longer") from error
                if attempt == self._attempts:
                    raise ServiceError(f"{self._shown} cannot be reached: {str(error) or repr(error)}") from error
            else:
                if attempt == self._attempts or answer.status_code not in LATER:
                    return answer
                pause_s = _seconds(answer.headers.get("Retry-After", ""), pause_s)
            time.sleep(min(pause_s, LONGEST_PAUSE_S))
        raise AssertionError("the last attempt answers or raises")

    def _error_of(self, answer: Response) -> FerError:
        error = self._json_of(answer).get("error")
        if not isinstance(error, dict) or not {"code", "message"} <= set(error):
            return self._stranger(answer)
        code, message = str(error["code"]), str(error["message"])
        if code in IMAGE_CODES:
            return ImageError(code, message)
        return BusyError(message) if answer.status_code in LATER else RequestError(code, message)

    def _json_of(self, answer: Response) -> dict[str, Any]:
        try:
            value = answer.json()
        except ValueError as error:
            raise self._stranger(answer) from error
        if not isinstance(value, dict):
            raise self._stranger(answer)
        return value

    def _stranger(self, answer: Response) -> ServiceError:
        return ServiceError(f"{self._shown} answered {answer.status_code}, but not as FER Web does; check the address")


def _seconds(text: str, otherwise: float) -> float:
    return float(text) if text.isascii() and text.isdigit() else otherwise


def _bytes_of(image: PathLike | bytes) -> bytes:
    if isinstance(image, bytes):
        return image
    try:
        return Path(image).read_bytes()
    except OSError as error:
        raise ImageError("unreadable", f"{shown_path(image)} cannot be read: {error.strerror}") from error


def _result_of(answer: dict[str, Any]) -> ImageResult:
    size, model = answer["image"], answer["model"]
    faces = tuple(map(_face_of, answer["results"]))
    return ImageResult(faces, size["width"], size["height"], f"{model['name']} {model['version']}")


def _face_of(face: dict[str, Any]) -> FaceResult:
    region = face["region"]
    rect = Rect(region["x"], region["y"], region["x"] + region["w"], region["y"] + region["h"])
    groups = {measure.group: (face.get(measure.group) or {}) if measure.group else face for measure in FACE_MEASURES}
    measured: dict[str, Any] = {measure.name: groups[measure.group].get(measure.key) for measure in FACE_MEASURES}
    return FaceResult(region=rect, face_confidence=face["face_confidence"], **measured)
