"""Two texts are the same when their numbers are near each other and everything between the numbers is equal.

Processors differ in the last digits of what TensorFlow, OpenCV and dlib calculate; words, columns, keys and how many
of everything there are do not depend on them.
"""

from __future__ import annotations

import re

NUMBER = re.compile(r"-?\d+(?:\.\d+)?(?:e[+-]?\d+)?")
# Above the differences between processors, under what a person would see. Whole numbers below 100 have to be equal.
ABSOLUTE, RELATIVE = 0.01, 0.0099
SHOWN = 60  # characters around a difference


def first_difference(kept: str, found: str) -> str:
    """Where the texts part, in words; empty where they are the same."""
    kept_numbers, found_numbers = list(NUMBER.finditer(kept)), list(NUMBER.finditer(found))
    ends = (0, 0)
    for one, other in zip(kept_numbers, found_numbers, strict=False):
        is_near = are_near(float(one[0]), float(other[0]))
        if kept[ends[0] : one.start()] != found[ends[1] : other.start()] or not is_near:
            return _parting(kept, found, ends)
        ends = (one.end(), other.end())
    return _parting(kept, found, ends) if kept[ends[0] :] != found[ends[1] :] else ""


def are_near(one: float, other: float) -> bool:
    return abs(one - other) <= ABSOLUTE + RELATIVE * max(abs(one), abs(other)) - 1e-9


def _parting(kept: str, found: str, starts: tuple[int, int]) -> str:
    was, now = (text[max(start - SHOWN, 0) : start + SHOWN] for text, start in zip((kept, found), starts, strict=True))
    line = kept.count("\n", 0, starts[0]) + 1
    return f"after line {line} it was {was!r} and is {now!r}"
