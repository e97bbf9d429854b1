"""A program whose client was generated from /openapi.json can use the service."""

from __future__ import annotations

import base64
import importlib
import json
import subprocess
import sys
from collections.abc import Iterator
from threading import Thread
from types import ModuleType
from typing import Any

import pytest
from werkzeug.serving import make_server

from tests.web.client import make_app, picture
from tests.web.described import document

# The generator would format what it writes; nobody reads it here.
PLAIN = "post_hooks: []\n"


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The name of the package that openapi-python-client makes of the description."""
    folder = tmp_path_factory.mktemp("generated")
    (folder / "openapi.json").write_text(json.dumps(document()), encoding="utf-8")
    (folder / "plain.yml").write_text(PLAIN, encoding="utf-8")
    command = [sys.executable, "-m", "openapi_python_client", "generate", "--path", "openapi.json"]
    options = ["--output-path", "faces_client", "--meta", "none", "--config", "plain.yml"]
    subprocess.run([*command, *options], cwd=folder, check=True, capture_output=True)
    sys.path.insert(0, str(folder))
    yield "faces_client"
    sys.path.remove(str(folder))


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """A real server on this machine."""
    server = make_server("127.0.0.1", 0, make_app(), threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_it_predicts_from_base64_and_from_a_file(generated: str, address: str) -> None:
    ask, models, types = part(generated, "api.default.predict"), part(generated, "models"), part(generated, "types")
    sent = models.JsonImage(image=base64.b64encode(picture()).decode())
    file = models.Form(image=[types.File(payload=picture(), file_name="face.png", mime_type="image/png")])

    with part(generated, "client").Client(base_url=address) as client:
        answers = [ask.sync(client=client, body=body, landmarks=True) for body in (sent, file)]

    for answer in answers:
        assert [face.dominant_emotion.value for face in answer.results] == ["happy", "happy"]
        assert answer.results[0].region.w == 30
        assert len(answer.results[0].landmarks) == 68


def test_it_reads_why_something_is_refused(generated: str, address: str) -> None:
    ask, models = part(generated, "api.default.predict"), part(generated, "models")

    with part(generated, "client").Client(base_url=address) as client:
        refused = ask.sync_detailed(client=client, body=models.JsonImage(image="no picture"))

    assert (refused.status_code, refused.parsed.error.code) == (400, "bad_base64")


def part(package: str, name: str) -> ModuleType | Any:
    """A module of the generated package."""
    return importlib.import_module(f"{package}.{name}")
