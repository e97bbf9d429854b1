"""A training run that can be stopped at any moment and goes on later: epochs, averaged weights, a choice by cost."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.errors import DataError
from fer_web.study.training.average import WeightAverage
from fer_web.study.training.checkpoint import Progress, load_best, load_state, save_best, save_state
from fer_web.study.training.schedule import Schedule

Batches = Callable[[int], Iterator[tuple[Any, Any]]]


@dataclass(frozen=True)
class Recipe:
    """How to fit, besides the data: `batch` pictures a step, `ema` the decay of the weights' average per step."""

    schedule: Schedule
    batch: int = 64
    ema: float = 0.99
    weight_decay: float = 0.02
    seed: int = 0
    choose_every: int = 2


class Fitting:
    """One run in its folder. `batches(epoch)` gives an epoch's batches, `cost(model)` what to choose the weights by.

    The lower the cost the better; `cost_name` is its column's name in the history. DataError when `steps`, the whole
    batches of an epoch, are none.
    """

    def __init__(
        self, model: Any, loss: Any, batches: Batches, cost: Callable[[Any], float], cost_name: str, *,
        steps: int, recipe: Recipe, folder: Path,
    ) -> None:  # fmt: skip
        if not steps:
            raise DataError(f"the training pictures are fewer than a batch of {recipe.batch}")
        folder.mkdir(parents=True, exist_ok=True)
        self.model, self.batches, self.cost, self.cost_name = model, batches, cost, cost_name
        self.steps, self.recipe, self.folder = steps, recipe, folder
        self.model.compile(optimizer=_optimizer(recipe, model), loss=loss, jit_compile="auto")
        self.average = WeightAverage(model, recipe.ema)
        self.progress = load_state(folder, model, self.average) or Progress()

    @property
    def done(self) -> float:
        """The share of the run that is over, by the clock or by epochs."""
        schedule = self.recipe.schedule
        if schedule.minutes:
            return min(self.progress.elapsed_s / (60 * schedule.minutes), 1.0)
        return min(self.progress.step / (self.steps * schedule.epochs), 1.0)

    def fit(self, *, quiet: bool = False) -> list[dict[str, float]]:
        """Train until the run is over, and leave the model with the chosen weights; one row an epoch."""
        while self.done < 1:
            loss = self._epoch(quiet=quiet)
            self._choose(loss, quiet=quiet)
        weights, _ = load_best(self.folder)
        self.model.set_weights(weights)
        return self.progress.history

    def _epoch(self, *, quiet: bool) -> float:
        from tqdm import tqdm

        losses = []
        bar = tqdm(total=self.steps, desc=f"epoch {self.progress.epoch + 1}", disable=quiet, mininterval=5, ascii=True)
        for images, targets in self.batches(self.progress.epoch):
            start = time.monotonic()
            self.model.optimizer.learning_rate = self.recipe.schedule.rate_at(self.done)
            losses.append(float(self.model.train_on_batch(images, targets)))
            self.average.update()
            self.progress.step += 1
            self.progress.elapsed_s += time.monotonic() - start
            bar.update()
            if self.done >= 1:
                break
        bar.close()
        self.progress.epoch += 1
        return float(np.mean(losses))

    def _choose(self, loss: float, *, quiet: bool) -> None:
        """Measure the averaged weights, keep them if they are the best so far, and write everything down."""
        row = {"epoch": float(self.progress.epoch), "loss": loss, "minutes": self.progress.elapsed_s / 60}
        if self.progress.epoch % self.recipe.choose_every == 0 or self.done >= 1:
            with self.average.applied():
                row[self.cost_name] = self.cost(self.model)
            if row[self.cost_name] < self.lowest:
                save_best(self.folder, self.average.weights, row)
        self.progress.history.append(row)
        save_state(self.folder, self.progress, self.model, self.average)
        if not quiet:
            print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)

    @property
    def lowest(self) -> float:
        """The lowest cost so far; infinite before the first."""
        return min((row[self.cost_name] for row in self.progress.history if self.cost_name in row), default=np.inf)


def _optimizer(recipe: Recipe, model: Any) -> Any:
    import keras

    optimizer = keras.optimizers.AdamW(recipe.schedule.rate, weight_decay=recipe.weight_decay, global_clipnorm=5.0)
    optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if v.name != "kernel"])
    return optimizer
