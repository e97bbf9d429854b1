"""The service with an analysis that takes no time, for gunicorn: visits end after two silent seconds."""

from __future__ import annotations

import os
import resource
import sys

from flask import jsonify

from fer_web.factory import build_app
from fer_web.settings import load_settings
from fer_web.startup import BackgroundStartup
from tests.web.api.test_visits import CountingVision
from tests.web.client import DEMO

settings = load_settings(None if "FER_CAMERAS" in os.environ else {"source": "demo:"})
startup = BackgroundStartup(CountingVision, {name: lambda: DEMO for name in settings.sources})  # type: ignore[arg-type]
app = build_app(settings, startup)
startup.start()
startup.vision(5)
if app.extensions["fer_web"].sharing is not None:
    app.extensions["fer_web"].sharing.start()
services = app.extensions["fer_web"]
services.visitors.silence_s = float(os.environ.get("TEST_SILENCE_S", "2"))


@app.get("/state")
def state() -> object:
    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return jsonify(
        **services.visitors.counts(),
        open={camera.name: camera.is_open for camera in services.cameras},
        process=os.getpid(),
        memory_mb=most / (2**20 if sys.platform == "darwin" else 1024),
    )
