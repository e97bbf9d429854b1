"""An RTSP camera on the loopback interface: H.264 over TCP, with a log-in if asked for, and with its whims."""

from __future__ import annotations

import hashlib
import re
import socket
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

import av
import numpy as np

FPS = 20
_SDP = (
    "v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=camera\r\nt=0 0\r\nm=video 0 RTP/AVP 96\r\nc=IN IP4 0.0.0.0\r\n"
    "a=rtpmap:96 H264/90000\r\na=fmtp:96 packetization-mode=1\r\na=control:track1\r\n"
)


@dataclass
class RtspCamera:
    """`sending` pauses it, `hang_up` ends every connection, `requests` are those it got: method and headers.

    `redirect` is where it sends whoever asks for another path than /live; `password` is asked for by Digest.
    """

    url: str = ""
    redirect: str | None = None
    password: str | None = None
    sizes: tuple[tuple[int, int], ...] = ((160, 120),)
    sending: threading.Event = field(default_factory=threading.Event)
    hang_up: threading.Event = field(default_factory=threading.Event)
    requests: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    connections: int = 0

    def talk(self, line: socket.socket) -> None:
        self.connections += 1
        reader = line.makefile("rb")
        while (first := reader.readline()) and not self.hang_up.is_set():
            method, address, _ = first.decode().split()
            headers = dict(re.findall(r"([^:]+): *(.*)\r\n", "".join(self._rest(reader))))
            self.requests.append((f"{method} {address}", headers))
            status, more, body = self._answer(method, address, headers)
            head = f"RTSP/1.0 {status}\r\nCSeq: {headers['CSeq']}\r\n{more}"
            line.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n{body}".encode())
            if method == "PLAY" and status.startswith("200"):
                self._play(line)
                return

    def _rest(self, reader: Any) -> Iterator[str]:
        while (text := reader.readline()) not in (b"\r\n", b""):
            yield text.decode()

    def _answer(self, method: str, address: str, headers: dict[str, str]) -> tuple[str, str, str]:
        if method == "OPTIONS":
            return "200 OK", "Public: DESCRIBE, SETUP, PLAY, TEARDOWN\r\n", ""
        if self.redirect is not None and "/live" not in address:
            return "302 Found", f"Location: {self.redirect}\r\n", ""
        if self.password is not None and not self._knows(method, headers.get("Authorization", "")):
            return "401 Unauthorized", 'WWW-Authenticate: Digest realm="camera", nonce="abc"\r\n', ""
        if method == "DESCRIBE":
            return "200 OK", f"Content-Type: application/sdp\r\nContent-Base: {address}/\r\n", _SDP
        transport = "Transport: RTP/AVP/TCP;unicast;interleaved=0-1\r\n" if method == "SETUP" else ""
        return "200 OK", f"Recording: 1\r\n{transport}", ""

    def _knows(self, method: str, authorization: str) -> bool:
        said = dict(re.findall(r'(\w+)="([^"]*)"', authorization))
        secret, action = _md5(f"admin:camera:{self.password}"), _md5(f"{method}:{said.get('uri')}")
        return said.get("response") == _md5(f"{secret}:abc:{action}")

    def _play(self, line: socket.socket) -> None:
        for number, size in enumerate(self.sizes):
            is_last = number == len(self.sizes) - 1
            self._send(line, size, None if is_last else FPS, first=number * FPS)

    def _send(self, line: socket.socket, size: tuple[int, int], frames: int | None, first: int) -> None:
        with av.open(_Interleaved(line), "w", format="rtp", buffer_size=1400) as output:
            stream: Any = output.add_stream("libx264", rate=FPS, width=size[0], height=size[1])
            stream.pix_fmt, stream.options = "yuv420p", {"preset": "ultrafast", "tune": "zerolatency", "g": "5"}
            number = 0
            while not self.hang_up.is_set() and (frames is None or number < frames):
                if not self.sending.wait(0.05):
                    continue
                pixels = np.full((size[1], size[0], 3), 10 * number % 255, np.uint8)
                frame = av.VideoFrame.from_ndarray(pixels, "rgb24").reformat(format="yuv420p")
                frame.pts, frame.time_base = first + number, Fraction(1, FPS)
                output.mux(stream.encode(frame))
                number += 1
                self.hang_up.wait(1 / FPS)


class _Interleaved:
    """RTP packets on the connection over which they were asked for; RTCP's left out."""

    def __init__(self, line: socket.socket) -> None:
        self._line = line

    def write(self, data: bytes) -> int:
        if data[1] & 0x7F == 96:
            self._line.sendall(b"$\0" + len(data).to_bytes(2, "big") + data)
        return len(data)


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()


@contextmanager
def rtsp_camera(host: str = "127.0.0.1") -> Iterator[RtspCamera]:
    camera = RtspCamera()
    camera.sending.set()

    class Handler(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            with suppress(OSError, ValueError, av.error.FFmpegError):
                camera.talk(self.request)

    class Server(socketserver.ThreadingTCPServer):
        allow_reuse_address = True
        daemon_threads = True

    with Server((host, 0), Handler) as server:
        camera.url = f"rtsp://{host}:{server.server_address[1]}"
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield camera
        finally:
            camera.hang_up.set()
            server.shutdown()
            thread.join()
