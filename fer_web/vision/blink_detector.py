"""Counting one person's blinks, sample by sample, from their eye aspect ratios.

A blink is a fall from where the eyes were a moment ago, far enough for this person, that reopens soon: the shallower,
the sooner. The person's
open eyes are the measure: a high percentile of the last half minute. A fixed threshold cannot do it, since the ratio
of open eyes differs between people by a factor of two and follows gaze and smile.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass

from fer_web.vision.eye_baseline import Jitter, OpenLevel
from fer_web.vision.eyes import DEFAULT_SHUT_EAR


@dataclass(frozen=True, slots=True)
class BlinkRules:
    """What counts as a blink. Shares are of the person's open eyes; tuned with `python -m fer_web bench blinks --vary`,
    which shows how far each can move, and set to the middle of what works."""

    fall_share: float = 0.25  # the eyes fall by at least this much
    fall_jitters: float = 5.0  # and by so many times the usual step from frame to frame: less is noise of the landmarks
    fall_within_s: float = 0.3  # counted from the most open moment of this long: lids close in 0.1 s, gaze sinks slower
    dip_share: float = 0.65  # and reach this level
    early_share: float = 0.55  # or this one, while the noise of somebody's landmarks is not known yet
    deep_share: float = 0.4  # over this level it must be short: a glance down is as deep, but lasts
    longest_dip_s: float = 0.3  # so short
    reopen_share: float = 0.5  # ended when this share of the fall is regained: two touching blinks stay two
    both_share: float = 0.5  # each eye falls by this share of the mean fall: a wink does not count
    least_movement: float = 0.25  # where lids are told by a movement too, it rises to this: a glance stays under it
    shut_share: float = 0.45  # eyes below this level are called shut, whether they blink or stay so
    shortest_s: float = 0.04  # a fast blink is half shut for 0.06 s; one odd frame of 30 a second is not a blink
    longest_s: float = 0.75  # longer is a spell of shut eyes, or a glance down
    open_percentile: float = 80.0  # open eyes: above the fifth of the time that blinks and glances may take
    open_window_s: float = 30.0  # over this long: several blinks, yet it follows a change of place or light
    apart_s: float = 0.28  # closures whose lowest moments are closer are one blink that flutters
    gap_s: float = 0.25  # after a longer gap between samples nobody knows what happened in it


RULES = BlinkRules()
# Called open again only this much (share of the open level) over the level of shut.
OPEN_AGAIN_SHARE = 0.05
# Samples kept at most: 1.1 s at 230 frames/s.
MOST_SAMPLES = 256


@dataclass(frozen=True, slots=True)
class BlinkEvent:
    """One blink: it passed half of its depth at `start_s` and `end_s`, and was most shut, at `lowest_ear`, at
    `lowest_s`."""

    start_s: float
    lowest_s: float
    end_s: float
    lowest_ear: float

    @property
    def duration_s(self) -> float:
        return self.end_s - self.start_s


@dataclass(frozen=True, slots=True)
class _Sample:
    time_s: float
    left: float
    right: float
    movement: float | None

    @property
    def ear(self) -> float:
        return (self.left + self.right) / 2


@dataclass(slots=True)
class _Closure:
    """Eyes on their way down or up: where they came from, when the fall was noticed, and the lowest so far."""

    before: _Sample
    noticed_s: float
    lowest: _Sample

    def level(self, share: float) -> float:
        """The ratio at which a share of the fall is regained."""
        return self.lowest.ear + share * (self.before.ear - self.lowest.ear)


class BlinkDetector:
    """The blinks of one person; belongs to one thread.

    Feed it in the order of time, at any rate from 10 frames/s, regular or not. It keeps about a second of samples and
    400 numbers of the last half minute.
    """

    def __init__(self, rules: BlinkRules = RULES) -> None:
        self.rules = rules
        self._open = OpenLevel(rules.open_percentile, rules.open_window_s)
        self._jitter = Jitter()
        self._recent: deque[_Sample] = deque(maxlen=MOST_SAMPLES)
        self._closure: _Closure | None = None
        self._time_s = self._last_s = -math.inf
        self.is_open: bool | None = None
        self.count = 0
        self.last: BlinkEvent | None = None

    @property
    def open_ear(self) -> float:
        """The ratio of this person's open eyes; nan before the first sample."""
        return self._open.value

    def feed(
        self,
        time_s: float,
        left_ratio: float,
        right_ratio: float,
        is_measurable: bool = True,
        movement: float | None = None,
    ) -> BlinkEvent | None:
        """The blink that ends with this sample, if one does; `is_open` says how the eyes are now.

        `is_measurable` False (a turned head, lost eyes, a cut) forgets an unfinished closure. `movement` says by
        another way, 0 to 1, how far the lids are shut. A sample from the past, or without a number, is ignored.
        """
        if not time_s > self._time_s:
            return None
        if time_s - self._time_s > self.rules.gap_s:
            self._forget()
        self._time_s = time_s
        sample = _Sample(time_s, left_ratio, right_ratio, movement)
        if not is_measurable or not math.isfinite(sample.ear):
            self._forget()
            return None
        self._open.add(time_s, sample.ear)
        if self._recent:
            self._jitter.add(sample.ear - self._recent[-1].ear)
        self._recent.append(sample)
        self.is_open = self._judge(sample)
        if self._closure is None:
            self._closure = self._fall(sample)
            return None
        return self._follow(self._closure, sample)

    def begin_anew(self, time_s: float) -> None:
        """Time goes back, as in a file that is played again: the next sample, of this time, follows nothing."""
        self._forget()
        self._time_s, self._last_s = math.nextafter(time_s, -math.inf), -math.inf
        self._open = OpenLevel(self.rules.open_percentile, self.rules.open_window_s)

    def _forget(self) -> None:
        self._recent.clear()
        self._closure = None
        self.is_open = None

    def _judge(self, sample: _Sample) -> bool:
        shut_ear = DEFAULT_SHUT_EAR
        if self._open.is_known(sample.time_s):
            shut_ear = self.rules.shut_share * self._open.value
        margin = OPEN_AGAIN_SHARE * self._open.value if self.is_open is False else 0.0
        return sample.ear >= shut_ear + margin

    def _fall(self, sample: _Sample) -> _Closure | None:
        """The closure that begins, when the eyes have fallen far from their most open moment a short while ago."""
        while sample.time_s - self._recent[0].time_s > self.rules.fall_within_s:
            self._recent.popleft()
        before = max(self._recent, key=lambda past: past.ear)
        if before.ear - sample.ear < self.rules.fall_share * self._open.value:
            return None
        return _Closure(before, sample.time_s, sample)

    def _follow(self, closure: _Closure, sample: _Sample) -> BlinkEvent | None:
        """Waits for the eyes to reopen, or gives up: they stay shut, or look down."""
        if sample.ear < closure.lowest.ear:
            closure.lowest = sample
        if sample.ear < closure.level(self.rules.reopen_share):
            if sample.time_s - closure.noticed_s > self.rules.longest_s:
                self._restart(sample)
            return None
        event = self._event(closure)
        is_blink = self._is_blink(closure, event)
        self._restart(sample)
        if not is_blink:
            return None
        self.count, self.last, self._last_s = self.count + 1, event, event.lowest_s
        return event

    def _restart(self, sample: _Sample) -> None:
        self._closure = None
        self._recent.clear()
        self._recent.append(sample)

    def _is_blink(self, closure: _Closure, event: BlinkEvent) -> bool:
        rules, before, lowest = self.rules, closure.before, closure.lowest
        fall = before.ear - lowest.ear
        share = lowest.ear / self._open.value
        is_deep = (
            share <= (rules.dip_share if self._jitter.is_known else rules.early_share)
            and fall >= rules.fall_jitters * self._jitter.value
        )
        longest_s = rules.longest_s if share <= rules.deep_share else rules.longest_dip_s
        is_apart = lowest.time_s - self._last_s >= rules.apart_s - 1e-6
        is_timely = is_apart and rules.shortest_s <= event.duration_s <= longest_s
        lesser_fall = min(before.left - lowest.left, before.right - lowest.right)
        is_both = lesser_fall >= rules.both_share * fall
        return is_deep and is_timely and is_both and self._has_moved(closure)

    def _has_moved(self, closure: _Closure) -> bool:
        """Whether the movement confirms a closure; True where none was told."""
        seen = [past.movement for past in self._recent if past.time_s >= closure.before.time_s]
        known = [movement for movement in seen if movement is not None]
        return not known or max(known) >= self.rules.least_movement

    def _event(self, closure: _Closure) -> BlinkEvent:
        half, samples = closure.level(0.5), list(self._recent)
        down = up = samples.index(closure.lowest)
        while down > 0 and samples[down].ear < half:
            down -= 1
        while up < len(samples) - 1 and samples[up].ear < half:
            up += 1
        start_s = _crossing_s(samples[down], samples[down + 1], half)
        end_s = _crossing_s(samples[up - 1], samples[up], half)
        return BlinkEvent(start_s, closure.lowest.time_s, end_s, closure.lowest.ear)


def _crossing_s(first: _Sample, second: _Sample, level: float) -> float:
    """When the straight line between two samples passes a level; the first one's time when it does not."""
    rise = second.ear - first.ear
    share = (level - first.ear) / rise if rise else 0.0
    return first.time_s + min(max(share, 0.0), 1.0) * (second.time_s - first.time_s)


def find_blinks(times_s: Iterable[float], ears: Iterable[float], rules: BlinkRules = RULES) -> list[BlinkEvent]:
    """The blinks of a signal of mean ratios, by the same detector that runs live; nan where the face was lost."""
    detector = BlinkDetector(rules)
    fed = (detector.feed(time_s, ear, ear) for time_s, ear in zip(times_s, ears, strict=True))
    return [event for event in fed if event is not None]
