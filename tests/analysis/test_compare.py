"""Networks asked about the same faces; each is loaded once, and says in words why it cannot be asked."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path
from threading import Barrier, Thread

import numpy as np
import pytest

from fer_web.analysis.compare import Classifiers, compare
from fer_web.core import Frame
from fer_web.errors import ModelError, RequestError
from fer_web.registry import ModelCard, sha256_of
from fer_web.study.training.export import export
from fer_web.vision import Analyzer
from fer_web.vision.engines import ENGINES


@pytest.fixture(scope="module")
def classifiers(tiny_models: Path, other_models: Path) -> Classifiers:
    return Classifiers((tiny_models, other_models))


@pytest.fixture
def copies(tiny_models: Path, tmp_path: Path) -> Path:
    """A folder of the test's own with the tiny network."""
    return Path(shutil.copytree(tiny_models, tmp_path / "models"))


def test_two_networks_judge_the_same_faces_in_the_same_order(
    vision: Analyzer, classifiers: Classifiers, astronaut: Frame
) -> None:
    pixels = np.concatenate([astronaut.pixels, astronaut.pixels[:300, 100:400].repeat(2, 0)[:512]], axis=1)
    frame = Frame(0, 0.0, pixels)

    one, other = compare(vision, [classifiers.get("xception"), classifiers.get("other")], frame)

    assert one.faces
    assert [face.region for face in one.faces] == [face.region for face in other.faces]
    for face, same in zip(one.faces, other.faces, strict=True):
        np.testing.assert_array_equal(face.chip, same.chip)
        assert np.abs(face.scores - same.scores).max() > 0.01
        assert face.heatmap is not None
        assert same.heatmap is not None


def test_each_answers_as_it_would_alone(vision: Analyzer, classifiers: Classifiers, astronaut: Frame) -> None:
    alone = vision.still()(astronaut)

    (compared,) = compare(vision, [classifiers.get("xception")], astronaut)

    np.testing.assert_allclose(compared.faces[0].scores, alone.faces[0].scores, atol=1e-5)
    assert list(compared.timing_ms) == list(alone.timing_ms)


def test_there_are_the_models_of_all_folders_and_a_name_is_the_firsts(
    tiny_models: Path, other_models: Path, copies: Path, tmp_path: Path
) -> None:
    card = json.loads((copies / "xception.json").read_text())
    (copies / "xception.json").write_text(json.dumps({**card, "version": "second"}))

    cards = Classifiers((tiny_models, tmp_path / "missing", other_models, copies)).cards()

    assert list(cards) == ["xception", "other"]
    assert cards["xception"].version == "test"


def test_an_unknown_model_is_refused_with_those_that_there_are(classifiers: Classifiers) -> None:
    with pytest.raises(RequestError, match="xception, other") as refused:
        classifiers.get("../xception")

    assert refused.value.code == "unknown_model"


def test_a_damaged_model_is_told_of_and_can_be_mended(copies: Path) -> None:
    whole = (copies / "xception.tflite").read_bytes()
    (copies / "xception.tflite").write_bytes(whole + b"x")
    classifiers = Classifiers((copies,))

    with pytest.raises(ModelError, match="it was changed"):
        classifiers.get("xception")

    (copies / "xception.tflite").write_bytes(whole)
    assert classifiers.get("xception").card.name == "xception"


def test_threads_that_ask_at_once_get_one_network(tiny_models: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    loaded: list[str] = []
    modern = ENGINES["modern"]
    counting = replace(modern, classifier=lambda *asked: loaded.append(asked[1]) or modern.classifier(*asked))
    monkeypatch.setitem(ENGINES, "modern", counting)
    classifiers, start, got = Classifiers((tiny_models,)), Barrier(4), []

    def ask() -> None:
        start.wait()
        got.append(classifiers.get("xception"))

    threads = [Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert loaded == ["xception"]
    assert len(got) == 4
    assert len(set(map(id, got))) == 1


def test_a_network_that_wants_other_crops_is_refused(vision: Analyzer, tmp_path: Path, astronaut: Frame) -> None:
    import keras

    image = keras.Input((32, 32, 1))
    model = keras.Model(image, keras.layers.Dense(7)(keras.layers.Flatten()(image)))
    model.save(tmp_path / "small.keras")
    card = ModelCard("small", "1", "tiny", sha256_of(tmp_path / "small.keras"), model.count_params())
    replace(card, input=replace(card.input, width=32, height=32)).write(tmp_path / "small.json")
    export(tmp_path, "small")

    with pytest.raises(ModelError, match="different face crops than xception"):
        compare(vision, [Classifiers((tmp_path,)).get("small")], astronaut)
