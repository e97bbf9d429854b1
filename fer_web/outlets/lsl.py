"""Readings and events of people in the laboratory streaming layer, beside EEG and eye trackers, in one clock."""

from __future__ import annotations

import math
import os
import tempfile
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Event
from typing import Any, Literal, Protocol, TypeAlias

from fer_web.core.movements import NAMES as MOVEMENTS
from fer_web.core.person_events import Changed, PersonEvent
from fer_web.core.readings import MEASURES
from fer_web.errors import OutletError
from fer_web.outlets.outlet import Delivery, FrameReadings, OutletKind, PersonReading

# Who hears of the streams: programs on this machine, in its network, or in all networks of the place.
LslScope: TypeAlias = Literal["machine", "link", "site"]
# The file that liblsl reads its settings from, unless the operator has named one.
CONFIG_VARIABLE = "LSLAPICFG"
UNITS = {"_s": "seconds", "_deg": "degrees", "_px": "pixels"}
CHANNELS = (*(measure.name for measure in MEASURES if measure.name != "time_s"), *MOVEMENTS)
# Pairs of the two clocks that are looked at; the one read in the shortest time is taken.
CLOCK_LOOKS = 20


PLACES: Mapping[LslScope, str] = {
    "machine": "programs on this machine",
    "link": "programs in this network, to which the streams and this machine are announced",
    "site": "programs in all networks of this place, to which the streams and this machine are announced",
}


class LslSettings(Protocol):
    """The settings of the laboratory streaming layer."""

    lsl_scope: LslScope

    @property
    def sources(self) -> Mapping[str, Any]: ...


class Lsl:
    """Two streams for each camera: a sample for each person and frame, and events of people as markers.

    Both are of an irregular rate, 0: there are as many samples of a frame as people, and frames come as cameras send
    them. Belongs to its feed's thread.
    """

    def __init__(self, cameras: tuple[str, ...], scope: LslScope = "machine") -> None:
        self._cameras, self._scope = cameras, scope
        self._readings: dict[str, Any] = {}
        self._markers: dict[str, Any] = {}
        self._offset_s = 0.0

    @property
    def place(self) -> str:
        return PLACES[self._scope]

    def open(self) -> None:
        """Make the streams, which programs find from then on."""
        _configure(self._scope)
        try:
            from mne_lsl.lsl import StreamOutlet, local_clock

            for camera in self._cameras:
                self._readings[camera] = StreamOutlet(readings_info(camera))
                self._markers[camera] = StreamOutlet(markers_info(camera))
        except (OSError, RuntimeError) as error:
            raise OutletError(f"liblsl cannot make streams: {error}") from error
        self._offset_s = clock_offset(local_clock)

    def send(self, delivery: Delivery, stop: Event) -> None:  # noqa: ARG002 - nothing is waited for
        """With the time of its frame, in the clock that all streams share."""
        import numpy as np

        stamp_s = delivery.time_s + self._offset_s
        if isinstance(delivery, FrameReadings):
            for person in delivery.people:
                self._readings[delivery.camera].push_sample(np.array(sample_of(person)), stamp_s)
        else:
            self._markers[delivery.camera].push_sample([marker_of(delivery)], stamp_s)

    def close(self) -> None:
        self._readings.clear()
        self._markers.clear()

    def test(self) -> str:
        self.open()
        try:
            for outlet in self._markers.values():
                outlet.push_sample(["test"])
        finally:
            self.close()
        return f"liblsl works: {self.place} can find streams for {', '.join(self._cameras)}"


def readings_info(camera: str) -> Any:
    """The stream of readings, whose description names the channels and their units."""
    from mne_lsl.lsl import StreamInfo

    info = StreamInfo(f"FER Web {camera}", "Face", len(CHANNELS), 0.0, "float64", f"fer-web-{camera}-readings")
    info.set_channel_names(list(CHANNELS))
    info.set_channel_types(["misc"] * len(CHANNELS))
    info.set_channel_units([_unit(name) for name in CHANNELS])
    return info


def markers_info(camera: str) -> Any:
    """The stream of events of people."""
    from mne_lsl.lsl import StreamInfo

    info = StreamInfo(f"FER Web {camera} events", "Markers", 1, 0.0, "string", f"fer-web-{camera}-events")
    info.set_channel_names(["event"])
    return info


def sample_of(person: PersonReading) -> list[float]:
    """All channels; what is not known is NaN."""
    known = {name: getattr(person.reading, name) for name in CHANNELS if name not in MOVEMENTS}
    known |= dict(zip(MOVEMENTS, person.movements or (), strict=False))
    return [math.nan if (value := known.get(name)) is None else float(value) for name in CHANNELS]


def marker_of(event: PersonEvent) -> str:
    """An event as a text: what, whose, and the new expression."""
    words = [event.kind, str(event.track_id)]
    return " ".join([*words, event.dominant_emotion.value] if isinstance(event, Changed) else words)


def clock_offset(local_clock: Any) -> float:
    """What to add to `time.monotonic` for the time of the streams; on Linux both are one clock."""
    looks = []
    for _ in range(CLOCK_LOOKS):
        before_s, theirs_s, after_s = time.monotonic(), local_clock(), time.monotonic()
        looks.append((after_s - before_s, theirs_s - (before_s + after_s) / 2))
    return float(min(looks)[1])


def _unit(name: str) -> str:
    return next((unit for ending, unit in UNITS.items() if name.endswith(ending)), "none")


def _configure(scope: LslScope) -> None:
    """Tell liblsl how far to announce streams, before it is loaded; an operator's own file stays."""
    if CONFIG_VARIABLE in os.environ:
        return
    path = Path(tempfile.mkdtemp(prefix="fer-web-lsl-")) / "lsl_api.cfg"
    lines = ("[multicast]", f"ResolveScope = {scope}", "[lab]", "KnownPeers = {127.0.0.1}", "[log]", "level = -2")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    os.environ[CONFIG_VARIABLE] = str(path)


def _make(settings: LslSettings) -> tuple[Lsl, ...]:
    return (Lsl(tuple(settings.sources), settings.lsl_scope),)


LSL = OutletKind(
    "lsl",
    "the laboratory streaming layer: LabRecorder and programs beside EEG and eye trackers",
    _make,
    (PersonEvent, FrameReadings),
    package="mne_lsl",
    extra="lsl",
)
