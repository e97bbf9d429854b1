"""Training and asking the laboratory's networks: what stands in a row's `fit`."""

from __future__ import annotations

import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError
from fer_web.registry.catalog import quiet_tensorflow
from fer_web.registry.spec import InputSpec
from fer_web.study.lab.networks.beside import beside
from fer_web.study.lab.networks.columns import loss_of
from fer_web.study.lab.networks.lessons import Lessons, batches
from fer_web.study.lab.networks.recipe import Recipe
from fer_web.study.lab.networks.weights import CHOSEN, load_facts, save_weights, take_all, take_fitting
from fer_web.study.lab.row import Fitted, Pictures, Task
from fer_web.study.networks import build_network
from fer_web.study.training.augment import resized
from fer_web.study.training.average import WeightAverage
from fer_web.study.training.backend import seed_everything, training_layers, use_threads
from fer_web.study.training.checkpoint import Progress, load_state, save_state
from fer_web.study.training.loop import accuracy, build_optimizer
from fer_web.study.training.schedule import Patience

Logits = NDArray[np.float32]
AT_ONCE = 256  # pictures asked about in one call
UPDATE_EVERY = 4  # steps between two updates of the weights' average


def fit(task: Task) -> Fitted:
    """Train the network that a row's config describes, or go on training it, and answer with what PublicTest chose."""
    quiet_tensorflow()
    recipe = Recipe.of(task.config).shortened(task.epochs, is_quick=task.is_quick)
    run = Training(task, recipe, Lessons.of(task, recipe))
    run.train()
    size = recipe.schedule.size_at(1.0)
    model = build_network(recipe.network, recipe.head(is_training=False), size=size, layers=training_layers())
    take_all(model, task.weights / CHOSEN)
    return Fitted(
        answer=partial(_answer, model, size, run.lessons, task, recipe),
        weights=task.weights / CHOSEN,
        chosen={**load_facts(task.weights), "epochs_done": round(run.epochs, 2), "parameters": model.count_params()},
        history=run.progress.history,
        epochs=(max(round(run.epochs), 1), recipe.schedule.epochs if task.is_quick else _planned(task)),
        trained_s=run.progress.elapsed_s,
    )


def _planned(task: Task) -> int:
    return Recipe.of(task.config).schedule.epochs


