"""A layer of the annotated image."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeAlias

from fer_web.core import Face, FrameResult
from fer_web.vision.pen import Pen

Ground: TypeAlias = Callable[[Pen, FrameResult], None]
Paint: TypeAlias = Callable[[Pen, Face], None]


@dataclass(frozen=True, slots=True)
class Overlay:
    """A layer by the `name` that `?overlay=` takes and the `title` that its checkbox has; `meaning` is for the docs.

    `under` paints the ground before anything is written on it, `over` marks one face after another. Those
    with a higher `depth` are painted earlier, so that the others cover them. `line` is written in the face's label,
    over which are the seven bars if a layer `has_bars`. Without `needs_keypoints`, nobody searches for keypoints; a
    layer that `hides` people also covers what might be a face, and stays when the picture is shown without results.
    """

    name: str
    title: str = field(compare=False)
    meaning: str = field(compare=False)
    under: Ground | None = field(default=None, compare=False)
    over: Paint | None = field(default=None, compare=False)
    depth: int = field(default=0, compare=False)
    line: Callable[[Face], str | None] | None = field(default=None, compare=False)
    has_bars: bool = field(default=False, compare=False)
    is_default: bool = field(default=False, compare=False)
    needs_keypoints: bool = field(default=False, compare=False)
    hides: bool = field(default=False, compare=False)

    def __str__(self) -> str:
        return self.name
