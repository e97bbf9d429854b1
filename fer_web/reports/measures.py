"""What is added up of readings, and what follows from the sums."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum, auto

import numpy as np

from fer_web.core import Emotion, Reading
from fer_web.reports.bins import Sums


class Column(IntEnum):
    """Columns of sums, before those of the seven expressions: seconds, counts, and means times seconds."""

    SEEN = 0
    CERTAIN = auto()
    UNREADABLE = auto()
    MIXED = auto()
    POOR = auto()
    TURNED = auto()
    JUDGED = auto()  # eyes open or shut
    SHUT = auto()
    GAZED = auto()  # known whether at the camera
    LOOKED = auto()
    POSED = auto()  # known whether facing
    FACED = auto()
    MOUTH = auto()  # known how far the mouth smiles
    MOVED = auto()
    BLINKS = auto()  # counts
    NODS = auto()
    SHAKES = auto()
    MEASURED = auto()  # light and place are known
    BRIGHTNESS = auto()  # means times seconds
    SHARPNESS = auto()
    SIZE = auto()


# Of all the time seen, and of what could be read of it.
SCORES = slice(len(Column), len(Column) + 7)
READ_SCORES = slice(SCORES.stop, SCORES.stop + 7)
SHOWN = slice(READ_SCORES.stop, READ_SCORES.stop + 7)
WIDTH = SHOWN.stop

POSITIVE = (Emotion.HAPPY,)
NEGATIVE = (Emotion.ANGRY, Emotion.DISGUST, Emotion.FEAR, Emotion.SAD)
# The sign of each score in the balance.
SIGNS = tuple(1.0 if emotion in POSITIVE else -1.0 if emotion in NEGATIVE else 0.0 for emotion in Emotion)
# Eyes that are shut for less blink: PERCLOS is of slow closures (Dinges and Grace 1998), and blinks take 0.1 to 0.4 s.
LEAST_SHUT_S = 0.5
# Two expressions that are as near as this are both shown: `bench mixed` says what people see then.
MIXED_WITHIN = 0.15


def shown(rates: Sums) -> list[Emotion | None]:
    """The expression that each reading shows, by its rates (n, WIDTH); None while two are mixed, and where nothing can
    be read."""
    parts = rates[:, SHOWN]
    places = np.where(parts.any(axis=1), parts.argmax(axis=1), -1).tolist()
    return [Emotion.at(place) if place >= 0 else None for place in places]


def rates_of(readings: Sequence[Reading], ends_s: Sequence[float], moved: Sequence[bool | None] = ()) -> Sums:
    """What each reading adds to the sums for every second that it stands for, until its end, (n, WIDTH).

    `moved` says whether the head moved, None where that is not known; it may be left out.
    """
    rates = np.zeros((len(readings), WIDTH))
    scores = np.array([one.scores for one in readings])
    rates[:, Column.SEEN] = 1
    unreadable = np.array([one.is_unreadable for one in readings])
    rates[:, Column.CERTAIN] = ~unreadable & [not one.uncertain for one in readings]
    rates[:, Column.UNREADABLE] = unreadable
    ordered = np.sort(scores, axis=1)
    mixed = (ordered[:, -1] - ordered[:, -2] < MIXED_WITHIN) & ~unreadable
    rates[:, Column.MIXED] = mixed
    rates[:, Column.POOR] = [bool(one.poor) for one in readings]
    rates[:, Column.TURNED] = [one.is_turned for one in readings]
    rates[:, Column.JUDGED] = [one.eyes_open is not None for one in readings]
    rates[:, Column.SHUT] = _stays_shut(readings, ends_s)
    rates[:, Column.GAZED : Column.MOUTH] = _behavior(readings)
    rates[:, Column.MOUTH] = [one.smile is not None for one in readings]
    rates[:, Column.MOVED] = [bool(one) for one in moved] or 0
    rates[:, Column.MEASURED : Column.SIZE + 1] = _quality(readings)
    rates[:, SCORES] = scores
    rates[:, READ_SCORES] = scores * ~unreadable[:, None]
    rates[np.arange(len(readings)), SHOWN.start + scores.argmax(axis=1)] = ~mixed & ~unreadable
    return rates


def _behavior(readings: Sequence[Reading]) -> list[tuple[bool, bool, bool, bool]]:
    """Gaze known, at the camera, pose known, facing it."""
    pairs = [(one.is_looking, one.is_facing) for one in readings]
    return [(look is not None, bool(look), face is not None, bool(face)) for look, face in pairs]


def _quality(readings: Sequence[Reading]) -> list[tuple[float, float, float, float]]:
    """Measured, brightness, sharpness, width in pixels; zeros where it was not measured."""
    return [
        (0.0, 0.0, 0.0, 0.0)
        if one.brightness is None or one.sharpness is None or one.size_px is None
        else (1.0, one.brightness, one.sharpness, one.size_px)
        for one in readings
    ]


def _stays_shut(readings: Sequence[Reading], ends_s: Sequence[float]) -> list[bool]:
    """For each of one person's readings, whether it belongs to a time of shut eyes that is no blink."""
    stays = [False] * len(readings)
    first: int | None = None
    for place, (one, end_s) in enumerate(zip(readings, ends_s, strict=True)):
        is_joined = first is not None and one.time_s <= ends_s[place - 1]
        first = (first if is_joined else place) if one.eyes_open is False else None
        if first is not None and end_s - readings[first].time_s >= LEAST_SHUT_S - 1e-6:
            stays[first : place + 1] = [True] * (place + 1 - first)
    return stays


def balance_of(scores: tuple[float, ...]) -> float:
    """Happy minus angry, disgust, fear and sad together: -1 to 1. Surprise and neutral count as neither."""
    return sum(sign * score for sign, score in zip(SIGNS, scores, strict=True))
