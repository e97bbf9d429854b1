"""What nobody may see of a camera's picture: polygons, in shares of its width and height."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any, TypeAlias

Corner: TypeAlias = tuple[float, float]
Polygon: TypeAlias = tuple[Corner, ...]
Mask: TypeAlias = tuple[Polygon, ...]

MOST_POLYGONS, FEWEST_CORNERS, MOST_CORNERS = 10, 3, 30
# A ten-thousandth of a picture is less than a pixel of most.
DECIMALS = 4


def mask_of(polygons: Any) -> Mask:
    """Checked polygons of what JSON held; ValueError says what is wrong with the first that is."""
    if not isinstance(polygons, Sequence) or isinstance(polygons, str):
        raise ValueError("a mask is a list of polygons")
    if len(polygons) > MOST_POLYGONS:
        raise ValueError(f"a mask has at most {MOST_POLYGONS} polygons, not {len(polygons)}")
    return tuple(_polygon(corners, number) for number, corners in enumerate(polygons, start=1))


def _polygon(corners: Any, number: int) -> Polygon:
    if not isinstance(corners, Sequence) or not FEWEST_CORNERS <= len(corners) <= MOST_CORNERS:
        raise ValueError(f"polygon {number} must have {FEWEST_CORNERS} to {MOST_CORNERS} corners")
    polygon = tuple(_corner(corner, number) for corner in corners)
    if len(set(polygon)) < FEWEST_CORNERS:
        raise ValueError(f"polygon {number} must have {FEWEST_CORNERS} corners in different places")
    return polygon


def _corner(corner: Any, number: int) -> Corner:
    is_pair = isinstance(corner, Sequence) and not isinstance(corner, str) and len(corner) == 2
    if not is_pair or not all(_is_share(value) for value in corner):
        raise ValueError(
            f"a corner of polygon {number} must be two numbers from 0 to 1: how far right and how far down it is"
        )
    return round(float(corner[0]), DECIMALS), round(float(corner[1]), DECIMALS)


def _is_share(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0 <= value <= 1
