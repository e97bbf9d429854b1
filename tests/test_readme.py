"""The README's commands do what it says: each is run, as it stands there, beside a portrait and a short video."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from PIL import Image

from fer_web.core import Frame
from tests.web.live_server import serving

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
# What needs a camera, a whole installation or the tests themselves.
ELSEWHERE = ("make ", "python3 -m venv", "pip install", "python app.py", "FER_HOST=", "python -m fer_web serve")


def commands() -> list[str]:
    """The lines of all shell blocks, without their comments."""
    blocks = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line.partition("  #")[0].strip() for block in blocks for line in block.splitlines() if line.strip()]


@pytest.fixture
def folder(tmp_path: Path, astronaut: Frame) -> Path:
    """Where somebody works who has a portrait and a video."""
    from tests.clips import make_clip

    Image.fromarray(astronaut.pixels).save(tmp_path / "portrait.jpg")
    shutil.move(make_clip(tmp_path / "made.mp4", 1.0), tmp_path / "talk.mp4")
    return tmp_path


def run(folder: Path, *command: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FER_")}
    done = subprocess.run(
        command,
        cwd=folder,
        env={**kept, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_every_command_is_run_here_or_named_as_run_elsewhere() -> None:
    run_here = [line for line in commands() if not line.startswith(ELSEWHERE)]

    assert [line.split()[:4][-1] for line in run_here] == ["http://127.0.0.1:5000/predict", "predict", "analyze"]
    assert all(any(line.startswith(start) for line in commands()) for start in ELSEWHERE)


def test_the_commands_without_a_server_work(folder: Path) -> None:
    for line in commands():
        if line.startswith(("python -m fer_web predict", "python -m fer_web analyze")):
            run(folder, sys.executable, *shlex.split(line)[1:])

    names = {path.name for path in (folder / "analysis" / "talk").iterdir()}
    assert {"readings.csv", "summary.json", "report.html", "annotated.mp4"} <= names


@pytest.mark.server
def test_the_command_with_a_server_works(folder: Path) -> None:
    if shutil.which("curl") is None:
        pytest.skip("curl is not installed")
    (line,) = [line for line in commands() if line.startswith("curl")]
    with serving("app:app", FER_SOURCE="demo:", FER_PREDICT_WAIT_S="120") as server:
        told = run(folder, *shlex.split(line.replace(":5000", f":{server.port}")))

    assert '"dominant_emotion":"happy"' in told.replace(": ", ":")


def test_the_lines_of_python_work(folder: Path) -> None:
    (block,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)

    assert "happy" in run(folder, sys.executable, "-c", block)
    assert (folder / "talk.csv").read_text(encoding="utf-8").startswith("time_s,track_id,")


def test_it_begins_with_what_it_is_for_and_fits_on_two_screens() -> None:
    assert README.split("\n")[2].startswith("Facial expression recognition")
    assert len(README.splitlines()) <= 100


def test_its_links_lead_somewhere() -> None:
    links = re.findall(r"\]\((?!http)([^)#]+)", README)

    assert len(links) > 8
    assert [link for link in links if not (ROOT / link).exists()] == []
