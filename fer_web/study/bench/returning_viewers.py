"""Viewers who come back, as the live page does, when their stream ends."""

from __future__ import annotations

import contextlib
import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from threading import Event, Thread
from types import TracebackType

from fer_web.study.bench.viewer_load import JPEG_MARK, RECEIVE_BYTES

# As long as the service's events tell browsers to wait.
AGAIN_S = 2.0
CONNECT_S = 10.0


@dataclass(slots=True, eq=False)
class ReturningViewer:
    """One of them: when pictures came, and when its stream ended, by the monotonic clock."""

    path: str
    pictures_s: list[float] = field(default_factory=list)
    lost_s: list[float] = field(default_factory=list)
    again_s: float = 0.0
    sock: socket.socket | None = None
    tail: bytes = b""


class ReturningViewers:
    """A connection for each path, read in a thread as fast as they deliver, until the block ends."""

    def __init__(self, port: int, paths: Sequence[str]) -> None:
        self.viewers = [ReturningViewer(path) for path in paths]
        self.received = 0
        self._port = port
        self._selector = selectors.DefaultSelector()
        self._stop = Event()
        self._thread = Thread(target=self._work, name="viewers", daemon=True)

    def pictures(self, since_s: float, until_s: float) -> list[int]:
        """How many pictures each got in a while."""
        return [sum(since_s <= at_s < until_s for at_s in viewer.pictures_s) for viewer in self.viewers]

    def away_s(self, since_s: float) -> list[float]:
        """How long each was without a picture whose stream ended after `since_s`; infinite for one who still is."""
        return [
            next((at_s for at_s in viewer.pictures_s if at_s > lost_s), float("inf")) - since_s
            for viewer in self.viewers
            for lost_s in viewer.lost_s[:1]
            if lost_s >= since_s
        ]

    def __enter__(self) -> ReturningViewers:
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join()
        self._selector.close()
        for viewer in self.viewers:
            if viewer.sock is not None:
                viewer.sock.close()

    def _work(self) -> None:
        while not self._stop.is_set():
            now_s = time.monotonic()
            for viewer in self.viewers:
                if viewer.sock is None and now_s >= viewer.again_s:
                    self._come(viewer)
            for key, _ in self._selector.select(0.05):
                self._receive(key.data)

    def _come(self, viewer: ReturningViewer) -> None:
        # HTTP/1.0, so that no chunk borders interrupt the parts.
        request = f"GET {viewer.path} HTTP/1.0\r\nHost: 127.0.0.1:{self._port}\r\n\r\n".encode()
        try:
            viewer.sock = socket.create_connection(("127.0.0.1", self._port), CONNECT_S)
            viewer.sock.sendall(request)
        except OSError:
            self._lose(viewer)
            return
        viewer.sock.setblocking(False)
        viewer.tail = b""
        self._selector.register(viewer.sock, selectors.EVENT_READ, viewer)

    def _receive(self, viewer: ReturningViewer) -> None:
        if viewer.sock is None:
            return
        data = b""
        with contextlib.suppress(OSError):
            data = viewer.sock.recv(RECEIVE_BYTES)
        if not data:
            self._lose(viewer)
            return
        self.received += len(data)
        seen = viewer.tail + data
        viewer.pictures_s += [time.monotonic()] * seen.count(JPEG_MARK)
        viewer.tail = seen[-(len(JPEG_MARK) - 1) :]

    def _lose(self, viewer: ReturningViewer) -> None:
        viewer.lost_s.append(time.monotonic())
        viewer.again_s = viewer.lost_s[-1] + AGAIN_S
        if viewer.sock is not None:
            with contextlib.suppress(KeyError):
                self._selector.unregister(viewer.sock)
            viewer.sock.close()
            viewer.sock = None
