"""A summary as JSON: names and units that stay, documented in docs/reports.md."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fer_web.core import Emotion, Recording
from fer_web.reports.behavior import Behavior, Found
from fer_web.reports.crowd import GroupSummary
from fer_web.reports.movements import MOUTH_OPEN, SMILING
from fer_web.reports.person import PersonSummary
from fer_web.reports.sections import Section
from fer_web.reports.summary import Summary
from fer_web.reports.timeline import Timeline
from fer_web.reports.totals import Light, Totals
from fer_web.reports.words import DECIMALS

Json = dict[str, Any]

FORMAT = "fer-web-summary"
# Rises when a name or a meaning changes, not when one is added.
VERSION = 3


def summary_json(summary: Summary) -> Json:
    """The whole summary; `json.dumps` writes it as it is. Unknown values are null, times are seconds."""
    return {
        "format": FORMAT,
        "version": VERSION,
        "recording": _recording(summary.recording),
        "duration_s": _round(summary.duration_s),
        "readings": summary.readings,
        "gap_s": _round(summary.gap_s),
        "people_seen": len(summary.people),
        "seen_briefly": {"people": summary.brief, "seen_s": _round(summary.brief_s), "under_s": summary.least_seen_s},
        "everybody": {**_totals(summary.everybody), **_changes(summary.changes, summary.changes_per_min)},
        "people": [_person(person) for person in summary.people],
        "sections": [_section(section) for section in summary.sections],
        "crowd": None if summary.crowd is None else _crowd(summary.crowd),
    }


def _recording(recording: Recording) -> Json:
    return {
        "name": recording.name,
        "source": recording.source,
        "started_at": recording.started_at.isoformat(),
        "fps": _round(recording.fps),
        "width": recording.width,
        "height": recording.height,
        "model": recording.model,
        "markers": [{"time_s": _round(marker.time_s), "text": marker.text} for marker in recording.markers],
        "trouble": recording.trouble,
    }


def _totals(totals: Totals) -> Json:
    return {
        "seen_s": _round(totals.seen_s),
        "certain_s": _round(totals.certain_s),
        "mean_emotions": _named(totals.scores),
        "dominant_emotion_shares": _named(totals.shares),
        "mixed_share": _maybe(totals.mixed_share),
        "unreadable_share": _maybe(totals.unreadable_share),
        "positive": _maybe(totals.positive),
        "negative": _maybe(totals.negative),
        "balance": _maybe(totals.balance),
        "blink_count": totals.blinks,
        "blinks_per_min": _maybe(totals.blinks_per_min),
        "perclos": _maybe(totals.perclos),
        "eyes_judged_s": _round(totals.judged_s),
        "looked_share": _maybe(totals.looked_share),
        "gaze_judged_s": _round(totals.gazed_s),
        "faced_share": _maybe(totals.faced_share),
        "head_moving_share": _maybe(totals.moved_share),
        "pose_known_s": _round(totals.posed_s),
        "nod_count": totals.nods,
        "shake_count": totals.shakes,
        "light": None if totals.light is None else _light(totals.light),
        "uncertain_share": _maybe(totals.uncertain_share),
        "poor_share": _maybe(totals.poor_share),
        "turned_share": _maybe(totals.turned_share),
    }


def _changes(changes: int, per_min: float | None) -> Json:
    return {"changes": changes, "changes_per_min": _maybe(per_min)}


def _person(person: PersonSummary) -> Json:
    baseline = person.baseline
    return {
        "track_id": person.track_id,
        "first_s": _round(person.first_s),
        "last_s": _round(person.last_s),
        "markers": person.markers,
        **_totals(person.totals),
        **_changes(person.changes, person.changes_per_min),
        "baseline": None
        if baseline is None
        else {
            "start_s": _round(baseline.start_s),
            "end_s": _round(baseline.end_s),
            "emotions": _named(baseline.scores),
        },
        "relative_to_baseline": _named(person.relative),
        "entry_balance": _maybe(person.entry),
        "exit_balance": _maybe(person.exit),
        "sustained_expressions": [
            {"start_s": _round(one.start_s), "end_s": _round(one.end_s), "emotion": one.what.value}
            for one in person.sustained
        ],
        "shortest_sustained_s": person.shortest_sustained_s,
        "behavior": _behavior(person.behavior),
        "sections": [_totals(totals) for totals in person.sections],
        "timeline": _timeline(person.timeline),
    }


def _light(light: Light) -> Json:
    return {
        "brightness": _round(light.brightness),
        "sharpness": _round(light.sharpness),
        "size_px": _round(light.size_px),
    }


def _behavior(behavior: Behavior) -> Json:
    names = {
        SMILING: "smiles",
        MOUTH_OPEN: "mouth_open",
        "away": "looks_away",
        "aside": "turned_aside",
    }
    return {told: _found(behavior[name]) for name, told in names.items()}


def _found(found: Found) -> Json:
    return {
        "count": found.count,
        "total_s": _round(found.total_s),
        "stretches": [{"start_s": _round(one.start_s), "end_s": _round(one.end_s)} for one in found.stretches],
    }


def _timeline(timeline: Timeline) -> Json:
    scores = {
        emotion.value: [None if row is None else _round(row[emotion.position]) for row in timeline.scores]
        for emotion in Emotion
    }
    return {
        "start_s": _round(timeline.start_s),
        "bin_s": timeline.bin_s,
        "states": list(timeline.states),
        "shown": list(timeline.shown),
        "emotions": scores,
        "looks_at_camera": list(timeline.looked),
        "faces_camera": list(timeline.faced),
        "blinks": list(timeline.blinks),
        "nods": list(timeline.nods),
        "shakes": list(timeline.shakes),
        "window_s": timeline.window_s,
        "blinks_per_min": [_maybe(value) for value in timeline.blinks_per_min],
        "perclos": [_maybe(value) for value in timeline.perclos],
    }


def _section(section: Section) -> Json:
    return {
        "start_s": _round(section.start_s),
        "end_s": _round(section.end_s),
        "text": section.text,
        **_totals(section.totals),
    }


def _crowd(crowd: GroupSummary) -> Json:
    return {
        "bin_s": crowd.bin_s,
        "at_once": [_round(value) for value in crowd.at_once],
        "balance": [_maybe(value) for value in crowd.balance],
        "mean_at_once": _round(crowd.mean_at_once),
        "most_at_once": crowd.most_at_once,
        "entry_to_exit": {
            "people": crowd.compared,
            "happier": crowd.happier,
            "steady": crowd.steady,
            "unhappier": crowd.unhappier,
            "mean_entry": _maybe(crowd.mean_entry),
            "mean_exit": _maybe(crowd.mean_exit),
            "mean_change": _maybe(crowd.mean_change),
        },
    }


def _named(values: Sequence[float] | None) -> dict[str, float] | None:
    if values is None:
        return None
    return {emotion.value: _round(value) for emotion, value in zip(Emotion, values, strict=True)}


def _maybe(value: float | None) -> float | None:
    return None if value is None else _round(value)


def _round(value: float) -> float:
    return round(float(value), DECIMALS) + 0.0  # never -0.0
