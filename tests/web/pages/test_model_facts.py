from __future__ import annotations

from typing import Any

import pytest

from fer_web.registry import ModelCard
from fer_web.web.pages.model_facts import ModelFacts

MATRIX = [[7, 1, 0, 0, 0, 0, 0], *([0] * 7 for _ in range(6))]


def facts_of(metrics: dict[str, Any], **entries: Any) -> ModelFacts:
    return ModelFacts.of(ModelCard("xception", "3", "xception", "0" * 64, 1234567, metrics=metrics, **entries))


def test_a_bare_card_is_enough() -> None:
    facts = facts_of({})

    assert ("Network", "xception, 1,234,567 parameters") in facts.facts
    assert facts.parts == ()


def test_networks_that_answer_together_are_named() -> None:
    facts = facts_of({}, parts={"one": 1.0, "two": 1.0})

    assert ("Networks", "one and two, 1,234,567 parameters") in facts.facts


def test_accuracy_comes_with_its_interval_and_count() -> None:
    accuracy = {"value": 0.6567, "low": 0.6411, "high": 0.672, "count": 3589}

    (part,) = facts_of({"PrivateTest": {"accuracy": accuracy, "macro_f1": 0.61}}).parts

    assert part.title == "FER2013 PrivateTest, the official test part"
    assert part.facts == (("Accuracy", "65.7 % (95 %: 64.1 to 67.2; 3,589 pictures)"), ("Macro F1", "61.0 %"))


def test_what_was_measured_on_nothing_is_left_out() -> None:
    found = {"ferplus_majority_accuracy": {"value": 0.0, "low": 0.0, "high": 1.0, "count": 0}}

    assert facts_of({"PrivateTest": found}).parts[0].facts == ()


def test_a_confusion_matrix_is_told_in_percent_of_its_rows() -> None:
    (part,) = facts_of({"PrivateTest": {"confusion": MATRIX}}).parts

    assert part.confusion is not None
    assert part.confusion.rows[0] == ("angry", (88, 12, 0, 0, 0, 0, 0))
    assert part.confusion.rows[1] == ("disgust", (0, 0, 0, 0, 0, 0, 0))


def test_the_unseen_part_comes_first() -> None:
    parts = facts_of({"PublicTest": {}, "Own": {}, "PrivateTest": {}}).parts

    assert [part.title.split(",")[0] for part in parts] == ["FER2013 PrivateTest", "FER2013 PublicTest", "Own"]


@pytest.mark.parametrize(
    "found",
    [
        None,
        "65 %",
        {"accuracy": "high", "recall": [], "confusion": [[1]], "uncertain": 3, "calibration_after": None},
        {"accuracy": {"low": 0.1}, "recall": {"angry": None}, "confusion": [["x"] * 7] * 7},
    ],
)
def test_entries_of_another_form_are_left_out(found: object) -> None:
    for part in facts_of({"PrivateTest": found}, data={"training": 5, "teachers": "none"}).parts:
        assert (part.facts, part.recalls, part.confusion) == ((), (), None)
