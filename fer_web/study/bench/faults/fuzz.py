"""Random requests over all routes: none may fail in a way that is not meant."""

from __future__ import annotations

import random
import socket
import time
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import NoReturn

from tqdm import tqdm

from fer_web.errors import NotReadyError
from fer_web.factory import build_app
from fer_web.settings import load_settings
from fer_web.startup import BackgroundStartup
from fer_web.study.bench.faults.probe import ask, error_code, largest
from fer_web.study.bench.faults.requests import Route, random_request
from fer_web.study.bench.faults.table import FaultOptions, FaultTable, first_traceback, tracebacks
from fer_web.study.bench.predict import demo_jpeg
from fer_web.study.bench.serving import Served, served

AT_ONCE = 8
TIMEOUT_S = 60.0
# An endless answer is as good as answered when its head and so much of it has come.
ENOUGH_BYTES = 65_536
# How long is waited for a request that is not complete, on purpose: the service says so after its own patience.
PATIENCE_S = 5
# Codes of refusals over 499 that are meant.
MEANT = frozenset({"busy", "not_ready", "no_source", "storage_full", "storage_unavailable", "storage_read_only"})
# What gunicorn says itself: a transfer coding that nobody knows.
MEANT_STATUSES = frozenset({501, 505})
FORGED = "\nforged"
SHOWN = 5


@dataclass(frozen=True, slots=True)
class Answered:
    """A request and what it got: status 0 for a connection that was closed without an answer, -1 for none in time."""

    request: bytes
    status: int
    code: str

    @property
    def is_meant(self) -> bool:
        return 0 <= self.status < 500 or self.code in MEANT or self.status in MEANT_STATUSES


def all_routes() -> list[Route]:
    """Those that the application has."""
    app = build_app(load_settings(), BackgroundStartup(_never, {"main": _never}))
    rules = app.url_map.iter_rules()
    return [Route(rule.rule, tuple(sorted(rule.methods or ()))) for rule in rules]


def _never() -> NoReturn:
    raise NotReadyError("only the routes are asked for")


def run_fuzz(options: FaultOptions) -> FaultTable:
    """Send them, some at a time, and count what comes of them."""
    routes, image = all_routes(), demo_jpeg()
    chance = random.Random(options.seed)  # noqa: S311 - it is to come again
    requests = [random_request(chance, routes, image) for _ in range(options.requests)]
    table = FaultTable(
        f"{options.requests:,} random requests over {len(routes)} routes, seed {options.seed}", ("", "count")
    )
    with served(options.settings(PATIENCE_S=str(PATIENCE_S))) as server:
        before_mib = server.resident_mib()
        with largest(server) as most:
            answers = _send_all(server, requests)
        _report(table, server, answers)
        table.add("MiB before, at most", f"{before_mib:.0f}, {most[0]:.0f}")
        table.expect(ask(server.port, "POST", "/predict", image)[0] == 200, "/predict does not answer afterwards")
    return table


def _report(table: FaultTable, server: Served, answers: Sequence[Answered]) -> None:
    statuses = Counter(f"{answer.status // 100}xx" for answer in answers if answer.status > 0)
    for kind, count in sorted(statuses.items()):
        table.add(f"answered {kind}", count)
    refused = Counter(f"{answer.status} {answer.code}".strip() for answer in answers if answer.status >= 500)
    table.add("those of 5xx", ", ".join(f"{code}: {count}" for code, count in sorted(refused.items())))
    table.add("closed without an answer (no request that HTTP knows)", sum(answer.status == 0 for answer in answers))
    table.add(f"no answer within {TIMEOUT_S:g} s", sum(answer.status < 0 for answer in answers))
    wrong = [answer for answer in answers if not answer.is_meant]
    log = server.said()
    table.add("5xx that are not meant, or no answer", len(wrong))
    table.add("tracebacks in the log", tracebacks(log))
    table.add("lines of the log that a request wrote", log.count(FORGED))
    for answer in wrong[:SHOWN]:
        table.failures.append(f"{answer.status} {answer.code}: {answer.request[:300]!r}")
    table.expect(not tracebacks(log), first_traceback(log))
    table.expect(FORGED not in log, "a request wrote a line of the log")


def _send_all(server: Served, requests: Sequence[bytes]) -> list[Answered]:
    with ThreadPoolExecutor(AT_ONCE) as threads:
        sent = threads.map(lambda request: _send(server.port, request), requests)
        return list(tqdm(sent, desc="requests", unit="request", total=len(requests)))


def _send(port: int, request: bytes) -> Answered:
    """Send one over a connection of its own, and read what comes."""
    told = bytearray()
    limit_s = time.monotonic() + TIMEOUT_S
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=TIMEOUT_S) as sock:
            sock.sendall(request)
            while len(told) < ENOUGH_BYTES and time.monotonic() < limit_s and (data := sock.recv(65_536)):
                told += data
                if _is_endless(bytes(told[:2000])):
                    break
    except TimeoutError:
        return Answered(request, -1, "")
    except OSError:
        pass  # refused in the middle: what has come counts
    return Answered(request, *_understood(bytes(told)))


def _is_endless(told: bytes) -> bool:
    return b"multipart/x-mixed-replace" in told or b"text/event-stream" in told or told.startswith(b"HTTP/1.1 101")


def _understood(told: bytes) -> tuple[int, str]:
    """The status and the error's code of an answer; 0 for none."""
    head, _, body = told.removeprefix(b"HTTP/1.1 100 Continue\r\n\r\n").partition(b"\r\n\r\n")
    words = head.split(None, 2)
    if len(words) < 2 or not words[0].startswith(b"HTTP/") or not words[1].isdigit():
        return 0, ""
    return int(words[1]), error_code(body)
