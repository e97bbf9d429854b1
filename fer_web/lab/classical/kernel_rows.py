"""Fitting the support vector machines' rows: settings are tried with few anchors, the best is fitted with many."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from fer_web.lab.classical.svm import Array, Gaussian, answers, fit_machines
from fer_web.lab.classical.vectors import Vectors, fit_vectors
from fer_web.lab.features import FeatureStore
from fer_web.lab.files import write_arrays, write_text
from fer_web.lab.row import Fitted, Pictures, Scores, Task

MODEL, TRIES = "model.npz", "tries.json"
Try = dict[str, float]


@dataclass(frozen=True)
class Machine:
    """A fitted machine: pictures to values (n, classes)."""

    vectors: Vectors
    kernel: Gaussian
    weights: Array
    features: FeatureStore

    def __call__(self, pictures: Pictures) -> Scores:
        return answers(self.kernel(self.vectors(pictures, self.features)), self.weights)

    def save(self, path: Path) -> None:
        """The whole machine as arrays."""
        anchors = {"anchors": self.kernel.anchors.plain, "mirrored_anchors": self.kernel.anchors.mirrored}
        kernel = {**anchors, "root": self.kernel.root, "gamma": self.kernel.gamma}
        write_arrays(path, {"weights": self.weights, **kernel, **self.vectors.arrays()})


class Study:
    """One row's fitting: what was tried is kept in the run's folder, so that a stopped one does not try it again."""

    def __init__(self, task: Task) -> None:
        self.task = task
        config = task.config
        self.vectors = fit_vectors(
            tuple(config["inputs"]), task.data.training.pixels, task.features, config["dims"],
            is_mirrored=config["mirror"], seed=task.seed,
        )  # fmt: skip
        self.training = self.vectors(task.data.training.pixels, task.features)
        self.public = self.vectors(task.data.public.pixels, task.features)
        self.variance = float(self.training.plain.var(axis=0).sum()) or 1.0
        self.order = np.random.default_rng(task.seed).permutation(len(self.training))
        self.path = task.weights / TRIES
        self.tries: list[Try] = json.loads(self.path.read_text(encoding="utf-8")) if self.path.is_file() else []
        self.started = time.monotonic()

    def fit(self) -> Fitted:
        """Tune with few anchors, then fit with all: at the best cost, and at a higher one where that is better."""
        config = self.task.config
        few, many = config["tuning_anchors"], config["anchors"]
        settings = list(product(config["gammas"], config["costs"]))
        for gamma in tqdm(config["gammas"], desc="tuning", disable=self.task.is_quiet):
            self._try(gamma, config["costs"], few)
        tuned = max(self._found(few, settings), key=lambda one: one["public_accuracy"])
        costs = [tuned["cost"] * factor for factor in config["final_factors"]]
        machine, best = self._final(tuned["gamma"], costs, many)
        path = self.task.weights / MODEL
        machine.save(path)
        return Fitted(machine, path, {**best, "vector": int(self.training.plain.shape[1])}, list(self.tries))

    def _try(self, gamma: float, costs: list[float], anchors: int) -> None:
        missing = [cost for cost in costs if not list(self._found(anchors, [(gamma, cost)]))]
        if missing and not (self._is_late() and self.tries):
            self._fitted(gamma, missing, anchors)

    def _final(self, gamma: float, costs: list[float], anchors: int) -> tuple[Machine, Try]:
        kernel, found = self._fitted(gamma, costs, anchors)
        best, weights = max(found, key=lambda one: one[0]["public_accuracy"])
        return Machine(self.vectors, kernel, weights, self.task.features), best

    def _fitted(self, gamma: float, costs: list[float], anchors: int) -> tuple[Gaussian, list[tuple[Try, Array]]]:
        """One kernel, and machines for growing costs, each beginning where the one before ended."""
        kernel = Gaussian(self.training.rows(self.order[:anchors]), gamma, self.variance)
        training, public = kernel(self.training), kernel(self.public)
        weights: NDArray[np.float32] | None = None
        found = []
        for cost in sorted(costs):
            weights = fit_machines(training, self.task.data.training.labels, self.task.classes, cost, weights)
            right = answers(public, weights).argmax(axis=1) == self.task.data.public.labels
            one = {"anchors": anchors, "gamma": gamma, "cost": cost, "public_accuracy": float(right.mean())}
            self._keep(one)
            found.append((one, weights))
        return kernel, found

    def _found(self, anchors: int, settings: list[tuple[float, float]]) -> Iterator[Try]:
        return (one for one in self.tries if one["anchors"] == anchors and (one["gamma"], one["cost"]) in settings)

    def _keep(self, one: Try) -> None:
        if one in self.tries:
            return
        self.tries.append(one)
        write_text(self.path, json.dumps(self.tries))

    def _is_late(self) -> bool:
        minutes = self.task.minutes
        return minutes is not None and time.monotonic() - self.started > 60 * minutes


def fit_svm(task: Task) -> Fitted:
    """A row's `fit`."""
    return Study(task).fit()
