"""How many pictures of a video are analyzed."""

from __future__ import annotations

# Blinks are found as well as in 30 pictures a second (docs/videos.md), for half of the work.
DEFAULT_FPS = 15.0
# A picture that comes so much too early is in time: Matroska rounds to milliseconds.
TOLERANCE_S = 0.002
