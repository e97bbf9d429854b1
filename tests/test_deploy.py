"""The image, compose.yaml and their document fit the program; `make image-check` proves that the image works."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import pytest

from fer_web.cli.main import COMMANDS
from fer_web.errors import SettingsError
from fer_web.settings import Settings, load_settings, may_be_in_file, variable
from fer_web.vision.landmarks import PREDICTOR_FILE

ROOT = Path(__file__).resolve().parent.parent
DOCKERFILE = ROOT / "Dockerfile"
COMPOSE = ROOT / "compose.yaml"
DOCUMENT = ROOT / "docs" / "deploy.md"
SETTINGS = {variable(name) for name in Settings.model_fields}
# What the image decides, or what would undo it.
FIXED_IN_IMAGE = {"FER_DATA_DIR", "FER_HOST", "FER_PORT", "FER_INSECURE_NO_TOKEN", "FER_MODEL", "FER_MODELS_DIR"}


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions in order, each on one line."""
    lines = [line for line in DOCKERFILE.read_text().splitlines() if line and not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in whole)]


def last_stage() -> dict[str, str]:
    """The last value of every instruction of the stage that becomes the image."""
    everything = instructions()
    start = max(index for index, (word, _) in enumerate(everything) if word == "FROM")
    return dict(everything[start:])


def test_both_stages_are_built_upon_the_base_that_may_be_chosen() -> None:
    assert instructions()[0] == ("ARG", "BASE=python:3.12-slim")
    assert ("ARG", "REQUIREMENTS=requirements-serve.txt") in instructions()
    assert [rest.split()[0] for word, rest in instructions() if word == "FROM"] == ["${BASE}", "${BASE}"]


def test_the_image_runs_the_program_itself_as_a_user_without_rights() -> None:
    stage = last_stage()
    assert stage["USER"] not in ("", "0", "root")
    assert "--groups video" in stage["RUN"]
    assert json.loads(stage["ENTRYPOINT"])[1:] == ["-m", "fer_web"]
    assert json.loads(stage["CMD"])[0] in COMMANDS


def test_the_image_says_the_port_that_the_program_listens_on() -> None:
    assert last_stage()["EXPOSE"] == str(Settings.model_fields["port"].default)


def test_the_image_refuses_to_start_without_a_token(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("FER_TOKEN", raising=False)
    for name, value in re.findall(r"(FER_\w+)=(\S+)", last_stage()["ENV"]):
        monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match="set FER_TOKEN"):
        load_settings()


def test_the_landmark_file_is_the_one_that_stays() -> None:
    assert f"-name '*.dat' ! -name {PREDICTOR_FILE} -delete" in DOCKERFILE.read_text()


@pytest.mark.parametrize(("status", "healthy"), [(200, True), (503, False)])
def test_the_health_check_tells_a_ready_service_from_another(status: int, healthy: bool) -> None:
    with answering(status) as (port, asked):
        assert (health_check(port) == 0) is healthy
        assert asked == ["/health/ready"]


def test_the_health_check_fails_where_nothing_listens() -> None:
    with answering(200) as (port, _):
        pass
    assert health_check(port) != 0


@pytest.mark.parametrize("variables", [{"PORT": "{}"}, {"PORT": "{}", "FER_PORT": "tcp://10.0.0.7:5000"}])
def test_the_health_check_asks_at_the_port_that_the_program_takes(variables: dict[str, str]) -> None:
    with answering(200) as (port, asked):
        assert health_check(port, {name: value.format(port) for name, value in variables.items()}) == 0
        assert asked == ["/health/ready"]


def health_check(port: int, variables: dict[str, str] | None = None) -> int:
    """The exit code of the Dockerfile's own check, run here; a proxy in the environment must not matter."""
    _, _, command = last_stage()["HEALTHCHECK"].partition("CMD ")
    name, *arguments = json.loads(command)
    assert name == "python"
    environment = {**(variables or {"FER_PORT": str(port)}), "http_proxy": "http://127.0.0.1:1"}
    return subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, check=False).returncode


