"""Answers that need no application, for clients who do not get as far as one."""

from __future__ import annotations

import json
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class EarlyAnswer:
    """An answer that needs no application: the service's usual JSON, and the connection ends."""

    status: str
    code: str
    message: str
    retry_after_s: int | None = None

    def answer(self) -> bytes:
        body = json.dumps({"error": {"code": self.code, "message": self.message}})
        lines = [f"HTTP/1.1 {self.status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"Retry-After: {self.retry_after_s}"] if self.retry_after_s is not None else []
        return "\r\n".join((*lines, "Cache-Control: no-store", "Connection: close", "", body)).encode()


HEAD_TOO_LARGE = EarlyAnswer(
    "431 Request Header Fields Too Large", "head_too_large", "the request's headers are too long"
)
TOO_SLOW = EarlyAnswer("408 Request Timeout", "too_slow", "the request came too slowly; send it again")
FULL = EarlyAnswer(
    "503 Service Unavailable", "busy", "too many large requests are arriving; try again in a few seconds", 5
)
STOPPING = EarlyAnswer("503 Service Unavailable", "busy", "the service is stopping; try again in a few seconds", 5)
