"""The 52 facial movements by ARKit's names, in the order in which the mesh's network answers them, each 0 to 1.

Left and right are the person's. They say how a face moves, and nothing about what somebody feels.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from numpy.typing import NDArray

NAMES: tuple[str, ...] = (
    "_neutral",
    "browDownLeft",
    "browDownRight",
    "browInnerUp",
    "browOuterUpLeft",
    "browOuterUpRight",
    "cheekPuff",
    "cheekSquintLeft",
    "cheekSquintRight",
    "eyeBlinkLeft",
    "eyeBlinkRight",
    "eyeLookDownLeft",
    "eyeLookDownRight",
    "eyeLookInLeft",
    "eyeLookInRight",
    "eyeLookOutLeft",
    "eyeLookOutRight",
    "eyeLookUpLeft",
    "eyeLookUpRight",
    "eyeSquintLeft",
    "eyeSquintRight",
    "eyeWideLeft",
    "eyeWideRight",
    "jawForward",
    "jawLeft",
    "jawOpen",
    "jawRight",
    "mouthClose",
    "mouthDimpleLeft",
    "mouthDimpleRight",
    "mouthFrownLeft",
    "mouthFrownRight",
    "mouthFunnel",
    "mouthLeft",
    "mouthLowerDownLeft",
    "mouthLowerDownRight",
    "mouthPressLeft",
    "mouthPressRight",
    "mouthPucker",
    "mouthRight",
    "mouthRollLower",
    "mouthRollUpper",
    "mouthShrugLower",
    "mouthShrugUpper",
    "mouthSmileLeft",
    "mouthSmileRight",
    "mouthStretchLeft",
    "mouthStretchRight",
    "mouthUpperUpLeft",
    "mouthUpperUpRight",
    "noseSneerLeft",
    "noseSneerRight",
)
PLACES: Mapping[str, int] = {name: place for place, name in enumerate(NAMES)}

# Several movements that make one measure: their mean.
SMILE = ("mouthSmileLeft", "mouthSmileRight")
BROW_RAISE = ("browInnerUp", "browOuterUpLeft", "browOuterUpRight")
BROW_LOWER = ("browDownLeft", "browDownRight")
JAW_OPEN = ("jawOpen",)
SQUINT = ("eyeSquintLeft", "eyeSquintRight")
BLINK = ("eyeBlinkLeft", "eyeBlinkRight")
LOOK_LEFT, LOOK_RIGHT = ("eyeLookOutLeft", "eyeLookInRight"), ("eyeLookInLeft", "eyeLookOutRight")
LOOK_UP, LOOK_DOWN = ("eyeLookUpLeft", "eyeLookUpRight"), ("eyeLookDownLeft", "eyeLookDownRight")


def mean_of(movements: NDArray[Any], names: tuple[str, ...]) -> float:
    """The mean of some movements out of all (52,), 0 to 1."""
    return sum(float(movements[PLACES[name]]) for name in names) / len(names)


def look(movements: NDArray[Any]) -> tuple[float, float]:
    """Where both eyes look in the head, each -1 to 1: to the person's left, and up."""
    aside = mean_of(movements, LOOK_LEFT) - mean_of(movements, LOOK_RIGHT)
    return aside, mean_of(movements, LOOK_UP) - mean_of(movements, LOOK_DOWN)
