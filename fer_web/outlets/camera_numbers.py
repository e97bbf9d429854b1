"""How a camera's people are now, out of the events that tell of them."""

from __future__ import annotations

from collections import Counter, deque
from typing import Any

from fer_web.core import Emotion
from fer_web.core.person_events import Appeared, Blinked, Changed, Left, PersonEvent

MINUTE_S = 60.0
# Blinks that are remembered: more than people in one picture have in a minute.
MOST_BLINKS = 1000


class CameraNumbers:
    """People now, the expression of most of them, everybody's blinks in the last minute; belongs to one thread."""

    def __init__(self) -> None:
        self._people: dict[int, Emotion | None] = {}
        self._blinks: deque[float] = deque(maxlen=MOST_BLINKS)

    def take(self, event: PersonEvent) -> None:
        if isinstance(event, Appeared):
            self._people[event.track_id] = None
        elif isinstance(event, Changed):
            self._people[event.track_id] = event.dominant_emotion
        elif isinstance(event, Left):
            self._people.pop(event.track_id, None)
        elif isinstance(event, Blinked):
            self._blinks.append(event.time_s)

    def at(self, time_s: float) -> dict[str, Any]:
        """The state as JSON, at a moment by the monotonic clock."""
        while self._blinks and self._blinks[0] <= time_s - MINUTE_S:
            self._blinks.popleft()
        shown = Counter(emotion for emotion in self._people.values() if emotion is not None)
        most = max(Emotion, key=lambda emotion: shown[emotion]) if shown else None
        return {
            "people_now": len(self._people),
            "dominant_emotion": None if most is None else str(most),
            "blinks_per_minute": len(self._blinks),
        }
