"""gunicorn's threaded worker, taught about answers that have no end."""

from __future__ import annotations

import threading
from types import FrameType
from typing import Any

from gunicorn.util import close_graceful
from gunicorn.workers.gthread import ThreadWorker

# How long a client may take to hang up after its answer; less when the service is stopping.
GOODBYE_S = 2.0
LAST_GOODBYE_S = 0.5


class StreamWorker(ThreadWorker):  # type: ignore[misc]
    """Ends the streams and the WebSockets when it is told to stop: gunicorn would wait for them until it is killed.

    It also says goodbye to clients in the thread that served them. gunicorn does that in the thread that accepts
    everybody: one client who is slow to hang up would keep all others waiting for two seconds.
    """

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: uploads that are being analyzed get an answer, streams end."""
        super().handle_exit(sig, frame)
        threading.Thread(target=self._close_services, name="closing", daemon=True).start()
        # No daemon: the process does not end before the last readings are written, or its master loses patience.
        threading.Thread(target=self._finish_recordings, name="finishing").start()

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGINT and SIGQUIT end the service in the same way: it is quick, and its master kills what is not."""
        self.handle_exit(sig, frame)

    def handle(self, conn: Any) -> object:
        """Serve one request; whether to keep the connection, or something of gunicorn's own."""
        outcome: object = super().handle(conn)
        if outcome is False:
            close_graceful(conn.sock, GOODBYE_S if self.alive else LAST_GOODBYE_S)
            conn.close = _already_closed
        return outcome

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


def _already_closed(graceful: bool = False) -> None:
    """Stands in for a connection's `close`."""
