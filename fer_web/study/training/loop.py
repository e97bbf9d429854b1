"""The training run: epochs of augmented batches, averaged weights, and a choice by PublicTest."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import DataError
from fer_web.registry.spec import InputSpec
from fer_web.study.networks import LABELS, HeadSpec, build_network
from fer_web.study.training.augment import resized
from fer_web.study.training.average import WeightAverage
from fer_web.study.training.backend import seed_everything, training_layers, usable_precision, use_threads
from fer_web.study.training.checkpoint import Progress, load_state, save_best, save_state, take_weights
from fer_web.study.training.config import Optimizer, RunConfig
from fer_web.study.training.curves import write_curves
from fer_web.study.training.dataset import Split
from fer_web.study.training.parallel import Worker
from fer_web.study.training.prepared import Lessons
from fer_web.study.training.reframe import drawn
from fer_web.study.training.schedule import Patience
from fer_web.study.training.targets import Targets, build_targets, loss_function

Logits = NDArray[np.float32]
ALONE = Worker()


class Run:
    """One training run in its folder; starting it again goes on where it stopped.

    DataError when the lessons lack something that the run learns from, or its saved state cannot be read.
    """

    def __init__(
        self,
        config: RunConfig,
        lessons: Lessons,
        folder: Path,
        worker: Worker = ALONE,
    ) -> None:
        lessons.refuse_missing(config, "this run")
        if len(lessons.data.training) < config.batch:
            raise DataError(f"{len(lessons.data.training)} training pictures are fewer than a batch of {config.batch}")
        folder.mkdir(parents=True, exist_ok=True)
        use_threads(config.threads)
        self.worker = worker
        self.config = config
        self.data = lessons.data
        self.crops = lessons.crops
        self.folder = folder
        self.targets = build_targets(lessons.data.training, config.loss, lessons.logits)
        self.model = build_model(config, worker.rank)
        self.average = WeightAverage(self.model, config.ema)
        self.progress = load_state(folder, self.model, self.average) or Progress()
        self.done = self._measured()

    def begin_from(self, trained: Any) -> None:
        """Take a trained network's weights, layer by layer, unless this run has begun; heads that it lacks stay new."""
        if self.progress.step == 0:
            take_weights(self.model, trained, partly=True)
            self.average = WeightAverage(self.model, self.config.ema)

    @property
    def steps_per_epoch(self) -> int:
        return len(self.data.training) // self.config.batch

    def _measured(self, pending: int = 0) -> float:
        """The share of the run that is over, by steps (with those not yet counted) or by the clock."""
        if self.progress.is_stopped:
            return 1.0
        if self.config.schedule.minutes:
            return min(self.progress.elapsed_s / (60 * self.config.schedule.minutes), 1.0)
        return min((self.progress.step + pending) / (self.steps_per_epoch * self.config.schedule.epochs), 1.0)

    def train(self, *, quiet: bool = False) -> Progress:
        """Train until the run is over; the state and the curves are written after every epoch."""
        while self.done < 1:
            size = self.size
            loss = self._epoch(quiet=quiet or self.worker.rank > 0)
            if self.worker.rank == 0:
                self._choose(loss, size, quiet=quiet)
            self._meet(int(self.worker.rank == 0), self.done)
        return self.progress

    def _meet(self, steps: int, done: float) -> int:
        """Share with the other workers; the steps of all since they last met. How far it is, the first one says."""
        drops = self.progress.patience.drops
        taken, (self.done, dropped) = self.worker.exchange(self.model, self.folder, steps, (done, drops))
        self.progress.patience.drops = int(dropped)
        return taken

    def _epoch(self, *, quiet: bool) -> float:
        """One pass over the training pictures; the mean loss."""
        from tqdm import tqdm

        losses, steps, start = [], 0, time.monotonic()
        title = f"epoch {self.progress.epoch + 1} at {self.size} px"
        bar = tqdm(total=self.steps_per_epoch, desc=title, disable=quiet, mininterval=5, ascii=True)
        end = self.progress.step + self.steps_per_epoch
        for images, targets in batches(
            self.config, self.data.training, self.targets, self.progress.epoch, self.size, self.worker.rank, self.crops
        ):
            self.model.optimizer.learning_rate = self.config.schedule.rate_at(self.done, self.progress.patience.drops)
            losses.append(float(self.model.train_on_batch(images, targets)))
            steps += 1
            if self.worker.is_time(steps, time.monotonic() - start) or self.progress.step + steps >= end:
                taken = self._meet(steps, self._measured(steps))
                self.average.update(taken)
                self.progress.step += taken
                self.progress.elapsed_s += time.monotonic() - start
                bar.update(taken)
                steps, start = 0, time.monotonic()
                if self.progress.step >= end or self.done >= 1:
                    break
        bar.close()
        self.progress.epoch += 1
        return float(np.mean(losses))

    @property
    def size(self) -> int:
        """The side in pixels of the next epoch's pictures."""
        return self.config.schedule.size_at(self.done)

    def _choose(self, loss: float, size: int, *, quiet: bool) -> None:
        """Measure the averaged weights of an epoch on PublicTest, keep the best, and stop early if it is time.

        Weights of an epoch on larger pictures replace those of smaller ones, however good they were.
        """
        row = {"epoch": float(self.progress.epoch), "size": float(size), "loss": loss,
               "rate": float(self.model.optimizer.learning_rate), "minutes": self.progress.elapsed_s / 60}  # fmt: skip
        if self.progress.epoch % self.config.choose_every == 0 or self.done >= 1:
            start = time.monotonic()
            with self.average.applied():
                logits = predict(self.model, self.data.public.pixels, size)
            row["public_accuracy"] = accuracy(logits, self.data.public.labels)
            if size > self.progress.chosen_size:
                self.progress.patience = Patience(drops=self.progress.patience.drops)
                self.progress.chosen_size = size
            if row["public_accuracy"] > self.progress.patience.best:
                save_best(self.folder, self.average.weights, row)
            self.progress.is_stopped = self.progress.patience.saw(row["public_accuracy"], self.config.schedule)
            self.done = self._measured()
            self.progress.elapsed_s += time.monotonic() - start
        self.progress.history.append(row)
        save_state(self.folder, self.progress, self.model, self.average)
        write_curves(self.folder, self.progress.history)
        if not quiet:
            print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)


