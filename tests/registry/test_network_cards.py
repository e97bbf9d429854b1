"""Other projects' networks come with their card, their license and a page about them."""

from __future__ import annotations

import pytest

from fer_web.registry.networks import NETWORK_CARDS, NetworkCard
from fer_web.resources import MODELS, PACKAGE

DOCS = PACKAGE.parent / "docs"


@pytest.mark.parametrize("name", NETWORK_CARDS)
def test_the_documents_say_what_the_card_says(name: str) -> None:
    card = NetworkCard.read(MODELS / f"{name}.json")
    licenses = (DOCS / "licenses.md").read_text(encoding="utf-8")

    for fact in (card.source_sha256, card.license, card.source.split()[0], f"models/{name}.LICENSE"):
        assert fact in licenses
    assert f"[{card.license}](../../models/{name}.LICENSE)" in (DOCS / "models" / f"{name}.md").read_text(
        encoding="utf-8"
    )


@pytest.mark.parametrize(("name", "begins"), [("yunet", "MIT License"), ("face-mesh", "Apache License")])
def test_a_network_comes_with_its_license(name: str, begins: str) -> None:
    assert (MODELS / f"{name}.LICENSE").read_text(encoding="utf-8").split("\n\n")[0].strip().startswith(begins)


def test_every_network_that_is_not_ours_has_a_card() -> None:
    listed = {file for name in NETWORK_CARDS for file in NetworkCard.read(MODELS / f"{name}.json").files}
    ours = {path.with_suffix(".tflite").name for path in MODELS.glob("*.keras")}

    assert {path.name for path in MODELS.glob("*.tflite")} == listed | ours
