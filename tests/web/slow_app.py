"""The application around a vision without models, for gunicorn; it loses its patience quickly when it is told to."""

from __future__ import annotations

import os

from flask import Response, request

from fer_web.web.patience import Patience
from fer_web.web.worker import StreamWorker
from tests.web.client import make_app
from tests.web.test_camera import CountingVision

if "TEST_PATIENCE_S" in os.environ:
    seconds = float(os.environ["TEST_PATIENCE_S"])
    StreamWorker.patience = Patience(seconds, seconds, bytes_per_s=100_000)

app = make_app(CountingVision(), visitors=8)


@app.get("/large")
def large() -> Response:
    """An answer of so many bytes, at once or in pieces of 100 kB."""
    count, pieces = int(request.args["bytes"]), "pieces" in request.args
    if not pieces:
        return Response(bytes(count))
    return Response(bytes(100_000) for _ in range(count // 100_000))
