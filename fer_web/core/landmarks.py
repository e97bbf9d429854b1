"""The 68 facial landmarks by name (iBUG 300-W order, as dlib predicts them). Left and right are the person's.

Sagonas et al. 2013, "300 Faces in-the-Wild Challenge".
"""

from __future__ import annotations

import numpy as np

from fer_web.core.geometry import Points

COUNT = 68
JAW = slice(0, 17)
RIGHT_BROW = slice(17, 22)
LEFT_BROW = slice(22, 27)
NOSE_BRIDGE = slice(27, 31)
NOSTRILS = slice(31, 36)
RIGHT_EYE = slice(36, 42)
LEFT_EYE = slice(42, 48)
OUTER_LIPS = slice(48, 60)
INNER_LIPS = slice(60, 68)
MOUTH = slice(48, 68)
NOSE_TIP = 30
CHIN = 8

# How the points are joined when they are drawn: part, and whether its line is closed.
OUTLINES: tuple[tuple[slice, bool], ...] = (
    (JAW, False),
    (RIGHT_BROW, False),
    (LEFT_BROW, False),
    (NOSE_BRIDGE, False),
    (NOSTRILS, False),
    (RIGHT_EYE, True),
    (LEFT_EYE, True),
    (OUTER_LIPS, True),
    (INNER_LIPS, True),
)


def anchors(landmarks: Points) -> Points:
    """The three places that fix a face's position, (3, 2): middle of the right eye, of the left eye, of the mouth."""
    return np.stack([landmarks[part].mean(axis=0) for part in (RIGHT_EYE, LEFT_EYE, MOUTH)]).astype(np.float32)
