"""Running programs, and saying what went wrong with them."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Sequence

PACKAGES = ("buildah", "debootstrap")


class ProofError(Exception):
    """Why nothing can be proved; a sentence for people."""


def output(*command: str) -> str:
    """What a program printed; ProofError with its last lines when it failed."""
    done = subprocess.run(command, text=True, capture_output=True, check=False)
    if done.returncode:
        raise ProofError(f"{_shown(command)} failed:\n{_tail(done.stderr or done.stdout)}")
    return done.stdout.strip()


def shown(*command: str) -> None:
    """Run a program whose messages people want to follow, on stderr."""
    print(f"$ {_shown(command)}", file=sys.stderr, flush=True)
    if subprocess.run(command, stdout=sys.stderr, check=False).returncode:
        raise ProofError(f"{_shown(command)} failed; its messages are above")


def require(programs: Sequence[str], *, install: bool) -> None:
    """ProofError that names every program that is missing; with `install`, Debian's packages are installed instead."""
    missing = [name for name in programs if shutil.which(name) is None]
    if missing and install:
        shown("apt-get", "update", "-qq")
        shown("apt-get", "install", "-y", "-qq", "--no-install-recommends", *PACKAGES)
        missing = [name for name in programs if shutil.which(name) is None]
    if missing:
        raise ProofError(
            f"{', '.join(missing)} is missing here: apt-get install {' '.join(PACKAGES)}, or --install to have it done"
        )


def _shown(command: Sequence[str]) -> str:
    text = " ".join(command)
    return text if len(text) <= 200 else f"{text[:200]}…"


def _tail(text: str, lines: int = 15) -> str:
    return "\n".join(text.strip().splitlines()[-lines:])
