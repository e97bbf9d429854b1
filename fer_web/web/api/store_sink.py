"""Where a running recording goes: a recording of the store."""

from __future__ import annotations

from collections.abc import Sequence

from fer_web.core import MAIN_CAMERA, Marker, Reading
from fer_web.core.questions import is_question
from fer_web.live import Facts, RecordingRequest, Sink
from fer_web.store import Store
from fer_web.store.recording import PRACTICE
from fer_web.web.http.services import Startup


class StoreSinks:
    """Makes a recording in the store for whatever is to be recorded."""

    def __init__(self, store: Store, startup: Startup) -> None:
        self._store = store
        self._startup = startup

    def open(self, request: RecordingRequest) -> tuple[str, Sink]:
        """The id of the new recording and its sink; NotReadyError while the models are being loaded."""
        card = self._startup.vision().card
        recording = self._store.recordings.create(
            request.name,
            self._source(request.camera),
            request.started_at,
            kind=request.kind,
            model=f"{card.name} {card.version}",
            consent=request.consent,
            owner=request.owner,
        )
        sink = PracticeSink if request.kind == PRACTICE else StoreSink
        return recording, sink(self._store, recording)

    def _source(self, camera: str | None) -> str:
        """What a report says about where it comes from, in words that give nothing away."""
        if camera is None:
            return "browser camera"
        choice = self._startup.choice(camera)
        kind = "demo" if choice is not None and choice.is_demo else "live camera"
        return kind if camera == MAIN_CAMERA else f"{kind} {camera}"


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


class PracticeSink(StoreSink):
    """A practice: one that ends before its first question is not kept."""

    def __init__(self, store: Store, recording: str) -> None:
        super().__init__(store, recording)
        self._is_asked = False

    def mark(self, marker: Marker) -> None:
        super().mark(marker)
        self._is_asked = self._is_asked or is_question(marker.text)

    def finish(self, facts: Facts, trouble: str | None) -> None:
        super().finish(facts, trouble)
        if not self._is_asked:
            self._store.recordings.delete(self._recording)
