"""gunicorn's threaded worker, which ends in order: answers, recordings and threads first, then the process."""

from __future__ import annotations

import atexit
import logging
import os
import sys
import threading
import time
from types import FrameType
from typing import Any

from gunicorn.workers.gthread import ThreadWorker

# What requests get to be answered after SIGTERM, and what threads get to end after that. gunicorn's master kills a
# worker that takes longer than both together.
GRACE_S = 4
LAST_S = 3


class OrderlyWorker(ThreadWorker):  # type: ignore[misc]
    """Ends the streams and the WebSockets when it has to stop: gunicorn would wait for them until it is killed."""

    def init_process(self) -> None:
        """In the new process, before it serves."""
        self._has_ended = False
        atexit.register(self._leave)  # early, so that it is what is done last
        self.cfg.set("graceful_timeout", GRACE_S)  # here; its master waits longer
        super().init_process()

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM: uploads that are being analyzed get an answer, streams end."""
        super().handle_exit(sig, frame)
        # No daemons: the process does not end before the last readings are written and the source was let go.
        threading.Thread(target=self._close_services, name="closing").start()
        threading.Thread(target=self._finish_recordings, name="finishing").start()

    def run(self) -> None:
        """Serve until it is told to stop, and leave no thread behind that the end of Python would tear down."""
        super().run()
        self.close_pools()
        if self._services is not None:
            self._services.dismiss_threads()
        still = join_threads(LAST_S)
        if still:
            self.log.warning("Threads that do not end are left behind: %s", ", ".join(still))
        self._has_ended = True

    def handle_quit(self, sig: int, frame: FrameType | None) -> None:
        """SIGINT and SIGQUIT end the service in the same way: it is quick, and its master kills what is not."""
        self.handle_exit(sig, frame)

    def close_pools(self) -> None:
        """Let go of threads of one's own, without waiting for them."""

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


def join_threads(timeout_s: float) -> list[str]:
    """Wait for all other threads; the names of those that still run."""
    limit_s = time.monotonic() + timeout_s
    others = [thread for thread in threading.enumerate() if thread is not threading.current_thread()]
    for thread in others:
        thread.join(max(0.0, limit_s - time.monotonic()))
    return [thread.name for thread in others if thread.is_alive()]
