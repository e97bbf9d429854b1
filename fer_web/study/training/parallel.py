"""Several processes that train one model: each on its share of the batches, averaging their weights every few steps.

On a CPU this is faster than one process with several threads, and much faster where other programs run as well,
because processes meet once in a few steps and threads several times a layer. McMahan et al. 2017 ("Communication-
Efficient Learning") and Stich 2019 ("Local SGD") show that averaging seldom costs little accuracy.
"""

from __future__ import annotations

import multiprocessing
import signal
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from multiprocessing import connection
from multiprocessing.process import BaseProcess
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError

PATIENCE_S = 3600.0  # how long a process waits for another one that was suspended, before it gives up


@dataclass(frozen=True)
class Replica:
    """One of `count` processes; the first one, `rank` 0, keeps the clock, chooses and writes.

    Workers meet by the clock, every `meet_every_s`, and not after a number of steps: a process that shares its core
    with another program does fewer steps meanwhile, and nobody waits for it. Alone, a worker meets itself every
    `meet_every_steps`, so that a run with one process is the same every time.
    """

    rank: int = 0
    count: int = 1
    barrier: Any = None
    meet_every_s: float = 2.5
    meet_every_steps: int = 4

    def is_time(self, steps: int, elapsed_s: float) -> bool:
        """Whether to meet, so many steps and seconds after the last time."""
        return elapsed_s >= self.meet_every_s if self.count > 1 else steps >= self.meet_every_steps

    def exchange(self, model: Any, scratch: Path, steps: int, told: tuple[float, ...]) -> tuple[int, tuple[float, ...]]:
        """Give every process the mean of all weights and moments, each counting by the steps behind it.

        Returns the steps of all processes since they last met, and what the first one told. DataError when another
        process has ended or does not come.
        """
        if self.count == 1:
            return steps, told
        variables = [*model.weights, *(v for v in model.optimizer.variables if v.dtype == "float32")]
        own = np.concatenate([*(_values(variable).ravel() for variable in variables), told, [steps]])
        own.astype(np.float32).tofile(scratch / f"worker{self.rank}.f32")
        self._wait()
        parts = [np.fromfile(scratch / f"worker{rank}.f32", dtype=np.float32) for rank in range(self.count)]
        self._wait()
        taken = np.array([part[-1] for part in parts])
        if taken.sum():
            _assign(variables, np.average(parts, axis=0, weights=taken))
        return int(taken.sum()), tuple(float(value) for value in parts[0][-1 - len(told) : -1])

    def _wait(self) -> None:
        try:
            self.barrier.wait(PATIENCE_S)
        except threading.BrokenBarrierError as error:
            raise DataError("another process of this run has ended: start it again, it goes on") from error


EVERY_STEP = Replica(meet_every_steps=1)  # alone, with the rate and the clock looked at after every step


def in_parallel(count: int, work: Callable[[Replica], Any]) -> Any:
    """Run `work` in this process as the first of `count` workers and in new processes as the others."""
    if count == 1:
        return work(Replica())
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(count)
    others = [
        context.Process(target=work, args=(Replica(rank, count, barrier),), daemon=True) for rank in range(1, count)
    ]
    signal.signal(signal.SIGTERM, _leave)
    for other in others:
        other.start()
    threading.Thread(target=_watch, args=(others, barrier), daemon=True).start()
    result = work(Replica(0, count, barrier))
    for other in others:
        other.join(timeout=60)
    return result


def _watch(others: Sequence[BaseProcess], barrier: Any) -> None:
    """Let nobody wait for a process that has failed or was killed."""
    running: dict[Any, BaseProcess] = {other.sentinel: other for other in others}
    while running:
        for sentinel in connection.wait(list(running)):
            ended = running.pop(sentinel)
            ended.join()  # its exit status comes a moment after its sentinel
            if ended.exitcode:
                barrier.abort()


def _leave(number: int, _frame: Any) -> None:
    """End in the orderly way that ends the other workers too."""
    raise SystemExit(128 + number)


def _values(variable: Any) -> NDArray[np.float32]:
    from keras import ops

    return np.asarray(ops.convert_to_numpy(variable.value), dtype=np.float32)


def _assign(variables: list[Any], flat: NDArray[np.float32]) -> None:
    start = 0
    for variable in variables:
        size = int(np.prod(variable.shape))
        variable.assign(flat[start : start + size].reshape(variable.shape))
        start += size
