from __future__ import annotations

import logging

import pytest

from fer_web.live.pace import COMPLAINT_EVERY_S, Complaints, Limiter, Rate


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def test_a_rate_is_that_of_evenly_spaced_ticks() -> None:
    clock = Clock()
    rate = Rate(clock)
    assert rate.tick() == 0
    for _ in range(5):
        clock.now_s += 0.05
        measured = rate.tick()
    assert measured == pytest.approx(20)


def test_a_rate_follows_a_change_and_forgets_an_interruption() -> None:
    clock = Clock()
    rate = Rate(clock)
    for interval_s in (0.1,) * 10 + (0.05,) * 60 + (30.0, 0.05):
        clock.now_s += interval_s
        measured = rate.tick()
    assert measured == pytest.approx(20, rel=0.01)


@pytest.mark.parametrize(("per_s", "passed"), [(None, 150), (30, 150), (15, 150), (10, 100), (1, 10)])
def test_a_limiter_keeps_the_average(per_s: float | None, passed: int) -> None:
    clock = Clock()
    limiter = Limiter(per_s, clock)
    count = 0
    for _ in range(150):  # ten seconds at 15 a second
        clock.now_s += 1 / 15
        count += limiter.passes()
    assert count == pytest.approx(passed, abs=1)


def test_after_the_first_one_and_after_a_pause_an_interval_passes_before_the_next() -> None:
    clock = Clock()
    limiter = Limiter(0.5, clock)
    assert [limiter.passes(), limiter.passes()] == [True, False]
    clock.now_s += 60
    assert [limiter.passes(), limiter.passes()] == [True, False]
    clock.now_s += 2
    assert limiter.passes()


def test_the_same_failure_is_logged_once_in_a_while(caplog: pytest.LogCaptureFixture) -> None:
    clock = Clock()
    complaints = Complaints(logging.getLogger("test"), clock)
    for _ in range(4):
        complaints.about("Analyzing", RuntimeError("broken"))
    clock.now_s += COMPLAINT_EVERY_S
    complaints.about("Analyzing", RuntimeError("broken"))
    assert [record.getMessage() for record in caplog.records] == [
        "Analyzing failed",
        "Analyzing failed (3 more since the last report)",
    ]
