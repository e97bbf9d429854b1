"""docs/results.md tells what `evaluate --record` wrote of the weights that are served."""

from __future__ import annotations

import json
from typing import Any

import pytest

from fer_web.registry.card import EXPRESSION
from fer_web.registry.catalog import list_models
from fer_web.study.training.evaluate import LEDGER
from fer_web.study.training.report import table
from tests.conftest import ROOT

DOCS, MODELS = ROOT / "docs", ROOT / "models"
CARDS = {card.name: card for card in list_models(MODELS, EXPRESSION)}


def recorded(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((DOCS / "results" / f"{name}.json").read_text(encoding="utf-8"))
    return found


@pytest.mark.parametrize("name", CARDS)
def test_what_is_told_was_measured_with_the_weights_of_today(name: str) -> None:
    found = recorded(name)

    assert found["sha256"] == CARDS[name].sha256
    assert table(found) in (DOCS / "results.md").read_text(encoding="utf-8")
    for key, value in CARDS[name].metrics["PrivateTest"].items():
        assert found[key] == value, key


@pytest.mark.parametrize("name", CARDS)
def test_certain_answers_are_right_three_times_of_four(name: str) -> None:
    assert CARDS[name].metrics["PublicTest"]["certain"]["accuracy"] >= 0.75


@pytest.mark.parametrize("name", CARDS)
def test_the_ledger_has_every_measured_set_of_weights(name: str) -> None:
    entries = json.loads((MODELS / LEDGER).read_text(encoding="utf-8"))

    known = [entry["sha256"] for entry in entries if entry["model"] == name]
    assert CARDS[name].sha256 in known
    assert recorded(name)["private_test_reads"] == len(known)


def test_the_networks_are_as_small_and_as_fast_as_they_were_meant_to_be() -> None:
    for name, parameters, milliseconds in (
        ("xception-pair", 5_000_000, 13),
        ("xception-m", 3_000_000, 5),
        ("xception", 5_000_000, 10),
        ("xception-small", 300_000, 3),
    ):
        assert CARDS[name].parameters <= parameters
        assert recorded(name)["speed"]["ms_one_face"] <= milliseconds
