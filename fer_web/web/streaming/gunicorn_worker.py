"""gunicorn's threaded worker, taught that clients may be slow and answers may have no end.

Its main thread waits for all clients at once: for heads, for bodies, for readers of answers, for those who are to hang
up. A request gets a thread when there is enough of it to be answered, and keeps it for as long as the answer is being
made. Viewers, WebSockets and a few large transfers keep one for longer; each of these kinds has its own limit.
"""

from __future__ import annotations

import atexit
import contextlib
import errno
import json
import logging
import os
import selectors
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from types import FrameType
from typing import Any, ClassVar

from gunicorn.workers.gthread import ThreadWorker

from fer_web.web.streaming.arrival import BodyAwaited
from fer_web.web.streaming.client_socket import ClientSocket
from fer_web.web.streaming.connection import Connection, Phase
from fer_web.web.streaming.patience import SlowTransfers, WaitLimits

# How often it is looked who has waited too long.
SWEEP_S = 0.25
# New clients that are let in before others are served.
ACCEPT_AT_ONCE = 64
# Health checks have threads of their own: whoever restarts the service must not be misled by a full one.
HEALTH = (b"GET /health", b"HEAD /health")
HEALTH_THREADS = 2
# Files, cameras, the database and pipes beside the connections.
OTHER_FILES = 256
OUT_OF_FILES = (errno.EMFILE, errno.ENFILE)
# How much may arrive before it is added up what all requests hold.
CHECK_BYTES = 4_000_000
# What requests get to be answered after SIGTERM, and what threads get to end after that. gunicorn's master kills a
# worker that takes longer than both together.
GRACE_S = 4
LAST_S = 3
PARKED = object()  # what `handle` answers for a request whose body is still coming


@dataclass(frozen=True, slots=True)
class EarlyAnswer:
    """An answer that needs no application: the service's usual JSON, and the connection ends."""

    status: str
    code: str
    message: str
    retry_after_s: int | None = None

    def answer(self) -> bytes:
        body = json.dumps({"error": {"code": self.code, "message": self.message}})
        lines = [f"HTTP/1.1 {self.status}", "Content-Type: application/json", f"Content-Length: {len(body)}"]
        lines += [f"Retry-After: {self.retry_after_s}"] if self.retry_after_s is not None else []
        return "\r\n".join((*lines, "Cache-Control: no-store", "Connection: close", "", body)).encode()


HEAD_TOO_LARGE = EarlyAnswer(
    "431 Request Header Fields Too Large", "head_too_large", "the request's headers are too long"
)
TOO_SLOW = EarlyAnswer("408 Request Timeout", "too_slow", "the request came too slowly; send it again")
FULL = EarlyAnswer(
    "503 Service Unavailable", "busy", "too many large requests are arriving; try again in a few seconds", 5
)
STOPPING = EarlyAnswer("503 Service Unavailable", "busy", "the service is stopping; try again in a few seconds", 5)


