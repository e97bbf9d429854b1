"""The videos that a command line means, and the folder for the results of each."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.core.files import is_file, is_folder, is_there
from fer_web.core.text import shown_path

if TYPE_CHECKING:
    from fer_web.jobs.folders import FolderJob

# What is looked for in folders; a file that is named is tried whatever it is called.
SUFFIXES = frozenset(
    {".3gp", ".apng", ".asf", ".avi", ".flv", ".gif", ".h264", ".hevc", ".ivf", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4"}
    | {".mpeg", ".mpg", ".mts", ".ogv", ".ts", ".webm", ".wmv", ".y4m"}
)


def find_jobs(places: Sequence[Path], out: Path) -> tuple[list[FolderJob], list[str]]:
    """Every video with its folder under `out`, in the order given; and a sentence for every place without one.

    Folders are searched through; those inside keep their place under `out`. Of videos with the same name, each folder's
    name gets some letters that come from the video's path.
    """
    from fer_web.jobs.folders import FolderJob

    found: dict[Path, Path] = {}
    missing = []
    for place in places:
        inside = list(_videos_in(place, out)) if is_folder(place) else [place]
        if not inside:
            missing.append(f"{shown_path(place)} contains no videos")
        elif not is_folder(place) and not is_there(place):
            missing.append(f"no such file: {shown_path(place)}")
            continue
        for path in inside:
            name = path.relative_to(place).with_suffix("") if is_folder(place) else Path(path.stem)
            found.setdefault(path.resolve(), name)
    often = Counter(found.values())
    jobs = [
        FolderJob(path, out / (name if often[name] == 1 else _told_apart(name, path))) for path, name in found.items()
    ]
    return jobs, missing


def _videos_in(folder: Path, out: Path) -> Iterator[Path]:
    """Its videos at any depth, without results of earlier runs."""
    for path in sorted(folder.rglob("*")):
        is_video = path.suffix.lower() in SUFFIXES and is_file(path) and not path.name.startswith(".")
        if is_video and out.resolve() not in path.resolve().parents and not (path.parent / "state.json").exists():
            yield path


def _told_apart(name: Path, path: Path) -> Path:
    return name.with_name(f"{name.name}-{sha256(os.fsencode(path)).hexdigest()[:6]}")
