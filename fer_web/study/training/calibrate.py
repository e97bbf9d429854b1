"""Probabilities that mean what they say, and the one under which an answer is rather wrong than right.

All of it is fitted on PublicTest only.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.registry.card import ModelCard
from fer_web.registry.catalog import load_model
from fer_web.study.training import metrics
from fer_web.study.training.dataset import LearningData, Split
from fer_web.study.training.metrics import Labels, Probabilities, negative_log_likelihood
from fer_web.study.training.predict import predict
from fer_web.study.training.targets import softmax

# What the power of the training's priors is chosen among. In between nothing is gained on 3,589 pictures.
EXPONENTS = (0.0, 0.25, 0.5, 0.75, 1.0)
DIGITS = 4  # of what a card keeps
NEWTON_STEPS = 30


def calibrated(
    card: ModelCard, logits: NDArray[np.floating[Any]], labels: Labels, training_labels: Labels
) -> ModelCard:
    """The card with temperature, priors, their exponent and `uncertain_below`, fitted on PublicTest's logits (n, 7).

    The exponent is the one with the highest sum of accuracy and mean recall.
    """
    fitted = replace(
        card,
        temperature=round(fit_temperature(logits, labels), DIGITS),
        priors=shares(training_labels, len(card.labels)),
        prior_exponent=0.0,
    )
    tried = [replace(fitted, prior_exponent=exponent) for exponent in EXPONENTS]
    best = max(tried, key=lambda one: sum(accuracy_and_recall(one.probabilities(logits), labels).values()))
    return replace(best, uncertain_below=round(even_chance(best.probabilities(logits), labels), DIGITS))


@dataclass(frozen=True, eq=False)
class PublicAnswers:
    """A card as fitted, and the logits (n, 7) for PublicTest's pictures and for their mirror images."""

    card: ModelCard
    logits: NDArray[np.float32]
    mirrored: NDArray[np.float32]


def calibrate(models: Path, name: str, data: LearningData) -> PublicAnswers:
    """A published model's card fitted anew on PublicTest, one view a face, and written."""
    return write_calibrated(models, *load_model(models, name), data)


def write_calibrated(models: Path, model: Any, card: ModelCard, data: LearningData) -> PublicAnswers:
    """The same for a loaded model and the card that it is to get."""
    logits = predict(model, data.public.pixels, card.input.width)
    mirrored = predict(model, data.public.pixels[:, :, ::-1], card.input.width)
    fitted = calibrated(card, logits, data.public.labels, data.training.labels)
    known = {**card.metrics.get("PublicTest", {}), **public_metrics(fitted, logits, data.public.labels)}
    fitted = replace(fitted, metrics={**card.metrics, "PublicTest": known})
    fitted.write(models / f"{card.name}.json")
    return PublicAnswers(fitted, logits, mirrored)


