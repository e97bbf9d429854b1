from __future__ import annotations

import random
import socket
import sys
from threading import Thread

import pytest

from fer_web.cli.main import main
from fer_web.study.bench.faults.bombs import gif, nested
from fer_web.study.bench.faults.fuzz import Answered, _understood, all_routes
from fer_web.study.bench.faults.requests import Route, random_request
from fer_web.study.bench.faults.samples import DAMAGES, damaged, sample_images
from fer_web.study.bench.faults.slow import KINDS, slow_clients
from fer_web.study.bench.faults.table import FaultTable, tracebacks

ROUTES = [Route("/a/<id>", ("GET",)), Route("/b", ("POST",))]
IMAGE = bytes(range(256)) * 4


def test_the_same_seed_makes_the_same_requests_and_another_one_others() -> None:
    def made(seed: int) -> list[bytes]:
        chance = random.Random(seed)
        return [random_request(chance, ROUTES, IMAGE) for _ in range(50)]

    assert made(1) == made(1) != made(2)


def test_requests_are_for_every_route_of_the_application() -> None:
    routes = all_routes()
    chance = random.Random(3)
    starts = {
        (request + b" ").split(b" ")[1][:6] for request in (random_request(chance, routes, IMAGE) for _ in range(2000))
    }

    assert {"/predict", "/stream", "/api/jobs", "/static/<path:filename>"} <= {route.path for route in routes}
    assert {route.path[:6].encode() for route in routes if "<" not in route.path[:6]} <= starts


@pytest.mark.parametrize("damage", DAMAGES)
def test_damage_changes_a_file_and_never_empties_it(damage: object) -> None:
    assert callable(damage)
    for seed in range(200):
        for size in (5, 2000):
            changed = damage(bytearray(random.Random(seed).randbytes(size)), random.Random(seed))
            assert changed


def test_damage_is_the_same_for_the_same_seed() -> None:
    jpeg = sample_images()["JPEG"]
    made = [damaged(jpeg, random.Random(7)) for _ in range(2)]

    assert made[0] == made[1]


@pytest.mark.parametrize(
    ("told", "status", "code", "is_meant"),
    [
        (b"HTTP/1.1 200 OK\r\n\r\nhello", 200, "", True),
        (b'HTTP/1.1 503 X\r\n\r\n{"error": {"code": "busy", "message": ""}}', 503, "busy", True),
        (b'HTTP/1.1 500 X\r\n\r\n{"error": {"code": "internal_error", "message": ""}}', 500, "internal_error", False),
        (b"HTTP/1.1 500 X\r\n\r\n<html>", 500, "", False),
        (b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 404 X\r\n\r\n[]", 404, "", True),
        (b"", 0, "", True),
    ],
)
def test_an_answer_over_499_is_a_failure_unless_its_code_is_meant(
    told: bytes, status: int, code: str, is_meant: bool
) -> None:
    assert _understood(told) == (status, code)
    assert Answered(b"", status, code).is_meant is is_meant


def test_a_table_is_markdown_with_what_failed_under_it() -> None:
    table = FaultTable("Title", ("what", "how long"))
    table.add("a", 1.5)
    table.expect(True, "not this")
    table.expect(False, "this")

    lines = list(table.lines())
    assert lines == ["### Title", "", "| what | how long |", "| --- | --- |", "| a | 1.50 |", "", "FAILED: this"]


def test_tracebacks_are_counted() -> None:
    assert tracebacks("x\nTraceback (most recent call last):\n  File\nTraceback (most recent call last):\n") == 2


def test_slow_clients_send_what_they_are_to_and_no_more() -> None:
    got: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def accept() -> None:
            for _ in range(3):
                sock, _ = listener.accept()
                with sock:
                    got.append(sock.recv(100_000))

        thread = Thread(target=accept)
        thread.start()
        with slow_clients(listener.getsockname()[1], 3, "half a head"):
            thread.join(10)

    assert got == [KINDS["half a head"][0]] * 3


def test_bombs_are_small() -> None:
    assert len(gif()) < 120_000
    assert len(nested()) < 250_000


@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_an_unknown_run_is_told_with_those_that_there_are(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "faults", "floods"]) == 1
    assert "slow, announcements, bombs, fuzz, media, stops" in capsys.readouterr().err
