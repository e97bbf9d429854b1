"""What a `Trainer` trains: how the network is built, what it learns from, what it is chosen by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Any

from fer_web.errors import DataError
from fer_web.study.networks import LABELS, HeadSpec, build_network, takes_any_size
from fer_web.study.networks.blocks import Layers
from fer_web.study.training.backend import calculating_in, training_layers
from fer_web.study.training.bank import ViewBank
from fer_web.study.training.config import Optimizer, TrainingConfig
from fer_web.study.training.dataset import LearningData, Split
from fer_web.study.training.predict import accuracy, predict
from fer_web.study.training.prepared import refuse_missing
from fer_web.study.training.targets import build_targets, loss_function, taught
from fer_web.study.training.training_set import TrainingSet

Loss = Callable[[Any, Any], Any]


@dataclass(frozen=True)
class TrainingTask:
    """`build` gives the untrained network for pictures of a size, of the layers that it is handed; `loss` compares
    (targets, columns). `score` measures a network at a size on what it is chosen by; `measure` is the score's name,
    and `is_error` whether less of it is better.
    """

    config: TrainingConfig
    training: TrainingSet
    build: Callable[[int, Layers], Any]
    loss: Loss
    score: Callable[[Any, int], float]
    any_size: bool = False
    measure: str = "public_accuracy"
    is_error: bool = False

    def network(self, size: int) -> Any:
        """The network, compiled."""
        with calculating_in(self.config.precision):
            model = self.build(size, training_layers())
        optimizer = build_optimizer(self.config.optimizer, self.config.schedule.rate, model)
        model.compile(optimizer=optimizer, loss=self.loss, jit_compile="auto")
        optimizer.build(model.trainable_variables)
        return model

    def worth(self, score: float) -> float:
        """The score as a number of which more is better."""
        return -score if self.is_error else score


def expression_task(
    config: TrainingConfig, data: LearningData, name: str = "this run", bank: ViewBank | None = None, done: int = 0
) -> TrainingTask:
    """A network of FER2013's seven expressions; DataError when the data lack what the run of that name learns from.

    After `done` epochs, a bank that was for these alone is not needed.
    """
    refuse_missing(data, config, name)
    if config.bank_epochs > done and bank is None:
        raise DataError(f"{name} learns from a bank of views, which `bank` makes: give --bank")
    training = TrainingSet(
        data.training.pixels,
        build_targets(data.training, config.loss, data.logits),
        config.augmentation,
        config.batch,
        config.seed,
        crops=data.crops,
        bank=bank,
        bank_epochs=config.bank_epochs,
        taught=partial(taught, config.loss),
    )
    return TrainingTask(
        config,
        training,
        partial(expression_network, config),
        loss_function(config.loss),
        partial(public_accuracy, data.public),
        any_size=takes_any_size(config.network),
    )


def expression_network(config: TrainingConfig, size: int | None = None, layers: Layers | None = None) -> Any:
    """The network that a run trains, with its auxiliary head; for every size where it can be."""
    spec = HeadSpec(votes=config.loss.votes > 0, dropout=config.dropout)
    fixed = None if takes_any_size(config.network) else size
    return build_network(config.network, spec, size=fixed, layers=layers, l2=config.loss.l2)


def public_accuracy(public: Split, model: Any, size: int) -> float:
    """The share of PublicTest that a network answers rightly."""
    return accuracy(predict(model, public.pixels, size)[:, :LABELS], public.labels)


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
