"""The 15 facial keypoints, in the order of Kaggle's Facial Keypoints Detection. Left and right are the person's.

Kaggle 2013, "Facial Keypoints Detection" (the columns of its `training.csv`).
"""

from __future__ import annotations

NAMES: tuple[str, ...] = (
    "left_eye_center",
    "right_eye_center",
    "left_eye_inner_corner",
    "left_eye_outer_corner",
    "right_eye_inner_corner",
    "right_eye_outer_corner",
    "left_eyebrow_inner_end",
    "left_eyebrow_outer_end",
    "right_eyebrow_inner_end",
    "right_eyebrow_outer_end",
    "nose_tip",
    "mouth_left_corner",
    "mouth_right_corner",
    "mouth_center_top_lip",
    "mouth_center_bottom_lip",
)
COUNT = len(NAMES)
LEFT_EYE = NAMES.index("left_eye_center")
RIGHT_EYE = NAMES.index("right_eye_center")
# The coordinates' columns in files: left_eye_center_x, left_eye_center_y, right_eye_center_x, …
COLUMNS: tuple[str, ...] = tuple(f"{name}_{axis}" for name in NAMES for axis in "xy")


def _mirrored(name: str) -> str:
    sides = {"left": "right", "right": "left"}
    return "_".join(sides.get(word, word) for word in name.split("_"))


# Which point of a face becomes each point of its mirror image: `points[MIRROR]` puts names right after a flip.
MIRROR: tuple[int, ...] = tuple(NAMES.index(_mirrored(name)) for name in NAMES)

# How the points are joined when they are drawn: rows of points, and whether the line is closed.
OUTLINES: tuple[tuple[tuple[int, ...], bool], ...] = (
    ((3, 0, 2), False),
    ((4, 1, 5), False),
    ((6, 7), False),
    ((8, 9), False),
    ((11, 13, 12, 14), True),
)
