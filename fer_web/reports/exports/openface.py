"""Readings as OpenFace 2.2 writes them: its names, radians, and its axes.

OpenFace's camera looks along z, x points to the picture's right and y down. A head's rotation is Rx Ry Rz, and nothing
is turned when it looks into the camera (Baltrusaitis, Zadeh, Lim and Morency 2018, "OpenFace 2.0: Facial Behavior
Analysis Toolkit"; its wiki's page "Output Format").
"""

from __future__ import annotations

from collections.abc import Callable
from math import asin, atan2, cos, radians, sin

from fer_web.core import Reading
from fer_web.reports.exports.columns import ExportColumn, NumberedReading


def head_rotation(yaw_deg: float, pitch_deg: float, roll_deg: float) -> tuple[float, float, float]:
    """Rx, Ry and Rz in radians of a head that points aside, up and is tilted by our angles in degrees."""
    yaw, pitch, roll = radians(yaw_deg), radians(pitch_deg), radians(roll_deg)
    x = atan2(-sin(pitch), cos(pitch) * cos(yaw))
    y = asin(-cos(pitch) * sin(yaw))
    z = atan2(
        cos(yaw) * sin(roll) - sin(yaw) * sin(pitch) * cos(roll),
        cos(yaw) * cos(roll) + sin(yaw) * sin(pitch) * sin(roll),
    )
    return x, y, z


def gaze_angles(yaw_deg: float, pitch_deg: float) -> tuple[float, float]:
    """Of a look aside and up in degrees: radians to the picture's right, and down."""
    yaw, pitch = radians(yaw_deg), radians(pitch_deg)
    return yaw, atan2(-sin(pitch), cos(pitch) * cos(yaw))


def _rotation(axis: int) -> Callable[[NumberedReading], float | None]:
    def angle(row: NumberedReading) -> float | None:
        one: Reading = row.reading
        if one.yaw_deg is None or one.pitch_deg is None or one.roll_deg is None:
            return None
        return head_rotation(one.yaw_deg, one.pitch_deg, one.roll_deg)[axis]

    return angle


def _gaze(axis: int) -> Callable[[NumberedReading], float | None]:
    def angle(row: NumberedReading) -> float | None:
        one = row.reading
        if one.gaze_yaw_deg is None or one.gaze_pitch_deg is None:
            return None
        return gaze_angles(one.gaze_yaw_deg, one.gaze_pitch_deg)[axis]

    return angle


COLUMNS = (
    ExportColumn("frame", "which of the frames with faces, from 1; not the video's own number", lambda row: row.frame),
    ExportColumn("face_id", "the person's number, `track_id`", lambda row: row.reading.track_id),
    ExportColumn("timestamp", "since the recording started", lambda row: row.reading.time_s, "s", 3),
    ExportColumn("success", "1: a row is written only for a face that was found", lambda _: 1),
    ExportColumn("gaze_angle_x", "where both eyes look: positive to the person's left", _gaze(0), "rad"),
    ExportColumn("gaze_angle_y", "where both eyes look: positive down", _gaze(1), "rad"),
    ExportColumn("pose_Rx", "the head's pitch, positive down", _rotation(0), "rad"),
    ExportColumn("pose_Ry", "the head's yaw, positive to the person's right", _rotation(1), "rad"),
    ExportColumn("pose_Rz", "the head's roll, clockwise in the picture", _rotation(2), "rad"),
)
