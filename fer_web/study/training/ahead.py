"""Batches prepared by a process of their own, while the network learns from those before."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from multiprocessing import get_context
from queue import Empty
from typing import Any, TypeAlias

from fer_web.errors import DataError
from fer_web.study.training.training_set import Batch, TrainingSet

Batches: TypeAlias = Callable[[int, int], Iterator[Batch]]  # of an epoch and a size
LOOK_S = 5.0  # how often whoever waits for a batch looks whether there is still somebody who prepares it


@contextmanager
def prepared(training: TrainingSet, count: int, rank: int = 0) -> Iterator[Batches]:
    """The batches of epochs, up to `count` of them prepared ahead; 0 prepares each when it is asked for, here."""
    if not count:
        yield lambda epoch, size: training.batches(epoch, size, rank)
        return
    helper = _Helper(training, count, rank)
    try:
        yield helper.batches
    finally:
        helper.end()


class _Helper:
    """The process, and the two ways to it: `wanted` numbers the epoch that it shall prepare, `made` brings batches."""

    def __init__(self, training: TrainingSet, count: int, rank: int) -> None:
        context = get_context("spawn")
        self._orders: Any = context.SimpleQueue()
        self._wanted = context.Value("l", 0)
        self._made: Any = context.Queue(count)
        work = (training, rank, self._orders, self._wanted, self._made)
        self._process = context.Process(target=_prepare, args=work, daemon=True)
        self._process.start()

    def batches(self, epoch: int, size: int) -> Iterator[Batch]:
        """An epoch's batches. Whoever stops in the middle of it leaves nothing behind for the next."""
        self._wanted.value += 1
        number = self._wanted.value
        self._orders.put((number, epoch, size))
        while (found := self._next(number)) is not None:
            yield found

    def end(self) -> None:
        self._process.terminate()
        self._process.join()
        self._made.close()

    def _next(self, number: int) -> Batch | None:
        """The next batch of an order; None at its end. What was prepared for an earlier order is dropped."""
        while True:
            try:
                made_for, batch = self._made.get(timeout=LOOK_S)
            except Empty:
                if not self._process.is_alive():
                    raise DataError(
                        "the process that prepares batches has ended: start the run again, it goes on"
                    ) from None
                continue
            if made_for == number:
                found: Batch | None = batch
                return found


def _prepare(training: TrainingSet, rank: int, orders: Any, wanted: Any, made: Any) -> None:
    """Prepare what is ordered until the end; at module level because another process starts with it."""
    while True:
        number, epoch, size = orders.get()
        for batch in training.batches(epoch, size, rank):
            if wanted.value != number:
                break
            made.put((number, batch))
        made.put((number, None))
