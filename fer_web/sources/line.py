"""A connection to a camera whose every wait is bounded, and over as soon as it is told to stop."""

from __future__ import annotations

import errno
import io
import os
import select
import socket
import ssl
import threading
import time
from collections.abc import Callable
from typing import Any, TypeVar

T = TypeVar("T")

# How soon a wait notices that it is to stop.
LOOK_UP_S = 0.1
_IN_PROGRESS = {errno.EINPROGRESS, errno.EWOULDBLOCK, getattr(errno, "WSAEWOULDBLOCK", errno.EWOULDBLOCK)}


class Line:
    """A TCP connection, with TLS if asked for; OSError when it cannot be made, breaks, or nothing comes for too long.

    Certificates are not verified: cameras sign their own. One thread may send while another one receives; `stop` ends
    both. `timeout_s` is the longest wait for a single one of them. It stands in for a socket where http.client wants
    one.
    """

    def __init__(self, host: str, port: int, *, has_tls: bool, timeout_s: float, stop: threading.Event) -> None:
        self.timeout_s = timeout_s
        self._stop = stop
        self._socket = self._connected(host, port)
        if has_tls:
            try:
                self._encrypt(host)
            except BaseException:
                self.close()
                raise

    def receive(self, most: int) -> bytes:
        """At least one byte; none at the end."""
        return self._waiting_for(lambda: self._socket.recv(most), is_sending=False)

    def sendall(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._send(rest) :]

    def makefile(self, mode: str = "rb", *_: Any) -> io.BufferedReader:
        """What http.client reads answers from."""
        if mode != "rb":
            raise ValueError("a line is read through its file, and written to by `sendall`")
        return io.BufferedReader(_Received(self))

    def close(self) -> None:
        self._socket.close()

    def _send(self, data: memoryview) -> int:
        return self._waiting_for(lambda: self._socket.send(data), is_sending=True)

    def _connected(self, host: str, port: int) -> socket.socket:
        deadline_s = time.monotonic() + self.timeout_s
        failure = OSError(errno.EHOSTUNREACH, os.strerror(errno.EHOSTUNREACH))
        for family, kind, protocol, _, address in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM):
            line = socket.socket(family, kind, protocol)
            try:
                self._connect(line, address, deadline_s)
            except OSError as error:
                line.close()
                self._check_stop()
                failure = error
            else:
                return line
        raise failure

    def _connect(self, line: socket.socket, address: Any, deadline_s: float) -> None:
        line.setblocking(False)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        code = line.connect_ex(address)
        if code in _IN_PROGRESS:
            self._wait(line, deadline_s, is_sending=True)
            code = line.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if code:
            raise OSError(code, os.strerror(code))

    def _encrypt(self, host: str) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        encrypted = context.wrap_socket(self._socket, server_hostname=host, do_handshake_on_connect=False)
        self._socket = encrypted
        self._waiting_for(encrypted.do_handshake, is_sending=True)

    def _waiting_for(self, act: Callable[[], T], *, is_sending: bool) -> T:
        deadline_s = time.monotonic() + self.timeout_s
        while True:
            self._check_stop()
            try:
                return act()
            except ssl.SSLWantReadError:
                self._wait(self._socket, deadline_s, is_sending=False)
            except ssl.SSLWantWriteError:
                self._wait(self._socket, deadline_s, is_sending=True)
            except BlockingIOError:
                self._wait(self._socket, deadline_s, is_sending=is_sending)

    def _wait(self, line: socket.socket, deadline_s: float, *, is_sending: bool) -> None:
        while True:
            self._check_stop()
            left_s = deadline_s - time.monotonic()
            if left_s <= 0:
                raise TimeoutError(errno.ETIMEDOUT, os.strerror(errno.ETIMEDOUT))
            if is_ready(line, min(left_s, LOOK_UP_S), is_sending=is_sending):
                return

    def _check_stop(self) -> None:
        if self._stop.is_set():
            raise ConnectionAbortedError(errno.ECONNABORTED, "told to stop")


def is_ready(line: socket.socket, timeout_s: float, *, is_sending: bool = False) -> bool:
    """Whether a socket can be read from, or written to, in time."""
    if not hasattr(select, "poll"):  # Windows, whose `select` knows no limit of numbers
        return any(select.select([] if is_sending else [line], [line] if is_sending else [], [], timeout_s))
    poll = select.poll()
    poll.register(line, select.POLLOUT if is_sending else select.POLLIN)
    return bool(poll.poll(timeout_s * 1000))


class _Received(io.RawIOBase):
    """What a line receives, as a file."""

    def __init__(self, line: Line) -> None:
        self._line = line

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._line.receive(len(buffer))
        buffer[: len(data)] = data
        return len(data)
