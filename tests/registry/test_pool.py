"""Several networks as one model: what they say together, and when that is no longer theirs to say."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli import main
from fer_web.errors import ModelError
from fer_web.registry import ModelCard, list_models, load_model, verify_lite, verify_model
from fer_web.registry.pool import digest_of, pooled
from fer_web.study.training.export import export
from fer_web.vision.classify import Classifier
from fer_web.vision.runtimes import load_keras, load_lite
from tests.conftest import write_tiny_model

PARTS = {"xception": 0.5, "other": 0.25}


@pytest.fixture(scope="module")
def made(tiny_models: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with two small networks and their pair; tests leave it as it is."""
    folder = Path(shutil.copytree(tiny_models, tmp_path_factory.mktemp("pool") / "models"))
    write_tiny_model(folder, "other", seed=5)
    write_pair(folder)
    return folder


@pytest.fixture
def models(made: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    return Path(shutil.copytree(made, tmp_path / "models"))


def write_pair(folder: Path) -> None:
    cards = [ModelCard.read(folder / f"{name}.json") for name in ("xception", "other")]
    hashes = [digest_of([getattr(card, kind) for card in cards]) for kind in ("sha256", "tflite_sha256")]
    card = ModelCard("pair", "test", "pooled", hashes[0], 8, tflite_sha256=hashes[1], parts=PARTS)
    card.write(folder / "pair.json")


def faces(count: int) -> np.ndarray:
    return np.random.default_rng(3).uniform(-1, 1, (count, 48, 48, 1)).astype(np.float32)


def test_logits_are_means_of_those_divided_by_their_temperatures() -> None:
    one, other = np.array([[4.0, 2.0]]), np.array([[1.0, 3.0]])

    (logits,) = pooled([[one], [other]], [2.0, 0.5])

    assert logits.tolist() == [[2.0, 3.5]]
    assert logits.dtype == np.float32


def test_maps_of_different_shapes_are_left_out() -> None:
    logits = np.zeros((1, 2))

    assert len(pooled([[logits, np.ones((1, 3, 3, 2))], [logits, np.ones((1, 3, 3, 2))]], [1, 1])) == 2
    assert len(pooled([[logits, np.ones((1, 3, 3, 2))], [logits, np.ones((1, 6, 6, 2))]], [1, 1])) == 1
    assert len(pooled([[logits, np.ones((1, 3, 3, 2))], [logits]], [1, 1])) == 1


def test_the_digest_is_of_the_hashes_one_a_line() -> None:
    assert digest_of(["aa", "bb"]) == hashlib.sha256(b"aa\nbb").hexdigest()
    assert digest_of(["aa", "bb"]) != digest_of(["bb", "aa"])


@pytest.mark.parametrize("count", [1, 3])
def test_a_pair_answers_what_its_parts_say_together_by_every_runtime(made: Path, count: int) -> None:
    parts = [load_lite(made, name)[0](faces(count)) for name in ("xception", "other")]
    expected = [(one / 0.5 + other / 0.25) / 2 for one, other in zip(*parts, strict=True)]

    lite, card = load_lite(made, "pair")
    keras, _ = load_keras(made, "pair")
    model, _ = load_model(made, "pair")

    assert card.name == "pair"
    assert len(lite(faces(count))) == 2
    for found in (lite(faces(count)), keras(faces(count))):
        for one, other in zip(found, expected, strict=True):
            np.testing.assert_allclose(one, other, atol=1e-4)
    np.testing.assert_allclose(model(faces(count)), expected[0], atol=1e-4)


def test_a_pair_classifies_like_any_model(made: Path) -> None:
    chips = np.random.default_rng(1).integers(0, 256, (2, 48, 48), np.uint8)

    scores, maps = Classifier.load_lite(made, "pair").explained(chips)

    assert scores.sum(axis=1) == pytest.approx(1, abs=1e-6)
    assert maps is not None
    assert maps.shape[0] == 2


def test_a_pair_is_listed_and_verified(made: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert [card.name for card in list_models(made)] == ["other", "pair", "xception"]
    assert verify_model(made, "pair").parts == verify_lite(made, "pair").parts == PARTS

    assert main(["models", "verify", "--models-dir", str(made)]) == 0
    assert "pair: made of today's xception and other" in capsys.readouterr().out


@pytest.mark.parametrize("check", [verify_model, verify_lite, load_model, load_lite])
def test_a_pair_of_other_weights_is_refused(models: Path, check: object) -> None:
    write_tiny_model(models, "other", seed=6)

    with pytest.raises(ModelError, match=r"made of other weights of xception and other: run fer-web pool pair"):
        check(models, "pair")  # type: ignore[operator]


@pytest.mark.parametrize("check", [verify_model, verify_lite])
def test_a_damaged_or_missing_part_is_named(models: Path, check: object) -> None:
    for file in ("other.keras", "other.tflite"):
        (models / file).write_bytes(b"x")
    with pytest.raises(ModelError, match=r"other\.(keras|tflite) has"):
        check(models, "pair")  # type: ignore[operator]

    for file in ("other.keras", "other.tflite", "other.json"):
        (models / file).unlink()
    with pytest.raises(ModelError, match=r"there is no model 'other'.*available: pair, xception"):
        check(models, "pair")  # type: ignore[operator]


def test_a_part_that_is_calibrated_anew_changes_nothing_in_the_pair(models: Path) -> None:
    before = load_lite(models, "pair")[0](faces(1))
    path = models / "other.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "temperature": 3.0}))

    np.testing.assert_array_equal(load_lite(models, "pair")[0](faces(1))[0], before[0])


@pytest.mark.parametrize("check", [verify_model, verify_lite])
def test_a_pool_of_pools_is_refused_also_of_itself(models: Path, check: object) -> None:
    path = models / "pair.json"
    path.write_text(json.dumps({**json.loads(path.read_text()), "parts": {"xception": 1.0, "pair": 1.0}}))

    with pytest.raises(ModelError, match="has the part pair, which is a pool itself"):
        check(models, "pair")  # type: ignore[operator]


def test_what_is_no_card_is_no_pair(models: Path) -> None:
    (models / "list.json").write_text("[1]", encoding="utf-8")
    (models / "broken.json").write_text("{", encoding="utf-8")
    (models / "else.json").write_text(json.dumps({"parts": ["a"]}), encoding="utf-8")

    assert [card.name for card in list_models(models)] == ["other", "pair", "xception"]


def test_a_pair_has_nothing_to_export(made: Path) -> None:
    with pytest.raises(ModelError, match="export its parts, xception and other"):
        export(made, "pair")
