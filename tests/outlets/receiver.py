"""A program that takes webhooks, on a free port of this machine, and answers as a test wants."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from standardwebhooks import Webhook as Verifier

SECRET = "whsec_" + "A" * 43 + "="


class Receiver:
    """Verifies each request as Standard Webhooks says; `answers` are status and headers, the last one for ever."""

    def __init__(self) -> None:
        self.answers: list[tuple[int, dict[str, str]]] = [(204, {})]
        self.taken: list[dict[str, Any]] = []
        self.ids: list[str] = []
        self.heads: list[dict[str, str]] = []
        self.gate = threading.Event()
        self.gate.set()
        self.asked = threading.Event()
        self.port = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hooks/s3cret?key=abc"

    def take(self, heads: dict[str, str], body: bytes) -> tuple[int, dict[str, str]]:
        self.asked.set()
        self.gate.wait(30)
        self.heads.append(heads)
        self.ids.append(heads["webhook-id"])
        event = Verifier(SECRET).verify(body, heads)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer[0] < 300:
            self.taken.append(event)
        return answer


@contextmanager
def receiving() -> Iterator[Receiver]:
    receiver = Receiver()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            status, heads = receiver.take({name.lower(): value for name, value in self.headers.items()}, body)
            self.send_response(status)
            for name, value in {"Content-Length": "0", **heads}.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Nothing on the terminal."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_port
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            receiver.gate.set()
            server.shutdown()
            thread.join()
