"""What everybody else notices while something goes on: health checks, pictures to /predict, one viewer."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from threading import Event, Thread

from fer_web.study.bench.serving import Served
from fer_web.study.bench.viewer_load import ViewerLoad

# Whoever gets no answer in this time would have given up.
TIMEOUT_S = 30.0
# Between two questions of the same kind.
PAUSE_S = 0.1
# At rest is a service that answers so often in turn in this time.
QUICK_ANSWERS, QUICK_S, SETTLE_S = 5, 0.1, 30.0


@dataclass(slots=True)
class Noticed:
    """Milliseconds of every answer by path, what was answered, and the pictures that the viewer got."""

    ms: dict[str, list[float]] = field(default_factory=dict)
    statuses: Counter[int | str] = field(default_factory=Counter)
    viewer_fps: float = 0.0

    def slowest_ms(self, path: str) -> float:
        return max(self.ms.get(path, []), default=float("nan"))

    @property
    def all_answered(self) -> bool:
        return set(self.statuses) == {200} and self.viewer_fps > 0


def noticed(server: Served, image: bytes, seconds: float) -> Noticed:
    """Ask and watch for that long."""
    found, stop = Noticed(), Event()
    asking = [Thread(target=_ask, args=(server.port, *question, found, stop)) for question in _questions(image)]
    for thread in asking:
        thread.start()
    try:
        with ViewerLoad(server.port, "/stream", 1) as viewer:
            viewer.read(seconds)
            found.viewer_fps = viewer.pictures()[0] / seconds
    finally:
        stop.set()
        for thread in asking:
            thread.join()
    return found


def _questions(image: bytes) -> Iterator[tuple[str, str, bytes | None]]:
    yield "GET", "/health/live", None
    yield "GET", "/about", None
    yield "POST", "/predict", image


def _ask(port: int, method: str, path: str, body: bytes | None, found: Noticed, stop: Event) -> None:
    while not stop.is_set():
        started_s = time.monotonic()
        try:
            status: int | str = ask(port, method, path, body)[0]
        except (OSError, http.client.HTTPException) as error:
            status = type(error).__name__
        found.statuses[status] += 1
        found.ms.setdefault(path, []).append((time.monotonic() - started_s) * 1000)
        stop.wait(PAUSE_S)


def ask(
    port: int, method: str, path: str, body: bytes | None = None, kind: str = "image/jpeg", timeout_s: float = TIMEOUT_S
) -> tuple[int, str]:
    """The status of an answer, and the code of its error or ''."""
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=timeout_s)) as connection:
        connection.request(method, path, body, {"Content-Type": kind} if body is not None else {})
        answer = connection.getresponse()
        return answer.status, error_code(answer.read())


def error_code(body: bytes) -> str:
    """What a refusal is told under; '' for an answer that is none."""
    try:
        told = json.loads(body)
        return str(told["error"]["code"]) if isinstance(told, dict) and "error" in told else ""
    except (ValueError, KeyError, TypeError):
        return ""


def settle(server: Served) -> None:
    """Wait until the service is at rest again, for a while: what was asked before is still being answered."""
    limit_s = time.monotonic() + SETTLE_S
    quick = 0
    while quick < QUICK_ANSWERS and time.monotonic() < limit_s:
        started_s = time.monotonic()
        ask(server.port, "GET", "/about")
        quick = quick + 1 if time.monotonic() - started_s < QUICK_S else 0
        time.sleep(PAUSE_S)


@contextmanager
def largest(server: Served, every_s: float = 0.2) -> Iterator[list[float]]:
    """The MiB that the server holds at most while the block runs, as the list's only value."""
    most, stop = [server.resident_mib()], Event()

    def look() -> None:
        while not stop.wait(every_s):
            most[0] = max(most[0], server.resident_mib())

    thread = Thread(target=look)
    thread.start()
    try:
        yield most
    finally:
        stop.set()
        thread.join()
