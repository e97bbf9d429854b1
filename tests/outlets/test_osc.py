"""Open Sound Control against python-osc's own server: addresses, time tags, pace, nobody there."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from threading import Event, Thread
from typing import Any

import pytest
from pythonosc.dispatcher import Dispatcher
from pythonosc.osc_bundle import OscBundle
from pythonosc.osc_server import ThreadingOSCUDPServer

from fer_web.cli import main
from fer_web.core.host_port import HostPort
from fer_web.core.movements import NAMES as MOVEMENT_NAMES
from fer_web.errors import OutletError, SettingsError
from fer_web.outlets import FrameReadings, PersonReading
from fer_web.outlets.osc import MOST_BYTES, Osc, _bundles, frame_messages
from fer_web.resources import ROOT
from fer_web.settings import load_settings
from tests.outlets.toys import NOW, event
from tests.readings import reading_of
from tests.web.live_server import eventually

QUIET = Event()
HAPPY = (0.0, 0.0, 0.0, 0.75, 0.0, 0.0, 0.25)
MOVES = tuple(number / 64 for number in range(52))
NOBODY = HostPort("127.0.0.1", 9)


class Receiver:
    """A program that takes OSC on loopback, and what it has heard."""

    def __init__(self, port: int = 0) -> None:
        self.heard: list[tuple[str, Any]] = []
        dispatcher = Dispatcher()
        dispatcher.set_default_handler(lambda address, *values: self.heard.append((address, values[0])))
        self._server = ThreadingOSCUDPServer(("127.0.0.1", port), dispatcher)
        self.port = int(self._server.server_address[1])
        Thread(target=self._server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    running = Receiver()
    yield running
    running.stop()


def opened(port: int, fps: float = 30.0) -> Osc:
    outlet = Osc(HostPort("127.0.0.1", port), fps)
    outlet.open()
    return outlet


def frame(time_s: float = 1.0, people: int = 1) -> FrameReadings:
    everybody = [
        PersonReading(reading_of(time_s, track, HAPPY, 3, smile=0.5, eyes_open=True), MOVES)
        for track in range(1, people + 1)
    ]
    return FrameReadings("door", time_s, NOW, 10.0, tuple(everybody))


def test_each_number_has_an_address(receiver: Receiver) -> None:
    outlet = opened(receiver.port)
    outlet.send(frame(), QUIET)
    wanted = dict(frame_messages(frame()))
    assert eventually(lambda: len(receiver.heard) >= len(wanted))
    outlet.close()

    heard = dict(receiver.heard)
    assert set(heard) == set(wanted)
    assert heard["/fer/door/people"] == 1
    assert (heard["/fer/door/1/happy"], heard["/fer/door/1/expression"]) == (0.75, "happy")
    assert (heard["/fer/door/1/smile"], heard["/fer/door/1/eyes_open"], heard["/fer/door/1/blink_count"]) == (0.5, 1, 3)
    assert [heard[f"/fer/door/1/movements/{name}"] for name in MOVEMENT_NAMES] == list(MOVES)
    assert "/fer/door/1/yaw_deg" not in heard, "what is not known is not sent"


def test_people_who_come_and_go_are_told(receiver: Receiver) -> None:
    outlet = opened(receiver.port)
    outlet.send(event(4), QUIET)
    assert eventually(lambda: receiver.heard == [("/fer/door/4/present", 1)])
    outlet.close()


def test_bundles_fit_into_datagrams_and_have_the_frames_time() -> None:
    messages = frame_messages(frame(people=5))
    bundles = list(_bundles(messages, NOW + timedelta(milliseconds=250)))
    read = [OscBundle(data) for data in bundles]

    assert len(bundles) > 1
    assert all(len(data) <= MOST_BYTES for data in bundles)
    assert sum(bundle.num_contents for bundle in read) == len(messages)
    assert {round(bundle.timestamp, 3) for bundle in read} == {round(NOW.timestamp() + 0.25, 3)}


def test_of_more_frames_than_are_wanted_some_are_left_out() -> None:
    outlet, sent = Osc(NOBODY, fps=10.0), []
    outlet._send = lambda _, when: sent.append(when)  # type: ignore[method-assign]
    for number in range(60):
        one = replace(frame(number / 30), time_utc=NOW + timedelta(seconds=number / 30))
        outlet.send(one, QUIET)
        outlet.send(replace(one, camera="desk"), QUIET)

    assert len(sent) == 2 * 20, "each camera has its own pace"
    outlet.send(frame(0.0), QUIET)
    assert len(sent) == 41, "a clock that begins anew is not waited for"


def test_a_receiver_may_come_later_and_go() -> None:
    first = Receiver()
    outlet = opened(first.port)
    first.stop()
    for _ in range(3):
        outlet.send(event(1), QUIET)

    again = Receiver(first.port)
    outlet.send(event(2), QUIET)
    assert eventually(lambda: ("/fer/door/2/present", 1) in again.heard)
    outlet.close()
    again.stop()


def test_an_unknown_name_is_told() -> None:
    with pytest.raises(OutletError, match=r"the name nobody\.invalid is unknown"):
        Osc(HostPort("nobody.invalid", 9000)).open()


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("localhost", "not a host and a port, such as localhost:9000"),
        ("localhost:0", "not a host and a port"),
        ("localhost:99999", "not a host and a port"),
        ("http://localhost:9000", "not a host and a port"),
        ("[::g]:9000", "not a host and a port"),
        ("[abc]:9000", "no IPv6 address"),
    ],
)
def test_malformed_places_are_refused(text: str, sentence: str) -> None:
    with pytest.raises(SettingsError, match="FER_OSC_HOSTS") as refused:
        load_settings({"osc_hosts": f"localhost:9001,{text}"})
    assert sentence in str(refused.value)


def test_places_are_read() -> None:
    found = load_settings({"osc_hosts": "localhost:9000, [::1]:9001", "outlets": "osc"}).osc_hosts

    assert [str(one) for one in found] == ["localhost:9000", "[::1]:9001"]
    with pytest.raises(SettingsError, match="FER_OSC_HOSTS"):
        load_settings({"outlets": "osc"})


def test_the_command_sends_a_test(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FER_OUTLETS", "osc")
    monkeypatch.setenv("FER_OSC_HOSTS", f"127.0.0.1:{receiver.port}")

    assert main(["outlets", "test"]) == 0
    assert "/fer/test was sent" in capsys.readouterr().out
    assert eventually(lambda: receiver.heard == [("/fer/test", "A test of FER Web")])


def test_the_receiver_in_the_docs_prints_what_arrives(capsys: pytest.CaptureFixture[str]) -> None:
    (recipe,) = re.findall(
        r"```python\n(from pythonosc.*?)```", (ROOT / "docs" / "outlets.md").read_text(encoding="utf-8"), re.DOTALL
    )
    names: dict[str, Any] = {}
    exec(recipe.replace("9000", "0").replace("server.serve_forever()", ""), names)  # noqa: S102
    server = names["server"]
    outlet = opened(server.server_address[1])
    outlet.send(frame(), QUIET)
    while server.socket.fileno() >= 0 and "0.75" not in (told := capsys.readouterr().out):
        server.handle_request()
    outlet.close()
    server.server_close()

    assert "/fer/door/1/happy 0.75" in told
