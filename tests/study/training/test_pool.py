"""Published networks pooled into one model."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli import main
from fer_web.errors import DataError, ModelError
from fer_web.registry import ModelCard, load_model, verify_lite
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.pool import pool
from fer_web.study.training.predict import predict
from fer_web.study.training.publish import publish


@pytest.fixture(scope="module")
def published(trained: Path, data: LearningData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with one published network under two names, of which the second is calibrated otherwise."""
    folder = tmp_path_factory.mktemp("published")
    card = publish(trained, data, folder, "one")
    for ending in ("keras", "tflite"):
        shutil.copy(folder / f"one.{ending}", folder / f"two.{ending}")
    replace(card, name="two", temperature=2 * card.temperature).write(folder / "two.json")
    return folder


@pytest.fixture
def models(published: Path, tmp_path: Path) -> Path:
    """A copy that a test may change."""
    return Path(shutil.copytree(published, tmp_path / "models"))


def test_a_pool_is_calibrated_as_it_answers(models: Path, data: LearningData) -> None:
    """The mean of logits / T and logits / 2T is three quarters of logits / T."""
    found = pool(models, "both", ["one", "two"], data)
    one, card = load_model(models, "one")
    logits = predict(one, data.public.pixels, 48)

    assert found.logits == pytest.approx(0.75 * logits / card.temperature, abs=1e-4)
    assert found.card == ModelCard.read(models / "both.json") == verify_lite(models, "both")
    assert found.card.parameters == 2 * card.parameters
    assert found.card.priors == card.priors
    assert set(found.card.metrics) == {"PublicTest"}
    chosen = found.card.probabilities(found.logits).argmax(axis=1) == data.public.labels
    assert found.card.metrics["PublicTest"]["calibrated_accuracy"]["accuracy"] == pytest.approx(np.mean(chosen))


def test_the_command_prints_what_the_pool_gets(
    models: Path, data_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["pool", "both", "one", "two", "--data", str(data_file), "--models", str(models)]

    assert main(words) == 0
    assert "| both | with the mirror image | 0.75 |" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("name", "parts", "message"),
    [
        ("both", ["one"], "two networks or more"),
        ("both", ["one", "one"], "each of them once"),
        ("two", ["one", "two"], "no name for a pool"),
        ("../both", ["one", "two"], "no name for a pool"),
    ],
)
def test_what_is_no_pool_is_refused(
    models: Path, data: LearningData, name: str, parts: list[str], message: str
) -> None:
    with pytest.raises(DataError, match=message):
        pool(models, name, parts, data)


def test_pools_of_pools_of_points_and_of_other_crops_are_refused(models: Path, data: LearningData) -> None:
    pool(models, "both", ["one", "two"], data)
    with pytest.raises(DataError, match="both is no expression network"):
        pool(models, "more", ["one", "both"], data)
    with pytest.raises(ModelError, match="there is no model 'three'"):
        pool(models, "more", ["one", "three"], data)

    values = json.loads((models / "two.json").read_text())
    (models / "two.json").write_text(json.dumps({**values, "input": {"width": 64, "height": 64}}))
    with pytest.raises(DataError, match="different face crops"):
        pool(models, "more", ["one", "two"], data)
    assert not (models / "more.json").exists()