class StreamWorker(ThreadWorker):  # type: ignore[misc]
    """Ends the streams and the WebSockets when it is told to stop: gunicorn would wait for them until it is killed.

    `patience` and the most memory that requests may take are set before it starts.
    """

    patience: ClassVar[WaitLimits] = WaitLimits()
    max_body_bytes: ClassVar[int] = 25_000_000
    max_held_bytes: ClassVar[int] = 8 * 25_000_000

    def init_process(self) -> None:
        """In the new process, before it serves."""
        _allow_files(self.worker_connections + OTHER_FILES)
        self._connections: set[Connection] = set()
        self._unchecked_bytes = 0
        self._swept_s = 0.0
        self._transfers = SlowTransfers()
        self._health = ThreadPoolExecutor(HEALTH_THREADS, thread_name_prefix="health")
        self._has_ended = False
        atexit.register(self._leave)  # early, so that it is what is done last
        self.cfg.set("graceful_timeout", GRACE_S)  # here; its master waits longer
        super().init_process()

    def _leave(self) -> None:
        """End the process without tearing Python down, when it has served.

        A thread that runs C++ meanwhile (OpenCV, dlib, TensorFlow) would abort the process when it comes back to
        Python, and the libraries take a second to unload.
        """
        if self._has_ended:
            logging.shutdown()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(0)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: uploads that are being analyzed get an answer, streams end."""
        super().handle_exit(sig, frame)
        # No daemons: the process does not end before the last readings are written and the source was let go.
        threading.Thread(target=self._close_services, name="closing").start()
        threading.Thread(target=self._finish_recordings, name="finishing").start()

    def run(self) -> None:
        """Serve until it is told to stop, and leave no thread behind that the end of Python would tear down."""
        super().run()
        self._health.shutdown(wait=False)
        still = join_threads(LAST_S)
        if still:
            self.log.warning("Leaving threads behind that do not end: %s", ", ".join(still))
        self._has_ended = True

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGINT and SIGQUIT end the service in the same way: it is quick, and its master kills what is not."""
        self.handle_exit(sig, frame)

    # What follows runs in the main thread, except for `handle` and what it calls.

    def accept(self, listener: Any) -> None:
        """Let new clients in; when there is no room, somebody who waits leaves for each."""
        for _ in range(ACCEPT_AT_ONCE):
            if self.nr_conns + 1 >= self.worker_connections:  # at the limit itself, gunicorn lets nobody in
                self._make_room()
            if self.nr_conns >= self.worker_connections:
                return
            try:
                accepted, address = listener.accept()
            except OSError as error:
                if error.errno in OUT_OF_FILES:
                    self._make_room()
                elif error.errno not in (errno.EAGAIN, errno.ECONNABORTED, errno.EWOULDBLOCK):
                    raise
                return
            self._welcome(accepted, address, listener)

    def _welcome(self, accepted: Any, address: Any, listener: Any) -> None:
        sock = ClientSocket(accepted, self.patience, self._transfers, lambda: not self.alive)
        server = listener.getsockname()
        conn = Connection(self.cfg, sock, address, server, self.patience, self.max_body_bytes)
        self.nr_conns += 1
        self._connections.add(conn)
        self._watch(conn, selectors.EVENT_READ)

    def _watch(self, conn: Connection, event: int) -> None:
        conn.sock.setblocking(False)
        try:
            self.poller.register(conn.sock, event, partial(self._ready, conn))
        except KeyError:
            self.poller.modify(conn.sock, event, partial(self._ready, conn))
        except (OSError, ValueError):  # closed by whoever answered
            self._close(conn)

    def _unwatch(self, conn: Connection) -> None:
        with contextlib.suppress(OSError, KeyError, ValueError):
            self.poller.unregister(conn.sock)

    def _ready(self, conn: Connection, _sock: Any) -> None:
        """Something can be read from, or written to, a client that was waited for."""
        if conn.phase in (Phase.BUSY, Phase.CLOSED):  # since this event was noted
            return
        try:
            if conn.phase is Phase.ANSWER:
                self._go_on_writing(conn)
            else:
                self._go_on_reading(conn)
        except (BlockingIOError, InterruptedError):
            return
        except OSError:
            self._close(conn)

    def _go_on_reading(self, conn: Connection) -> None:
        received = conn.receive()
        self._spare_memory(received)
        if not received:
            self._close(conn)
        elif conn.phase is Phase.GOODBYE:
            return
        elif conn.arrival.is_enough:
            self._dispatch(conn)
        elif conn.arrival.has_hopeless_head:
            self._refuse(conn, HEAD_TOO_LARGE)
        elif conn.arrival.head_bytes is not None and conn.phase is Phase.HEAD:
            conn.enter(Phase.BODY)

    def _go_on_writing(self, conn: Connection) -> None:
        conn.sock.flush()
        if not conn.sock.has_unsent:
            self._after_answer(conn)

    def _dispatch(self, conn: Connection) -> None:
        """Give a thread to a request that can be answered, or may be."""
        self._unwatch(conn)
        conn.enter(Phase.BUSY)
        pool = self._health if conn.arrival.data.startswith(HEALTH) else self.tpool
        future = pool.submit(self.handle, conn)
        future.add_done_callback(lambda done: self.method_queue.defer(self.finish_request, conn, done))

    def finish_request(self, conn: Connection, fs: Future[object]) -> None:
        """A thread is done with a request, or has found that its body is still coming."""
        outcome = False if fs.cancelled() or fs.exception() else fs.result()
        if outcome is PARKED:
            self._park(conn)
            return
        conn.finish(keeps_alive=bool(outcome))
        if conn.sock.has_unsent:
            conn.enter(Phase.ANSWER)
            self._watch(conn, selectors.EVENT_WRITE)
            self._spare_memory(conn.sock.unsent_bytes)
        else:
            self._after_answer(conn)

    def _park(self, conn: Connection) -> None:
        if conn.arrival.is_enough:
            self._dispatch(conn)
        else:
            conn.enter(Phase.BODY)
            self._watch(conn, selectors.EVENT_READ)

    def _after_answer(self, conn: Connection) -> None:
        conn.enter(Phase.HEAD if conn.keeps_alive else Phase.GOODBYE)
        if conn.keeps_alive and conn.arrival.is_enough:
            self._dispatch(conn)
            return
        if not conn.keeps_alive:
            conn.sock.say_goodbye()
        self._watch(conn, selectors.EVENT_READ)

    def _refuse(self, conn: Connection, refusal: EarlyAnswer) -> None:
        """Answer without the application, and hang up."""
        conn.finish(keeps_alive=False)
        try:
            conn.sock.sendall(refusal.answer())
        except OSError:
            self._close(conn)
        else:
            self._after_answer(conn)

    def wait_for_and_dispatch_events(self, timeout: float) -> None:
        """gunicorn looks once a second; more often while everybody is to leave."""
        super().wait_for_and_dispatch_events(timeout if self.alive else min(timeout, SWEEP_S))

    def murder_pending(self) -> None:
        """gunicorn's main loop asks for this at every turn: those who have taken too long leave."""
        super().murder_pending()
        now_s = time.monotonic()
        if now_s - self._swept_s < SWEEP_S:
            return
        self._swept_s = now_s
        for conn in [conn for conn in self._connections if conn.is_overdue(not self.alive)]:
            self._give_up(conn, STOPPING if not self.alive else TOO_SLOW)

    def _make_room(self) -> None:
        """Let go of the client who has waited longest, of the address that has most who wait."""
        conn = costliest(self._connections, lambda _: 1)
        if conn is not None:
            self._close(conn)

    def _spare_memory(self, added: int) -> None:
        """Let go of whoever has held most for longest, while requests hold more than they may together."""
        self._unchecked_bytes += added
        if self._unchecked_bytes < CHECK_BYTES:
            return
        self._unchecked_bytes = 0
        while sum(conn.held_bytes for conn in self._connections) > self.max_held_bytes:
            conn = costliest(self._connections, lambda conn: conn.held_bytes)
            if conn is None:
                return
            self._give_up(conn, FULL)

    def _give_up(self, conn: Connection, refusal: EarlyAnswer) -> None:
        """Tell whoever has begun a request why it is not answered; the others are cut."""
        self._unwatch(conn)
        if conn.phase in (Phase.HEAD, Phase.BODY) and conn.arrival.data:
            self._refuse(conn, refusal)
            return
        if conn.phase is Phase.ANSWER:
            conn.sock.abort()
        self._close(conn)

    def _close(self, conn: Connection) -> None:
        if conn.phase is Phase.CLOSED:
            return
        self._unwatch(conn)
        self._connections.discard(conn)
        self.nr_conns -= 1
        conn.phase = Phase.CLOSED
        conn.close()

    # In the threads that answer.

    def handle(self, conn: Connection) -> object:
        """Serve one request: whether to keep the connection, or PARKED."""
        try:
            return super().handle(conn)
        except BodyAwaited as awaited:
            conn.arrival.wait_for(awaited.wanted_bytes)
            return PARKED

    def handle_request(self, req: Any, conn: Connection) -> object:
        """Have the application answer a request whose head is complete, and its body perhaps."""
        if not conn.arrival.is_whole or conn.arrival.is_chunked:
            req.force_close()  # where the next request begins will not be known for sure
        if conn.runs > 1:
            req._expected_100_continue = False  # the client was told to go on
        return super().handle_request(req, conn)

    def _keepalive_after(self, conn: Connection, keepalive: bool) -> bool:
        return keepalive and conn.arrival.is_whole

    def _close_services(self) -> None:
        if self._services is not None:
            self._services.close()

    def _finish_recordings(self) -> None:
        if self._services is not None:
            self._services.recordings.close()

    @property
    def _services(self) -> Any:
        wsgi = getattr(self, "wsgi", None)  # there is none while the application is being loaded
        return None if wsgi is None else wsgi.extensions["fer_web"]


