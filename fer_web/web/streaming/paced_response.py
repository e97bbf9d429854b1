"""Answers without an end: written as fast as their reader reads, and given up when that stops."""

from __future__ import annotations

import contextlib
import logging
import select
import socket
import struct
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any

from flask import Response, request

from fer_web.web.streaming.client_socket import socket_of

log = logging.getLogger(__name__)

# The kernel keeps this much for a reader (Linux doubles it, for its own bookkeeping): several pictures, not megabytes.
BUFFER_BYTES = 256 * 1024
# Linux calls a socket writable when a third of its buffer is free, so a piece of this size never blocks.
PIECE_BYTES = 32 * 1024
# A reader who takes nothing for this long is dropped.
STALL_S = 10.0
# How often a writer who waits for a stalled reader looks whether the service is stopping.
LOOK_S = 0.25
# What a write may take at most should it block after all; short, because stopping waits for it.
WRITE_S = 2.0


class PacedResponse:
    """The socket behind a WSGI request, when its server tells which that is (gunicorn and werkzeug do).

    Without one (waitress buffers by itself) everything is written as it comes.
    """

    def __init__(self, sock: socket.socket | None, is_over: Callable[[], bool], stall_s: float | None = None) -> None:
        self._sock = sock
        self._is_over = is_over
        self._stall_s = STALL_S if stall_s is None else stall_s
        if sock is not None:
            _configure(sock)

    @classmethod
    def of(cls, environ: Mapping[str, Any], is_over: Callable[[], bool]) -> PacedResponse:
        """The outlet of a WSGI request; `is_over` says that the service is stopping."""
        return cls(socket_of(environ), is_over)

    def paced(self, messages: Iterable[bytes]) -> Iterator[bytes]:
        """Pieces of the messages, each as soon as the reader has room for it; ends when the reader stalls.

        The next message is asked for only after the last one was written: a slow reader gets fewer and new ones.
        """
        for message in messages:
            for start in range(0, len(message), PIECE_BYTES):
                if not self._has_room():
                    self._abort()
                    return
                yield message[start : start + PIECE_BYTES]
        self._stop_listening()

    def _has_room(self) -> bool:
        if self._sock is None:
            return True
        limit_s = time.monotonic() + self._stall_s
        while not _is_writable(self._sock, LOOK_S):
            if self._is_over() or time.monotonic() > limit_s:
                return False
        return True

    def _stop_listening(self) -> None:
        """Take no further request on this connection, so that a stopping server need not wait for one."""
        if self._sock is not None:
            with contextlib.suppress(OSError):
                self._sock.shutdown(socket.SHUT_RD)

    def _abort(self) -> None:
        """Reset the connection: what the reader has not taken is thrown away instead of being kept for minutes."""
        if self._sock is None:
            return
        log.info("Dropping a viewer who stopped reading")
        with contextlib.suppress(OSError):  # it may be gone already
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            self._sock.shutdown(socket.SHUT_RDWR)


def endless_answer(
    messages: Iterable[bytes], content_type: str, *, is_over: Callable[[], bool], leave: Callable[[], None]
) -> Response:
    """An answer that is written message by message; `leave` is called when it ends, however that comes about."""
    answer = Response(PacedResponse.of(request.environ, is_over).paced(messages), content_type=content_type)
    answer.call_on_close(leave)
    answer.headers["Cache-Control"] = "no-store"
    answer.headers["X-Accel-Buffering"] = "no"  # nginx would collect pictures before it passes them on
    return answer


def _configure(sock: socket.socket) -> None:
    sock.settimeout(WRITE_S)
    with contextlib.suppress(OSError):
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, BUFFER_BYTES)
    with contextlib.suppress(OSError):  # Linux has the rule above in its place
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_SNDLOWAT, PIECE_BYTES)


def _is_writable(sock: socket.socket, timeout_s: float) -> bool:
    """Whether it has room, has failed or was hung up within the time: a write tells which."""
    try:
        if not hasattr(select, "poll"):  # Windows
            return any(select.select([], [sock], [sock], timeout_s))
        poll = select.poll()
        poll.register(sock, select.POLLOUT)
        return bool(poll.poll(timeout_s * 1000))
    except (OSError, ValueError):  # closed meanwhile
        return True
