"""How files with images are called."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from fer_web.core.files import is_file

# What is looked for in folders; a file that is named is tried whatever it is called.
IMAGE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pgm", ".png"}
    | {".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"}
)
# How the copies end that `predict --annotate` writes: they are no images to be analyzed again.
ANNOTATED = "-annotated.jpg"


def images_in(folder: Path) -> Iterator[Path]:
    """The images to be analyzed in a folder, at any depth, by name; none that is hidden, and no annotated copy."""
    for path in sorted(folder.rglob("*")):
        is_hidden = any(part.startswith(".") for part in path.relative_to(folder).parts)
        if _is_named_so(path) and not is_hidden and is_file(path):
            yield path


def _is_named_so(path: Path) -> bool:
    return path.suffix.lower() in IMAGE_SUFFIXES and not path.name.endswith(ANNOTATED)