class Training:
    """One row's training; what is in its folder for weights goes on where it stopped."""

    def __init__(self, task: Task, recipe: Recipe, lessons: Lessons) -> None:
        use_threads(1)
        seed_everything(task.seed)
        self.task = task
        self.recipe = recipe
        self.lessons = lessons
        self.size = recipe.schedule.size_at(0.0)
        self.model = self._built()
        if recipe.starts_from:
            self._begin_with(task.folder.parent / recipe.starts_from / "weights" / CHOSEN)
        self.average = WeightAverage(self.model, recipe.ema)
        self.progress = load_state(task.weights, self.model, self.average) or Progress()
        self.public = task.data.public
        self.public_side = lessons.scale(beside(recipe.inputs, self.public.pixels, task.features))

    @property
    def steps_per_epoch(self) -> int:
        return len(self.lessons) // min(self.recipe.batch, len(self.lessons))

    @property
    def epochs(self) -> float:
        """How many times the training pictures were gone through."""
        return self.progress.step / self.steps_per_epoch

    @property
    def done(self) -> float:
        """The share of the run that is over: by steps, or by the clock where that is further."""
        by_steps = self.epochs / self.recipe.schedule.epochs
        by_clock = self.progress.elapsed_s / (60 * self.task.minutes) if self.task.minutes else 0.0
        return min(max(by_steps, by_clock), 1.0)

    def train(self) -> None:
        """Train until the run is over; its state is kept after every epoch."""
        stop = False
        while self.done < 1 and not stop:
            self._grow(self.recipe.schedule.size_at(self.done))
            stop = self._choose(self._epoch())

    def _built(self) -> Any:
        recipe = self.recipe
        l2, layers = recipe.loss.l2, training_layers()
        model = build_network(recipe.network, recipe.head(), size=self.size, layers=layers, l2=l2)
        optimizer = build_optimizer(recipe.optimizer, recipe.schedule.rate, model)
        model.compile(optimizer=optimizer, loss=loss_of(recipe), jit_compile="auto")
        optimizer.build(model.trainable_variables)
        return model

    def _begin_with(self, path: Path) -> None:
        if not path.is_file():
            raise DataError(
                f"this row starts from {self.recipe.starts_from}, whose weights are missing: run that first"
            )
        take_fitting(self.model, path)

    def _grow(self, size: int) -> None:
        """Go on with pictures of another size: the same weights and moments in a network built for it."""
        if size == self.size:
            return
        before, self.size = self.model, size
        self.model = self.average.model = self._built()
        self.model.set_weights(before.get_weights())
        for new, old in zip(self.model.optimizer.variables, before.optimizer.variables, strict=True):
            new.assign(old.value)

    def _epoch(self) -> float:
        """One pass over the training pictures, cut short when it is time for larger ones or the end; the mean loss."""
        from tqdm import tqdm

        progress, schedule, losses = self.progress, self.recipe.schedule, []
        title = f"epoch {progress.epoch + 1} at {self.size} px"
        seed = (self.task.seed, progress.epoch)
        with tqdm(total=self.steps_per_epoch, desc=title, disable=self.task.is_quiet, mininterval=5, ascii=True) as bar:
            start = time.monotonic()
            for inputs, targets in batches(self.lessons, self.recipe, self.size, seed):
                self.model.optimizer.learning_rate = schedule.rate_at(self.done, progress.patience.drops)
                losses.append(float(self.model.train_on_batch(inputs if len(inputs) > 1 else inputs[0], targets)))
                progress.step += 1
                if progress.step % UPDATE_EVERY == 0:
                    self.average.update(UPDATE_EVERY)
                start, before = time.monotonic(), start
                progress.elapsed_s += start - before
                bar.update()
                if self.done >= 1 or schedule.size_at(self.done) != self.size:
                    break
        progress.epoch += 1
        return float(np.mean(losses))

    def _choose(self, loss: float) -> bool:
        """Measure the averaged weights on PublicTest and keep them if they are the best; whether to stop early.

        Weights of larger pictures replace those of smaller ones, however good they were.
        """
        progress, start = self.progress, time.monotonic()
        with self.average.applied():
            logits = predict(self.model, self.size, self.public.pixels, self.public_side)
        share = accuracy(logits[:, : len(self.recipe.expressions)], self.public.labels)
        row = {"epoch": float(progress.epoch), "size": float(self.size), "loss": loss,
               "rate": float(self.model.optimizer.learning_rate), "public_accuracy": share}  # fmt: skip
        if self.size > progress.chosen_size:
            progress.patience, progress.chosen_size = replace(Patience(), drops=progress.patience.drops), self.size
        if share > progress.patience.best or not (self.task.weights / CHOSEN).is_file():
            save_weights(self.task.weights, self.model, self.average.weights, row)
        stop = progress.patience.saw(share, self.recipe.schedule)
        progress.elapsed_s += time.monotonic() - start
        progress.history.append({**row, "minutes": progress.elapsed_s / 60})
        save_state(self.task.weights, progress, self.model, self.average)
        self.task.report(progress.epoch, share)
        return stop


def predict(model: Any, size: int, pictures: Pictures, side: NDArray[np.float32]) -> Logits:
    """Columns (n, …) for pictures (n, 48, 48), brought to the network's size."""
    spec, parts = InputSpec(width=size, height=size), []
    for start in range(0, len(pictures), AT_ONCE):
        some = slice(start, start + AT_ONCE)
        images = spec.prepare(resized(pictures[some], size))
        parts.append(np.asarray(model.predict_on_batch([images, side[some]] if side.shape[1] else images)))
    return np.concatenate(parts)


def _answer(model: Any, size: int, lessons: Lessons, task: Task, recipe: Recipe, pictures: Pictures) -> Logits:
    side = lessons.scale(beside(recipe.inputs, pictures, task.features))
    return predict(model, size, pictures, side)
