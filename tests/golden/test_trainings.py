"""Training comes to the same weights: of `train`, of a laboratory's network, and of the network for keypoints.

Bit by bit (SHA-256 of the weights) on the kind of processor and with the packages that the goldens were written with.
Elsewhere the last digits differ and grow from step to step, so that losses and the weights' lengths have to be near.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import pytest

from tests.golden.conftest import HOW_TO_CHANGE, Goldens
from tests.golden.trainings import TRAININGS

pytest.importorskip("fer_web.study")
ROOT = Path(__file__).resolve().parents[2]
ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
PACKAGES = ("keras", "numpy", "opencv-python-headless", "tensorflow-cpu")
NAMES = [training.__name__ for training in TRAININGS]


def machine() -> str:
    """What the last digits depend on: the processor's abilities, and who calculates."""
    cpu = Path("/proc/cpuinfo")
    lines = cpu.read_text(encoding="utf-8").splitlines() if cpu.is_file() else []
    abilities = sorted({line for line in lines if line.startswith(("flags", "model name", "Features"))})
    versions = {name: _version(name) for name in PACKAGES}
    return f"{hashlib.sha256(repr(abilities).encode()).hexdigest()[:12]} {versions}"


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return "none"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("trainings")
    environment = {**os.environ, **ONE_THREAD, "KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3"}
    command = [sys.executable, "-m", "tests.golden.trainings", str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment, check=False, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return dict(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize("name", NAMES)
def test_a_training_comes_to_the_same_weights(name: str, trained: dict[str, Any], goldens: Goldens) -> None:
    digest, numbers = trained[name]["sha256"], {key: trained[name][key] for key in ("losses", "lengths")}
    goldens.same(f"{name}.json", json.dumps(numbers, indent=1) + "\n")

    hashes = {} if goldens.is_writing and name == NAMES[0] else json.loads(goldens.read("weights.json"))
    if goldens.is_writing:
        goldens.same("weights.json", json.dumps({**hashes, name: digest, "machine": machine()}, indent=1) + "\n")
    elif hashes["machine"] == machine():
        assert digest == hashes[name], f"{name}: other weights on the same machine\n{HOW_TO_CHANGE}"
