"""A view as one H.264 video for everybody who watches it."""

from __future__ import annotations

import logging
import sys
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from threading import Condition, Lock, Thread

from fer_web.core import Size
from fer_web.live.fragments import NOTHING, TICKS_PER_S, CodedPicture, beginning, coded_picture, fragment
from fer_web.live.latest import Latest
from fer_web.live.parts import Painted
from fer_web.sources.h264 import LiveEncoder, even_size

log = logging.getLogger(__name__)

# A picture begins anew this often, so that one who was too slow goes on soon.
KEY_EVERY_S = 2.0
# Who comes gets a picture that begins anew, but many who come at once do not get one each.
KEY_APART_S = 0.5
# How long a picture is taken to last before a second one has come.
FIRST_INTERVAL_S = 1 / 15
SMOOTHING = 0.1
# A longer gap is an interruption, not a slow camera.
PAUSE_S = 1.0


class VideoClock:
    """When each picture is shown, and for how long, without a gap: where one is, browsers drop pictures.

    A picture's length is sent before the next one comes, so it is what pictures have lasted lately, more or less by
    what the last one was wrong. While none comes, time stands still. Belongs to one thread.
    """

    def __init__(self) -> None:
        self._interval_s = FIRST_INTERVAL_S
        self._is_measured = False
        self._last_s: float | None = None
        self._due_s = 0.0  # when, by the clock, the next picture should come
        self._ticks = 0

    def next(self, now_s: float) -> tuple[int, int]:
        """Start and length of the picture that comes now, in ticks."""
        passed_s = None if self._last_s is None else now_s - self._last_s
        if passed_s is not None and passed_s < PAUSE_S:
            self._interval_s += (SMOOTHING if self._is_measured else 1) * (passed_s - self._interval_s)
            self._is_measured = True
        if passed_s is None or now_s - self._due_s > self._interval_s:
            self._due_s = now_s  # the first, or one after a pause
        self._last_s = now_s
        late_s = now_s - self._due_s
        lasts_s = min(max(self._interval_s + late_s, self._interval_s / 4), 2 * self._interval_s)
        start, length = self._ticks, max(1, round(lasts_s * TICKS_PER_S))
        self._ticks += length
        self._due_s += length / TICKS_PER_S
        return start, length


@dataclass(slots=True, eq=False)
class _PictureGroup:
    """A picture that begins anew and those that need it; `first` is what a player reads before."""

    number: int
    first: bytes
    began_s: float
    fragments: list[bytes] = field(default_factory=list)


class PictureGroups:
    """The newest group of pictures and the one before it, for any number of readers; nobody waits for a slow one.

    Who is behind by more goes on with the newest group. Any thread may call anything; the condition guards all fields.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._changed = Condition()
        self._groups: deque[_PictureGroup] = deque(maxlen=2)
        self._begun = 0  # groups so far
        self._clock = clock
        self._is_closed = False

    @property
    def age_s(self) -> float:
        """How long ago the newest group began."""
        with self._changed:
            return self._clock() - self._groups[-1].began_s if self._groups else float("inf")

    def add(self, data: bytes, first: bytes | None = None) -> None:
        """One more picture; with what a player reads before it, where it begins anew.

        One that needs those before it is dropped where they were forgotten.
        """
        with self._changed:
            if first is None and not self._groups:
                return
            if first is not None:
                self._begun += 1
                self._groups.append(_PictureGroup(self._begun, first, self._clock()))
            self._groups[-1].fragments.append(data)
            self._changed.notify_all()

    def forget(self) -> None:
        """Hand out none of the pictures so far any more; the next one must begin anew."""
        with self._changed:
            self._groups.clear()

    def close(self) -> None:
        """Take no more pictures, and give everybody who waits the end."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def follow(self, silence_s: float | None = None) -> Iterator[bytes | None]:
        """All from the next group on, or from a young one's beginning; None after each silent `silence_s`.

        Which group that is, is settled by the call.
        """
        return self._follow(*self._entrance(), silence_s)

    def _follow(self, number: int, place: int, silence_s: float | None) -> Iterator[bytes | None]:
        said: bytes | None = None
        while not self._is_closed:
            news = self._wait(number, place, silence_s)
            if news is None:
                if not self._is_closed:
                    yield None
                continue
            number, place, first, data = news
            yield data if first == said else first + data
            said = first

    def _wait(self, number: int, place: int, timeout_s: float | None) -> tuple[int, int, bytes, bytes] | None:
        """Where a reader is after what is new, what comes before that, and itself; None after the time-out or end."""
        with self._changed:
            self._changed.wait_for(lambda: self._is_closed or self._after(number, place) is not None, timeout_s)
            found = self._after(number, place)
            if found is None or self._is_closed:
                return None
            group, start = found
            return group.number, len(group.fragments), group.first, b"".join(group.fragments[start:])

    def _entrance(self) -> tuple[int, int]:
        with self._changed:
            if not self._groups:
                return self._begun, sys.maxsize
            newest = self._groups[-1].number
            return (newest - 1 if self.age_s < KEY_APART_S else newest), sys.maxsize

    def _after(self, number: int, place: int) -> tuple[_PictureGroup, int] | None:
        """The group to go on with and the place in it; None when there is nothing new."""
        for group in self._groups:
            if group.number == number and place < len(group.fragments):
                return group, place
            if group.number == number + 1:
                return group, 0
        is_behind = bool(self._groups) and self._groups[-1].number > number
        return (self._groups[-1], 0) if is_behind else None


