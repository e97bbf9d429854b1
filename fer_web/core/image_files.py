"""How files with images are called."""

from __future__ import annotations

from pathlib import Path

# What is looked for in folders; a file that is named is tried whatever it is called.
IMAGE_SUFFIXES = frozenset(
    {".avif", ".bmp", ".gif", ".heic", ".heif", ".j2k", ".jfif", ".jp2", ".jpe", ".jpeg", ".jpg", ".pgm", ".png"}
    | {".pnm", ".ppm", ".tga", ".tif", ".tiff", ".webp"}
)
# How the copies end that `predict --annotate` writes: they are no images to be analyzed again.
ANNOTATED = "-annotated.jpg"


def is_image_file(path: Path) -> bool:
    """Whether a file found in a folder is to be analyzed: not hidden, not an annotated copy."""
    is_named_so = path.suffix.lower() in IMAGE_SUFFIXES and not path.name.startswith(".")
    return is_named_so and not path.name.endswith(ANNOTATED) and path.is_file()
