"""Where a result comes from: data, versions, commit, command."""

from __future__ import annotations

import hashlib
import platform
import shlex
import subprocess
from importlib import metadata
from pathlib import Path

from fer_web.study.training.dataset import FaceTable

PACKAGES = ("numpy", "scipy", "scikit-image", "scikit-learn", "lightgbm", "optuna", "keras", "tensorflow",
            "tensorflow-cpu", "torch", "dlib-bin", "opencv-python-headless")  # fmt: skip
HERE = Path(__file__).resolve().parent
GIT_WAIT_S = 10


def data_hash(table: FaceTable) -> str:
    """SHA-256 of a data set's pictures, labels and usages, whatever file they came from."""
    digest = hashlib.sha256(table.rows.pixels.tobytes())
    digest.update(table.rows.labels.tobytes())
    digest.update(table.usage.tobytes())
    return digest.hexdigest()


def votes_hash(table: FaceTable) -> str | None:
    """SHA-256 of FER+'s votes; None where there are none."""
    votes = table.rows.votes
    return hashlib.sha256(votes.tobytes()).hexdigest() if votes.any() else None


def versions() -> dict[str, str]:
    """Python's and the installed packages' versions."""
    installed = {name: version for name in PACKAGES if (version := _version(name))}
    return {"python": platform.python_version(), **installed}


def _version(name: str) -> str:
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return ""


def commit() -> str:
    """The checked out commit, with '+' where the laboratory's code differs from it; empty outside of a repository."""
    head = _git("rev-parse", "--short=10", "HEAD")
    return f"{head}+" if head and _git("status", "--porcelain", "--untracked-files=no", "--", str(HERE)) else head


def command(arguments: list[str]) -> str:
    """A command line to type again."""
    return shlex.join(["python", "-m", "fer_web", *arguments])


def _git(*arguments: str) -> str:
    try:
        done = subprocess.run(  # noqa: S603
            ["git", "-C", str(HERE), *arguments],  # noqa: S607
            capture_output=True,
            text=True,
            check=True,
            timeout=GIT_WAIT_S,
        )
    except (OSError, subprocess.SubprocessError):
        return ""
    return done.stdout.strip()
