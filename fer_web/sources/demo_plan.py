"""What happens in the demo and when: pure arithmetic, so that tests know every blink and every place."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, takewhile
from urllib.parse import parse_qsl

from fer_web.core import Size
from fer_web.errors import SourceError

MAX_FACES = 4
_REFERENCE: Size = (640, 480)  # the picture in whose pixels the places and widths below are meant

# Seconds from one blink to the next, and how long the eyes are fully shut; both start over at their end. Real blinks
# come every 2 to 10 s and take 0.1 to 0.4 s; these are on the quick side, so that a short look shows some.
_PAUSES_S = (2.2, 3.1, 1.6, 2.7, 3.9, 1.3)
_SHUT_S = (0.15, 0.2, 0.13, 0.3)
_CLOSING_S = 0.08
_OPENING_S = 0.12


@dataclass(frozen=True, slots=True)
class DemoPlan:
    """What `demo:?size=640x480&fps=30&faces=1&cross=0` asks for."""

    size: Size = _REFERENCE
    fps: float = 30.0
    faces: int = 1
    cross: bool = False

    @property
    def scale(self) -> float:
        """How many pixels one pixel of a 640 x 480 picture is."""
        return min(self.size[0] / _REFERENCE[0], self.size[1] / _REFERENCE[1])


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a face is: `x`, `y` of its middle and the `width` of its box, in pixels; `roll_deg` clockwise."""

    x: float
    y: float
    width: float
    roll_deg: float


def parse_demo(text: str) -> DemoPlan:
    """The plan behind `demo:`; SourceError that names the parameter which cannot be used."""
    values = dict(parse_qsl(text.lstrip("/?"), keep_blank_values=True))
    unknown = values.keys() - {"size", "fps", "faces", "cross"}
    if unknown:
        raise SourceError(f"demo: knows size, fps, faces and cross, not {', '.join(sorted(unknown))}")
    try:
        width, height = (int(side) for side in values.get("size", "640x480").lower().split("x"))
        fps, faces = float(values.get("fps", 30)), int(values.get("faces", 1))
        cross = {"0": False, "1": True}[values.get("cross", "0")]
    except (ValueError, KeyError):
        raise SourceError("write demo: like demo:?size=640x480&fps=30&faces=2&cross=1") from None
    if not (320 <= width <= 3840 and 240 <= height <= 2160):
        raise SourceError(f"the demo's size must be 320x240 to 3840x2160, not {width}x{height}")
    if not 1 <= fps <= 120:
        raise SourceError(f"the demo's fps must be 1 to 120, not {fps:g}")
    if not 1 <= faces <= MAX_FACES:
        raise SourceError(f"the demo's faces must be 1 to {MAX_FACES}, not {faces}")
    if cross and faces != 2:
        raise SourceError("the demo's cross=1 needs faces=2")
    return DemoPlan((width, height), fps, faces, cross)


def demo_blinks(until_s: float, face: int = 0) -> tuple[float, ...]:
    """When each blink of the demo's `face` (0 to 3) that is over by `until_s` was in its middle, in seconds."""
    return tuple((start + end) / 2 for start, end in takewhile(lambda span: span[1] <= until_s, _blinks(face)))


def closure(time_s: float, face: int = 0) -> float:
    """How far the lids are shut: 0 open, 1 shut."""
    for start_s, end_s in _blinks(face):
        if time_s < start_s:
            return 0.0
        if time_s < end_s:
            return min(1.0, (time_s - start_s) / _CLOSING_S, (end_s - time_s) / _OPENING_S)
    raise AssertionError("blinks never end")


def _blinks(face: int) -> Iterator[tuple[float, float]]:
    """(begin of closing, end of opening) of each blink."""
    round_s = sum(_PAUSES_S)
    for number in count():
        rounds, place = divmod(number + face, len(_PAUSES_S))
        start_s = rounds * round_s + sum(_PAUSES_S[: place + 1]) - sum(_PAUSES_S[:face]) + 0.37 * face
        yield start_s, start_s + _CLOSING_S + _SHUT_S[(number + face) % len(_SHUT_S)] + _OPENING_S


def place(plan: DemoPlan, time_s: float, face: int) -> Placement:
    """Where a face of the plan is; no face leaves the picture, and no two cover each other."""
    phase = 1.7 * face
    roll_deg = 7 * math.sin(0.63 * time_s + phase)
    sway, nod = math.sin(0.71 * time_s + phase), math.sin(1.13 * time_s + phase)
    breath = math.sin(0.37 * time_s + phase)
    width, height = plan.size
    unit = plan.scale
    if plan.faces == 1:
        return Placement(
            width / 2 + 90 * unit * sway, height / 2 + 30 * unit * nod, (155 + 43 * breath) * unit, roll_deg
        )
    if plan.cross:
        side = math.sin(0.6 * time_s) * (1 if face == 0 else -1)
        y = height / 2 + (face * 2 - 1) * 100 * unit
        return Placement(width / 2 + 190 * unit * side, y, 112 * unit, roll_deg)
    columns = 2 if plan.faces == 4 else plan.faces
    rows = math.ceil(plan.faces / columns)
    x = width * (face % columns + 0.5) / columns
    y = height * (face // columns + 0.5) / rows
    return Placement(
        x + (22 if columns == 2 else 6) * unit * sway,
        y + (6 if rows == 2 else 60) * unit * nod,
        (110 + 5 * breath) * unit,
        roll_deg * 0.7,
    )
