"""Readings by Open Sound Control, for TouchDesigner, Max, Unity and avatars: one address for each number."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import datetime, timezone
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol

from fer_web.core.host_port import HostPort
from fer_web.core.movements import NAMES as MOVEMENTS
from fer_web.core.person_events import Appeared, Blinked, Left, PersonEvent
from fer_web.core.readings import MEASURES
from fer_web.errors import OutletError
from fer_web.outlets.outlet import Delivery, FrameReadings, OutletKind, PersonReading

if TYPE_CHECKING:
    from pythonosc.osc_message import OscMessage

# A datagram that is larger than this is torn apart on its way, and lost if one part is.
MOST_BYTES = 1400
# A bundle's head, and the length before each message in it.
HEAD_BYTES, LENGTH_BYTES = 16, 4
# Sent by the frame, not by the person.
_NOT_OF_A_FACE = ("time_s", "track_id")

Message = tuple[str, float | int | str]


class OscSettings(Protocol):
    """What OSC is told."""

    osc_hosts: tuple[HostPort, ...]
    osc_fps: float


class Osc:
    """One machine and port. Nobody answers, so that what a receiver misses is lost; belongs to its feed's thread."""

    def __init__(self, target: HostPort, fps: float = 30.0) -> None:
        self._target, self._fps = target, fps
        self._socket: socket.socket | None = None
        self._address: Any = None
        self._sent_s: dict[str, float] = {}

    @property
    def place(self) -> str:
        return str(self._target)

    def open(self) -> None:
        """Look the name up; OutletError for an unknown one."""
        host, port = self._target.host, self._target.port
        try:
            family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_DGRAM)[0]
        except OSError as error:
            raise OutletError(f"the name {host} is unknown ({error.strerror or error})") from error
        self._socket, self._address = socket.socket(family, kind), address

    def send(self, delivery: Delivery, stop: Event) -> None:  # noqa: ARG002 - nothing is waited for
        """Of more frames a second than are wanted, some are left out."""
        if isinstance(delivery, FrameReadings):
            if self._is_due(delivery):
                self._send(frame_messages(delivery), delivery.time_utc)
        else:
            self._send(event_messages(delivery), delivery.time_utc)

    def close(self) -> None:
        if self._socket is not None:
            self._socket.close()

    def test(self) -> str:
        self.open()
        try:
            self._send([("/fer/test", "A test of FER Web")], datetime.now(timezone.utc))
        finally:
            self.close()
        return f"/fer/test was sent to {self.place}; OSC has no answer, so look for it there"

    def _is_due(self, frame: FrameReadings) -> bool:
        before = self._sent_s.get(frame.camera)
        # A tenth of slack: a camera of the wanted rate is not halved by its jitter.
        if before is not None and 0 <= frame.time_s - before < 0.9 / self._fps:
            return False
        self._sent_s[frame.camera] = frame.time_s
        return True

    def _send(self, messages: list[Message], when: datetime) -> None:
        if self._socket is None:
            raise OutletError("it is not open")
        try:
            for bundle in _bundles(messages, when):
                self._socket.sendto(bundle, self._address)
        except OSError as error:
            raise OutletError(f"nothing can be sent to {self.place}: {error.strerror or error}") from error


def frame_messages(frame: FrameReadings) -> list[Message]:
    """How many people there are, and all that is known of each."""
    start = f"/fer/{frame.camera}"
    messages: list[Message] = [(f"{start}/people", len(frame.people))]
    for person in frame.people:
        messages += _person_messages(f"{start}/{person.reading.track_id}", person)
    return messages


def event_messages(event: PersonEvent) -> list[Message]:
    """Coming, leaving, and blinks."""
    start = f"/fer/{event.camera}/{event.track_id}"
    if isinstance(event, (Appeared, Left)):
        return [(f"{start}/present", int(isinstance(event, Appeared)))]
    return [(f"{start}/blinked", event.blink_count)] if isinstance(event, Blinked) else []


def _person_messages(start: str, person: PersonReading) -> Iterator[Message]:
    reading = person.reading
    yield f"{start}/expression", reading.dominant_emotion.value
    for measure in MEASURES:
        value = getattr(reading, measure.name)
        if measure.name not in _NOT_OF_A_FACE and value is not None:
            yield f"{start}/{measure.name}", float(value) if measure.kind is float else int(value)
    for name, moved in zip(MOVEMENTS, person.movements or (), strict=False):
        yield f"{start}/movements/{name}", moved


def _bundles(messages: list[Message], when: datetime) -> Iterator[bytes]:
    """Messages of one moment, in as few bundles as fit into datagrams."""
    from pythonosc.osc_bundle_builder import OscBundleBuilder

    waiting: list[OscMessage] = []
    size = HEAD_BYTES

    def built() -> bytes:
        builder = OscBundleBuilder(when.timestamp())  # type: ignore[arg-type]
        for message in waiting:
            builder.add_content(message)
        return builder.build().dgram

    for message in map(_message, messages):
        if waiting and size + message.size + LENGTH_BYTES > MOST_BYTES:
            yield built()
            waiting, size = [], HEAD_BYTES
        waiting.append(message)
        size += message.size + LENGTH_BYTES
    if waiting:
        yield built()


def _message(message: Message) -> OscMessage:
    from pythonosc.osc_message_builder import OscMessageBuilder

    address, value = message
    builder = OscMessageBuilder(address)
    builder.add_arg(value)
    return builder.build()


def _make(settings: OscSettings) -> tuple[Osc, ...]:
    return tuple(Osc(target, settings.osc_fps) for target in settings.osc_hosts)


def _problems(settings: OscSettings) -> Iterator[str]:
    if not settings.osc_hosts:
        yield "FER_OUTLETS=osc needs FER_OSC_HOSTS: the machines and ports that get the readings (localhost:9000)"


OSC = OutletKind(
    "osc",
    "TouchDesigner, Max, Unity and other programs that take Open Sound Control, by UDP",
    _make,
    (PersonEvent, FrameReadings),
    package="pythonosc",
    extra="osc",
    problems=_problems,
)
