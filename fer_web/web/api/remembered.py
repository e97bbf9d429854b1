"""What was found out of recordings, kept while somebody looks at them; it goes at once when a recording goes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from fer_web.errors import NoRecording
from fer_web.store import Store, StoredRecording

T = TypeVar("T")


class Remembered(Generic[T]):
    """What `make` answers of a recording that has ended, for the last `places` of them; any thread may ask."""

    def __init__(self, places: int, make: Callable[[Store, StoredRecording], T]) -> None:
        self._places, self._make = places, make
        self._lock = Lock()
        self._known: OrderedDict[str, tuple[StoredRecording, T]] = OrderedDict()

    def of(self, store: Store, stored: StoredRecording) -> T:
        """What is known of it, or found out now; NoRecording when it goes meanwhile."""
        with self._lock:
            known = self._known.get(stored.id)
            if known is not None and known[0] == stored:
                self._known.move_to_end(stored.id)
                return known[1]
        made = self._make(store, stored)
        with self._lock:
            self._known[stored.id] = stored, made
            self._known.move_to_end(stored.id)
            while len(self._known) > self._places:
                self._known.popitem(last=False)
        try:
            store.recordings.get(stored.id)
        except NoRecording:
            self.forget(stored.id)
            raise
        return made

    def forget(self, recording_id: str) -> None:
        """Drop what is known of it."""
        with self._lock:
            self._known.pop(recording_id, None)

    def __contains__(self, recording_id: object) -> bool:
        with self._lock:
            return recording_id in self._known
