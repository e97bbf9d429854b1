"""A network camera of `bench cameras`, as a program of its own: `clip_camera FOLDER STARTED_S FPS`.

It sends the folder's JPEGs over HTTP, over and over, each when it is due, and prints its port when it listens. It needs
nothing but the standard library, so that many of them take little from what is measured.
"""

from __future__ import annotations

import math
import sys
import time
from collections.abc import Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path


def serve(jpegs: Sequence[bytes], started_s: float, fps: float) -> None:
    """Serve until the program ends: picture `n` is due `n / fps` after `started_s`, by the monotonic clock."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "multipart/x-mixed-replace; boundary=frame")
            self.end_headers()
            number = math.ceil((time.monotonic() - started_s) * fps)
            while True:
                time.sleep(max(0.0, started_s + number / fps - time.monotonic()))
                jpeg = jpegs[number % len(jpegs)]
                head = f"--frame\r\nContent-Type: image/jpeg\r\nContent-Length: {len(jpeg)}\r\n\r\n"
                try:
                    self.wfile.write(head.encode() + jpeg + b"\r\n")
                except OSError:
                    return
                number += 1

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        server.daemon_threads = True
        print(server.server_port, flush=True)
        server.serve_forever()


if __name__ == "__main__":
    paths = sorted(Path(sys.argv[1]).glob("*.jpg"))
    serve([path.read_bytes() for path in paths], float(sys.argv[2]), float(sys.argv[3]))
