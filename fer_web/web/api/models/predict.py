"""What can be asked of /predict."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from fer_web.web.http.bodies import Flag, StrictQuery, digits


class PredictQuery(StrictQuery):
    upsample: Annotated[Literal[0, 1], BeforeValidator(digits)] = 1
    """1 finds small faces too; 0 is faster."""
    landmarks: Flag = False
    """Whether to include the 68 landmarks."""
    keypoints: Flag = False
    """Whether to include the 15 keypoints."""
    explain: Flag = False
    """Whether to include a heatmap of what the network looked at."""
