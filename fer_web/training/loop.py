"""The training run: epochs of augmented batches, averaged weights, and a choice by PublicTest."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.registry.networks import LABELS, Heads, build_network
from fer_web.registry.spec import InputSpec
from fer_web.training.augment import resized
from fer_web.training.average import WeightAverage
from fer_web.training.backend import seed_everything, training_layers, use_threads
from fer_web.training.checkpoint import Progress, load_state, save_best, save_state, take_weights
from fer_web.training.config import Optimizer, RunConfig
from fer_web.training.curves import write_curves
from fer_web.training.dataset import LearningData, Split
from fer_web.training.parallel import Worker
from fer_web.training.reframe import drawn
from fer_web.training.schedule import Patience
from fer_web.training.targets import Targets, build_targets, loss_function

Logits = NDArray[np.float32]
ALONE = Worker()


class Run:
    """One training run in its folder; starting it again goes on where it stopped."""

    def __init__(
        self,
        config: RunConfig,
        data: LearningData,
        folder: Path,
        teacher_logits: Logits | None = None,
        worker: Worker = ALONE,
        crops: NDArray[np.uint8] | None = None,
    ) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        use_threads(config.threads)
        self.worker = worker
        self.config = config
        self.data = data
        self.crops = crops
        self.folder = folder
        self.targets = build_targets(data.training, config.loss, teacher_logits)
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
        if self.config.schedule.minutes:
            return min(self.progress.elapsed_s / (60 * self.config.schedule.minutes), 1.0)
        return min((self.progress.step + pending) / (self.steps_per_epoch * self.config.schedule.epochs), 1.0)

    def train(self, *, quiet: bool = False) -> Progress:
        """Train until the run is over; the state and the curves are written after every epoch."""
        while self.done < 1:
            loss = self._epoch(quiet=quiet or self.worker.rank > 0)
            if self.worker.rank == 0 and self._choose(loss, quiet=quiet):
                self.done = 1.0
            _, self.done = self.worker.exchange(self.model, self.folder, int(self.worker.rank == 0), self.done)
        return self.progress

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
                taken, self.done = self.worker.exchange(self.model, self.folder, steps, self._measured(steps))
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
        """The side in pixels of this epoch's pictures."""
        return self.config.schedule.size_at(self.done)

    def _choose(self, loss: float, *, quiet: bool) -> bool:
        """Measure the averaged weights on PublicTest, keep them if they are the best; whether to stop early.

        Weights of an epoch on larger pictures replace those of smaller ones, however good they were.
        """
        row = {"epoch": float(self.progress.epoch), "size": float(self.size), "loss": loss,
               "rate": float(self.model.optimizer.learning_rate), "minutes": self.progress.elapsed_s / 60}  # fmt: skip
        stop = False
        if self.progress.epoch % self.config.choose_every == 0 or self.done >= 1:
            start = time.monotonic()
            with self.average.applied():
                logits = predict(self.model, self.data.public.pixels, self.size)
            row["public_accuracy"] = accuracy(logits, self.data.public.labels)
            if self.size > self.progress.chosen_size:
                self.progress.patience, self.progress.chosen_size = Patience(), self.size
            if row["public_accuracy"] > self.progress.patience.best:
                save_best(self.folder, self.average.weights, row)
            stop = self.progress.patience.saw(row["public_accuracy"], self.config.schedule)
            self.progress.elapsed_s += time.monotonic() - start
        self.progress.history.append(row)
        save_state(self.folder, self.progress, self.model, self.average)
        write_curves(self.folder, self.progress.history)
        if not quiet:
            print("  ".join(f"{name} {value:.4g}" for name, value in row.items()), flush=True)
        return stop


def build_model(config: RunConfig, rank: int = 0) -> Any:
    """The network of a run, compiled with its loss and optimizer."""
    import keras

    seed_everything(config.seed + rank)
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(config.precision)
    try:
        heads = Heads(votes=config.loss.votes > 0, dropout=config.dropout)
        model = build_network(config.network, heads=heads, layers=training_layers(), l2=config.loss.l2)
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


def predict(model: Any, pictures: NDArray[np.uint8], size: int, batch: int = 256) -> Logits:
    """Logits (n, 7) of pictures (n, 48, 48) uint8."""
    spec = InputSpec(width=size, height=size)
    parts = [
        np.asarray(model.predict_on_batch(spec.prepare(resized(pictures[start : start + batch], size))))
        for start in range(0, len(pictures), batch)
    ]
    return np.concatenate(parts)[:, :LABELS].astype(np.float32)


def accuracy(logits: Logits, labels: NDArray[np.int64]) -> float:
    """The share of rows whose highest logit is their label's."""
    return float(np.mean(logits.argmax(axis=1) == labels))
