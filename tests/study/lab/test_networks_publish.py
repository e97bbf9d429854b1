from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.registry.catalog import load_model
from fer_web.registry.spec import InputSpec
from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.lab.networks.publish import publish_row
from fer_web.study.lab.networks.rows import ROWS
from fer_web.study.lab.system import System
from fer_web.study.networks import build_network
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.weights import named, save_best
from tests.study.training.conftest import faces

BY_NAME = {row.name: row for row in ROWS}
DATA = LearningData(faces(20), faces(10, seed=1), {}, 20)


def run_of(row: System, runs: Path) -> object:
    """The training network of a row that was just begun, its weights kept as a run keeps them."""
    config = LabConfig.of(row.config)
    model = build_network(config.network, config.head(), size=32)
    folder = runs / row.name / "weights"
    folder.mkdir(parents=True)
    save_best(folder, named(model), {"epoch": 1.0})
    return model


def test_a_published_network_answers_as_it_did_and_without_auxiliary_columns(tmp_path: Path) -> None:
    row = BY_NAME["landmark-supervised"]
    trained = run_of(row, tmp_path)
    larger = build_network("simple", LabConfig.of(row.config).head(), size=48)
    larger.set_weights(trained.get_weights())  # type: ignore[attr-defined]

    publish_row(row, tmp_path, DATA, tmp_path / "models")
    model, card = load_model(tmp_path / "models", row.name)
    images = InputSpec().prepare(faces(3).pixels)

    assert np.allclose(model(images), np.asarray(larger(images))[:, :7], atol=1e-5)
    assert card.parameters == model.count_params()
    assert card.data["teachers"] == "xception"
    assert set(card.metrics) == {"PublicTest"}


@pytest.mark.parametrize("name", ["hybrid", "model-b-5-raw"])
def test_what_needs_more_than_pixels_or_knows_fewer_expressions_is_not_published(name: str, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="served gets pixels alone"):
        publish_row(BY_NAME[name], tmp_path, DATA, tmp_path)


def test_a_row_that_was_not_run_or_has_no_network_says_so(tmp_path: Path) -> None:
    row = BY_NAME["simple-cnn"]
    with pytest.raises(DataError, match="lab run simple-cnn"):
        publish_row(row, tmp_path, DATA, tmp_path)
    with pytest.raises(DataError, match="no network"):
        publish_row(replace(row, config={}), tmp_path, DATA, tmp_path)
