"""A running service: events of people for whoever asks, and not one connection of its own while all outlets are off."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import jsonschema
import pytest

from fer_web.core.person_events import person_events_schema
from tests.outlets.receiver import SECRET, receiving
from tests.web.live_server import Server, eventually, serving

APP = "tests.outlets.people_app:app"

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with serving(APP) as running:
        yield running


def people_events(server: Server, count: int) -> list[dict[str, object]]:
    """The first events of people that a browser is sent."""
    found: list[dict[str, object]] = []
    name = ""
    with server.open("/cameras/main/events?kind=people") as answer:
        while len(found) < count:
            line = answer.readline().decode().rstrip("\n")
            if line.startswith("event: "):
                name = line.removeprefix("event: ")
            elif line.startswith("data: ") and name == "person":
                found.append(json.loads(line.removeprefix("data: ")))
            assert not line.startswith("id: "), "a frame, which nobody asked for"
    return found


def test_whoever_asks_for_people_gets_events_and_no_frames(server: Server) -> None:
    found = people_events(server, 4)

    for event in found:
        jsonschema.validate(event, person_events_schema())
        assert (event["camera"], event["track_id"]) == ("main", 7)
    assert found[0]["event"] == "appeared"
    assert {"changed", "blinked"} <= {event["event"] for event in found}


def test_an_unknown_kind_of_events_is_refused(server: Server) -> None:
    assert server.status("/events?kind=faces") == 400


def test_with_all_outlets_off_the_service_connects_to_nobody(server: Server) -> None:
    """Every internet socket of its processes, while a page is watched, is one that somebody opened to it; and Python
    itself has heard of no connection, datagram or look-up of a name since it was started.
    """
    seen: set[tuple[str, str]] = set()
    with server.open("/stream") as stream, server.open("/events") as events:
        for _ in range(60):
            stream.read(20_000)
            events.readline()
            seen |= sockets_of(server)
        now = server.json("/state")

    assert now["open"] == {"main": True}
    assert seen, "the server's own sockets are seen"
    assert outgoing_in(seen, server) == set()
    assert now["connections"] == []


def test_a_connection_of_a_service_is_seen() -> None:
    """The test above can fail: an outlet that is on is noticed by it, in both ways."""
    with receiving() as receiver:
        receiver.gate.clear()
        settings = {"FER_OUTLETS": "webhook", "FER_WEBHOOK_SECRET": SECRET, "FER_WEBHOOK_URLS": receiver.url}
        with serving(APP, **settings) as running:
            assert eventually(lambda: outgoing_in(sockets_of(running), running) != set())
            assert str(receiver.port) in str(running.json("/state")["connections"])


def outgoing_in(sockets: set[tuple[str, str]], server: Server) -> set[tuple[str, str]]:
    """Those that are not at the server's own port."""
    return {(local, far) for local, far in sockets if not local.endswith(f":{server.port:04X}")}


def sockets_of(server: Server) -> set[tuple[str, str]]:
    """Both ends of all internet sockets that the server and its worker have, as /proc/net writes them."""
    processes = [server.process.pid, *children_of(server.process.pid)]
    inodes = {inode for process in processes for inode in inodes_of(process)}
    found = set()
    for kind in ("tcp", "tcp6", "udp", "udp6"):
        for line in Path(f"/proc/{server.process.pid}/net/{kind}").read_text().splitlines()[1:]:
            _, local, far, *rest = line.split()
            if rest[6] in inodes:
                found.add((local, far))
    return found


def children_of(process: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{process}/task/{process}/children").read_text().split()]


def inodes_of(process: int) -> set[str]:
    links = []
    for link in Path(f"/proc/{process}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed meanwhile
            links.append(str(link.readlink()))
    return {link.removeprefix("socket:[").removesuffix("]") for link in links if link.startswith("socket:[")}
