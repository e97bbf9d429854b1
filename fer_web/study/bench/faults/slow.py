"""Clients that send half a request, or read nothing: what everybody else notices of them."""

from __future__ import annotations

import contextlib
import socket
from collections.abc import Iterator
from contextlib import ExitStack
from threading import Event, Thread

from fer_web.study.bench.faults.probe import Noticed, largest, noticed, settle
from fer_web.study.bench.faults.table import FaultOptions, FaultTable, tracebacks
from fer_web.study.bench.predict import demo_jpeg
from fer_web.study.bench.serving import Served, served

SECONDS = 6.0
# How often a slow client sends one byte more, and one that was dropped comes again.
DRIP_S = 1.0
# A client that reads nothing has little room of its own for answers.
RECEIVE_BYTES = 4096
LARGE = 25_000_000

HOST = b"Host: 127.0.0.1\r\n"
STATIC = b"GET /static/site.css HTTP/1.1\r\n" + HOST + b"\r\n"
CHUNKED = b"POST /predict HTTP/1.1\r\n" + HOST + b"Content-Type: image/jpeg\r\nTransfer-Encoding: chunked\r\n\r\n"


def announcement(path: str, size: int, kind: str = "image/jpeg") -> bytes:
    """The head of a request with a body of that size, and its first byte."""
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: {kind}\r\nContent-Length: {size}\r\n\r\n"
    return head.encode() + b"\xff"


# What slow clients send first, and whether they go on, a byte at a time.
KINDS: dict[str, tuple[bytes, bool]] = {
    "send nothing": (b"", False),
    "half a head": (b"GET /health/live HTTP/1.1\r\n" + HOST + b"X: ", True),
    "half a small body": (announcement("/predict", 400), True),
    "one byte of a large image": (announcement("/predict", LARGE), True),
    "one byte of a chunk": (CHUNKED + b"5\r\nh", False),
    "300 kB of a large video": (announcement("/api/jobs", 2_000_000_000, "video/mp4") + bytes(300_000), True),
    "ask 400 times, read nothing": (STATIC * 400, False),
    "keep the connection": (STATIC, False),
}
ANNOUNCED = {
    "/predict": announcement("/predict", LARGE),
    "/api/lab/compare": announcement("/api/lab/compare?models=xception,simple-cnn", LARGE),
    "/api/visits/frame": announcement("/api/visits/frame", 400_000),
    "/api/jobs": announcement("/api/jobs", 2_000_000_000, "video/mp4"),
}


class SlowClients:
    """`size` connections that send `opening`, and then a byte a second if they are to `drip`; one thread keeps them."""

    def __init__(self, port: int, size: int, opening: bytes, *, drip: bool) -> None:
        self.dropped = 0
        self._address = ("127.0.0.1", port)
        self._opening = opening
        self._drip = drip
        self._socks = [self._connect() for _ in range(size)]
        self._stop = Event()
        self._thread = Thread(target=self._keep, name="slow clients")
        self._thread.start()

    def _connect(self) -> socket.socket:
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, RECEIVE_BYTES)
        sock.settimeout(10)
        with contextlib.suppress(OSError):  # it is dropped at once: noticed with the next byte
            sock.connect(self._address)
            sock.setblocking(False)
            sock.send(self._opening)
        return sock

    def _keep(self) -> None:
        while not self._stop.wait(DRIP_S):
            for number, sock in enumerate(self._socks):
                if self._drip and not self._go_on(sock):
                    self.dropped += 1
                    sock.close()
                    self._socks[number] = self._connect()

    @staticmethod
    def _go_on(sock: socket.socket) -> bool:
        """Whether the connection still takes a byte."""
        try:
            sock.send(b"x")
        except BlockingIOError:
            return True
        except OSError:
            return False
        return True

    def close(self) -> None:
        self._stop.set()
        self._thread.join()
        for sock in self._socks:
            sock.close()


@contextlib.contextmanager
def slow_clients(port: int, size: int, kind: str) -> Iterator[SlowClients]:
    opening, drip = KINDS[kind]
    crowd = SlowClients(port, size, opening, drip=drip)
    try:
        yield crowd
    finally:
        crowd.close()


def run_slow(options: FaultOptions) -> FaultTable:
    """Each kind of slow client in turn, as many as wanted; silent ones also in more than there is room for."""
    head = ("while", "clients", "/health, slowest", "/predict, slowest", "viewer", "answered", "dropped", "MiB at most")
    table = FaultTable(f"{options.clients} slow clients, {SECONDS:g} s of each kind", head)
    image = demo_jpeg()
    kinds = [(kind, options.clients) for kind in KINDS] + [("send nothing", max(1010, 2 * options.clients))]
    with served(options.settings()) as server:
        _add(table, "nobody", 0, server, noticed(server, image, SECONDS), 0, server.resident_mib())
        for kind, count in kinds:
            with largest(server) as most, slow_clients(server.port, count, kind) as crowd:
                found = noticed(server, image, SECONDS)
                _add(table, kind, count, server, found, crowd.dropped, most[0])
            settle(server)
        table.expect(not tracebacks(server.said()), "a traceback in the log")
    return table


def _add(table: FaultTable, kind: str, count: int, server: Served, found: Noticed, dropped: int, mib: float) -> None:
    answers = sum(found.statuses.values())
    table.add(
        kind,
        count,
        f"{found.slowest_ms('/health/live'):.0f} ms",
        f"{found.slowest_ms('/predict'):.0f} ms",
        f"{found.viewer_fps:.1f} frames/s",
        f"{found.statuses[200]} of {answers}",
        dropped,
        f"{mib:.0f}",
    )
    table.expect(found.all_answered, f"while clients {kind}: {dict(found.statuses)}")
    table.expect(server.process.poll() is None, f"while clients {kind}: the server has ended")


def run_announcements(options: FaultOptions) -> FaultTable:
    """Requests that announce much and bring one byte: does /predict still find room?"""
    table = FaultTable(
        "Large bodies announced, one byte sent", ("announced to", "clients", "/predict answered", "slowest")
    )
    image = demo_jpeg()
    with served(options.settings()) as server:
        for path, opening in ANNOUNCED.items():
            for count in (8, options.clients):
                with ExitStack() as stack:
                    crowd = SlowClients(server.port, count, opening, drip=True)
                    stack.callback(crowd.close)
                    found = noticed(server, image, SECONDS)
                answers = len(found.ms.get("/predict", []))
                table.add(path, count, f"{answers} times", f"{found.slowest_ms('/predict'):.0f} ms")
                table.expect(found.all_answered, f"{count} announcements to {path}: {dict(found.statuses)}")
    return table
