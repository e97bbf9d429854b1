"""Work ahead in a thread: in order, bounded, ended by whoever opened it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from itertools import count

import pytest

from fer_web.analysis.prefetch import Prefetch


def test_items_come_in_their_order_from_another_thread() -> None:
    def items() -> Iterator[tuple[int, str]]:
        for number in range(100):
            yield number, threading.current_thread().name

    with Prefetch(items(), 3, "maker") as ahead:
        assert list(ahead) == [(number, "maker") for number in range(100)]


def test_it_is_never_further_ahead_than_told() -> None:
    made: list[int] = []
    is_full = threading.Event()

    def items() -> Iterator[int]:
        for number in count():
            made.append(number)
            if number == 3:  # two are ready, this one waits for room
                is_full.set()
            yield number

    with Prefetch(items(), 2, "maker") as ahead:
        assert next(ahead) == 0
        assert is_full.wait(10)
        assert len(made) == 4


def test_what_goes_wrong_is_raised_in_its_turn() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise ValueError("broken")

    with Prefetch(items(), 5, "maker") as ahead:
        assert next(ahead) == 1
        with pytest.raises(ValueError, match="broken"):
            next(ahead)


def test_closing_ends_the_thread() -> None:
    ahead = Prefetch(count(), 2, "maker")
    assert next(ahead) == 0

    ahead.close()

    assert "maker" not in {thread.name for thread in threading.enumerate()}
    assert list(ahead) == []
