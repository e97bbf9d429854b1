"""Boosted trees (LightGBM: Ke et al. 2017, "LightGBM: A Highly Efficient Gradient Boosting Decision Tree").

They see flat pixels, or an auto-encoder's code. The number of trees is chosen by PublicTest.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from fer_web.study.lab.system import FitContext, Fitted, Pictures, Scores
from fer_web.study.training.files import write_text

Array = NDArray[np.float32]
Encode = Callable[[Pictures], Array]
MODEL, STATE = "trees.txt", "state.json"
KEEP_EVERY = 20  # trees between two states on disk


def fit_pixels(task: FitContext) -> Fitted:
    """Trees on the 2,304 pixels, each picture's light and contrast evened out."""
    return _fit(task, flat)


def fit_code(task: FitContext) -> Fitted:
    """Trees on what a convolutional auto-encoder keeps of a picture."""
    from fer_web.study.lab.autoencoder import encoder_of

    return _fit(task, encoder_of(task))


def flat(pictures: Pictures) -> Array:
    """(n, 2304) of zero mean and unit deviation in every picture."""
    rows = pictures.reshape(len(pictures), -1).astype(np.float32)
    mean, deviation = rows.mean(axis=1, keepdims=True), rows.std(axis=1, keepdims=True)
    return np.asarray((rows - mean) / (deviation + 1), dtype=np.float32)


def _fit(task: FitContext, encode: Encode) -> Fitted:
    import lightgbm

    planned = task.epochs or task.config["rounds"]
    trees, curve = _boost(task, encode, planned)
    best = max(range(len(curve)), key=curve.__getitem__) + 1
    path = task.weights / MODEL
    trees.save_model(str(path), num_iteration=best)
    chosen = lightgbm.Booster(model_file=str(path))

    def answer(pictures: Pictures) -> Scores:
        return np.asarray(chosen.predict(encode(pictures)), dtype=np.float32)

    history = [{"epoch": number + 1, "public_accuracy": accuracy} for number, accuracy in enumerate(curve)]
    return Fitted(answer, path, {"rounds": best}, history, (len(curve), planned))


def _boost(task: FitContext, encode: Encode, planned: int) -> tuple[Any, list[float]]:
    """Rounds of boosting, with PublicTest's accuracy after each; a stopped run goes on from its last state on disk."""
    import lightgbm

    settings = {**task.config["trees"], "num_class": task.classes, "seed": task.seed, "num_threads": task.jobs}
    training = lightgbm.Dataset(encode(task.data.training.pixels), task.data.training.labels, params=settings)
    public = training.create_valid(encode(task.data.public.pixels), task.data.public.labels)
    state = BoostingState(task)
    with tqdm(total=planned, initial=len(state.curve), desc="trees", unit="round", disable=task.is_quiet) as bar:

        def after_round(environment: Any) -> None:
            bar.update()
            state.saw(environment.model, 1 - environment.evaluation_result_list[0][2])
            if state.is_over():
                raise lightgbm.callback.EarlyStopException(environment.iteration, environment.evaluation_result_list)

        trees = lightgbm.train(
            settings,
            training,
            max(planned - len(state.curve), 0),
            valid_sets=[public],
            init_model=state.trees,
            callbacks=[after_round],
        )
    return trees, state.curve


class BoostingState:
    """How far the boosting has come, on disk: the trees, and the accuracy after each round."""

    def __init__(self, task: FitContext) -> None:
        self.patience: int = task.config["patience"]
        self.end_s = time.monotonic() + 60 * (task.minutes or float("inf"))
        self.folder = task.weights
        self.report = task.report
        record = self.folder / STATE
        self.curve: list[float] = json.loads(record.read_text(encoding="utf-8")) if record.is_file() else []
        self.trees = str(self._file(len(self.curve))) if self.curve else None

    def saw(self, booster: Any, accuracy: float) -> None:
        """Take a round's accuracy; every few rounds, write everything down."""
        self.curve.append(accuracy)
        self.report(len(self.curve), accuracy)
        if len(self.curve) % KEEP_EVERY == 0:
            before = self.trees
            self.trees = str(self._file(len(self.curve)))
            booster.save_model(self.trees)
            write_text(self.folder / STATE, json.dumps(self.curve))
            if before:
                Path(before).unlink(missing_ok=True)

    def is_over(self) -> bool:
        """Whether the time is up, or PublicTest has seen nothing better for long."""
        waited = len(self.curve) - 1 - int(np.argmax(self.curve))
        return waited >= self.patience or time.monotonic() > self.end_s

    def _file(self, rounds: int) -> Path:
        return self.folder / f"state-{rounds}.txt"
