"""A program in the place of a page with a camera: frames go over a WebSocket, one at a time."""

from __future__ import annotations

import base64
import contextlib
import json
import os
import socket
import struct
from types import TracebackType
from typing import Any

from wsproto.connection import ConnectionType

from fer_web.errors import FerError
from fer_web.web.streaming.websocket import VERSION, WebSocket, accept_key

ANSWER_BYTES = 1_000_000
HEAD_BYTES = 16 * 1024
PATIENCE_S = 20.0


class Visitor:
    """A visit on this machine, from the handshake to its end; FerError when it is refused."""

    def __init__(self, port: int, *, path: str = "/api/visits/socket", **headers: str) -> None:
        self._sock = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE_S)
        try:
            self._socket = self._upgraded(port, path, headers)
        except BaseException:
            self._sock.close()
            raise

    def ask(self, frame: bytes | str) -> Any:
        """Send a frame and wait for its answer."""
        self.send(frame)
        return self.answer()

    def send(self, frame: bytes | str) -> None:
        """Send without waiting; FerError when the service has gone."""
        if not self._socket.send(frame):
            raise FerError("the service has ended the visit")

    def answer(self) -> Any:
        """The next answer; FerError when there is none in time, or no more."""
        message = self._socket.receive(PATIENCE_S)
        if message is None:
            raise FerError("the service has ended the visit")
        return json.loads(message)

    def say_goodbye(self) -> None:
        """End the visit properly."""
        self._socket.close()

    def vanish(self) -> None:
        """Reset the connection, as a power cut would."""
        with contextlib.suppress(OSError):
            self._sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self._sock.close()

    def _upgraded(self, port: int, path: str, headers: dict[str, str]) -> WebSocket:
        key = base64.b64encode(os.urandom(16)).decode()
        fields = {
            "Host": f"127.0.0.1:{port}",
            "Connection": "Upgrade",
            "Upgrade": "websocket",
            "Sec-WebSocket-Key": key,
            "Sec-WebSocket-Version": VERSION,
            **{name.replace("_", "-"): value for name, value in headers.items()},
        }
        lines = [f"GET {path} HTTP/1.1", *(f"{name}: {value}" for name, value in fields.items()), "", ""]
        self._sock.sendall("\r\n".join(lines).encode())
        head, rest = self._head()
        if not head.startswith("HTTP/1.1 101 ") or f"Sec-WebSocket-Accept: {accept_key(key)}" not in head:
            raise FerError(f"the handshake was refused: {head.splitlines()[0] if head else 'no answer'}")
        return WebSocket(self._sock, ConnectionType.CLIENT, ANSWER_BYTES, rest)

    def _head(self) -> tuple[str, bytes]:
        data = b""
        while b"\r\n\r\n" not in data and len(data) < HEAD_BYTES and (more := self._sock.recv(4096)):
            data += more
        head, _, rest = data.partition(b"\r\n\r\n")
        return head.decode("latin-1"), rest

    def __enter__(self) -> Visitor:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._socket.close()
        self._sock.close()
