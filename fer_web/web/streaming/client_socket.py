"""A client's connection whose slow reader keeps no thread: what it does not take at once is written later."""

from __future__ import annotations

import contextlib
import errno
import os
import select
import socket
import struct
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, cast

from fer_web.errors import BusyError
from fer_web.web.streaming.arrival import FIRST_BYTES, Arrival
from fer_web.web.streaming.patience import SlowTransfers, TransferRate, WaitLimits

# What an answer in pieces may have unsent before its maker has to wait for the reader.
KEPT_BYTES = 1_000_000
# What is written at once, so that one fast reader of a large file keeps nobody else waiting.
PORTION_BYTES = 256 * 1024
LOOK_S = 0.25


@dataclass(slots=True)
class _FilePart:
    """Bytes of a file that are still to be sent; the descriptor is our own."""

    fileno: int
    offset: int
    left: int

    def send(self, sock: socket.socket) -> int:
        count = os.sendfile(sock.fileno(), self.fileno, self.offset, min(self.left, PORTION_BYTES))
        if not count:
            raise ConnectionAbortedError(errno.ECONNABORTED, "the file became shorter while it was sent")
        self.offset += count
        self.left -= count
        return count

    def close(self) -> None:
        os.close(self.fileno)


@dataclass(slots=True)
class _Piece:
    """Bytes of an answer that are still to be sent."""

    data: memoryview

    @property
    def left(self) -> int:
        return len(self.data)

    def send(self, sock: socket.socket) -> int:
        count = sock.send(self.data[:PORTION_BYTES])
        self.data = self.data[count:]
        return count

    def close(self) -> None:
        self.data.release()


class ClientSocket(socket.socket):
    """The socket of one client; at any time one thread serves it, or the worker's main thread waits for it."""

    def __init__(
        self,
        accepted: socket.socket,
        patience: WaitLimits,
        transfers: SlowTransfers,
        is_stopping: Callable[[], bool] = lambda: False,
    ) -> None:
        super().__init__(accepted.family, accepted.type, accepted.proto, accepted.detach())
        self._patience = patience
        self._transfers = transfers
        self._is_stopping = is_stopping
        self.arrival: Arrival | None = None  # of the request that a thread answers
        self._unsent: deque[_Piece | _FilePart] = deque()
        self.unsent_bytes = 0  # in memory; what is left of files costs none
        self._is_taken_over = False
        self.pace: TransferRate | None = None  # of what is being sent

    def take_over(self) -> None:
        """From now on writes go out as the caller times them: endless answers and WebSockets know their readers."""
        self._is_taken_over = True

    def sendall(self, data: Any, flags: int = 0) -> None:
        """Write what the client takes now, and keep the rest for later."""
        if self._is_taken_over:
            super().sendall(data, flags)
            return
        self._wait_for_reader()
        self._unsent.append(_Piece(memoryview(data)))
        self.unsent_bytes += len(data)
        self.flush()

    def sendfile(self, file: Any, offset: int = 0, count: int | None = None) -> int:
        """The same for a file; it may be closed at once."""
        left = os.fstat(file.fileno()).st_size - offset if count is None else count
        self._wait_for_reader()
        self._unsent.append(_FilePart(os.dup(file.fileno()), offset, left))
        self.flush()
        return left

    @property
    def has_unsent(self) -> bool:
        return bool(self._unsent)

    def flush(self, portions: int = 16) -> None:
        """Write as much as the client takes at once; OSError when it has gone."""
        timeout_s = self.gettimeout()
        self.setblocking(False)
        try:
            while self._unsent and portions > 0:
                self._send_first()
                portions -= 1
        except (BlockingIOError, InterruptedError):
            pass
        finally:
            self.settimeout(timeout_s)
        if not self._unsent:
            self.pace = None
        elif self.pace is None:
            self.pace = TransferRate(self._patience)

    def _send_first(self) -> None:
        first = self._unsent[0]
        if first.left:
            count = first.send(self)
            if isinstance(first, _Piece):
                self.unsent_bytes -= count
            if self.pace is not None:
                self.pace.moved(count)
        if not first.left:
            self._unsent.popleft().close()

    def _wait_for_reader(self) -> None:
        """Let a maker of many pieces go on only when its reader has taken most of them."""
        if self.unsent_bytes <= KEPT_BYTES:
            return
        pace = TransferRate(self._patience)
        try:
            with self._transfers.place(pace, self.cut):
                while self.unsent_bytes > KEPT_BYTES:
                    if pace.left_s < 0 or self._is_stopping():
                        self.abort()
                        raise ConnectionResetError(errno.ECONNRESET, "the reader is too slow")
                    before = self.unsent_bytes
                    if _is_ready(self, select.POLLOUT, LOOK_S):
                        self.flush()
                    pace.moved(before - self.unsent_bytes)
        except BusyError as error:
            self.abort()
            raise ConnectionResetError(errno.ECONNRESET, str(error)) from error

    def take_unread(self) -> bytes:
        """What has come behind the request's head, for whoever goes on in another protocol."""
        arrival, self.arrival = self.arrival, None
        return b"" if arrival is None else bytes(arrival.data[arrival.head_bytes :])

    @contextlib.contextmanager
    def reading_on(self) -> Iterator[None]:
        """Let a view read its request's body while it comes; BodyAwaited until its beginning is there.

        BusyError while too many such bodies come.
        """
        arrival = self.arrival
        if arrival is None or arrival.is_whole:
            yield
            return
        arrival.require(FIRST_BYTES)
        pace = TransferRate(self._patience)
        with self._transfers.place(pace, self.cut):
            arrival.pace = pace
            yield

    def recv_in_time(self, size: int, pace: TransferRate) -> bytes:
        """The next bytes of a body that is read while it comes; TimeoutError when its sender is too slow."""
        while not _is_ready(self, select.POLLIN, LOOK_S):
            if pace.left_s < 0 or self._is_stopping():
                raise TimeoutError("the sender is too slow")
        data = self.recv(size)
        pace.moved(len(data))
        return data

    def cut(self) -> None:
        """End whatever goes on here; any thread may."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_RDWR)

    def say_goodbye(self) -> None:
        """Send nothing more: the client reads the end of the answer, and hangs up."""
        with contextlib.suppress(OSError):
            self.shutdown(socket.SHUT_WR)

    def abort(self) -> None:
        """Reset the connection when it is closed: what the client has not taken is thrown away at once."""
        with contextlib.suppress(OSError):
            self.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.cut()

    def close(self) -> None:
        while self._unsent:
            self._unsent.popleft().close()
        self.unsent_bytes = 0
        self.arrival = None
        super().close()


def socket_of(environ: Mapping[str, Any]) -> socket.socket | None:
    """The socket behind a WSGI request, to be written to directly; None when its server does not tell it."""
    sock = environ.get("gunicorn.socket") or environ.get("werkzeug.socket")
    if isinstance(sock, ClientSocket):
        sock.take_over()
    return cast("socket.socket | None", sock)


def _is_ready(sock: socket.socket, event: int, timeout_s: float) -> bool:
    poll = select.poll()
    poll.register(sock, event)
    return bool(poll.poll(timeout_s * 1000))