def calibration_table(found: Sequence[PublicAnswers], public: Split) -> str:
    """What was fitted, and what each model gets on PublicTest for each exponent."""
    lines = [
        "| model | views | exponent | accuracy | mean recall | certain from | certain | of these right |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for one in found:
        for views in (1, 2):
            lines += [_row(one, views, exponent, public.labels) for exponent in EXPONENTS]
    chosen = ", ".join(
        f"{one.card.name} {one.card.prior_exponent:g} (temperature {one.card.temperature:.4f}, certain from "
        f"{one.card.uncertain_below:.4f})"
        for one in found
    )
    return "\n".join([*lines, "", f"Exponents in the cards: {chosen}"])


def _row(one: PublicAnswers, views: int, exponent: float, labels: Labels) -> str:
    card = replace(one.card, prior_exponent=exponent)
    answers = [card.probabilities(logits) for logits in (one.logits, one.mirrored)[:views]]
    mean = np.asarray(np.mean(answers, axis=0), np.float32)
    right, below = accuracy_and_recall(mean, labels), even_chance(mean, labels)
    sure = certain(mean, labels, below)
    numbers = f"{100 * right['accuracy']:.1f} | {100 * right['mean_recall']:.1f} | {below:.2f}"
    shown = "with the mirror image" if views == 2 else "one"
    certainty = f"{100 * sure['share']:.1f} | {100 * sure['accuracy']:.1f}"
    return f"| {card.name} | {shown} | {exponent:g} | {numbers} | {certainty} |"


def public_metrics(card: ModelCard, logits: NDArray[np.floating[Any]], labels: Labels) -> dict[str, Any]:
    """How often a model's answers are right, as they are, calibrated and when certain, and what calibration brings."""
    found = card.probabilities(logits)
    plain = replace(card, prior_exponent=0.0).probabilities(logits)
    return {
        "accuracy": asdict(metrics.accuracy(logits, labels)),
        "calibration_before": metrics.calibration(softmax(logits), labels),
        "calibration_after": metrics.calibration(softmax(logits, card.temperature), labels),
        "calibrated_accuracy": accuracy_and_recall(found, labels),
        "accuracy_without_priors": accuracy_and_recall(plain, labels),
        "certain": certain(found, labels, card.uncertain_below),
    }


def shares(labels: Labels, classes: int) -> tuple[float, ...]:
    """How often each class is a label; they sum to 1 but for rounding."""
    counts = np.bincount(labels, minlength=classes).clip(min=1)
    return tuple(round(float(share), DIGITS) for share in counts / counts.sum())


def accuracy_and_recall(probabilities: Probabilities, labels: Labels) -> dict[str, float]:
    """The share of right answers, and the mean of the classes' shares."""
    matrix = metrics.confusion(probabilities.argmax(axis=1), labels, probabilities.shape[1])
    return {
        "accuracy": round(metrics.accuracy(probabilities, labels).value, DIGITS),
        "mean_recall": round(float(metrics.recalls(matrix).mean()), DIGITS),
    }


def certain(probabilities: Probabilities, labels: Labels, below: float) -> dict[str, float]:
    """The share of answers that are certain, and of right ones among them."""
    answered = probabilities.max(axis=1) >= below
    right = metrics.accuracy(probabilities[answered], labels[answered])
    return {"share": round(float(answered.mean()), DIGITS), "accuracy": round(right.value, DIGITS)}


def fit_temperature(logits: NDArray[np.floating[Any]], labels: Labels) -> float:
    """The number to divide logits by that makes the labels most likely (Guo et al. 2017), 0.05 to 20."""

    def cost(log_temperature: float) -> float:
        return negative_log_likelihood(softmax(logits, math.exp(log_temperature)), labels)

    return math.exp(_lowest(cost, math.log(0.05), math.log(20.0)))


def _lowest(cost: Callable[[float], float], low: float, high: float, precision: float = 1e-4) -> float:
    """Where a function with one valley is lowest, by golden sections."""
    ratio = (math.sqrt(5) - 1) / 2
    left, right = high - ratio * (high - low), low + ratio * (high - low)
    left_cost, right_cost = cost(left), cost(right)
    while high - low > precision:
        if left_cost < right_cost:
            high, right, right_cost = right, left, left_cost
            left = high - ratio * (high - low)
            left_cost = cost(left)
        else:
            low, left, left_cost = left, right, right_cost
            right = low + ratio * (high - low)
            right_cost = cost(right)
    return (low + high) / 2


def risk_coverage(probabilities: Probabilities, labels: Labels) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Coverage and risk (n,), (n,): the share of pictures answered, most confident first, and the errors among them.

    Geifman and El-Yaniv 2017, "Selective Classification for Deep Neural Networks".
    """
    order = np.argsort(-probabilities.max(axis=1), kind="stable")
    errors = (probabilities.argmax(axis=1) != labels)[order]
    answered = np.arange(1, len(labels) + 1)
    return answered / len(labels), np.cumsum(errors) / answered


def even_chance(probabilities: Probabilities, labels: Labels) -> float:
    """The highest probability at which an answer is as often right as wrong, 0 to 1.

    The chance of being right is a logistic function of that probability's log odds (Platt 1999, "Probabilistic Outputs
    for Support Vector Machines"), fitted by Newton's method; 0 where more confident answers are not more often right,
    or all are right.
    """
    highest = probabilities.max(axis=1).astype(np.float64).clip(1e-6, 1 - 1e-6)
    right = (probabilities.argmax(axis=1) == labels).astype(np.float64)
    given = np.stack([np.log(highest / (1 - highest)), np.ones(len(highest))], axis=1)
    weights = np.zeros(2)
    for _ in range(NEWTON_STEPS):
        chance = 1 / (1 + np.exp(-given @ weights))
        curvature = (given * (chance * (1 - chance))[:, np.newaxis]).T @ given + 1e-6 * np.eye(2)
        weights = weights + np.linalg.solve(curvature, given.T @ (right - chance) - 1e-6 * weights)
    slope, offset = weights
    return float(1 / (1 + np.exp(offset / slope))) if slope > 0 and right.min() < 1 else 0.0
