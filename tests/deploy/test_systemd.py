"""systemd understands the unit, and it runs what the program has, with few rights."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fer_web.cli.main import COMMANDS
from fer_web.settings import Settings, variable
from tests.web.live_server import ROOT

UNIT = ROOT / "deploy" / "systemd" / "fer-web.service"
HOME = "/opt/fer-web"


def values(key: str) -> list[str]:
    """What the unit sets a key to."""
    return re.findall(rf"^{key}=(.*)$", UNIT.read_text(), re.MULTILINE)


def complaints(unit: str, folder: Path) -> str:
    """What systemd says about a unit of a program that is installed in `folder`."""
    program = shutil.which("systemd-analyze")
    if program is None:
        pytest.skip("systemd is not installed")
    interpreter = folder / ".venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.symlink_to(sys.executable)
    file = folder / UNIT.name
    file.write_text(unit.replace(HOME, str(folder)))
    checked = subprocess.run([program, "verify", str(file)], capture_output=True, text=True, check=False)
    return checked.stdout + checked.stderr + ("" if checked.returncode == 0 else f"ended with {checked.returncode}")


def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    assert complaints(UNIT.read_text(), tmp_path) == ""


@pytest.mark.parametrize(
    ("right", "wrong", "said"),
    [
        ("ProtectSystem=", "ProtectSystems=", "ProtectSystems"),
        ("ProtectSystem=strict", "ProtectSystem=stricter", "stricter"),
        ("/.venv/bin/python", "/venv/bin/python", "not executable"),
    ],
)
def test_systemd_would_complain(right: str, wrong: str, said: str, tmp_path: Path) -> None:
    assert said in complaints(UNIT.read_text().replace(right, wrong), tmp_path)


def test_it_serves_from_the_folder_of_the_document_and_comes_back_after_a_crash() -> None:
    [start] = values("ExecStart")
    interpreter, *arguments, command = start.split()
    assert interpreter == f"{HOME}/.venv/bin/python"
    assert (arguments, command) == (["-m", "fer_web"], "serve")
    assert command in COMMANDS
    assert values("WorkingDirectory") == [HOME]
    assert values("Restart") == ["on-failure"]


def test_it_names_settings_and_keeps_secrets_in_a_file() -> None:
    text = UNIT.read_text()
    named = set(re.findall(r"FER_\w+", text))
    assert named <= {variable(name) for name in Settings.model_fields}
    [given] = values("Environment")
    assert "FER_TOKEN" not in given
    assert values("EnvironmentFile") == ["/etc/fer-web.env"]
    assert f"FER_DATA_DIR=/var/lib/{values('StateDirectory')[0]}" in given.split()


def test_it_runs_without_rights_as_a_user_of_its_own() -> None:
    assert values("DynamicUser") == ["yes"]
    assert values("User") == []
    for key, value in {
        "CapabilityBoundingSet": "",
        "NoNewPrivileges": "yes",
        "ProtectSystem": "strict",
        "ProtectHome": "yes",
        "PrivateTmp": "yes",
        "DevicePolicy": "closed",
        "RestrictNamespaces": "yes",
        "SystemCallFilter": "@system-service",
        "StateDirectoryMode": "0700",
    }.items():
        assert values(key) == [value], key
    # /proc/meminfo and /proc/cpuinfo are read, which "pid" hides.
    assert values("ProcSubset") == []
