"""Readings by their parts, for tests."""

from __future__ import annotations

from typing import Any

from fer_web.core import Emotion, Pose, Quality, Reading


def reading_of(
    time_s: float,
    track_id: int,
    scores: tuple[float, ...],
    blink_count: int = 0,
    pose: Pose | None = None,
    quality: Quality | None = None,
    **measures: Any,
) -> Reading:
    """A reading of seven scores in the order of `Emotion`, a pose and a quality; other measures by their names."""
    emotions = {emotion.value: score for emotion, score in zip(Emotion, scores, strict=True)}
    if pose is not None:
        measures |= {"yaw_deg": pose.yaw_deg, "pitch_deg": pose.pitch_deg, "roll_deg": pose.roll_deg}
    if quality is not None:
        measures |= {"sharpness": quality.sharpness, "brightness": quality.brightness}
        measures |= {"size_px": quality.size_px, "poor": quality.poor}
    return Reading(time_s=time_s, track_id=track_id, blink_count=blink_count, **{**emotions, **measures})
