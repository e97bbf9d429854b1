"""The final examination: the only module that reads PrivateTest, and it keeps count of how often.

Reading it again with weights that were measured before teaches nobody anything and is not counted; new weights are.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.errors import DataError
from fer_web.registry.card import ModelCard
from fer_web.registry.catalog import load_model
from fer_web.study.training import metrics
from fer_web.study.training.calibrate import accuracy_and_recall
from fer_web.study.training.dataset import VOTE_NAMES, FaceTable, Split, appears_in
from fer_web.study.training.predict import predict
from fer_web.study.training.targets import softmax

LEDGER = "private_test_reads.json"

# FER+'s emotions in our order; contempt, the eighth, is none of ours.
FERPLUS = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")


@dataclass(frozen=True)
class Examination:
    """A model's answers on PrivateTest: `probabilities` (n, 7) calibrated, `raw` before, and what to compare with.

    `mirrored` are the means of those for the picture and for its mirror image, as single pictures are answered;
    `plain` and `plain_mirrored` the same without the priors' part of the calibration.
    """

    card: ModelCard
    raw: NDArray[np.float32]
    probabilities: NDArray[np.float32]
    mirrored: NDArray[np.float32]
    plain: NDArray[np.float32]
    plain_mirrored: NDArray[np.float32]
    split: Split
    is_duplicate: NDArray[np.bool_]
    reads: int


def examine(table: FaceTable, models: Path, name: str) -> Examination:
    """Ask a published model about every PrivateTest picture, once as it is and once also mirrored."""
    model, card = load_model(models, name)
    private = table.part("PrivateTest")
    if not len(private):
        raise DataError("the data set has no rows with usage PrivateTest: there is nothing to evaluate on")
    reads = count_read(models, card)
    logits = predict(model, private.pixels, card.input.width)
    image = predict(model, private.pixels[:, :, ::-1], card.input.width)
    seen = appears_in(private, table.part("Training"))
    views = [_views(one, logits, image) for one in (card, replace(card, prior_exponent=0.0))]
    return Examination(card, softmax(logits), *views[0], *views[1], private, seen, reads)


def _views(
    card: ModelCard, logits: NDArray[np.float32], image: NDArray[np.float32]
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Probabilities (n, 7) of the pictures, and means of those and of their mirror images'."""
    probabilities = card.probabilities(logits)
    return probabilities, (probabilities + card.probabilities(image)) / np.float32(2)


def count_read(models: Path, card: ModelCard) -> int:
    """Enter these weights into the ledger if they are new; how many of the model's were measured so far."""
    path = models / LEDGER
    entries = json.loads(path.read_text(encoding="utf-8")) if path.is_file() else []
    if card.sha256 not in {entry["sha256"] for entry in entries}:
        entries.append({"model": card.name, "sha256": card.sha256, "date": date.today().isoformat()})
        path.write_text(json.dumps(entries, indent=2) + "\n", encoding="utf-8")
    return sum(entry["model"] == card.name for entry in entries)


def examine_reference(
    table: FaceTable, answer: Callable[[NDArray[np.uint8]], NDArray[np.floating[Any]]], emotions: Sequence[str]
) -> dict[str, Any]:
    """What a reference system gets on PrivateTest, as plain values; its run's folder keeps count of its reads.

    `answer` gives scores (n, classes) of pictures (n, 48, 48); `emotions` names the classes in their order.
    """
    private = table.part("PrivateTest")
    if not len(private):
        raise DataError("the data set has no rows with usage PrivateTest: there is nothing to evaluate on")
    scores = answer(private.pixels)
    fresh = ~appears_in(private, table.part("Training"))
    matrix = metrics.confusion(scores.argmax(axis=1), private.labels, len(emotions))
    return {
        "accuracy": asdict(metrics.accuracy(scores, private.labels)),
        "accuracy_without_duplicates": asdict(metrics.accuracy(scores[fresh], private.labels[fresh])),
        "macro_f1": metrics.macro_f1(matrix),
        "recall": dict(zip(emotions, metrics.recalls(matrix).tolist(), strict=True)),
        "confusion": matrix.tolist(),
        "majority_class_accuracy": metrics.majority_share(private.labels),
    }


def ferplus_majority(votes: NDArray[np.float32]) -> NDArray[np.int64]:
    """FER+'s majority labels (n,) in our order, -1 where there is none.

    The rule of Barsoum et al. 2016 as their code has it: single votes are dropped; then one answer must have more than
    half of the votes, and it must be an emotion. Contempt is left out, as our networks do not know it: that leaves
    3,137 of PrivateTest's 3,589 pictures.
    """
    kept = np.where(votes > 1, votes, 0)
    winner = kept.argmax(axis=1)
    is_clear = kept.max(axis=1) > kept.sum(axis=1) / 2
    ours = np.full(len(VOTE_NAMES), -1, dtype=np.int64)
    for position, name in enumerate(FERPLUS):
        ours[VOTE_NAMES.index(name)] = position
    return np.where(is_clear, ours[winner], -1)


def results(exam: Examination) -> dict[str, Any]:
    """Everything that is reported, as plain values for JSON."""
    labels = exam.split.labels
    matrix = metrics.confusion(exam.probabilities.argmax(axis=1), labels)
    fresh = ~exam.is_duplicate
    majority = ferplus_majority(exam.split.votes)
    voted = majority >= 0
    return {
        "model": exam.card.name,
        "version": exam.card.version,
        "sha256": exam.card.sha256,
        "parameters": exam.card.parameters,
        "accuracy": asdict(metrics.accuracy(exam.probabilities, labels)),
        "accuracy_without_duplicates": asdict(metrics.accuracy(exam.probabilities[fresh], labels[fresh])),
        "accuracy_with_mirror_image": asdict(metrics.accuracy(exam.mirrored, labels)),
        "ferplus_majority_accuracy": asdict(metrics.accuracy(exam.probabilities[voted], majority[voted])),
        "priors": {
            "exponent": exam.card.prior_exponent,
            "one_view": accuracy_and_recall(exam.probabilities, labels),
            "one_view_without": accuracy_and_recall(exam.plain, labels),
            "with_mirror_image": accuracy_and_recall(exam.mirrored, labels),
            "with_mirror_image_without": accuracy_and_recall(exam.plain_mirrored, labels),
        },
        "macro_f1": metrics.macro_f1(matrix),
        "recall": dict(zip([emotion.value for emotion in Emotion], metrics.recalls(matrix).tolist(), strict=True)),
        "confusion": matrix.tolist(),
        "majority_class_accuracy": metrics.majority_share(labels),
        "calibration_before": metrics.calibration(exam.raw, labels),
        "calibration_after": metrics.calibration(exam.probabilities, labels),
        "calibration_with_mirror_image": metrics.calibration(exam.mirrored, labels),
        "uncertain": _uncertain(exam, exam.probabilities),
        "uncertain_with_mirror_image": _uncertain(exam, exam.mirrored),
        "private_test_reads": exam.reads,
    }


def _uncertain(exam: Examination, probabilities: NDArray[np.float32]) -> dict[str, float]:
    """What calling the less confident answers uncertain gains and costs."""
    answered = probabilities.max(axis=1) >= exam.card.uncertain_below
    share = metrics.accuracy(probabilities[answered], exam.split.labels[answered])
    return {
        "below": exam.card.uncertain_below,
        "share_answered": float(answered.mean()),
        "accuracy_of_answered": share.value,
    }
