"""The wheel holds everything that the program needs, and works from any folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from fer_web.resources import PACKAGE

ROOT = PACKAGE.parent
# What a checkout collects besides, which a wheel must not carry.
NEVER = ("/__pycache__/", "/data/", ".env", "/weights/", "/training-state/")


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The wheel that this checkout makes."""
    folder = tmp_path_factory.mktemp("wheel")
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--disable-pip-version-check", "--wheel-dir"]
    subprocess.run([sys.executable, "-m", "pip", "wheel", *options, str(folder), str(ROOT)], check=True)
    (made,) = folder.glob("fer_web-*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path) -> Path:
    """A folder with what the wheel holds, as pip would lay it out; programs that run in it leave their caches there."""
    site = wheel.with_name("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(site)
    return site


def fer_web(installed: Path, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    """The installed program, run from `folder`."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("FER_")}
    environment = {**kept, "PYTHONPATH": str(installed)}
    command = (
        [sys.executable, "-P", "-m", "fer_web"] if sys.version_info >= (3, 11) else [sys.executable, "-m", "fer_web"]
    )
    return subprocess.run(
        [*command, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


def test_an_installed_program_finds_its_models_from_any_folder(installed: Path, tmp_path: Path) -> None:
    answer = fer_web(installed, "models", "verify", folder=tmp_path)

    assert answer.returncode == 0, answer.stderr
    assert "xception" in answer.stdout


def test_an_installed_program_keeps_its_data_where_the_system_keeps_it(installed: Path, tmp_path: Path) -> None:
    answer = fer_web(installed, "settings", folder=tmp_path)

    assert answer.returncode == 0, answer.stderr
    value = re.search(r"^FER_DATA_DIR=(\S+)", answer.stdout, re.MULTILINE)
    assert value, answer.stdout
    assert value[1].endswith("fer-web")
    assert str(installed) not in value[1]


def test_an_installed_program_has_its_pages_and_their_files(installed: Path) -> None:
    data = installed / "fer_web" / "package_data"

    for folder in ("templates", "static", "models", "docs/lab/runs"):
        inside = {str(path.relative_to(ROOT / folder)) for path in (ROOT / folder).rglob("*") if path.is_file()}
        assert inside
        assert inside == {str(path.relative_to(data / folder)) for path in (data / folder).rglob("*") if path.is_file()}


def test_a_wheel_carries_nothing_private(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = [f"/{name}" for name in archive.namelist()]

    assert "/fer_web/__init__.py" in names
    assert [name for name in names if any(part in name for part in NEVER)] == []


def test_the_command_is_there(installed: Path) -> None:
    (entry_points,) = installed.glob("fer_web-*.dist-info/entry_points.txt")

    assert "fer-web = fer_web.cli:main" in entry_points.read_text()


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-serve.txt", "requirements-dev.txt"])
def test_nothing_is_installed_but_the_files_that_were_looked_at(name: str) -> None:
    pinned = re.split(r"^(?=[\w.-]+(?:\[\w+\])?==)", (ROOT / name).read_text(), flags=re.MULTILINE)[1:]

    assert len(pinned) > 20
    assert [one.split()[0] for one in pinned if "--hash=sha256:" not in one] == []
    assert f"--require-hashes -r {name}" in (ROOT / "Makefile").read_text()


def test_the_image_is_made_of_the_files_that_were_looked_at() -> None:
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "--require-hashes -r /tmp/requirements.txt" in dockerfile
    assert "ARG REQUIREMENTS=requirements-serve.txt" in dockerfile


def test_serving_installs_nothing_that_only_the_classic_engine_and_training_need() -> None:
    pinned = {
        re.split(r"[=\[]", line)[0]
        for line in (ROOT / "requirements-serve.txt").read_text().splitlines()
        if "==" in line
    }

    assert {"ai-edge-litert", "opencv-python-headless"} <= pinned
    assert (
        pinned & {"tensorflow", "tensorflow-cpu", "keras", "dlib-bin", "scipy", "scikit-image", "pandas", "torch"}
        == set()
    )


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-serve.txt"])
def test_no_pinned_version_is_for_the_oldest_python_alone(name: str) -> None:
    """uv pins it all the same: it does not look at upper bounds, such as backports-strenum 1.3 has, but pip does."""
    (version,) = re.findall(r"^backports-strenum==(\S+)", (ROOT / name).read_text(), re.MULTILINE)

    assert version.startswith("1.2.")
