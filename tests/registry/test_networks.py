"""Other people's networks are what their cards say, wherever they lie."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fer_web.errors import ModelError
from fer_web.registry.litert import LiteModel
from fer_web.registry.networks import NETWORK_CARDS, NetworkCard, load_networks, verify_networks
from fer_web.resources import MODELS


@pytest.fixture
def copies(tmp_path: Path) -> Path:
    for name in NETWORK_CARDS:
        for file in (f"{name}.json", *NetworkCard.read(MODELS / f"{name}.json").files):
            shutil.copy(MODELS / file, tmp_path / file)
    return tmp_path


@pytest.mark.parametrize("name", NETWORK_CARDS)
def test_the_shipped_networks_are_unchanged_and_say_where_they_come_from(name: str) -> None:
    card = verify_networks(MODELS, name)

    assert card.license in ("MIT", "Apache-2.0")
    assert len(card.source_sha256) == 64
    assert card.files


def test_a_folder_of_ones_own_models_uses_the_programs_networks(tmp_path: Path) -> None:
    assert load_networks(tmp_path, "face-mesh").keys() == {"face-mesh", "movements"}


def test_a_damaged_network_is_not_loaded(copies: Path) -> None:
    (copies / "movements.tflite").write_bytes(b"damaged")

    with pytest.raises(ModelError, match=r"movements\.tflite was changed or damaged"):
        load_networks(copies, "face-mesh")


def test_a_missing_network_is_named(copies: Path) -> None:
    (copies / "yunet-128x128.tflite").unlink()

    with pytest.raises(ModelError, match=r"yunet-128x128\.tflite is missing"):
        load_networks(copies, "yunet")


@pytest.mark.parametrize("text", ["{", json.dumps({"name": "yunet"}), "[]"])
def test_a_card_that_is_none_is_refused(copies: Path, text: str) -> None:
    (copies / "yunet.json").write_text(text)

    with pytest.raises(ModelError, match=r"yunet\.json is no network's card"):
        verify_networks(copies, "yunet")


def test_a_file_that_is_no_network_is_refused_when_it_is_used(tmp_path: Path) -> None:
    (tmp_path / "toy.tflite").write_bytes(b"no network at all")

    with pytest.raises(ModelError, match=r"toy\.tflite cannot be loaded"):
        LiteModel.read(tmp_path / "toy.tflite")(np.zeros((1, 2), np.float32))
    with pytest.raises(ModelError, match="cannot be read"):
        LiteModel.read(tmp_path / "missing.tflite")
