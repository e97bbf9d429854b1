from __future__ import annotations

import math

import numpy as np
import pytest

from fer_web.study.training.dataset import VOTE_NAMES
from fer_web.study.training.targets import Loss, build_targets, class_weights, loss_function, softmax, vote_shares
from tests.study.training.conftest import faces


def votes(**given: float) -> np.ndarray:
    return np.array([[given.get(name, 0.0) for name in VOTE_NAMES]], dtype=np.float32)


def test_votes_become_shares_of_the_emotions_alone() -> None:
    shares = vote_shares(votes(neutral=6, sadness=2, unknown=2))

    assert shares.tolist() == [[0.75, 0, 0, 0.25, 0, 0, 0, 0]]


def test_pictures_that_are_no_face_have_no_shares() -> None:
    assert vote_shares(votes(NF=10)).sum() == 0


def test_label_smoothing_takes_its_share_from_the_label() -> None:
    split = faces(5)
    labels = build_targets(split, Loss(label_smoothing=0.07))[:, :7]

    assert np.allclose(labels.sum(axis=1), 1)
    assert np.allclose(labels[np.arange(5), split.labels], 0.93 + 0.01)


def test_class_weights_give_each_class_the_same_total() -> None:
    labels = np.array([0, 0, 0, 1])
    weights = class_weights(labels)

    assert weights[0] * 3 == pytest.approx(weights[1])


def test_softmax_softens_with_temperature() -> None:
    logits = np.array([[0.0, math.log(9)]])

    assert softmax(logits)[0] == pytest.approx([0.1, 0.9])
    assert softmax(logits, 2)[0] == pytest.approx([0.25, 0.75])


def loss_of(loss: Loss, targets: np.ndarray, logits: list[float]) -> float:
    from keras import ops

    value = loss_function(loss)(ops.convert_to_tensor(targets), ops.convert_to_tensor([logits]))
    return float(ops.convert_to_numpy(value)[0])


def targets(label: int, vote: int | None = None, teacher: list[float] | None = None) -> np.ndarray:
    row = np.zeros((1, 22), np.float32)
    row[0, label] = 1
    if vote is not None:
        row[0, 7 + vote] = 1
    row[0, 15:] = teacher or 0
    return row


def test_uniform_logits_cost_the_log_of_the_number_of_classes() -> None:
    assert loss_of(Loss(), targets(2), [0.0] * 7) == pytest.approx(math.log(7), rel=1e-5)
    assert loss_of(Loss(votes=0.5), targets(2, vote=1), [0.0] * 15) == pytest.approx(
        math.log(7) + 0.5 * math.log(8), rel=1e-5
    )


def test_a_student_is_asked_for_its_teachers_softened_answer() -> None:
    """With weight 0.5 at temperature 2: 0.5 CE(label) + 0.5 * 2^2 * CE(teacher, softmax(logits / 2))."""
    logits = [2.0, 0.0, 0.0, 0.0, 0.0, 0.0, 0.0]
    teacher = [0.4, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]
    hard = -2 + math.log(math.exp(2) + 6)
    soft = -(0.4 * 1) + math.log(math.e + 6)

    found = loss_of(Loss(teacher=0.5, temperature=2.0), targets(0, teacher=teacher), logits)

    assert found == pytest.approx(0.5 * hard + 0.5 * 4 * soft, rel=1e-5)


def test_teachers_logits_are_softened_by_the_same_temperature() -> None:
    logits = np.log(np.array([[9, 1, 1, 1, 1, 1, 1]], dtype=np.float32))
    columns = build_targets(faces(1), Loss(teacher=1, temperature=2.0), logits)

    assert columns[0, 15:] == pytest.approx([3 / 9] + [1 / 9] * 6)
