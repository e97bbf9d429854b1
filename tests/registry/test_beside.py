"""Our rows beside the published figures say what the cards say."""

from __future__ import annotations

from typing import Any

from fer_web.registry.beside import HEAD, own_rows
from fer_web.registry.card import ModelCard
from tests.conftest import ROOT


def card(name: str, accuracy: float | None, **values: Any) -> ModelCard:
    share = {"value": accuracy, "low": 0.6, "high": 0.8}
    private = {"accuracy": share, "accuracy_with_mirror_image": {**share, "value": 0.75}}
    data = {
        "training": "FER2013 Training, 3 of 4 pictures",
        "weights_chosen_by": "PublicTest",
        **values.pop("data", {}),
    }
    return ModelCard(
        name, "1", "xception", "0", 1, data=data, metrics={"PrivateTest": private} if accuracy else {}, **values
    )


def test_each_measured_card_has_a_row_for_one_view_and_one_for_two() -> None:
    rows = list(own_rows([card("better", 0.7), card("not-measured", None), card("worse", 0.65)]))

    assert [row[0] for row in rows] == ["`worse`", "`worse`", "`better`", "`better`"]
    assert rows[2] == (
        "`better`",
        "70.00 (60.0 to 80.0)",
        "PrivateTest",
        "PublicTest",
        "one view",
        "FER2013 Training, 3 of 4 pictures",
        "[card](../models/better.json)",
    )
    assert rows[3][1].startswith("75.00")
    assert rows[3][4].startswith("two views")


def test_a_pair_says_that_it_is_two_networks_and_that_one_of_them_had_votes() -> None:
    votes = card("voted", None, data={"votes": "an auxiliary head"})

    row = next(own_rows([votes, card("plain", None), card("pair", 0.7, parts={"voted": 1.0, "plain": 1.0})]))

    assert row[4] == "one view; 2 networks"
    assert row[5] == "FER2013 Training, 3 of 4 pictures; FER+'s votes on them"


def test_the_published_figures_stand_in_the_same_columns() -> None:
    text = (ROOT / "docs" / "results.md").read_text(encoding="utf-8")

    assert text.count(f"| {' | '.join(HEAD)} |\n") == 2
