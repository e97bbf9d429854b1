"""Work in a process of its own: what is told of its end, and that nothing holds up what comes next."""

from __future__ import annotations

import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from concurrent.futures import CancelledError
from threading import Thread

import pytest

from fer_web.errors import WorkerLost
from fer_web.jobs.supervisor import Supervisor
from tests.jobs.fakes import die_while_telling, end
from tests.web.live_server import eventually

PATIENCE_S = 60.0


@pytest.fixture
def supervisor() -> Iterator[Supervisor]:
    made = Supervisor()
    yield made
    made.close()
    assert not multiprocessing.active_children()


def test_one_process_does_one_work_after_the_other(supervisor: Supervisor) -> None:
    pids = {supervisor.answer_of(supervisor.start(os.getpid)) for _ in range(3)}

    assert len(pids) == 1
    assert os.getpid() not in pids


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_a_process_that_dies_is_told_and_another_one_goes_on(supervisor: Supervisor) -> None:
    with pytest.raises(WorkerLost, match="SIGKILL, probably out of memory") as killed:
        supervisor.answer_of(supervisor.start(end, signal.SIGKILL))
    with pytest.raises(WorkerLost, match="exit code 7"):
        supervisor.answer_of(supervisor.start(end, 0, 7))

    assert killed.value.exit_code == -signal.SIGKILL
    assert supervisor.answer_of(supervisor.start(abs, -2)) == 2


def test_a_process_that_dies_at_rest_is_replaced(supervisor: Supervisor) -> None:
    supervisor.answer_of(supervisor.start(abs, -1))
    (worker,) = multiprocessing.active_children()
    worker.kill()
    worker.join()

    def works() -> bool:
        try:
            return supervisor.answer_of(supervisor.start(abs, -2)) == 2
        except WorkerLost:  # it was noticed just now
            return False

    assert eventually(works, PATIENCE_S)


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such signals")
def test_nobody_waits_for_what_a_dead_process_had_locked(supervisor: Supervisor) -> None:
    with pytest.raises(WorkerLost, match="SIGKILL"):
        supervisor.answer_of(supervisor.start(die_while_telling))

    assert supervisor.answer_of(supervisor.start(abs, -2)) == 2


def test_what_takes_too_long_is_killed(supervisor: Supervisor) -> None:
    supervisor.answer_of(supervisor.start(abs, -1))

    with pytest.raises(WorkerLost, match="it took too long"):
        supervisor.answer_of(supervisor.start(time.sleep, 600, limit_s=0.2))

    assert supervisor.answer_of(supervisor.start(abs, -2)) == 2


def test_a_process_that_cannot_begin_is_told() -> None:
    supervisor = Supervisor(os._exit, 3)
    try:
        with pytest.raises(WorkerLost, match="before it began"):
            supervisor.answer_of(supervisor.start(abs, -1))
    finally:
        supervisor.close()


@pytest.mark.parametrize("wait_s", [0.0, 0.1, 1.0, 3.0])
def test_what_we_end_ourselves_is_canceled_whatever_it_was_at(wait_s: float) -> None:
    supervisor = Supervisor()
    future = supervisor.start(time.sleep, 600)
    ender = Thread(target=lambda: (time.sleep(wait_s), supervisor.close()))
    ender.start()

    with pytest.raises(CancelledError):
        supervisor.answer_of(future)

    assert not multiprocessing.active_children()
    ender.join()
    with pytest.raises(CancelledError):
        supervisor.start(abs, -1)
