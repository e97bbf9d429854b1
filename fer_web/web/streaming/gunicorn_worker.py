"""gunicorn's threaded worker, taught that clients may be slow and answers may have no end.

Its main thread waits for all clients at once: for heads, for bodies, for readers of answers, for those who are to hang
up. A request gets a thread when there is enough of it to be answered, and keeps it for as long as the answer is being
made. Viewers, WebSockets and a few large transfers keep one for longer; each of these kinds has its own limit.
"""

from __future__ import annotations

import contextlib
import errno
import selectors
import time
from concurrent.futures import Future, ThreadPoolExecutor
from functools import partial
from typing import Any, ClassVar

from fer_web.web.streaming.arrival import BodyAwaited
from fer_web.web.streaming.client_socket import ClientSocket
from fer_web.web.streaming.connection import Connection, Phase
from fer_web.web.streaming.early_answer import FULL, HEAD_TOO_LARGE, STOPPING, TOO_SLOW, EarlyAnswer
from fer_web.web.streaming.orderly_worker import OrderlyWorker
from fer_web.web.streaming.patience import SlowTransfers, WaitLimits
from fer_web.web.streaming.room import allow_files, costliest

# How often it is looked who has waited too long.
SWEEP_S = 0.25
# New clients that are let in before others are served.
ACCEPT_AT_ONCE = 64
# Health checks have threads of their own: whoever restarts the service must not be misled by a full one.
HEALTH = (b"GET /health", b"HEAD /health", b"GET /readyz", b"HEAD /readyz")
HEALTH_THREADS = 2
# How much may arrive before it is added up what all requests hold.
CHECK_BYTES = 4_000_000
PARKED = object()  # what `handle` answers for a request whose body is still coming


class StreamWorker(OrderlyWorker):
    """Gives a thread to a request that has come, and waits for all others in one.

    `patience` and the most memory that requests may take are set before it starts.
    """

    patience: ClassVar[WaitLimits] = WaitLimits()
    max_body_bytes: ClassVar[int] = 25_000_000
    max_held_bytes: ClassVar[int] = 8 * 25_000_000

    def init_process(self) -> None:
        """In the new process, before it serves."""
        allow_files(self.worker_connections)
        self._connections: set[Connection] = set()
        self._unchecked_bytes = 0
        self._swept_s = 0.0
        self._transfers = SlowTransfers()
        self._health = ThreadPoolExecutor(HEALTH_THREADS, thread_name_prefix="health")
        super().init_process()

    def close_pools(self) -> None:
        """The threads of health checks end with the others."""
        self._health.shutdown(wait=False)

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
                if error.errno in (errno.EMFILE, errno.ENFILE):  # out of files
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
                conn.sock.flush()
                if not conn.sock.has_unsent:
                    self._after_answer(conn)
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