@contextmanager
def answering(status: int) -> Iterator[tuple[int, list[str]]]:
    """A server that gives every request the same answer; its port, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(status)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,))
        thread.start()
        try:
            yield server.server_port, asked
        finally:
            server.shutdown()
            thread.join()


def test_nothing_but_the_program_gets_into_the_image() -> None:
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    rules = [line for line in lines if line and not line.startswith("#")]
    allowed = {rule[1:] for rule in rules if rule.startswith("!")}
    assert rules[0] == "*"
    assert allowed >= {
        "requirements-serve.txt",
        "requirements.txt",
        "app.py",
        "gunicorn.conf.py",
        "fer_web",
        "templates",
        "static",
        "models",
    }
    assert not [name for name in allowed if name.startswith(".") or name in ("tests", "data", "training-state", "*")]
    assert {"**/__pycache__", "**/*.pyc"} <= set(rules[max(map(rules.index, (f"!{name}" for name in allowed))) :])


def test_compose_hands_on_every_setting_that_the_image_leaves_open() -> None:
    named = set(re.findall(r"^ +(FER_\w+):", COMPOSE.read_text(), re.MULTILINE))
    assert named == SETTINGS - FIXED_IN_IMAGE


@pytest.mark.parametrize(
    "line",
    [
        'FER_TOKEN: "${FER_TOKEN:?',
        '- "${PUBLISH:-127.0.0.1:5000}:5000"',
        'REQUIREMENTS: "${REQUIREMENTS:-requirements-serve.txt}"',
        "read_only: true",
        "- /tmp:",
        "- data:/data",
        "- ALL",
        "- no-new-privileges:true",
        "init: true",
        "healthcheck:",
        '- "${CAMERA:-/dev/video0}:/dev/video0"',
    ],
)
def test_compose_takes_away_what_is_not_needed(line: str) -> None:
    assert [found for found in COMPOSE.read_text().splitlines() if found.strip().startswith(line)]


def test_the_document_names_settings_commands_and_files_that_exist() -> None:
    text = DOCUMENT.read_text()
    files = {f"{variable(name)}_FILE" for name in may_be_in_file()}
    assert set(re.findall(r"FER_[A-Z_]*[A-Z]", text)) <= SETTINGS | files
    assert set(re.findall(r"python -m fer_web (\w+)", text)) <= set(COMMANDS)
    assert {target for target in re.findall(r"make ([\w-]+)", text) if f"\n{target}:" not in makefile()} == set()
    assert [link for link in re.findall(r"\]\(([\w./-]+)\)", text) if not (DOCUMENT.parent / link).exists()] == []
    headings = {
        re.sub(r"[^\w -]", "", line[3:].lower()).replace(" ", "-") for line in re.findall(r"^## .*", text, re.M)
    }
    assert set(re.findall(r"\]\(#([\w-]+)\)", text)) <= headings


def makefile() -> str:
    return (ROOT / "Makefile").read_text()


def test_the_documented_proxies_hand_the_stream_on_at_once() -> None:
    text = DOCUMENT.read_text()
    assert "proxy_buffering off;" in text
    assert "flush_interval -1" in text
    assert Settings.model_fields["image_max_bytes"].default <= 25 * 2**20


@pytest.fixture
def building(monkeypatch: pytest.MonkeyPatch) -> ModuleType:
    """The script's module that makes the image."""
    monkeypatch.syspath_prepend(str(ROOT / "scripts" / "image"))
    return __import__("building")


def test_the_build_gets_the_settings_and_folders_that_pip_uses_here(
    building: ModuleType, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    wheels, index = tmp_path / "wheels", tmp_path / "index"
    wheels.mkdir()
    (index / "simple").mkdir(parents=True)
    printed = f":env:.timeout='60'\nglobal.timeout='5'\nglobal.find-links='{wheels}\\n{tmp_path}/missing'\n"
    printed += f"global.extra-index-url='file://{index}/simple'\n"
    monkeypatch.setattr(building.subprocess, "run", lambda *_, **__: subprocess.CompletedProcess([], 0, printed))
    options = building.pip_volumes(tmp_path / "pip.conf")
    written = (tmp_path / "pip.conf").read_text().splitlines()
    assert "timeout = 60" in written
    assert f"find-links = {wheels} {tmp_path}/missing" in written
    assert {f"--volume={wheels}:{wheels}:ro", f"--volume={index}:{index}:ro"} <= set(options)
    assert not [option for option in options if "missing" in option]


def test_other_models_take_the_place_of_the_ones_in_the_repository(building: ModuleType, tmp_path: Path) -> None:
    models = tmp_path / "models"
    models.mkdir()
    (models / "other.keras").write_bytes(b"other")
    context = building.context_with(models, tmp_path / "context")
    assert [path.name for path in (context / "models").iterdir()] == ["other.keras"]
    assert (context / "Dockerfile").read_bytes() == DOCKERFILE.read_bytes()
    assert not (context / ".git").exists()
