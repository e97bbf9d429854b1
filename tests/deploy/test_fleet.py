"""compose.fleet.yaml: the whole set runs here as processes, behind a real Caddy, with a real Redis and PostgreSQL."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.client import HTTPResponse
from typing import Any
from urllib.parse import quote_plus

import pytest
import yaml

from fer_web.core.mask import mask_of
from fer_web.live import Masks
from fer_web.settings import Settings, variable
from tests.clips import make_clip
from tests.deploy.caddy import BEARER, TOKEN
from tests.deploy.fleet import CADDYFILE, COMPOSE, GIVEN, RunningFleet, fleet, services
from tests.test_deploy import FIXED_IN_IMAGE
from tests.web.live_server import ROOT, eventually, parts

DOCUMENT = ROOT / "docs" / "scale.md"
CAMERAS = {"camera-1": "door", "camera-2": "desk"}
REPLICAS = ("web-1", "web-2")
HALF = [[[0, 0], [0.5, 0], [0.5, 1], [0, 1]]]
# Set by the file itself, and what only one process has.
NOT_HANDED_ON = {"FER_SOURCE", "FER_PATH_PREFIX", "FER_MASKS"}

processes = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")


@pytest.fixture(scope="module")
def running(postgresql: Callable[[], str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningFleet]:
    with fleet(tmp_path_factory.mktemp("fleet"), postgresql()) as running:
        yield running


def ask(running: RunningFleet, name: str, path: str, method: str = "GET", body: Any = None) -> Any:
    """What a service answers the operator, past Caddy."""
    text = None if body is None else json.dumps(body).encode()
    with running.ask(name, path, method, text, Content_Type="application/json", **BEARER) as answer:
        return json.loads(answer.read() or b"null")


def camera(running: RunningFleet, name: str, wanted: str) -> dict[str, Any]:
    """How a camera does at a service."""
    return next(one for one in ask(running, name, "/api/cameras")["cameras"] if one["name"] == wanted)


@contextmanager
def watching(running: RunningFleet, wanted: str, cookie: str = "") -> Iterator[tuple[HTTPResponse, str]]:
    """A viewer at Caddy, whose first picture has come, and the cookie that leads back to the same replica."""
    with running.proxy.ask(f"/cameras/{wanted}/stream", Cookie=cookie, **BEARER) as answer:
        assert answer.status == 200
        next(parts(answer))
        given = answer.headers.get("Set-Cookie") or cookie
        yield answer, given.partition(";")[0]


def replica_of(running: RunningFleet, wanted: str) -> str:
    """The one that somebody watches the camera at, once others who did so before have been noticed to be gone."""

    def watched() -> list[str]:
        return [name for name in REPLICAS if running.is_up(name) and camera(running, name, wanted)["viewers"]]

    assert eventually(lambda: len(watched()) == 1)
    return watched()[0]


@pytest.mark.server
@processes
class TestFleet:
    @pytest.mark.parametrize("wanted", CAMERAS.values())
    def test_pictures_of_both_cameras_come_through_caddy(self, running: RunningFleet, wanted: str) -> None:
        with watching(running, wanted) as (answer, _):
            replica = replica_of(running, wanted)
            assert eventually(lambda: camera(running, replica, wanted)["status"] == "demo")
            assert camera(running, replica, wanted)["source"] == f"{wanted}, of another process"
            pictures = parts(answer)
            assert [next(pictures)[:2] for _ in range(5)] == [b"\xff\xd8"] * 5

    def test_a_log_in_holds_everywhere_and_so_does_logging_out(self, running: RunningFleet) -> None:
        form = {"Content_Type": "application/x-www-form-urlencoded"}
        with running.proxy.ask("/login", "POST", f"token={quote_plus(TOKEN)}".encode(), **form) as answer:
            cookies = answer.headers.get_all("Set-Cookie") or []
        [session] = [one.partition(";")[0] for one in cookies if one.startswith("fer_session=")]

        def statuses() -> set[int]:
            return {status(running, name, session) for name in (*REPLICAS, *CAMERAS)}

        assert statuses() == {200}
        with running.ask("web-2", "/logout", "POST", Cookie=session) as answer:
            assert answer.status == 303
        assert statuses() == {401}

    def test_a_video_is_analyzed_by_the_worker_and_read_at_any_replica(self, running: RunningFleet) -> None:
        video = make_clip(running.folder / "talk.mp4").read_bytes()
        job = running.proxy.json("/api/jobs?name=talk.mp4&annotate=true", "POST", video, Content_Type="video/mp4")
        assert eventually(lambda: ask(running, "web-1", f"/api/jobs/{job['id']}")["state"] == "done", 60)
        recording = ask(running, "web-2", f"/api/jobs/{job['id']}")["recording_id"]
        for name in REPLICAS:
            assert ask(running, name, f"/api/recordings/{recording}")["readings"] > 0
            with running.ask(name, f"/api/recordings/{recording}/report.html", **BEARER) as answer:
                assert b"talk.mp4" in answer.read()
            with running.ask(name, f"/api/recordings/{recording}/annotated.mp4", **BEARER) as answer:
                assert answer.read(12)[4:8] == b"ftyp"

    def test_what_is_hidden_at_any_replica_is_hidden_by_the_process_with_the_camera(
        self, running: RunningFleet
    ) -> None:
        for wanted in CAMERAS.values():
            body = json.dumps({"polygons": HALF}).encode()
            path, kind = f"/api/cameras/{wanted}/mask", "application/json"
            assert running.proxy.json(path, "PUT", body, Content_Type=kind) == {"polygons": HALF}
        file = Masks(running.folder / "data" / "masks.json")
        assert [file.of(name) for name in CAMERAS.values()] == [mask_of(HALF)] * 2
        with watching(running, "door"):
            replica = replica_of(running, "door")
            assert eventually(lambda: camera(running, replica, "door")["is_masked"])

    def test_a_dead_replica_loses_its_viewers_to_the_other_one_and_no_recording(self, running: RunningFleet) -> None:
        with watching(running, "door") as (_, cookie):
            dead = replica_of(running, "door")
            recording = ask(running, dead, "/api/recordings", "POST", {"consent": True, "camera": "door"})["id"]
            running.kill(dead)
        [other] = set(REPLICAS) - {dead}
        # Whoever comes back at once gets pictures again, whatever the old cookie says.
        with watching(running, "door", cookie) as (_, given):
            assert given != cookie
            assert replica_of(running, "door") == other
            assert eventually(lambda: camera(running, other, "door")["recording"] == recording, 15)

        running.start(dead)
        assert eventually(lambda: running.is_ready(dead), 60)
        here = f"/api/recordings/{recording}"
        assert eventually(lambda: ask(running, dead, here)["readings"] > 0)
        assert ask(running, dead, here)["state"] == "recording"
        assert ask(running, other, here, "DELETE")["error"]["code"] == "still_recording"
        assert ask(running, other, f"{here}/stop", "POST")["state"] == "finished"
        assert ask(running, dead, here, "DELETE") is None
        assert ask(running, "camera-1", here)["error"]["code"] == "no_recording"


def status(running: RunningFleet, name: str, cookie: str) -> int:
    with running.ask(name, "/api/recordings", Cookie=cookie) as answer:
        return answer.status


@pytest.fixture(scope="module")
def programs() -> dict[str, dict[str, Any]]:
    """The services of the file that are FER Web."""
    return {name: one for name, one in services().items() if one["image"] == "fer-web"}


def test_every_setting_is_handed_on(programs: dict[str, dict[str, Any]]) -> None:
    named = {name for one in programs.values() for name in one["environment"]}
    assert named == {variable(field) for field in Settings.model_fields} - FIXED_IN_IMAGE - NOT_HANDED_ON


def test_all_processes_have_the_same_token_database_redis_and_folder(programs: dict[str, dict[str, Any]]) -> None:
    for name in ("FER_TOKEN", "FER_DATABASE_URL", "FER_REDIS_URL", "FER_HOSTS", "FER_GUEST_TOKEN"):
        assert len({one["environment"][name] for one in programs.values()}) == 1
    assert {tuple(one["volumes"]) for one in programs.values()} == {("data:/data",)}
    assert {one["environment"].get("FER_CAMERAS") for one in programs.values()} == {
        "door=demo:",
        "desk=demo:",
        "door=shared:door,desk=shared:desk",
        None,
    }


def test_nothing_has_more_rights_than_in_the_other_file() -> None:
    others = yaml.safe_load((ROOT / "compose.yaml").read_text())["services"]
    for name, one in services().items():
        assert one["cap_drop"] == ["ALL"]
        assert one["security_opt"] == ["no-new-privileges:true"]
        assert one.get("read_only") or name == "postgres"
        assert bool(one.get("ports")) is (name == "caddy")
    for name in ("redis", "postgres"):
        assert {key: services()[name][key] for key in ("image", "user")} == {
            key: others[name][key] for key in ("image", "user")
        }


def test_redis_keeps_pictures_in_memory_alone() -> None:
    redis = services()["redis"]
    assert redis["command"][:5] == ["redis-server", "--save", "", "--appendonly", "no"]
    assert not redis.get("volumes")
    assert redis["memswap_limit"] == redis["mem_limit"]
    assert redis["networks"] == ["inside"]
    assert yaml.safe_load(COMPOSE.read_text())["networks"]["inside"] == {"internal": True}


def test_caddy_gets_the_file_and_what_it_asks_for() -> None:
    service = services()["caddy"]
    asked = set(re.findall(r"\{\$(\w+)", CADDYFILE.read_text()))
    assert set(service["environment"]) == asked - {"HTTP_PORT"}
    [file] = [volume.split(":")[0] for volume in service["volumes"] if volume.endswith(":ro")]
    assert (ROOT / file).resolve() == CADDYFILE


def test_the_file_without_an_environment_leads_to_the_same_services() -> None:
    [default] = re.findall(r"\{\$REPLICAS:([^}]*)\}", CADDYFILE.read_text())
    assert default == services()["caddy"]["environment"]["REPLICAS"] == " ".join(f"{name}:5000" for name in REPLICAS)


def test_the_document_names_settings_services_and_files_that_exist() -> None:
    text = DOCUMENT.read_text()
    assert set(re.findall(r"FER_[A-Z_]*[A-Z]", text)) <= {variable(field) for field in Settings.model_fields}
    assert set(re.findall(r"\b(?:camera|web)-\d\b", text)) <= set(services())
    links = re.findall(r"\]\(([\w./-]+)", text)
    assert [link for link in links if not (DOCUMENT.parent / link).exists()] == []
    assert set(GIVEN) <= set(re.findall(r"[A-Z_]+", text))
