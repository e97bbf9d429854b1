"""One client's connection between its requests: what it waits for, and how long it may."""

from __future__ import annotations

import time
from enum import Enum
from typing import Any

from gunicorn.http import get_parser
from gunicorn.http.unreader import Unreader
from gunicorn.workers.gthread import TConn

from fer_web.web.security.throttle import household
from fer_web.web.streaming.arrival import Arrival, BodyAwaited
from fer_web.web.streaming.client_socket import ClientSocket
from fer_web.web.streaming.patience import TransferRate, WaitLimits

RECEIVE_BYTES = 256 * 1024
# How long a client may take to hang up after the last answer.
GOODBYE_S = 2.0
# How much, and how long, is read of what a refused client is still sending, so that it gets to read why.
REFUSED_BYTES, REFUSED_S = 32_000_000, 5.0


class Phase(Enum):
    """What a connection is doing; in all but BUSY it costs no thread."""

    HEAD = "a request's head is awaited, or is coming"
    BODY = "its body is coming"
    BUSY = "a thread answers"
    ANSWER = "the client is reading the answer"
    GOODBYE = "the client should hang up"
    CLOSED = "closed"


class Connection(TConn):  # type: ignore[misc]
    """What gunicorn knows of a connection, and what has come over it.

    A thread owns it while it is BUSY, the worker's main thread at all other times.
    """

    sock: ClientSocket

    def __init__(
        self, cfg: Any, sock: ClientSocket, client: Any, server: Any, patience: WaitLimits, max_body_bytes: int
    ) -> None:
        super().__init__(cfg, sock, client, server)
        self.address = household_of(client)
        self.data_ready = True  # gunicorn asks nobody to wait for it
        self.phase = Phase.HEAD
        self.since_s = time.monotonic()
        self.arrival = Arrival(max_body_bytes)
        self.runs = 0  # of the request that is being served
        self.keeps_alive = False
        self._patience = patience
        self._has_served = False
        self._pace = TransferRate(patience)
        self._drained_bytes = 0

    @property
    def held_bytes(self) -> int:
        """The memory that its request and its answer take."""
        return len(self.arrival.data) + self.sock.unsent_bytes

    def enter(self, phase: Phase) -> None:
        self.phase = phase
        self.since_s = time.monotonic()
        if phase is Phase.BODY:
            self._pace = TransferRate(self._patience)

    def finish(self, *, keeps_alive: bool) -> None:
        """The request is answered; of what has come, only what belongs to the next one is kept."""
        self.keeps_alive = keeps_alive
        self.arrival = self.arrival.following()
        self.sock.arrival = None
        self.runs = 0
        self._has_served = True

    def receive(self) -> int:
        """Take what has come, and how much that is; 0 when the client has hung up. OSError from a broken connection."""
        data = self.sock.recv(RECEIVE_BYTES)
        if self.phase is Phase.GOODBYE:
            self._drained_bytes += len(data)
            return len(data)
        if self.phase is Phase.HEAD and data and not self.arrival.data:
            self.since_s = time.monotonic()  # the head's time begins with its first byte
        self.arrival.add(data)
        self._pace.moved(len(data))
        return len(data)

    def is_overdue(self, is_stopping: bool) -> bool:
        """Whether it has waited long enough for its client."""
        waited_s = time.monotonic() - self.since_s
        if self.phase is Phase.HEAD:
            return waited_s > self._head_s(is_stopping)
        if self.phase is Phase.BODY:
            return is_stopping or self._pace.left_s < 0
        if self.phase is Phase.ANSWER:
            return self.sock.pace is not None and self.sock.pace.left_s < 0
        if self.phase is Phase.GOODBYE:
            is_sending = 0 < self._drained_bytes < REFUSED_BYTES and not is_stopping
            return waited_s > (REFUSED_S if is_sending else GOODBYE_S / (4 if is_stopping else 1))
        return False

    def _head_s(self, is_stopping: bool) -> float:
        if is_stopping:
            return 0.5  # for a request that was on its way already
        is_idle = self._has_served and not self.arrival.data
        return float(self.cfg.keepalive) if is_idle else self._patience.head_s

    def init(self) -> None:
        """Before each run of a request; gunicorn's parser reads what has come, and nothing from the socket."""
        self.runs += 1
        self.initialized = True
        self.sock.arrival = self.arrival
        self.parser = get_parser(self.cfg, self.sock, self.client)
        self.parser.unreader = ArrivedBytes(self.arrival, self.sock)


def household_of(client: Any) -> str:
    """Whose connection it is, for the shares of those who wait. A proxy's clients are one household here."""
    return household(client[0]) if isinstance(client, tuple) else str(client)  # a Unix socket has no address


class ArrivedBytes(Unreader):  # type: ignore[misc]
    """Where gunicorn's parser and the application read a request from."""

    def __init__(self, arrival: Arrival, sock: ClientSocket) -> None:
        super().__init__()
        self._arrival = arrival
        self._sock = sock
        self._at = 0

    def chunk(self, size_hint: int | None = None) -> bytes:
        """The next bytes; BodyAwaited when they are still to come."""
        head = self._arrival.head_bytes or 0
        if self._at < head:  # the head alone: the parser would copy all that comes with it
            self._at = head
            return bytes(self._arrival.data[:head])
        limit = len(self._arrival.data) if self._arrival.end is None else self._arrival.end
        data = bytes(memoryview(self._arrival.data)[self._at : min(limit, self._at + max(size_hint or 0, 8192))])
        self._at += len(data)
        return data or self._beyond(size_hint or 8192)

    def _beyond(self, size: int) -> bytes:
        if self._arrival.is_whole or self._arrival.is_oversized:
            return b""
        if self._arrival.pace is None:
            raise BodyAwaited(None)
        return self._sock.recv_in_time(size, self._arrival.pace)
