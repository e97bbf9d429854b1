"""A loopback relay between FFmpeg and an RTSP camera, which keeps FFmpeg from following a redirect to other hosts.

FFmpeg has no setting for that. It also gives RTSP its time-outs, and an end as soon as it is wanted.
"""

from __future__ import annotations

import errno
import re
import socket
import threading
from contextlib import suppress
from types import TracebackType

from fer_web.sources.given_host import ENCRYPTED, port_of, split
from fer_web.sources.http_request import Timeouts
from fer_web.sources.line import LOOK_UP_S, Line, is_ready

_CHUNK_BYTES = 65_536
# So much of what the camera has answered is looked at: far more than FFmpeg reads as one line.
_ANSWER_BYTES = 65_536
_REDIRECT = re.compile(rb"RTSP/\S*\s+0*3\d\d")
_LOCATION = re.compile(rb"^location[ \t]*:[ \t]*(\S+)", re.IGNORECASE | re.MULTILINE)


class RtspRelay:
    """An open connection to the camera at `url`, and an address of this machine, `local_url`, that stands for it.

    OSError when the camera cannot be reached. `redirect` is where the camera said to go on, if it did; FFmpeg is not
    told. `is_silent` is whether the camera was given up because it said nothing. Both connections end with `close`,
    with `stop`, or when the camera sends nothing for `timeouts.read_s`. Two threads of its own carry the bytes, one
    each way.
    """

    def __init__(self, url: str, timeouts: Timeouts, stop: threading.Event) -> None:
        parts = split(url)
        has_tls = parts.scheme.lower() in ENCRYPTED
        self.redirect: str | None = None
        self.is_silent = False
        self._answers = b""
        self._read_timeout_s, self._stop, self._is_closed = timeouts.read_s, stop, False
        self._camera = Line(parts.hostname or "", port_of(parts), has_tls=has_tls, timeout_s=timeouts.open_s, stop=stop)
        self._door = socket.create_server(("127.0.0.1", 0), backlog=1)
        self._player: socket.socket | None = None
        user, at, _ = parts.netloc.rpartition("@")
        place = f"{user}{at}127.0.0.1:{self._door.getsockname()[1]}"
        self.local_url = parts._replace(scheme="rtsp", netloc=place).geturl()
        self._is_playing = False
        threading.Thread(target=self._carry_questions, name="rtsp questions", daemon=True).start()

    def close(self) -> None:
        """Any thread may; its own threads end in a moment."""
        self._is_closed = True
        self._camera.close()
        self._door.close()
        if self._player is not None:
            self._player.close()

    def __enter__(self) -> RtspRelay:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _carry_questions(self) -> None:
        """From FFmpeg to the camera, which starts with FFmpeg's coming."""
        with suppress(OSError, ValueError):  # it is over, for whatever reason: FFmpeg sees its connection end
            self._wait_for(self._door)
            self._player, _ = self._door.accept()
            self._player.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            threading.Thread(target=self._carry_answers, args=(self._player,), name="rtsp answers", daemon=True).start()
            while data := self._asked(self._player):
                if data.startswith(b"PLAY "):
                    self._is_playing, self._camera.timeout_s = True, self._read_timeout_s
                self._camera.sendall(data)
        self.close()

    def _asked(self, player: socket.socket) -> bytes:
        self._wait_for(player)
        return player.recv(_CHUNK_BYTES)

    def _wait_for(self, end: socket.socket) -> None:
        while not is_ready(end, LOOK_UP_S):
            if self._stop.is_set() or self._is_closed:
                raise ConnectionAbortedError(errno.ECONNABORTED, "told to stop")

    def _carry_answers(self, player: socket.socket) -> None:
        """From the camera to FFmpeg; a redirect is not carried, since FFmpeg would follow it."""
        try:
            while data := self._camera.receive(_CHUNK_BYTES):
                if not self._is_playing and self._redirects(data):
                    break
                player.sendall(data)
        except TimeoutError:
            self.is_silent = True
        except OSError:  # it is over, for whatever reason
            pass
        self.close()

    def _redirects(self, data: bytes) -> bool:
        """Whether the answers up to these bytes hold a redirect, whatever they look like otherwise.

        FFmpeg drops every carriage return, and acts on a whole line: on none that was not looked at.
        """
        self._answers = (self._answers + data.replace(b"\r", b""))[-_ANSWER_BYTES:]
        status = _REDIRECT.search(self._answers)
        if status is None:
            return False
        while b"\n\n" not in self._answers[status.start() :] and len(self._answers) < _ANSWER_BYTES:
            rest = self._camera.receive(_CHUNK_BYTES)
            if not rest:
                break
            self._answers += rest.replace(b"\r", b"")
        location = _LOCATION.search(self._answers, status.start())
        self.redirect = location[1].decode("utf-8", "replace") if location else ""
        return True
