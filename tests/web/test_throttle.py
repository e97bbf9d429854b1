from __future__ import annotations

from fer_web.web.throttle import ADDRESSES, FAILURES, WINDOW_S, Throttle


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


def test_its_memory_is_bounded() -> None:
    throttle = Throttle(Clock())
    for number in range(ADDRESSES + 50):
        throttle.failed(f"host-{number}")

    assert len(throttle._failures) == ADDRESSES
