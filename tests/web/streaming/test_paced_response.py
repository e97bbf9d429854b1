from __future__ import annotations

import socket
import sys
import time
from collections.abc import Iterator
from itertools import repeat
from threading import Thread

import pytest
from werkzeug.serving import make_server

from fer_web.web.streaming.paced_response import PIECE_BYTES, PacedResponse
from tests.web.live_server import PATIENCE_S, ask, eventually, parts

Pair = tuple[socket.socket, socket.socket]


@pytest.fixture
def pair() -> Iterator[Pair]:
    """The two ends of a TCP connection: the server's and a reader's."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        reader = socket.create_connection(listener.getsockname())
        served, _ = listener.accept()
    with reader, served:
        yield served, reader


def write(outlet: PacedResponse, sock: socket.socket, messages: Iterator[bytes]) -> int:
    """What a WSGI server does with an answer; how many bytes it wrote."""
    written = 0
    for piece in outlet.paced(messages):
        sock.sendall(piece)
        written += len(piece)
    return written


def never() -> bool:
    return False


def test_without_a_socket_everything_is_written_in_pieces() -> None:
    message = bytes(range(256)) * 400
    pieces = list(PacedResponse(None, never).paced([message, b"", b"end"]))
    assert b"".join(pieces) == message + b"end"
    assert max(map(len, pieces)) == PIECE_BYTES


def test_a_reader_gets_every_byte_in_order(pair: Pair) -> None:
    served, reader = pair
    got = bytearray()

    def read() -> None:
        while data := reader.recv(50_000):
            got.extend(data)

    thread = Thread(target=read)
    thread.start()
    messages = [bytes([number]) * 300_000 for number in range(20)]
    assert write(PacedResponse(served, never), served, iter(messages)) == 6_000_000
    served.shutdown(socket.SHUT_WR)
    thread.join(PATIENCE_S)
    assert bytes(got) == b"".join(messages)


def test_a_reader_who_stops_is_given_up_after_the_stall_with_little_written(pair: Pair) -> None:
    served, _ = pair
    started_s = time.monotonic()
    written = write(PacedResponse(served, never, stall_s=0.3), served, repeat(bytes(100_000)))
    assert 0.3 <= time.monotonic() - started_s < 2
    assert written < 8_000_000  # what both kernels hold, and nothing of ours beyond that
    with pytest.raises(OSError, match=r".*"):
        served.sendall(b"x")


def test_a_reader_who_stops_does_not_delay_the_end_of_the_service(pair: Pair) -> None:
    served, _ = pair
    is_over: list[bool] = []
    writer = Thread(
        target=write, args=(PacedResponse(served, lambda: bool(is_over), 60), served, repeat(bytes(100_000)))
    )
    writer.start()
    is_over.append(True)
    writer.join(2)
    assert not writer.is_alive()


def test_the_next_message_is_made_only_when_the_last_one_was_taken(pair: Pair) -> None:
    made: list[int] = []

    def messages() -> Iterator[bytes]:
        for number in range(100):
            made.append(number)
            yield b"x"

    pieces = PacedResponse(pair[0], never).paced(messages())
    assert made == []
    next(pieces)
    assert made == [0]


@pytest.mark.skipif(sys.platform == "win32", reason="werkzeug resets connections there in its own way")
def test_the_development_server_drops_readers_too(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("FER_MAX_VIEWERS", "FER_THREADS", "FER_HOST"):
        monkeypatch.delenv(name, raising=False)
    from tests.web.live_app import create_app

    app = create_app()
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = Thread(target=server.serve_forever)
    thread.start()
    camera = app.extensions["fer_web"].cameras.first
    silent = socket.create_connection(("127.0.0.1", server.port))
    try:
        silent.sendall(b"GET /stream HTTP/1.1\r\nHost: localhost\r\n\r\n")
        with ask(server.port, "/stream") as answer:
            pictures = parts(answer)
            assert next(pictures)
            assert camera.counts()["viewers"] == 2
            assert eventually(lambda: camera.counts()["viewers"] == 1 or not next(pictures))
        assert eventually(lambda: camera.counts()["viewers"] == 0 and not camera.is_open)
    finally:
        silent.close()
        server.shutdown()
        thread.join(PATIENCE_S)
        server.server_close()
        camera.close()
