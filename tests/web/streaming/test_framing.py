from __future__ import annotations

import pytest

from fer_web.web.streaming.arrival import HEAD_BYTES, SMALL_BODY_BYTES, Arrival, BodyAwaited
from fer_web.web.streaming.framing import framing_of, head_end

HEAD = b"POST / HTTP/1.1\r\nHost: a\r\n"
CHUNKED = HEAD + b"transfer-Encoding: gzip, chunked\r\n\r\n"
LIMIT = 1_000_000


def of_length(count: int, more: bytes = b"") -> bytes:
    return HEAD + more + b"content-length:  %d \r\n\r\n" % count


def ends(request: bytes) -> list[int]:
    """Where the request is found to end, when it comes byte by byte and all at once."""
    slowly = Arrival(LIMIT)
    for byte in request:
        slowly.add(bytes([byte]))
    return [-1 if arrival.end is None else arrival.end for arrival in (slowly, Arrival(LIMIT, request))]


def test_a_head_ends_with_its_empty_line_however_it_is_cut() -> None:
    data = bytearray()
    found = []
    for byte in of_length(3) + b"abc":
        scanned = len(data)
        data.append(byte)
        found.append(head_end(data, scanned))
    assert found.index(len(of_length(3))) == len(of_length(3)) - 1
    assert set(found[: len(of_length(3)) - 1]) == {None}


@pytest.mark.parametrize("head", [b"GET / HTTP/1.1\n", b"GET / HTTP/1.1\r\nHost: a\n\r\n", b"\n"])
def test_a_bare_newline_makes_a_head_one_for_the_parser_to_refuse(head: bytes) -> None:
    assert Arrival(LIMIT, head).is_enough


@pytest.mark.parametrize(
    ("request_", "whole"),
    [
        (of_length(3) + b"abc", True),
        (of_length(3) + b"ab", False),
        (of_length(0), True),
        (HEAD + b"\r\n", True),
        (CHUNKED + b"3\r\nabc\r\n0\r\n\r\n", True),
        (CHUNKED + b"3 ;x=1\r\nabc\r\n00\r\nA: b\r\n\r\n", True),
        (CHUNKED + b"3\r\nabc\r\n0\r\nA: b\r\n", False),
        (CHUNKED + b"4\r\n\r\n\r\n\r\n0\r\n", False),
        (CHUNKED + b"F\r\n0\r\n\r\n", False),
        (CHUNKED, False),
    ],
)
def test_a_body_ends_where_its_length_or_its_chunks_say(request_: bytes, whole: bool) -> None:
    assert ends(request_) == [len(request_) if whole else -1] * 2


@pytest.mark.parametrize("size", [b"+3", b"0x3", b"-1", b"", b"3_0", b"9" * 9000])
def test_a_chunk_without_a_proper_size_is_for_the_parser_to_refuse(size: bytes) -> None:
    assert Arrival(LIMIT, CHUNKED + size + b"\r\nabc").is_whole


def test_what_follows_belongs_to_the_next_request() -> None:
    for first in (of_length(3) + b"abc", CHUNKED + b"3\r\nabc\r\n0\r\n\r\n"):
        following = Arrival(LIMIT, first + HEAD).following()
        assert bytes(following.data) == HEAD
        assert following.head_bytes is None


def test_a_small_body_is_waited_for_and_a_large_one_is_asked_about_first() -> None:
    assert not Arrival(LIMIT, of_length(SMALL_BODY_BYTES)).is_enough
    assert Arrival(LIMIT, of_length(SMALL_BODY_BYTES + 1)).is_enough
    assert Arrival(LIMIT, of_length(5, b"Expect: 100-continue\r\n")).is_enough


def test_a_view_that_needs_a_body_is_asked_again_when_it_is_there() -> None:
    arrival = Arrival(LIMIT, of_length(SMALL_BODY_BYTES + 1))
    with pytest.raises(BodyAwaited) as awaited:
        arrival.require(10)
    arrival.wait_for(awaited.value.wanted_bytes)
    assert not arrival.is_enough
    arrival.add(bytes(10))
    assert arrival.is_enough
    arrival.require(10)
    with pytest.raises(BodyAwaited):
        arrival.require()


def test_a_body_of_unknown_length_is_collected_up_to_what_any_view_takes() -> None:
    arrival = Arrival(1000, CHUNKED)
    arrival.wait_for(None)
    arrival.add(b"fffff\r\n" + bytes(900))
    assert not arrival.is_enough
    arrival.add(bytes(200))
    assert arrival.is_enough
    arrival.require()


def test_a_head_without_an_end_is_hopeless_at_some_length() -> None:
    assert not Arrival(LIMIT, b"x" * HEAD_BYTES).has_hopeless_head
    assert Arrival(LIMIT, b"x" * (HEAD_BYTES + 1)).has_hopeless_head
    assert not Arrival(LIMIT, of_length(HEAD_BYTES) + bytes(HEAD_BYTES)).has_hopeless_head


def test_what_announces_two_lengths_has_no_body_that_is_waited_for() -> None:
    assert framing_of(HEAD + b"content-length: 5x\r\n\r\n").end(bytearray(HEAD + b"content-length: 5x\r\n\r\n"))
