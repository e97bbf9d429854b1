"""Training and asking the laboratory's networks: what stands in a row's `fit`."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import Any

from fer_web.errors import DataError
from fer_web.registry.catalog import quiet_tensorflow
from fer_web.study.lab.networks.beside import Features, Scale, beside, beside_mirrored
from fer_web.study.lab.networks.columns import loss_of, targets_of
from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.lab.networks.landmarks import landmark_columns
from fer_web.study.lab.networks.teaching import teaching
from fer_web.study.lab.system import FitContext, Fitted, Pictures
from fer_web.study.networks import build_network
from fer_web.study.networks.blocks import Layers
from fer_web.study.training.backend import training_layers
from fer_web.study.training.dataset import Split
from fer_web.study.training.parallel import EVERY_STEP
from fer_web.study.training.predict import accuracy, predict
from fer_web.study.training.task import TrainingTask
from fer_web.study.training.trainer import Trainer
from fer_web.study.training.training_set import TrainingSet
from fer_web.study.training.weights import BEST, Named, fitting, load_best, take


def fit(task: FitContext) -> Fitted:
    """Train the network that a row's config describes, or go on training it, and answer with what PublicTest chose."""
    quiet_tensorflow()
    planned = LabConfig.of(task.config)
    config = planned.shortened(task.epochs, is_quick=task.is_quick)
    sides = SideInputs(config.inputs, task)
    trainer = Trainer(
        row_task(task, config, sides),
        task.weights,
        EVERY_STEP,
        minutes=task.minutes,
        ahead=0 if task.is_quick else task.ahead,
        report=task.report,
    )
    if config.starts_from:
        trainer.begin_from(fitting(trainer.model, _weights_of(task, config.starts_from)))
    progress = trainer.train(quiet=task.is_quiet)
    size = config.schedule.size_at(1.0)
    model = build_network(config.network, config.head(is_training=False), size=size, layers=training_layers())
    chosen, facts = load_best(task.weights)
    take(model, chosen)
    epochs = config.schedule.epochs if task.is_quick else planned.schedule.epochs
    return Fitted(
        answer=partial(_answer, model, size, sides),
        weights=task.weights / BEST,
        chosen={**facts, "epochs_done": round(trainer.epochs, 2), "parameters": model.count_params()},
        history=progress.history,
        epochs=(max(round(trainer.epochs), 1), epochs),
        trained_s=progress.elapsed_s,
    )


class SideInputs:
    """What a row's network is given beside a picture, scaled as on Training; None where it gets pictures alone."""

    def __init__(self, inputs: str, task: FitContext) -> None:
        self._inputs, self._store = inputs, task.features
        raw = beside(inputs, task.data.training.pixels, self._store)
        self._scale = Scale.of(raw) if raw.shape[1] else None

    def of(self, pictures: Pictures) -> Features | None:
        """(n, values) of pictures (n, 48, 48)."""
        return self._scale(beside(self._inputs, pictures, self._store)) if self._scale else None

    def mirrored(self, pictures: Pictures) -> Features | None:
        """The same of their mirror images."""
        return self._scale(beside_mirrored(self._inputs, pictures, self._store)) if self._scale else None


def row_task(task: FitContext, config: LabConfig, sides: SideInputs) -> TrainingTask:
    """What a row's Trainer trains; its first network is made with the task's seed."""
    split, public, store = task.data.training, task.data.public, task.features
    config = replace(config, seed=task.seed, batch=min(config.batch, len(split)))
    taught = teaching(config.teacher, split.pixels, store.folder) if config.teacher else None
    training = TrainingSet(
        split.pixels,
        targets_of(split, config, taught),
        config.augmentation,
        config.batch,
        config.seed,
        side=sides.of(split.pixels),
        mirrored=sides.mirrored(split.pixels),
        points=store.get("landmarks-fine", split.pixels).reshape(len(split), -1, 2) if config.landmarks else None,
        moving=landmark_columns,
        draws_ahead=True,
    )
    score = partial(_public_accuracy, public, sides.of(public.pixels), len(config.expressions))
    return TrainingTask(config, training, partial(_network, config), loss_of(config), score)


def _network(config: LabConfig, size: int, layers: Layers) -> Any:
    return build_network(config.network, config.head(), size=size, layers=layers, l2=config.loss.l2)


def _public_accuracy(public: Split, side: Features | None, classes: int, model: Any, size: int) -> float:
    return accuracy(predict(model, public.pixels, size, side)[:, :classes], public.labels)


def _answer(model: Any, size: int, sides: SideInputs, pictures: Pictures) -> Features:
    return predict(model, pictures, size, sides.of(pictures))


def _weights_of(task: FitContext, row: str) -> Named:
    folder = task.folder.parent / row / "weights"
    if not (folder / BEST).is_file():
        raise DataError(f"this row starts from {row}, whose weights are missing: run that first")
    return load_best(folder)[0]
