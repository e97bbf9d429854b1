"""A recording with everything that exports tell, for tests."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from fer_web.core import Pose, Reading
from fer_web.reports.exports import EXPORTS, Exported
from tests.reports.made import HAPPY, NEUTRAL, reading, recording, together

FPS = 10


def person(track: int, start: int = 0, end: int = 140) -> list[Reading]:
    """Happy for six seconds, then neutral; blinks at 3.1 to 3.3 s and, unseen, just before 9 s; a nod at 5 s."""
    return [
        replace(
            reading(
                n / FPS,
                HAPPY if n < 60 else NEUTRAL,
                track=track,
                blinks=int(n >= 33) + int(n >= 90),
                eyes_open=n not in (31, 32),
            ),
            nod_count=int(n >= 50),
            shake_count=0,
            smile=0.9 if 100 <= n < 120 else 0.05,
            jaw_open=0.0,
            gaze_yaw_deg=10.0,
            gaze_pitch_deg=5.0,
            looks_at_camera=not 70 <= n < 90,
            center_x=0.5,
            center_y=0.5,
        )
        for n in range(start, end)
    ]


def exported(
    markers: Iterable[tuple[float, str]] = (), media: str | None = None, people: Iterable[int] = (1,)
) -> Exported:
    readings = together(*(person(track) for track in people))
    return Exported(recording(14.0, FPS, markers=markers), lambda: iter(readings), media)


def made(name: str, source: Exported) -> bytes:
    """The bytes of the export's file of that name."""
    files = {file.name: file for export in EXPORTS.values() for file in export.files}
    return b"".join(files[name].pieces(source))


def turned(pose: Pose) -> Exported:
    """A recording of a single reading, of a head in that pose."""
    one = replace(reading(0.0), yaw_deg=pose.yaw_deg, pitch_deg=pose.pitch_deg, roll_deg=pose.roll_deg)
    return Exported(recording(1.0, FPS), lambda: iter([one]))
