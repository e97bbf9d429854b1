"""The protocol over a pair of sockets, with wsproto's client on the other end."""

from __future__ import annotations

import socket
import struct
from collections.abc import Iterator
from threading import Thread
from time import monotonic

import pytest
from wsproto.connection import ConnectionType

from fer_web.errors import ImageError, RequestError
from fer_web.web.streaming.websocket import MOST_PIECES, WebSocket, accept_key

LIMIT = 1000
PATIENCE_S = 5.0


class Pair:
    """A server's connection, a client's, and the client's bare socket."""

    def __init__(self) -> None:
        ours, self.raw = socket.socketpair()
        self.server = WebSocket(ours, ConnectionType.SERVER, LIMIT)
        self.client = WebSocket(self.raw, ConnectionType.CLIENT, 10 * LIMIT)
        self.ours = ours


@pytest.fixture
def pair() -> Iterator[Pair]:
    made = Pair()
    yield made
    made.ours.close()
    made.raw.close()


def frame(data: bytes, opcode: int = 2, *, is_last: bool = True, length: int | None = None) -> bytes:
    """A masked frame as bytes; the mask is zero, so the data stay readable."""
    size = len(data) if length is None else length
    head = bytes([opcode | (0x80 if is_last else 0)])
    head += bytes([0x80 | size]) if size < 126 else bytes([0x80 | 127]) + struct.pack("!Q", size)
    return head + bytes(4) + data


def test_messages_go_both_ways(pair: Pair) -> None:
    assert pair.client.send(b"a picture")
    assert pair.server.receive(PATIENCE_S) == b"a picture"
    assert pair.server.send('{"faces": []}')
    assert pair.client.receive(PATIENCE_S) == '{"faces": []}'


def test_pieces_are_joined_also_around_a_ping(pair: Pair) -> None:
    pair.raw.sendall(frame(b"one ", is_last=False) + frame(b"hello", 9) + frame(b"two", 0))

    assert pair.server.receive(PATIENCE_S) == b"one two"
    assert pair.raw.recv(100) == bytes([0x8A, 5]) + b"hello"  # the pong


def test_a_message_over_the_limit_is_dropped_and_the_next_is_taken(pair: Pair) -> None:
    sending = Thread(target=lambda: (pair.client.send(bytes(9 * LIMIT)), pair.client.send(b"small")))
    sending.start()

    with pytest.raises(ImageError, match="9,000 bytes; at most 1,000") as refusal:
        pair.server.receive(PATIENCE_S)
    assert refusal.value.code == "image_too_large"
    assert pair.server.receive(PATIENCE_S) == b"small"
    sending.join(PATIENCE_S)


def test_a_message_of_exactly_the_limit_is_taken(pair: Pair) -> None:
    pair.client.send(bytes(LIMIT))

    assert pair.server.receive(PATIENCE_S) == bytes(LIMIT)


def test_a_message_that_never_ends_is_given_up_in_time(pair: Pair) -> None:
    pair.raw.sendall(frame(b"much is announced, little comes", length=2**40))
    started_s = monotonic()

    assert pair.server.receive(0.05) is None
    assert monotonic() - started_s < 2


def test_a_message_in_thousands_of_pieces_ends_the_connection(pair: Pair) -> None:
    sending = Thread(target=lambda: pair.raw.sendall(frame(b"", is_last=False) + frame(b"", 0, is_last=False) * 5000))
    sending.start()

    assert pair.server.receive(PATIENCE_S) is None
    sending.join(PATIENCE_S)
    assert pair.raw.recv(100)[2:4] == struct.pack("!H", 1008)
    assert MOST_PIECES < 5000


def test_a_flood_of_pings_ends_the_connection(pair: Pair) -> None:
    sending = Thread(target=lambda: pair.raw.sendall(frame(b"", 9) * 5000))
    sending.start()

    assert pair.server.receive(PATIENCE_S) is None
    sending.join(PATIENCE_S)


@pytest.mark.parametrize(
    "garbage", [b"GET / HTTP/1.1\r\n\r\n", b"\x82\x05hello", b"\xff" * 64], ids=["http", "unmasked", "noise"]
)
def test_what_is_no_frame_ends_the_connection(pair: Pair, garbage: bytes) -> None:
    pair.raw.sendall(garbage)

    assert pair.server.receive(PATIENCE_S) is None


def test_goodbye_is_answered_and_nothing_is_sent_afterwards(pair: Pair) -> None:
    pair.client.close(1000, "bye")

    assert pair.server.receive(PATIENCE_S) is None
    assert pair.raw.recv(100)[:4] == bytes([0x88, 5, 3, 0xE8])  # 1000, with its reason
    assert not pair.server.send("too late")


def test_a_reason_is_cut_to_what_a_frame_holds(pair: Pair) -> None:
    pair.server.close(1013, "é" * 100)

    head = pair.raw.recv(1000)
    assert head[:2] == bytes([0x88, 2 + 122])
    assert head[4:].decode() == "é" * 61
    assert pair.raw.recv(10) == b""


def test_hanging_up_and_interrupting_end_the_waiting(pair: Pair) -> None:
    waiting = Thread(target=pair.server.receive, args=(60.0,))
    waiting.start()
    pair.server.interrupt()
    waiting.join(PATIENCE_S)
    assert not waiting.is_alive()

    pair.raw.close()
    assert pair.server.receive(PATIENCE_S) is None


def test_a_reader_who_takes_nothing_is_given_up(pair: Pair, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.web.streaming.websocket.WRITE_S", 0.05)

    assert not all(pair.server.send("x" * 100_000) for _ in range(100))


def test_the_key_is_answered_as_the_standard_says() -> None:
    assert accept_key("dGhlIHNhbXBsZSBub25jZQ==") == "s3pPLMBiTxaQ9kYGzzhZRbK+xOo="  # RFC 6455, section 1.3


@pytest.mark.parametrize(
    "changes",
    [
        {"HTTP_SEC_WEBSOCKET_VERSION": "8"},
        {"HTTP_SEC_WEBSOCKET_KEY": "short"},
        {"HTTP_SEC_WEBSOCKET_KEY": "a\r\nb"},
        {"gunicorn.socket": None},
    ],
    ids=["version", "key", "injection", "no socket"],
)
def test_what_is_no_handshake_is_refused(pair: Pair, changes: dict[str, object]) -> None:
    environ = {
        "HTTP_SEC_WEBSOCKET_VERSION": "13",
        "HTTP_SEC_WEBSOCKET_KEY": "dGhlIHNhbXBsZSBub25jZQ==",
        "gunicorn.socket": pair.ours,
    }

    with pytest.raises(RequestError) as refusal:
        WebSocket.accept(environ | changes, LIMIT)
    assert refusal.value.code == "bad_handshake"
    WebSocket.accept(environ, LIMIT)
    assert pair.raw.recv(1000).startswith(b"HTTP/1.1 101 Switching Protocols\r\n")