class LiveVideo:
    """Encodes what is shown in a thread of its own, only the newest where it cannot keep up, until it is closed.

    Any thread may call anything; a lock guards the edition and what belongs to it. When encoding fails, everybody's
    video ends.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._groups = PictureGroups(clock)
        self._clock = clock
        self._pictures: Latest[tuple[Painted, int]] = Latest()
        self._lock = Lock()
        self.edition = 0
        self._timeline = VideoClock()
        self._encoder: LiveEncoder | None = None
        self._first = b""
        self._count = 0
        self._wants_key = True
        Thread(target=self._work, name="live_encode", daemon=True).start()

    def show(self, picture: Painted, edition: int = 0) -> None:
        """The next picture, of any size; dropped when all of its edition was to be forgotten since it was begun."""
        with self._lock:
            if edition == self.edition:
                self._pictures.put((picture, edition))

    def forget(self) -> None:
        """Hand out nothing that was shown, or begun, before: another edition begins, with a picture that needs none."""
        with self._lock:
            self.edition += 1
            self._pictures.forget()
            self._groups.forget()

    def follow(self, silence_s: float | None = None) -> Iterator[bytes]:
        """A viewer's video, playable from its first byte; a skipped box after each silent `silence_s`.

        A viewer who comes late gets the newest picture once more, as one that begins anew.
        """
        video = self._groups.follow(silence_s)
        with self._lock:
            newest = self._pictures.newest
            if newest is not None and self._groups.age_s >= KEY_APART_S:
                self._wants_key = True
                self._pictures.put(newest)
        for data in video:
            yield NOTHING if data is None else data

    def close(self) -> None:
        """End the thread and everybody's video."""
        self._pictures.close()
        self._groups.close()

    def _work(self) -> None:
        try:
            for picture in self._pictures.follow():
                if picture is not None:
                    self._encode(*picture)
        except Exception:
            log.exception("Encoding video failed: its viewers go on with JPEGs")
        finally:
            self.close()

    def _encode(self, picture: Painted, edition: int) -> None:
        height, width = picture.pixels.shape[:2]
        encoder = self._encoder_for((width, height))
        is_key = self._groups.age_s >= KEY_EVERY_S
        if self._wants_key:
            is_key, self._wants_key = True, False
        for data, begins_anew in encoder.encode(picture.pixels, is_key=is_key):
            with self._lock:
                if edition == self.edition:
                    self._add(coded_picture(data), encoder.size, begins_anew)

    def _add(self, picture: CodedPicture, size: Size, begins_anew: bool) -> None:
        if begins_anew and picture.sequence:
            self._first = beginning(size, picture)
        start, length = self._timeline.next(self._clock())
        self._count += 1
        told = fragment(self._count, start, length, picture, is_key=begins_anew)
        self._groups.add(told, self._first if begins_anew else None)

    def _encoder_for(self, size: Size) -> LiveEncoder:
        if self._encoder is None or self._encoder.size != even_size(size):
            self._encoder, self._wants_key = LiveEncoder(size), True
        return self._encoder
