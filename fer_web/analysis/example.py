"""Pictures that a lesson begins with, and the two published networks that disagree about the first of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from io import BytesIO

from PIL import Image

from fer_web.core import Pixels
from fer_web.sources.mixed_portrait import mixed_head, smiling_head

# Both are sure of what they say of `mixed`, and say different things; of `smile` both say the same.
DISAGREEING = ("xception-pair", "simple-cnn")
EXAMPLES: Mapping[str, Callable[[], Pixels]] = {"mixed": mixed_head, "smile": smiling_head}


@cache
def example_png(name: str) -> bytes:
    """One of `EXAMPLES` as a PNG."""
    file = BytesIO()
    Image.fromarray(EXAMPLES[name]()).save(file, "PNG")
    return file.getvalue()
