from __future__ import annotations

from threading import Event, Thread

import pytest

from fer_web.errors import BusyError
from fer_web.live.turns import ServedTime, Turns


class Clock:
    """Time that only work spends."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


def test_work_is_answered_or_fails_where_it_was_asked_for() -> None:
    turns, share = Turns(2), ServedTime()

    assert turns.run(share, lambda: 6 * 7) == 42
    with pytest.raises(ZeroDivisionError):
        turns.run(share, lambda: 1 // 0)
    assert turns.run(share, lambda: "still there") == "still there"
    turns.close()


def test_whoever_asks_for_ten_times_the_work_gets_a_tenth_of_the_turns() -> None:
    """Two people always have something to do, one of them ten times as long: both are served for the same time."""
    clock, counts = Clock(), {"quick": 0, "slow": 0}
    turns, rounds = Turns(1, clock), 220
    go, over = Event(), Event()

    def work(name: str, cost_s: float) -> None:
        while len(turns._waiting) < 3 and not over.is_set():  # everybody else has their next piece of work ready
            over.wait(0.001)
        counts[name] += 1
        clock.now_s += cost_s
        if sum(counts.values()) == rounds:
            over.set()

    def ask(name: str, cost_s: float) -> None:
        share = ServedTime()
        go.wait(5)
        while not over.is_set():
            turns.run(share, lambda: work(name, cost_s))

    # Two threads each, so that the next piece of work of both is waiting when a turn ends.
    shares = {"quick": 0.01, "slow": 0.1}
    people = [Thread(target=ask, args=item) for item in shares.items() for _ in range(2)]
    for person in people:
        person.start()
    go.set()
    for person in people:
        person.join(20)

    spent = {name: counts[name] * cost_s for name, cost_s in shares.items()}
    assert over.is_set()
    assert spent["quick"] == pytest.approx(spent["slow"], rel=0.3)
    turns.close()


def test_staying_away_saves_up_no_turns() -> None:
    clock = Clock()
    turns, busy, idle = Turns(1, clock), ServedTime(), ServedTime()

    def work() -> None:
        clock.now_s += 1.0

    for _ in range(10):
        turns.run(busy, work)
    turns.run(idle, work)

    assert busy.served_s == 10.0
    assert idle.served_s == 9.0 + 1.0  # as if they had been there for the turn before
    turns.close()


def test_closing_refuses_who_waits_and_lets_work_end() -> None:
    turns, is_working, may_end = Turns(1), Event(), Event()
    answers: list[object] = []

    def work() -> str:
        is_working.set()
        assert may_end.wait(5)
        return "done"

    def ask() -> None:
        try:
            answers.append(turns.run(ServedTime(), work))
        except BusyError as error:
            answers.append(error)

    first = Thread(target=ask)
    first.start()
    assert is_working.wait(5)
    second = Thread(target=ask)
    second.start()
    while not turns._waiting:
        assert not may_end.wait(0.001)

    turns.close()
    second.join(5)
    assert [type(answer) for answer in answers] == [BusyError]
    may_end.set()
    first.join(5)
    assert answers[1] == "done"
    with pytest.raises(BusyError):
        turns.run(ServedTime(), work)