def costliest(connections: Iterable[Connection], weight: Callable[[Connection], int]) -> Connection | None:
    """Of those who wait, the one that has weighed most for longest, at the address that weighs most; None if none."""
    waiting = [conn for conn in connections if conn.phase is not Phase.BUSY and weight(conn)]
    shares: Counter[str] = Counter()
    for conn in waiting:
        shares[conn.address] += weight(conn)
    heaviest = max(shares, key=shares.__getitem__, default=None)
    of_heaviest = [conn for conn in waiting if conn.address == heaviest]
    now_s = time.monotonic()
    return max(of_heaviest, key=lambda conn: weight(conn) * (now_s - conn.since_s), default=None)


def join_threads(timeout_s: float) -> list[str]:
    """Wait for all other threads; the names of those that still run."""
    limit_s = time.monotonic() + timeout_s
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    for thread in others:
        thread.join(max(0.0, limit_s - time.monotonic()))
    return [thread.name for thread in others if thread.is_alive()]


def _allow_files(count: int) -> None:
    """Let this process have so many files and connections open, where the system allows it."""
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = count if hard == resource.RLIM_INFINITY else min(count, hard)
    if soft != resource.RLIM_INFINITY and soft < wanted:
        with contextlib.suppress(OSError, ValueError):
            resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
