"""The training run: epochs of augmented batches, averaged weights, and a choice by what was not learned from."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.study.training.ahead import Batches, prepared
from fer_web.study.training.average import WeightAverage
from fer_web.study.training.backend import seed_everything, use_threads
from fer_web.study.training.checkpoint import TrainingProgress, read_state, save_state, write_inputs
from fer_web.study.training.curves import write_curves
from fer_web.study.training.kept import KeptRun
from fer_web.study.training.parallel import Replica
from fer_web.study.training.schedule import Patience
from fer_web.study.training.task import TrainingTask
from fer_web.study.training.weights import Named, load_best, named, save_best, take

ALONE = Replica()


def unheard(epoch: int, score: float) -> None:
    """What a Trainer's `report` is when nobody listens."""


class Trainer:
    """One training run in its folder; making it again goes on where it stopped.

    `minutes` ends it early, `ahead` is how many batches are prepared ahead (0: none), `report` hears each epoch's score
    and may raise to end the run. DataError when the saved state cannot be read or is another network's.
    """

    def __init__(
        self,
        task: TrainingTask,
        folder: Path,
        worker: Replica = ALONE,
        *,
        minutes: float | None = None,
        ahead: int = 0,
        report: Callable[[int, float], None] = unheard,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        use_threads(task.config.threads)
        seed_everything(task.config.seed + worker.rank)
        self.task, self.config, self.schedule = task, task.config, task.config.schedule
        self.folder, self.worker, self.minutes, self.report = folder, worker, minutes, report
        self.ahead = ahead if worker.count == 1 else 0  # several workers keep all cores busy
        self.size = self.schedule.size_at(0.0)
        self.model = task.network(self.size)
        self.average = WeightAverage(self.model, self.config.ema)
        self.progress = TrainingProgress()
        self._go_on()
        self.done = self._measured()

    def begin_from(self, trained: Named) -> None:
        """Take trained weights by their names, unless this run has begun; what they lack stays new."""
        if self.progress.step == 0:
            take(self.model, trained, missing=True)
            self.average = WeightAverage(self.model, self.config.ema)

    def go_on_from(self, kept: KeptRun) -> None:
        """Go on with a kept run, unless this one has begun; the optimizer's moments begin anew, and its chosen weights
        are the kept ones, as better ones of earlier epochs were lost. ModelError when it is another network's."""
        if self.progress.step > 0:
            return
        self.progress = kept.progress
        self._grow_again()
        take(self.model, kept.weights)
        self.average = WeightAverage(self.model, self.config.ema)
        self.average.steps = kept.average_steps
        self.progress.kept_epoch = self.progress.epoch
        self.progress.patience.best = self._best_so_far()
        self.done = self._measured()
        if self.worker.rank == 0:
            write_inputs(self.folder, kept.inputs)
            save_best(self.folder, named(self.model), self.progress.history[-1])
            write_curves(self.folder, self.progress.history)
            save_state(self.folder, self.progress, self.model, self.average)

    def train(self, *, quiet: bool = False) -> TrainingProgress:
        """Train until the run is over; the state and the curves are written after every epoch."""
        if self.done < 1:
            with prepared(self.task.training, self.ahead, self.worker.rank) as batches:
                while self.done < 1:
                    self._train_epoch(batches, quiet=quiet)
        return self.progress

    def take_chosen(self) -> Any:
        """The network with the weights that were chosen."""
        take(self.model, load_best(self.folder)[0])
        return self.model

    @property
    def epochs(self) -> float:
        """How many times the training pictures were gone through."""
        return self.progress.step / self.task.training.steps

    def _go_on(self) -> None:
        """Put a saved state back."""
        state = read_state(self.folder)
        if state is None:
            return
        self.progress = state.progress
        self._grow_again()
        state.give(self.model, self.average)
        self.progress.patience.best = self._best_so_far()

    def _grow_again(self) -> None:
        """The network for the size that the run has come to, built after those for smaller ones, as in a run that was
        never stopped: what chance decides in it is the same."""
        last = int(self.progress.history[-1].get("size", self.size))
        for _, size in self.schedule.sizes:
            self._grow(size if size < last else last)

    def _best_so_far(self) -> float:
        """What the chosen weights are worth: the best of the epochs at the largest size whose weights were not lost."""
        chosen, kept = self.progress.chosen_size, self.progress.kept_epoch
        rows = [row for row in self.progress.history if row.get("size", chosen) >= chosen and row["epoch"] >= kept]
        scores = [self.task.worth(row[self.task.measure]) for row in rows if self.task.measure in row]
        return max(scores, default=Patience().best)

    def _measured(self, pending: int = 0) -> float:
        """The share of the run that is over, by steps (with those not yet counted) or by the clock."""
        if self.progress.is_stopped:
            return 1.0
        elapsed = self.progress.elapsed_s / 60
        if self.schedule.minutes:
            done = elapsed / self.schedule.minutes
        else:
            done = (self.progress.step + pending) / (self.task.training.steps * self.schedule.epochs)
        return min(max(done, elapsed / self.minutes if self.minutes else 0.0), 1.0)

    def _train_epoch(self, batches: Batches, *, quiet: bool) -> None:
        size = self.schedule.size_at(self.done)
        self._grow(size)
        loss = self._epoch(batches, quiet=quiet or self.worker.rank > 0)
        if self.worker.rank == 0:
            self._choose(loss, quiet=quiet)
        self._meet(int(self.worker.rank == 0), self.done)

    def _grow(self, size: int) -> None:
        """Go on with pictures of another size: where need be, with the weights and moments in a network for that."""
        if size != self.size and not self.task.any_size:
            before, self.model = self.model, self.task.network(size)
            self.average.model = self.model
            self.model.set_weights(before.get_weights())
            for new, old in zip(self.model.optimizer.variables, before.optimizer.variables, strict=True):
                new.assign(old.value)
        self.size = size

    def _epoch(self, batches: Batches, *, quiet: bool) -> float:
        """One pass over the training pictures, cut short when it is time for larger ones or the end; the mean loss."""
        from tqdm import tqdm

        progress, steps, start = self.progress, 0, time.monotonic()
        losses, end = [], progress.step + self.task.training.steps
        title = f"epoch {progress.epoch + 1} at {self.size} px"
        with tqdm(total=self.task.training.steps, desc=title, disable=quiet, mininterval=5, ascii=True) as bar:
            for inputs, targets in batches(progress.epoch, self.size):
                self.model.optimizer.learning_rate = self.schedule.rate_at(self.done, progress.patience.drops)
                losses.append(float(self.model.train_on_batch(inputs, targets)))
                steps += 1
                if self.worker.is_time(steps, time.monotonic() - start) or progress.step + steps >= end:
                    taken = self._meet(steps, self._measured(steps))
                    progress.step += taken
                    self.average.follow(progress.step, self.config.ema_every)
                    progress.elapsed_s += time.monotonic() - start
                    bar.update(taken)
                    steps, start = 0, time.monotonic()
                    if progress.step >= end or self.done >= 1 or self.schedule.size_at(self.done) != self.size:
                        break
        progress.epoch += 1
        return float(np.mean(losses))

    def _meet(self, steps: int, done: float) -> int:
        """Share with the other workers; the steps of all since they last met. How far it is, the first one says."""
        drops = self.progress.patience.drops
        taken, (self.done, dropped) = self.worker.exchange(self.model, self.folder, steps, (done, drops))
        self.progress.patience.drops = int(dropped)
        return taken

    def _choose(self, loss: float, *, quiet: bool) -> None:
        """Measure the averaged weights of an epoch, keep the best, write everything down; stop early if it is time."""
        progress = self.progress
        row = {"epoch": float(progress.epoch), "size": float(self.size), "loss": loss,
               "rate": float(self.model.optimizer.learning_rate), "minutes": progress.elapsed_s / 60}  # fmt: skip
        if progress.epoch % self.config.choose_every == 0 or self.done >= 1:
            self._measure(row)
        progress.history.append(row)
        save_state(self.folder, progress, self.model, self.average)
        write_curves(self.folder, progress.history)
        if not quiet:
            print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
        if self.task.measure in row:
            self.report(progress.epoch, row[self.task.measure])

    def _measure(self, row: dict[str, float]) -> None:
        """Weights of an epoch on larger pictures replace those of smaller ones, however good they were."""
        progress, start = self.progress, time.monotonic()
        with self.average.applied():
            row[self.task.measure] = score = self.task.score(self.model, self.size)
        if self.size > progress.chosen_size:
            progress.patience, progress.chosen_size = Patience(drops=progress.patience.drops), self.size
        if self.task.worth(score) > progress.patience.best:
            save_best(self.folder, named(self.model, self.average.weights), row)
        progress.is_stopped = progress.patience.saw(self.task.worth(score), self.schedule)
        self.done = self._measured()
        progress.elapsed_s += time.monotonic() - start
