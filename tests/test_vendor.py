"""Third-party files are those that their README names: hash, license, and nothing besides."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from fer_web.resources import STATIC

VENDOR = STATIC / "vendor"
BESIDE = ("README.md", "LICENSE")


def listed() -> dict[str, str]:
    """Each file's SHA-256 by its path."""
    text = (VENDOR / "README.md").read_text(encoding="utf-8")
    return dict(re.findall(r"^\| `(\S+)` \| `([0-9a-f]{64})` \|$", text, re.MULTILINE))


def test_every_file_is_the_one_that_was_published() -> None:
    files = [path for path in VENDOR.rglob("*") if path.is_file() and path.name not in BESIDE]

    found = {path.relative_to(VENDOR).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}
    assert len(found) > 5
    assert found == listed()


def test_every_package_has_its_license_beside_it_and_in_the_documents() -> None:
    documents = Path(__file__).resolve().parent.parent / "docs"
    licenses = (documents / "licenses.md").read_text(encoding="utf-8")

    folders = [path for path in VENDOR.iterdir() if path.is_dir()]
    assert [folder.name for folder in folders if not (folder / "LICENSE").is_file()] == []
    assert [folder.name for folder in folders if f"static/vendor/{folder.name}" not in licenses] == []
