"""WebSockets behind WSGI, on the socket that gunicorn and werkzeug tell us (RFC 6455; the frames are wsproto's).

One thread reads and answers. What it has not read yet waits on the sender's side: nobody can fill the memory.
"""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import socket
import time
from collections.abc import Mapping
from typing import Any

from wsproto.connection import Connection, ConnectionState, ConnectionType
from wsproto.events import BytesMessage, CloseConnection, Event, Ping, TextMessage
from wsproto.frame_protocol import CloseReason
from wsproto.utilities import LocalProtocolError

from fer_web.errors import ImageError, RequestError
from fer_web.web.streaming.client_socket import ClientSocket, socket_of

VERSION = "13"
KEY_BYTES = 16
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"  # RFC 6455, section 1.3
RECEIVE_BYTES = 64 * 1024
# What a write may take: answers are small, so only a client who stopped reading keeps one waiting.
WRITE_S = 2.0
# A message in more pieces than this, or between so many pings, is an attack.
MOST_PIECES = 4096
REASON_BYTES = 123


class WebSocket:
    """A connection after its handshake; it belongs to one thread, and any other may `interrupt` it."""

    def __init__(self, sock: socket.socket, kind: ConnectionType, max_bytes: int, already_read: bytes = b"") -> None:
        self._sock = sock
        self._protocol = Connection(kind, trailing_data=already_read)
        self._max_bytes = max_bytes
        self._is_broken = False  # the other side takes nothing any more

    @classmethod
    def accept(cls, environ: Mapping[str, Any], max_bytes: int) -> WebSocket:
        """Answer the handshake of a WSGI request; RequestError when it is none, or its server cannot do this."""
        key = environ.get("HTTP_SEC_WEBSOCKET_KEY", "")
        if environ.get("HTTP_SEC_WEBSOCKET_VERSION") != VERSION or not _is_key(key):
            raise RequestError("bad_handshake", f"this is not a WebSocket handshake of version {VERSION}")
        sock = socket_of(environ)
        if sock is None:
            raise RequestError("bad_handshake", "this server does not support WebSockets: send the frames by POST")
        sock.settimeout(WRITE_S)
        head = ("HTTP/1.1 101 Switching Protocols", "Upgrade: websocket", "Connection: Upgrade")
        sock.sendall("\r\n".join((*head, f"Sec-WebSocket-Accept: {accept_key(key)}", "", "")).encode())
        already_read = sock.take_unread() if isinstance(sock, ClientSocket) else b""
        return cls(sock, ConnectionType.SERVER, max_bytes, already_read)

    def receive(self, timeout_s: float) -> bytes | str | None:
        """The next whole message; None when the connection ends, or none is complete within the time.

        ImageError `image_too_large`, after all of it has come, for a message of more than `max_bytes`: those over the
        limit are dropped as they arrive.
        """
        limit_s = time.monotonic() + timeout_s
        pieces: list[bytes] = []
        size = count = 0
        while (event := self._next_event(limit_s)) is not None:
            count += 1
            if count > MOST_PIECES:
                self.close(CloseReason.POLICY_VIOLATION, "a message in too many fragments")
                return None
            if not isinstance(event, BytesMessage | TextMessage):
                continue
            piece = event.data.encode() if isinstance(event.data, str) else bytes(event.data)
            size += len(piece)
            if size <= self._max_bytes:
                pieces.append(piece)
            if not event.message_finished:
                continue
            if size > self._max_bytes:
                message = f"the message has {size:,} bytes; at most {self._max_bytes:,} are taken"
                raise ImageError("image_too_large", message)
            data = b"".join(pieces)
            return data if isinstance(event, BytesMessage) else data.decode()
        return None

    def send(self, data: str | bytes) -> bool:
        """Whether the message could be handed on."""
        return self._write(TextMessage(data=data) if isinstance(data, str) else BytesMessage(data=data))

    def close(self, code: int = CloseReason.NORMAL_CLOSURE, reason: str = "") -> None:
        """Say goodbye, in 123 bytes at most, and write nothing more; a second time does nothing."""
        short = reason.encode()[:REASON_BYTES].decode(errors="ignore")
        self._write(CloseConnection(code=code, reason=short))
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_WR)  # whatever the WSGI server would write after us goes nowhere

    def interrupt(self) -> None:
        """Make `receive` end, now and for good."""
        with contextlib.suppress(OSError):
            self._sock.shutdown(socket.SHUT_RD)

    def _next_event(self, limit_s: float) -> Event | None:
        """The next event, with pings and goodbyes answered; None when there will be none, or not in time."""
        while not self._is_broken:
            for event in self._protocol.events():
                if isinstance(event, Ping):
                    self._write(event.response())
                if isinstance(event, CloseConnection):
                    self._write(event.response())
                    return None
                return event
            if not self._read(limit_s):
                break
        return None

    def _read(self, limit_s: float) -> bool:
        """Whether something has come."""
        left_s = limit_s - time.monotonic()
        if left_s <= 0:
            return False
        try:
            self._sock.settimeout(left_s)
            data = self._sock.recv(RECEIVE_BYTES)
            if data:
                self._protocol.receive_data(data)
            return bool(data)
        except (OSError, LocalProtocolError):
            return False

    def _write(self, event: Event) -> bool:
        if self._is_broken or self._protocol.state not in (ConnectionState.OPEN, ConnectionState.REMOTE_CLOSING):
            return False
        try:
            self._sock.settimeout(WRITE_S)
            self._sock.sendall(self._protocol.send(event))
        except (OSError, LocalProtocolError):
            self._is_broken = True
        return not self._is_broken


def accept_key(key: str) -> str:
    """What the server answers to a client's key, to show that it speaks the protocol."""
    digest = hashlib.sha1(key.encode() + MAGIC, usedforsecurity=False).digest()
    return base64.b64encode(digest).decode()


def _is_key(key: str) -> bool:
    try:
        return len(base64.b64decode(key, validate=True)) == KEY_BYTES
    except (binascii.Error, ValueError):
        return False
