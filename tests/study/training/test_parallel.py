from __future__ import annotations

import os
import threading
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.study.training.parallel import Replica, in_parallel


class Variable:
    dtype = "float32"

    def __init__(self, value: float) -> None:
        self.value = np.full((2, 2), value, np.float32)
        self.shape = (2, 2)

    def assign(self, value: np.ndarray) -> None:
        self.value = value


class Model:
    def __init__(self, value: float) -> None:
        self.weights = [Variable(value)]
        self.optimizer = type("Optimizer", (), {"variables": [Variable(10 * value)]})()


def test_workers_meet_at_the_mean_weighted_by_their_steps(tmp_path: Path) -> None:
    """Three steps at 1 and one step at 5 make (3 * 1 + 5) / 4 = 2; what the first worker tells counts for both."""
    barrier = threading.Barrier(2)
    models = Model(1.0), Model(5.0)
    answers: dict[int, tuple[int, tuple[float, ...]]] = {}

    def meet(rank: int, steps: int, done: float) -> None:
        answers[rank] = Replica(rank, 2, barrier).exchange(models[rank], tmp_path, steps, (done, rank))

    threads = [threading.Thread(target=meet, args=(0, 3, 0.25)), threading.Thread(target=meet, args=(1, 1, 0.75))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert answers == {0: (4, (0.25, 0)), 1: (4, (0.25, 0))}
    for model in models:
        assert (model.weights[0].value == 2).all()
        assert (model.optimizer.variables[0].value == 20).all()


@pytest.mark.parametrize(("count", "steps", "elapsed_s", "expected"), [(1, 4, 0, True), (1, 3, 9, False),
                                                                       (2, 99, 1, False), (2, 1, 3, True)])  # fmt: skip
def test_alone_steps_decide_and_together_the_clock(count: int, steps: int, elapsed_s: float, expected: bool) -> None:
    assert Replica(count=count).is_time(steps, elapsed_s) is expected


def meet(scratch: Path, worker: Replica) -> float:
    """One step at 1, 2, … in every process; the mean. At module level because other processes start with it."""
    model = Model(worker.rank + 1.0)
    worker.exchange(model, scratch, 1, ())
    return float(model.weights[0].value[0, 0])


def fail(scratch: Path, worker: Replica) -> float:
    """The second process ends before it meets the first."""
    if worker.rank:
        os._exit(9)
    return meet(scratch, worker)


def test_processes_meet(tmp_path: Path) -> None:
    assert in_parallel(3, partial(meet, tmp_path)) == 2


def test_nobody_waits_for_a_process_that_was_killed(tmp_path: Path) -> None:
    with pytest.raises(DataError, match="has ended"):
        in_parallel(2, partial(fail, tmp_path))


def test_one_worker_needs_no_other_process() -> None:
    assert in_parallel(1, lambda worker: worker.rank) == 0
