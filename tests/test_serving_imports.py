"""Serving, `predict` and `analyze` do without the packages that only the classic engine and training need."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from fer_web.resources import PACKAGE
from tests.clips import make_clip

ROOT = PACKAGE.parent
PORTRAIT = PACKAGE / "sources" / "portrait.png"
# Not among what requirements-serve.txt installs; each takes seconds or a hundred megabytes where it is installed.
HEAVY = ("dlib", "face_recognition_models", "imutils", "jax", "keras", "matplotlib", "pandas", "scipy", "skimage",
         "sklearn", "tensorflow", "torch")  # fmt: skip
FOUND = "import sys; print('imported:', *sorted(set(sys.modules) & set({heavy!r})))"
SERVING = """
import time
from fer_web.factory import create_app
from fer_web.web.http.services import EXTENSION

app = create_app()
app.extensions[EXTENSION].startup.vision(120)
client = app.test_client()
with open({portrait!r}, "rb") as file:
    answer = client.post("/predict", data=file.read(), content_type="image/png")
print(answer.status_code, answer.json["results"][0]["dominant_emotion"])
stream = client.get("/stream", buffered=False)
until, read = time.monotonic() + 1, 0
for part in stream.response:
    read += len(part)
    if time.monotonic() > until:
        break
stream.close()
print("streamed", read > 10_000)
app.extensions[EXTENSION].close()
"""
COMMAND = "from fer_web.cli import main; print('exit code', main({arguments!r}))"


def run(code: str, folder: Path) -> list[str]:
    """What a new Python prints that runs this with the default settings, and at last which heavy packages it has."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FER_")}
    environment = {**kept, "PYTHONPATH": str(ROOT), "FER_SOURCE": "demo:", "FER_DATA_DIR": str(folder / "data")}
    whole = f"{code}\n{FOUND.format(heavy=HEAVY)}"
    done = subprocess.run(
        [sys.executable, "-c", whole], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def command(*arguments: str, folder: Path) -> list[str]:
    return run(COMMAND.format(arguments=list(arguments)), folder)


def portrait(time_s: float, size: tuple[int, int]) -> np.ndarray:
    """The demo's, swaying."""
    left = 110 + round(6 * np.sin(2 * time_s))
    return np.ascontiguousarray(np.asarray(Image.open(PORTRAIT).convert("RGB"))[: size[1], left : left + size[0]])


@pytest.mark.server
def test_the_service_imports_nothing_heavy_to_answer_and_to_stream(tmp_path: Path) -> None:
    assert run(SERVING.format(portrait=str(PORTRAIT)), tmp_path) == ["200 happy", "streamed True", "imported:"]


def test_predict_imports_nothing_heavy(tmp_path: Path) -> None:
    *_, code, imported = command("predict", str(PORTRAIT), folder=tmp_path)

    assert (code, imported) == ("exit code 0", "imported:")


def test_analyze_imports_nothing_heavy(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "talk.mp4", 1.0, picture=portrait)
    *_, code, imported = command("analyze", str(clip), "--annotate", folder=tmp_path)

    assert (code, imported) == ("exit code 0", "imported:")
    assert (tmp_path / "analysis" / "talk" / "report.html").is_file()


def test_an_audit_imports_nothing_heavy(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text(f"file,expression\n{PORTRAIT},happy\n", encoding="utf-8")
    *_, code, imported = command("audit", "list.csv", folder=tmp_path)

    assert (code, imported) == ("exit code 0", "imported:")
    assert (tmp_path / "audit" / "report.html").is_file()


def test_models_are_listed_without_anything_heavy(tmp_path: Path) -> None:
    assert command("models", "list", folder=tmp_path)[-1] == "imported:"