def build_model(config: RunConfig, rank: int = 0) -> Any:
    """The network of a run, compiled with its loss and optimizer."""
    import keras

    seed_everything(config.seed + rank)
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(usable_precision(config.precision))
    try:
        spec = HeadSpec(votes=config.loss.votes > 0, dropout=config.dropout)
        model = build_network(config.network, spec, layers=training_layers(), l2=config.loss.l2)
    finally:
        keras.config.set_dtype_policy(previous)
    optimizer = build_optimizer(config.optimizer, config.schedule.rate, model)
    model.compile(optimizer=optimizer, loss=loss_function(config.loss), jit_compile="auto")
    return model


def build_optimizer(chosen: Optimizer, rate: float, model: Any) -> Any:
    """SGD or Adam as a run describes it; only kernels decay."""
    import keras

    common = {"weight_decay": chosen.weight_decay or None, "global_clipnorm": chosen.clip_norm or None}
    if chosen.kind == "adam":
        optimizer = keras.optimizers.Adam(rate, **common)
    else:
        optimizer = keras.optimizers.SGD(rate, momentum=chosen.momentum, nesterov=True, **common)
    optimizer.exclude_from_weight_decay(var_list=[v for v in model.trainable_variables if v.name != "kernel"])
    return optimizer


def batches(
    config: RunConfig,
    split: Split,
    targets: Targets,
    epoch: int,
    size: int,
    rank: int = 0,
    crops: NDArray[np.uint8] | None = None,
) -> Iterator[tuple[NDArray[np.float32], Targets]]:
    """An epoch's augmented pictures (batch, size, size, 1) with their targets; its order follows from the seed."""
    spec = InputSpec(width=size, height=size)
    rng = np.random.default_rng((config.seed, epoch, rank))
    order = rng.permutation(len(split))
    for start in range(0, len(order) - config.batch + 1, config.batch):
        rows = order[start : start + config.batch]
        pictures = split.pixels[rows]
        if crops is not None:
            pictures = drawn(pictures, crops[rows], config.augmentation.reframed, rng)
        images = spec.prepare(config.augmentation.batch(pictures, size, rng))
        wanted = targets[rows]
        if config.augmentation.mixup:
            images, wanted = mixed(images, wanted, config.augmentation.mixup, rng)
        yield images, wanted


def mixed(
    images: NDArray[np.float32], targets: Targets, alpha: float, rng: np.random.Generator
) -> tuple[NDArray[np.float32], Targets]:
    """Every picture blended with another one, and their targets alike (Zhang et al. 2018, "mixup")."""
    share = np.float32(rng.beta(alpha, alpha))
    partner = rng.permutation(len(images))
    return share * images + (1 - share) * images[partner], share * targets + (1 - share) * targets[partner]


def predict(
    model: Any, pictures: NDArray[np.uint8], size: int, batch: int = 256, tell: Callable[[int], object] | None = None
) -> Logits:
    """Logits (n, 7) of pictures (n, 48, 48) uint8; `tell` is told how many more are done."""
    spec, parts = InputSpec(width=size, height=size), []
    for start in range(0, len(pictures), batch):
        images = spec.prepare(resized(pictures[start : start + batch], size))
        parts.append(np.asarray(model.predict_on_batch(images)))
        if tell:
            tell(len(images))
    return np.concatenate(parts)[:, :LABELS].astype(np.float32)


def accuracy(logits: Logits, labels: NDArray[np.int64]) -> float:
    """The share of rows whose highest logit is their label's."""
    return float(np.mean(logits.argmax(axis=1) == labels))
