"""How open a person's eyes are, from the 68 landmarks."""

from __future__ import annotations

import math

import numpy as np

from fer_web.core import Points
from fer_web.core.landmarks import LEFT_EYE, RIGHT_EYE

# Without history an eye under this is called shut. In clips, blinks reach 0.11 to 0.18 and open eyes have 0.31 to 0.48
# (`python -m fer_web bench blinks`); but who laughs or squints comes down to 0.15, so it cannot be right for everybody.
DEFAULT_SHUT_EAR = 0.18
# Where there are movements, eyeBlink of this much says shut: blinks reach .5 to .8, and who laughs stays under it.
SHUT_MOVEMENT = 0.5
# Of eyes that are closer together in the picture, each is less than 8 pixels wide, and its lids are guessed.
LEAST_APART_PX = 18.0
# Eyes measure 0.35 to 0.6 of the distance between their middles, up to 30 degrees of yaw; a collapsed or torn eye does
# not.
SMALLEST_EYE, LARGEST_EYE = 0.2, 0.9
# No lid opens wider than this in proportion to the eye's width.
LARGEST_EAR = 0.8


def eye_aspect_ratio(eye: Points) -> float:
    """How open an eye is: near 0 when shut, about 0.3 when open, whatever the face's size; nan when it has no width.

    `eye` is (6, 2), in dlib's order 36..41: outer corner, upper lid twice, inner corner, lower lid twice
    (Soukupova and Cech 2016, "Real-Time Eye Blink Detection using Facial Landmarks").
    """
    corner, upper, upper_too, other_corner, lower_too, lower = eye.tolist()
    width = math.dist(corner, other_corner)
    if width == 0:
        return math.nan
    return (math.dist(upper, lower) + math.dist(upper_too, lower_too)) / (2 * width)


def eye_aspect_ratios(landmarks: Points) -> tuple[float, float]:
    """Of the person's left and right eye."""
    return eye_aspect_ratio(landmarks[LEFT_EYE]), eye_aspect_ratio(landmarks[RIGHT_EYE])


def eye_distance(landmarks: Points) -> float:
    """Between the middles of both eyes, in pixels."""
    return math.dist(landmarks[LEFT_EYE].mean(axis=0).tolist(), landmarks[RIGHT_EYE].mean(axis=0).tolist())


def are_eyes_plausible(landmarks: Points) -> bool:
    """Whether both eyes have a size and an opening that eyes can have; False for lost or torn landmarks, and
    for a face too small to show its lids."""
    apart = eye_distance(landmarks)
    if not apart >= LEAST_APART_PX or not np.isfinite(landmarks).all():
        return False
    widths = (math.dist(landmarks[a].tolist(), landmarks[b].tolist()) / apart for a, b in ((36, 39), (42, 45)))
    is_sized = all(SMALLEST_EYE <= width <= LARGEST_EYE for width in widths)
    return is_sized and all(ear <= LARGEST_EAR for ear in eye_aspect_ratios(landmarks))
