from __future__ import annotations

import sys
import time
from contextlib import ExitStack
from types import SimpleNamespace
from typing import Any

import pytest

from fer_web.errors import BusyError
from fer_web.web.streaming.patience import FAST_BYTES_PER_S, KNOWN_AFTER_S, SlowTransfers, TransferRate, WaitLimits

needs_gunicorn = pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def pace_of(clock: Clock) -> TransferRate:
    return TransferRate(WaitLimits(stall_s=20, bytes_per_s=1000), clock)


def test_somebody_who_sends_nothing_is_waited_for_as_long_as_a_stall_may_last() -> None:
    clock = Clock()
    pace = pace_of(clock)
    assert pace.left_s == 20
    clock.now_s += 21
    assert pace.left_s == -1


def test_what_came_quickly_earns_no_longer_stall() -> None:
    clock = Clock()
    pace = pace_of(clock)
    pace.moved(10**9)
    clock.now_s += 21
    assert pace.left_s < 0


def test_drops_are_not_enough() -> None:
    clock = Clock()
    pace = pace_of(clock)
    for _ in range(25):
        clock.now_s += 1
        pace.moved(100)
    assert pace.left_s < 0


def test_the_least_rate_is_enough_for_any_length() -> None:
    clock = Clock()
    pace = pace_of(clock)
    for _ in range(1000):
        clock.now_s += 10
        pace.moved(10_000)
    assert pace.left_s == 20


def test_the_slowest_transfer_gives_its_place_to_a_new_one() -> None:
    clock, cut = Clock(), []
    transfers = SlowTransfers(2)
    with ExitStack() as stack:
        for name, rate in (("slow", 100), ("slower", 10)):
            pace = pace_of(clock)
            pace.moved(rate)
            stack.enter_context(transfers.place(pace, lambda name=name: cut.append(name)))
        with pytest.raises(BusyError), transfers.place(pace_of(clock), lambda: None):
            pass
        clock.now_s += KNOWN_AFTER_S + 1
        with transfers.place(pace_of(clock), lambda: None):
            assert cut == ["slower"]


def test_fast_transfers_keep_their_places() -> None:
    clock = Clock()
    transfers = SlowTransfers(1)
    pace = pace_of(clock)
    with transfers.place(pace, lambda: pytest.fail("it was cut")):
        clock.now_s += 10
        pace.moved(int(20 * FAST_BYTES_PER_S))
        with pytest.raises(BusyError), transfers.place(pace_of(clock), lambda: None):
            pass


def test_a_place_is_free_again_when_its_transfer_ends() -> None:
    transfers = SlowTransfers(1)
    for _ in range(3):
        with transfers.place(pace_of(Clock()), lambda: None):
            pass


def waiting(address: str, age_s: float, held_bytes: int = 1, *, busy: bool = False) -> Any:
    from fer_web.web.streaming.connection import Phase

    phase = Phase.BUSY if busy else Phase.HEAD
    return SimpleNamespace(address=address, since_s=time.monotonic() - age_s, held_bytes=held_bytes, phase=phase)


@needs_gunicorn
def test_who_leaves_is_whoever_waits_longest_at_the_address_that_has_most() -> None:
    from fer_web.web.streaming.room import costliest

    crowd = [waiting("1.1.1.1", age) for age in (5, 50, 20)]
    lonely = waiting("2.2.2.2", 500)
    busy = [waiting("3.3.3.3", 900, busy=True) for _ in range(9)]

    assert costliest([lonely, *crowd, *busy], lambda _: 1) is crowd[1]
    assert costliest(busy, lambda _: 1) is None


@needs_gunicorn
def test_who_leaves_for_memory_is_whoever_has_held_most_for_longest() -> None:
    from fer_web.web.streaming.room import costliest

    old_and_small, large, new_and_large = (
        waiting("a", 100, 10),
        waiting("a", 10, 10_000_000),
        waiting("a", 0.1, 10_000_000),
    )

    assert costliest([old_and_small, large, new_and_large], lambda conn: conn.held_bytes) is large


@needs_gunicorn
@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("2001:db8::1", "2001:db8::ffff:0:0:2", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("fe80::1%eth0", "fe80::2%eth0", True),
    ],
)
def test_the_addresses_of_a_household_are_one(one: str, other: str, same: bool) -> None:
    from fer_web.web.streaming.connection import household_of

    assert (household_of((one, 1)) == household_of((other, 2, 0, 0))) is same
