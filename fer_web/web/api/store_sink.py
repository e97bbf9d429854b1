"""Where a running recording goes: a recording of the store."""

from __future__ import annotations

from collections.abc import Sequence

from fer_web.core import Marker, Reading
from fer_web.live import Facts
from fer_web.store import Store


class StoreSink:
    """One recording; what raises has written nothing."""

    def __init__(self, store: Store, recording: str) -> None:
        self._store = store
        self._recording = recording

    def write(self, readings: Sequence[Reading], facts: Facts) -> None:
        """Keep readings, and what is known by now: a crash leaves no more behind."""
        width, height = facts.size
        self._store.recordings.append(
            self._recording, readings, duration_s=facts.duration_s, fps=facts.fps, width=width, height=height
        )

    def mark(self, marker: Marker) -> None:
        self._store.recordings.mark(self._recording, marker)

    def finish(self, facts: Facts, trouble: str | None) -> None:
        """There will be no more."""
        width, height = facts.size
        self._store.recordings.finish(
            self._recording, duration_s=facts.duration_s, fps=facts.fps, width=width, height=height, trouble=trouble
        )
