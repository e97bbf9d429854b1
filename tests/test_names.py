"""One word means one thing: a class name belongs to one module, and public names are spelled in one way."""

from __future__ import annotations

import ast
import re
import subprocess
from collections import defaultdict
from pathlib import Path

import pytest

from fer_web.core.readings import MEASURES
from fer_web.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = ROOT / "fer_web"
# Names that were given up, and what is said instead.
GIVEN_UP = {
    r"\b(left|right)_ear\b(?!:)": "left_eye_aspect_ratio, right_eye_aspect_ratio",
    r"session_id": "recording_id",
    r"/sessions\b": "/recordings",
    r"\bis_uncertain\b(?!\()": "uncertain",
    r"\btimings_ms\b": "timing_ms",
    r"\bmean_scores\b": "mean_emotions",
    r"\bdominant_shares\b": "dominant_emotion_shares",
    r"FER_(VIEWERS|VISITORS|SIZE|UPLOAD_\w+)\b": "FER_MAX_VIEWERS, FER_CAPTURE_SIZE, FER_IMAGE_MAX_BYTES, …",
}


def classes_of(package: Path) -> dict[str, set[str]]:
    """The modules that define a class of each name; a leading `_` makes no other name."""
    found = defaultdict(set)
    for path in package.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.ClassDef):
                found[node.name.lstrip("_")].add(path.relative_to(package).as_posix())
    return found


def test_a_class_name_belongs_to_one_module() -> None:
    assert {name: modules for name, modules in classes_of(PACKAGE).items() if len(modules) > 1} == {}


def test_a_name_that_two_modules_use_is_found(tmp_path: Path) -> None:
    (tmp_path / "a.py").write_text("class Pace: ...", encoding="utf-8")
    (tmp_path / "b.py").write_text("class _Pace: ...", encoding="utf-8")

    assert classes_of(tmp_path)["Pace"] == {"a.py", "b.py"}


@pytest.mark.parametrize("pattern", GIVEN_UP)
def test_names_that_were_given_up_are_not_used(pattern: str) -> None:
    listed = subprocess.run(
        ["git", "ls-files", "fer_web", "static", "templates"], cwd=ROOT, check=True, capture_output=True, text=True
    )
    paths = [ROOT / name for name in listed.stdout.split() if "/migrations/" not in name and "/vendor/" not in name]
    texts = [path for path in paths if path.suffix in (".py", ".js", ".css", ".html") and path.is_file()]

    assert len(texts) > 100
    users = [path.name for path in texts if re.search(pattern, path.read_text(encoding="utf-8"))]
    assert users == [], f"say {GIVEN_UP[pattern]}"


def test_measures_and_settings_are_whole_words_with_their_unit() -> None:
    names = [measure.name for measure in MEASURES] + list(Settings.model_fields)

    assert all(re.fullmatch(r"[a-z]+(_[a-z0-9]+)*", name) for name in names)
    assert {"left_eye_aspect_ratio", "right_eye_aspect_ratio", "blink_count", "track_id"} <= set(names)
