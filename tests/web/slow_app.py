"""The application around a vision without models, for gunicorn."""

from __future__ import annotations

from flask import Response, request

from tests.web.api.test_visits import CountingVision
from tests.web.client import make_app

app = make_app(CountingVision(), max_visitors=8)


@app.get("/large")
def large() -> Response:
    """An answer of so many bytes, at once or in pieces of 100 kB."""
    count, pieces = int(request.args["bytes"]), "pieces" in request.args
    if not pieces:
        return Response(bytes(count))
    return Response(bytes(100_000) for _ in range(count // 100_000))
