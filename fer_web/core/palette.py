"""One color per expression, the same in the picture, the charts and the reports."""

from __future__ import annotations

from typing import TypeAlias

from fer_web.core.emotion import Emotion

Color: TypeAlias = tuple[int, int, int]  # RGB, 0 to 255

# Okabe and Ito 2008, "Color Universal Design": told apart with any of the common color vision deficiencies.
EMOTION_COLORS: dict[Emotion, Color] = {
    Emotion.ANGRY: (213, 94, 0),
    Emotion.DISGUST: (0, 158, 115),
    Emotion.FEAR: (204, 121, 167),
    Emotion.HAPPY: (240, 228, 66),
    Emotion.SAD: (0, 114, 178),
    Emotion.SURPRISE: (86, 180, 233),
    Emotion.NEUTRAL: (190, 190, 190),
}
