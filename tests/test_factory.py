from __future__ import annotations

import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from fer_web.core import Frame, FrameResult
from fer_web.errors import SettingsError
from fer_web.factory import create_app
from fer_web.resources import ROOT
from fer_web.settings import Settings
from fer_web.vision import OVERLAYS, View
from tests.outlets.receiver import SECRET, receiving
from tests.web.client import FakeVision, make_app
from tests.web.live_server import eventually

SILENT = """
import builtins, os, socket, sys
opened = []
real_open = builtins.open
def watch(event, args):
    if event in ("socket.bind", "socket.connect") or (event == "open" and str(args[0]).startswith("/dev/video")):
        opened.append((event, args))
sys.addaudithook(watch)
import app
assert app.app.name == "fer_web"
assert "tensorflow" not in sys.modules or opened == [], opened
print(len(opened))
"""


def environment_of(folder: Path) -> dict[str, str]:
    """Of a process that finds this program, but neither its models nor anything that was ever kept."""
    return {"PYTHONPATH": str(ROOT), "FER_MODELS_DIR": str(folder), "FER_DATA_DIR": str(folder / "data"), "PATH": ""}


def test_importing_the_application_opens_nothing(tmp_path: Path) -> None:
    environment = {**environment_of(tmp_path), "FER_SOURCE": "webcam:0"}

    done = subprocess.run(
        [sys.executable, "-c", SILENT], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
    )

    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == "0"
    assert not (tmp_path / "data").exists()


def test_a_source_that_makes_no_sense_is_told_at_once() -> None:
    with pytest.raises(SettingsError, match="FER_SOURCE"):
        create_app(Settings(source="webcam:front"))


def test_missing_models_do_not_keep_the_service_from_starting(tmp_path: Path) -> None:
    client = create_app(Settings(source="demo:", models_dir=tmp_path, predict_wait_s=120)).test_client()

    answer = client.post("/predict", data=b"x", content_type="image/png")

    assert client.get("/health/live").status_code == 200
    assert answer.status_code == 503
    assert "xception" in answer.get_json()["error"]["message"]


def test_the_camera_is_opened_for_viewers_only_and_says_why_it_was_chosen() -> None:
    app = make_app()
    hub = app.extensions["fer_web"].cameras.first

    assert hub.counts()["frames_captured"] == 0
    with hub.results() as scenes:
        scene = next(scene for scene in scenes if scene is not None and scene.source.status == "demo")
    hub.close()

    assert scene.source.label == "demo"
    assert scene.source.reason == "a test asked for it"


def test_outlets_listen_to_the_cameras_of_this_process_alone() -> None:
    """Those of others are listened to where they are."""
    with receiving() as receiver:
        app = make_app(
            cameras="door=demo:,front=shared:door",
            redis_url="redis://127.0.0.1:1/0",
            outlets="webhook",
            webhook_urls=receiver.url,
            webhook_secret=SECRET,
        )
        services = app.extensions["fer_web"]
        services.startup.vision(5)
        services.outlets.start()
        try:
            assert eventually(lambda: services.cameras.get("door").is_open)
            listening = {thread.name for thread in threading.enumerate() if thread.name.startswith("outlets-")}
            assert listening == {"outlets-door"}
            assert not services.cameras.get("front").is_open
        finally:
            services.close()


def test_loading_failures_are_shown_to_viewers() -> None:
    app = make_app(SettingsError("no model here"))
    hub = app.extensions["fer_web"].cameras.first

    with hub.results() as scenes:
        scene = next(scene for scene in scenes if scene is not None and scene.trouble)
    hub.close()

    assert "no model here" in scene.trouble


def test_keypoints_are_wanted_only_while_somebody_watches_them() -> None:
    class Vision(FakeVision):
        wants: Callable[[], bool]

        def live(self, wants_keypoints: Callable[[], bool], _: Callable[[], bool]) -> Callable[[Frame], FrameResult]:
            self.wants = wants_keypoints
            return self.still()

    vision = Vision()
    hub = make_app(vision).extensions["fer_web"].cameras.first

    with hub.pictures(View(frozenset({OVERLAYS["boxes"]}))) as boxes:
        assert next(picture for picture in boxes if picture is not None and not picture.is_notice)
        assert not vision.wants()
        with hub.pictures(View(frozenset({OVERLAYS["boxes"], OVERLAYS["keypoints"]}))):
            assert vision.wants()
        assert not vision.wants()
    hub.close()


def test_no_thread_keeps_the_process_alive(tiny_models: Path, tmp_path: Path) -> None:
    code = "from fer_web.factory import create_app; create_app(); print('made')"
    environment = {**environment_of(tmp_path), "FER_SOURCE": "demo:"}

    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env=environment, capture_output=True, timeout=300, check=False
    )

    assert (done.returncode, done.stdout) == (0, b"made\n")
    assert socket.getdefaulttimeout() is None
