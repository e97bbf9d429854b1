"""How many pictures of a video are analyzed."""

from __future__ import annotations

# Half of the work of 30 a second, and nearly all of the blinks (docs/videos.md).
DEFAULT_FPS = 15.0
# A picture that comes so much too early is in time: Matroska rounds to milliseconds.
TOLERANCE_S = 0.002
