"""Requests that are sent again while the service is busy, and its refusals as our errors."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from fer_web.core.text import shown_path
from fer_web.errors import BusyError, FerError, ImageError, RequestError, ServiceError

if TYPE_CHECKING:
    from httpx import BaseTransport, Response

T = TypeVar("T")

# What /predict finds wrong with an image; every other refusal is of the request.
IMAGE_CODES = frozenset(
    {"empty", "not_an_image", "unsupported_format", "image_truncated", "image_too_large", "too_many_pixels"}
)
LATER = (429, 503)  # too many requests; busy, or the models are still being loaded
FIRST_PAUSE_S, LONGEST_PAUSE_S = 0.5, 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """What goes with a request: `content` (bytes, or a file that is sent as it is read) or a JSON `body`.

    One that is not `repeatable` is not sent again once it may have arrived.
    """

    content: bytes | Path | None = None
    body: Mapping[str, Any] | None = None
    query: Mapping[str, str] = field(default_factory=dict)
    repeatable: bool = True


NOTHING = Sent()


class AskedService:
    """The service at `address`, which is asked `attempts` times in all. Belongs to one thread."""

    def __init__(
        self, address: str, token: str | None, timeout_s: float, attempts: int, transport: BaseTransport | None
    ) -> None:
        try:
            import httpx
        except ModuleNotFoundError as error:
            raise FerError("httpx is not installed: pip install httpx") from error
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        self._shown, self._attempts = shown_path(address), max(1, attempts)
        self._http = httpx.Client(base_url=address, headers=headers, timeout=timeout_s, transport=transport)

    def asked(self, read: Callable[[Any], T], method: str, path: str, sent: Sent = NOTHING) -> T:
        """What `read` makes of the answer's JSON; ServiceError when that is not as FER Web answers."""
        answer = self.answered(method, path, sent)
        try:
            return read(answer.json())
        except (AttributeError, KeyError, TypeError, ValueError) as error:
            raise self._stranger(answer) from error

    def answered(self, method: str, path: str, sent: Sent = NOTHING) -> Response:
        """A successful answer; the service's refusal is raised as an error."""
        for attempt in range(1, self._attempts + 1):
            is_last = attempt == self._attempts
            answer = self._tried(method, path, sent, is_last=is_last)
            if answer is not None and (is_last or answer.status_code not in LATER):
                if answer.is_success:
                    return answer
                raise self._error_of(answer)
            _wait(attempt, answer)
        raise AssertionError("the last attempt answers or raises")

    def events(self, path: str, query: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
        """Server-sent events without end, by name (`message` without one) and JSON; asked for again when they end.

        ServiceError, or BusyError, when nothing has come in so many attempts in a row.
        """
        failures = 0
        while True:
            answer = None
            try:
                with self._http.stream("GET", path, params=dict(query)) as answer:
                    self._check_events(answer, is_last=failures + 1 >= self._attempts)
                    for event in _events_of(answer.iter_lines()):
                        failures = 0
                        yield event
            except Exception as error:
                self._check_failure(error, is_last=failures + 1 >= self._attempts)
            failures += 1
            _wait(failures, answer)

    def close(self) -> None:
        self._http.close()

    def _tried(self, method: str, path: str, sent: Sent, *, is_last: bool) -> Response | None:
        """One attempt's answer; None when there is none and another attempt may follow."""
        kind = {} if sent.content is None else {"Content-Type": "application/octet-stream"}
        try:
            with sent.content.open("rb") if isinstance(sent.content, Path) else nullcontext(sent.content) as content:
                return self._http.request(
                    method, path, content=content, json=sent.body, params=dict(sent.query), headers=kind
                )
        except Exception as error:
            self._check_failure(error, is_last=is_last, may_have_arrived=not sent.repeatable)
        return None

    def _check_failure(self, error: Exception, *, is_last: bool, may_have_arrived: bool = False) -> None:
        """Raise what is to be raised of it, unless another attempt may follow."""
        import httpx

        if isinstance(error, httpx.UnsupportedProtocol):
            raise ServiceError(f"{self._shown} must begin with http:// or https://") from error
        if not isinstance(error, httpx.TransportError):
            raise error
        if isinstance(error, httpx.ReadTimeout):
            raise ServiceError(f"{self._shown} has not answered in time; timeout_s can be longer") from error
        if is_last or (may_have_arrived and not isinstance(error, (httpx.ConnectError, httpx.ConnectTimeout))):
            raise ServiceError(f"{self._shown} cannot be reached: {str(error) or repr(error)}") from error

    def _check_events(self, answer: Response, *, is_last: bool) -> None:
        if answer.is_success and answer.headers.get("Content-Type", "").startswith("text/event-stream"):
            return
        answer.read()
        if answer.status_code not in LATER or is_last:
            raise self._stranger(answer) if answer.is_success else self._error_of(answer)

    def _error_of(self, answer: Response) -> FerError:
        with suppress(ValueError, TypeError, KeyError):
            error = answer.json()["error"]
            code, message = str(error["code"]), str(error["message"])
            if code in IMAGE_CODES:
                return ImageError(code, message)
            return BusyError(message) if answer.status_code in LATER else RequestError(code, message)
        return self._stranger(answer)

    def _stranger(self, answer: Response) -> ServiceError:
        return ServiceError(f"{self._shown} answered {answer.status_code}, but not as FER Web does; check the address")


def _wait(attempt: int, answer: Response | None) -> None:
    """Pause before the next attempt, as long as the answer says."""
    asked = "" if answer is None else answer.headers.get("Retry-After", "")
    pause_s = float(asked) if asked.isascii() and asked.isdigit() else FIRST_PAUSE_S * 2 ** (attempt - 1)
    time.sleep(min(pause_s, LONGEST_PAUSE_S))


def _events_of(lines: Iterable[str]) -> Iterator[tuple[str, Any]]:
    """The events in a stream's lines (HTML Living Standard, "Server-sent events"); comments are left out."""
    name, data = "message", ""
    for line in lines:
        kind, _, text = line.partition(":")
        text = text.removeprefix(" ")
        if kind == "event":
            name = text
        elif kind == "data":
            data += text + "\n"
        elif not line:
            if data:
                yield name, json.loads(data)
            name, data = "message", ""
