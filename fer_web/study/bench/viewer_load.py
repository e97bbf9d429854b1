"""Many viewers of a stream in one thread."""

from __future__ import annotations

import selectors
import socket
import time
from dataclasses import dataclass
from types import TracebackType

from fer_web.errors import FerError

# One in the head of every part, none in the head of a stream.
JPEG_MARK = b"Content-Type: image/jpeg\r\n"
# One before every picture of fragmented MP4: a box of sixteen bytes.
MP4_MARK = b"\0\0\0\x10mfhd"
RECEIVE_BYTES = 256 * 1024


@dataclass(slots=True)
class _Viewer:
    sock: socket.socket
    pictures: int = 0
    tail: bytes = b""


class ViewerLoad:
    """`size` connections to a stream on this machine, read as fast as they deliver; belongs to one thread.

    `mark` is what each picture begins with. FerError when one is refused or ends.
    """

    def __init__(self, port: int, path: str, size: int, mark: bytes = JPEG_MARK) -> None:
        self._mark = mark
        self.received = 0
        self._selector = selectors.DefaultSelector()
        self._viewers: list[_Viewer] = []
        # HTTP/1.0, so that no chunk borders interrupt the parts.
        request = f"GET {path} HTTP/1.0\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode()
        for _ in range(size):
            viewer = _Viewer(socket.create_connection(("127.0.0.1", port), timeout=10))
            viewer.sock.sendall(request)
            viewer.sock.setblocking(False)
            self._selector.register(viewer.sock, selectors.EVENT_READ, viewer)
            self._viewers.append(viewer)

    def read(self, seconds: float) -> None:
        """Take what comes for that long."""
        limit_s = time.monotonic() + seconds
        while (left_s := limit_s - time.monotonic()) > 0:
            for key, _ in self._selector.select(left_s):
                self._receive(key.data)

    def pictures(self) -> list[int]:
        """How many pictures have begun to arrive at each viewer."""
        return [viewer.pictures for viewer in self._viewers]

    def _receive(self, viewer: _Viewer) -> None:
        data = viewer.sock.recv(RECEIVE_BYTES)
        if not data:
            raise FerError(f"a stream ended after {viewer.pictures} pictures; its last bytes: {viewer.tail!r}")
        self.received += len(data)
        seen = viewer.tail + data
        viewer.pictures += seen.count(self._mark)
        viewer.tail = seen[-(len(self._mark) - 1) :]

    def __enter__(self) -> ViewerLoad:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._selector.close()
        for viewer in self._viewers:
            viewer.sock.close()
