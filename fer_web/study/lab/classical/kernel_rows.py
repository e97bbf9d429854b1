"""Fitting the support vector machines' rows: settings are tried with few anchors, the best is fitted with many."""

from __future__ import annotations

import json
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from tqdm import tqdm

from fer_web.study.lab.classical.svm import Array, Gaussian, Nystroem, Solver, answers, exact_weights
from fer_web.study.lab.classical.vectors import Vectors, fit_vectors
from fer_web.study.lab.features import FeatureStore
from fer_web.study.lab.system import FitContext, Fitted, Pictures, Scores
from fer_web.study.training.files import write_arrays, write_text

MODEL, TRIES = "model.npz", "tries.json"
Try = dict[str, float]


@dataclass(frozen=True)
class Machine:
    """A fitted machine: pictures to values (n, classes)."""

    vectors: Vectors
    kernel: Gaussian | Nystroem
    weights: Array
    features: FeatureStore

    def __call__(self, pictures: Pictures) -> Scores:
        return answers(self.kernel(self.vectors(pictures, self.features)), self.weights)

    def save(self, path: Path) -> None:
        """The whole machine as arrays."""
        write_arrays(path, {"weights": self.weights, **self.kernel.arrays(), **self.vectors.arrays()})


class KernelSystem:
    """One row's fitting: what was tried is kept in the run's folder, so that a stopped one does not try it again."""

    def __init__(self, task: FitContext) -> None:
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
        """Choose the kernel's width with few anchors, then fit with more, or exactly, and choose the cost."""
        config = self.task.config
        for gamma in tqdm(config["gammas"], desc="tuning", disable=self.task.is_quiet):
            if not self._found(config["tuning_anchors"], gamma) and not (self._is_late() and self.tries):
                self._fitted(gamma, config["tuning_anchors"])
        tuned = max(self._found(config["tuning_anchors"]), key=lambda one: one["public_accuracy"])
        if config["exact_costs"]:
            machine, best = self._exact(tuned["gamma"])
        else:
            machine, best = self._fitted(tuned["gamma"], config["anchors"])
        path = self.task.weights / MODEL
        machine.save(path)
        return Fitted(machine, path, {**best, "vector": self.training.plain.shape[1]}, list(self.tries))

    def _fitted(self, gamma: float, anchors: int) -> tuple[Machine, Try]:
        """The machine of a kernel's width and a number of anchors with the cost that PublicTest likes best."""
        kernel = Nystroem(Gaussian(self.training.rows(self.order[:anchors]), gamma, self.variance))
        solver = Solver(kernel(self.training), self.task.data.training.labels, self.task.classes)
        machines = ((cost, solver.weights(cost)) for cost in self.task.config["costs"])
        return self._chosen(kernel, machines, {"anchors": anchors, "gamma": gamma})

    def _exact(self, gamma: float) -> tuple[Machine, Try]:
        """The same of the exact machines, on all training pictures."""
        kernel, task = Gaussian(self.training, gamma, self.variance), self.task
        machines = (
            (cost, exact_weights(kernel(self.training), task.data.training.labels, task.classes, cost))
            for cost in tqdm(task.config["exact_costs"], desc="exact machines", disable=task.is_quiet)
        )
        return self._chosen(kernel, machines, {"anchors": len(self.training), "gamma": gamma})

    def _chosen(
        self, kernel: Gaussian | Nystroem, machines: Iterable[tuple[float, Array]], settings: Try
    ) -> tuple[Machine, Try]:
        """The best of machines of different cost, which all are noted down."""
        public, tried = kernel(self.public), []
        for cost, weights in machines:
            right = answers(public, weights).argmax(axis=1) == self.task.data.public.labels
            tried.append(({**settings, "cost": cost, "public_accuracy": float(right.mean())}, weights))
        self._keep([one for one, _ in tried])
        best, weights = max(tried, key=lambda pair: pair[0]["public_accuracy"])
        return Machine(self.vectors, kernel, weights, self.task.features), best

    def _found(self, anchors: int, gamma: float | None = None) -> list[Try]:
        return [one for one in self.tries if one["anchors"] == anchors and gamma in (None, one["gamma"])]

    def _keep(self, tried: list[Try]) -> None:
        self.tries += [one for one in tried if one not in self.tries]
        write_text(self.path, json.dumps(self.tries))

    def _is_late(self) -> bool:
        minutes = self.task.minutes
        return minutes is not None and time.monotonic() - self.started > 60 * minutes


def fit_svm(task: FitContext) -> Fitted:
    """A row's `fit`."""
    return KernelSystem(task).fit()
