"""An open source of pictures."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from types import TracebackType

from fer_web.core import Frame
from fer_web.sources.grabber import Driver, Grabber

OPEN_TIMEOUT_S = 10.0
READ_TIMEOUT_S = 5.0
_RELEASE_TIMEOUT_S = 1.0


class Source:
    """A camera, stream, file or the demo, open and delivering. `label` is for people and holds no credentials.

    Built from a driver, a generator function of pictures: a test passes its own. Opening waits for the first picture;
    SourceError when it does not come within `open_timeout_s`. When `stop` is set, opening and `frames` end.
    """

    def __init__(
        self,
        kind: str,
        label: str,
        driver: Driver,
        *,
        keep_every: bool = False,
        open_timeout_s: float = OPEN_TIMEOUT_S,
        read_timeout_s: float = READ_TIMEOUT_S,
        stop: threading.Event | None = None,
    ) -> None:
        self.kind = kind
        self.label = label
        self._read_timeout_s = read_timeout_s
        self._stop = stop
        self._grabber = Grabber(driver, label, keep_every=keep_every)
        try:
            self._grabber.wait_for_first(open_timeout_s, stop)
        except BaseException:
            self._grabber.close()
            raise

    def frames(self) -> Iterator[Frame]:
        """Frames until the source ends or is closed; a live source skips those that nobody took in time.

        SourceLost when it stalls or disappears.
        """
        while (taken := self._grabber.take(self._read_timeout_s, self._stop)) is not None:
            index, picture = taken
            yield Frame(index, picture.time_s, picture.pixels)

    def close(self) -> None:
        """End `frames`, from any thread; the device is released as soon as its pending read returns."""
        self._grabber.close()

    def released(self, timeout_s: float) -> bool:
        """Whether the device is free again, waiting at most `timeout_s` for it."""
        return self._grabber.join(timeout_s)

    def __enter__(self) -> Source:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()
        self.released(_RELEASE_TIMEOUT_S)

    def __repr__(self) -> str:
        return f"<Source {self.kind}: {self.label}>"
