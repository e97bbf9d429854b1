"""From what a camera sees to what happens to the people in front of it."""

from __future__ import annotations

import time
from datetime import datetime, timedelta, timezone

from fer_web.core import Face, FrameResult, Reading
from fer_web.core.people_watch import PeopleWatch
from fer_web.core.person_events import PersonEvent
from fer_web.live.parts import LiveResult, Scene


class ScenePeople:
    """Events of people out of one camera's scenes; belongs to one thread. Times are those of the monotonic clock."""

    def __init__(self, camera: str) -> None:
        self._watch = PeopleWatch(camera)
        self._last: LiveResult[FrameResult] | None = None

    def of(self, scene: Scene[FrameResult] | None) -> tuple[PersonEvent, ...]:
        """What a scene has brought; None stands for a silent second, in which people leave a lost camera too."""
        outcome = None if scene is None else scene.outcome
        if outcome is None or outcome is self._last:
            now_s = time.monotonic()
            return self._watch.take((), now_s, utc_of(now_s))
        self._last = outcome
        time_s = outcome.captured_s
        readings = [Reading.of(face, time_s) for face in followed(outcome.result)]
        return self._watch.take(readings, time_s, utc_of(time_s))

    def end(self) -> tuple[PersonEvent, ...]:
        """Everybody leaves, because the camera has ended."""
        now_s = time.monotonic()
        return self._watch.end(now_s, utc_of(now_s))


def followed(result: FrameResult) -> list[Face]:
    """The faces of which there can be a reading."""
    return [face for face in result.faces if face.track_id is not None and face.scores is not None]


def utc_of(time_s: float) -> datetime:
    """When it was `time_s` by the monotonic clock."""
    return datetime.now(timezone.utc) - timedelta(seconds=time.monotonic() - time_s)
