"""FaceMesh's 478 points by name. Left and right are the person's.

Grishchenko et al. 2020, "Attention Mesh: High-fidelity Face Mesh Prediction in Real-time".
"""

from __future__ import annotations

from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.core.geometry import Points

Mesh: TypeAlias = NDArray[np.float32]  # (478, 3): x, y and depth in pixels; smaller depths are nearer

COUNT = 478
RIGHT_EYE_CORNER, LEFT_EYE_CORNER = 33, 263  # the outer ones
RIGHT_IRIS, LEFT_IRIS = slice(468, 473), slice(473, 478)  # the middle first

# The mesh's points that lie where dlib's 68 do, in their order.
# fmt: off
AS_LANDMARKS = np.array((
    162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389, 71, 63, 105, 66, 107, 336, 296,
    334, 293, 301, 168, 197, 5, 4, 75, 97, 2, 326, 305, 33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380, 61,
    39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181, 78, 82, 13, 312, 308, 317, 14, 87,
))
# What the network of the movements is given.
OF_MOVEMENTS = np.array((
    0, 1, 4, 5, 6, 7, 8, 10, 13, 14, 17, 21, 33, 37, 39, 40, 46, 52, 53, 54, 55, 58, 61, 63, 65, 66, 67, 70, 78, 80,
    81, 82, 84, 87, 88, 91, 93, 95, 103, 105, 107, 109, 127, 132, 133, 136, 144, 145, 146, 148, 149, 150, 152, 153,
    154, 155, 157, 158, 159, 160, 161, 162, 163, 168, 172, 173, 176, 178, 181, 185, 191, 195, 197, 234, 246, 249, 251,
    263, 267, 269, 270, 276, 282, 283, 284, 285, 288, 291, 293, 295, 296, 297, 300, 308, 310, 311, 312, 314, 317, 318,
    321, 323, 324, 332, 334, 336, 338, 356, 361, 362, 365, 373, 374, 375, 377, 378, 379, 380, 381, 382, 384, 385, 386,
    387, 388, 389, 390, 397, 398, 400, 402, 405, 409, 415, 454, 466, 468, 469, 470, 471, 472, 473, 474, 475, 476, 477,
))
# What is drawn of the mesh: the points of a line, and whether it is closed.
LINES: tuple[tuple[list[int], bool], ...] = (
    ([10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
      136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109], True),
    ([33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246], True),
    ([263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466], True),
    ([469, 470, 471, 472], True),
    ([474, 475, 476, 477], True),
    ([70, 63, 105, 66, 107, 55, 65, 52, 53, 46], True),
    ([300, 293, 334, 296, 336, 285, 295, 282, 283, 276], True),
    ([61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185], True),
    ([78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191], True),
    ([168, 6, 197, 195, 5, 4], False),
    ([129, 98, 97, 2, 326, 327, 358], False),
)
# fmt: on


def landmarks_of(mesh: NDArray[Any]) -> Points:
    """dlib's 68 points (68, 2) out of a mesh (478, 2 or 3)."""
    return np.asarray(mesh[AS_LANDMARKS, :2], np.float32)
