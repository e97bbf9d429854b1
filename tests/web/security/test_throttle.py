from __future__ import annotations

import pytest

from fer_web.web.security.throttle import ADDRESSES, FAILURES, WINDOW_S, RequestRate, Throttle


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


def test_an_address_waits_after_too_many_failures_and_then_may_again() -> None:
    clock = Clock()
    throttle = Throttle(clock)
    for _ in range(FAILURES - 1):
        throttle.failed("10.0.0.1")
    assert throttle.wait_s("10.0.0.1") == 0

    throttle.failed("10.0.0.1")

    assert throttle.wait_s("10.0.0.1") == WINDOW_S
    assert throttle.wait_s("10.0.0.2") == 0
    clock.now += WINDOW_S
    assert throttle.wait_s("10.0.0.1") == 0


def test_an_ipv6_network_counts_as_one_address() -> None:
    throttle = Throttle(Clock())
    for number in range(FAILURES):
        throttle.failed(f"2001:db8::{number}")

    assert throttle.wait_s("2001:db8::ffff") > 0
    assert throttle.wait_s("2001:db8:0:1::1") == 0


@pytest.mark.parametrize("other", ["::ffff:10.0.0.2", "10.0.0.2", "fe80::2%eth0", "nonsense"])
def test_a_locked_out_address_locks_out_no_other(other: str) -> None:
    throttle = Throttle(Clock())
    for _ in range(FAILURES):
        throttle.failed("::ffff:10.0.0.1")

    assert throttle.wait_s("10.0.0.1") == throttle.wait_s("::ffff:10.0.0.1") == WINDOW_S
    assert throttle.wait_s(other) == 0


def test_an_address_may_ask_so_often_a_minute_and_then_waits() -> None:
    clock = Clock()
    rate = RequestRate(60, clock)
    assert [rate.wait_s("10.0.0.1") for _ in range(60)] == [0] * 60

    assert rate.wait_s("10.0.0.1") == 1
    assert rate.wait_s("10.0.0.2") == 0
    clock.now += 1.0
    assert [rate.wait_s("10.0.0.1"), rate.wait_s("10.0.0.1")] == [0, 1]
    clock.now += 3600.0
    assert [rate.wait_s("10.0.0.1") for _ in range(61)] == [0] * 60 + [1]


def test_a_slow_rate_says_for_how_long() -> None:
    rate = RequestRate(1, Clock())

    assert [rate.wait_s("10.0.0.1"), rate.wait_s("10.0.0.1")] == [0, 60]


def test_no_rate_limits_nobody_and_remembers_nothing() -> None:
    rate = RequestRate(0)

    assert {rate.wait_s("10.0.0.1") for _ in range(1000)} == {0}
    assert len(rate._buckets) == 0


def test_the_rates_memory_is_bounded() -> None:
    rate = RequestRate(60, Clock())
    for number in range(ADDRESSES + 50):
        rate.wait_s(f"host-{number}")

    assert len(rate._buckets) == ADDRESSES


def test_its_memory_is_bounded() -> None:
    throttle = Throttle(Clock())
    for number in range(ADDRESSES + 50):
        throttle.failed(f"host-{number}")

    assert len(throttle._failures) == ADDRESSES
