"""What can be asked of /predict."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator, StrictBool

from fer_web.web.http.bodies import Flag, StrictQuery, digits, flag


class PredictQuery(StrictQuery):
    upsample: Annotated[Literal[0, 1], BeforeValidator(digits)] = 1
    """1 finds small faces too; 0 is faster."""
    landmarks: Annotated[StrictBool | Literal["mesh"], BeforeValidator(flag)] = False
    """Whether to include the 68 landmarks; mesh includes the mesh's 478 points instead."""
    keypoints: Flag = False
    """Whether to include the 15 keypoints."""
    movements: Flag = False
    """Whether to include the 52 facial movements."""
    explain: Flag = False
    """Whether to include a heatmap of what the network looked at."""
