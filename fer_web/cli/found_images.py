"""The images that a command line means: files, all in a folder, or those that a pattern matches."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from glob import glob, has_magic
from pathlib import Path

from fer_web.core.files import is_file, is_folder
from fer_web.core.image_files import images_in
from fer_web.core.text import shown_path

STDIN = "-"


def find_images(places: Sequence[str], results: Sequence[Path] = ()) -> tuple[list[str], list[str]]:
    """The images' names in the order given, and a sentence for every place without one.

    Folders are searched through, except for the folders of `results` inside of them.
    """
    found: list[str] = []
    missing: list[str] = []
    for place in places:
        names = list(_named(place, results))
        if not names:
            kind = "no file matches" if has_magic(place) and not is_folder(place) else "no images in"
            missing.append(f"{kind} {shown_path(place)}")
        found += names
    return found, missing


def _named(place: str, results: Sequence[Path]) -> Iterator[str]:
    """The images that one word means; a file is what it says, even where its name could be a pattern."""
    if place == STDIN or is_file(place):
        yield place
    elif is_folder(place):
        yield from map(str, _inside(Path(place), results))
    elif has_magic(place):
        yield from dict.fromkeys(name for match in _matches(place) for name in _named_exactly(match, results))
    else:
        yield place


def _matches(pattern: str) -> list[str]:
    return sorted(glob(pattern, recursive=True))  # noqa: PTH207 - a Path's own takes no absolute pattern


def _named_exactly(match: str, results: Sequence[Path]) -> Iterator[str]:
    """What a pattern has matched; a folder may come again as a part of another one."""
    return map(str, _inside(Path(match), results)) if is_folder(match) else iter((match,))


def _inside(folder: Path, results: Sequence[Path]) -> Iterator[Path]:
    """A folder's images, without results of earlier runs."""
    whole = folder.resolve()
    written = {path for path in (result.resolve() for result in results) if whole in path.parents}
    return (path for path in images_in(folder) if written.isdisjoint(path.resolve().parents))
