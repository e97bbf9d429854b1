from __future__ import annotations

from dataclasses import replace

import keras
import numpy as np
import pytest

from fer_web.errors import DataError, ModelError
from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.lab.networks.rows import ROWS
from fer_web.study.lab.system import System
from fer_web.study.networks import NETWORKS, HeadSpec, build_network


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row.name)
def test_a_rows_network_answers_its_classes_and_what_else_it_learns_from(row: System) -> None:
    config = LabConfig.of(row.config)
    model = build_network(config.network, config.head(), size=32)
    beside = {"raw": 0, "landmarks": 136, "landmarks and HOG": 208, "landmarks and sliding HOG": 2728}[config.inputs]

    sides = [shape[1] for shape in model.input_shape[1:]] if beside else []
    extra = 8 * (config.loss.votes > 0) + 136 * (config.landmarks > 0)

    assert sides == ([beside] if beside else [])
    assert model.output_shape == (None, len(row.expressions) + extra)


@pytest.mark.parametrize("name", [name for name in NETWORKS if not NETWORKS[name].any_size])
def test_a_network_answers_at_both_sizes_with_the_same_weights(name: str) -> None:
    small, large = (build_network(name, HeadSpec(side=3), size=size) for size in (32, 48))
    large.set_weights(small.get_weights())
    rng = np.random.default_rng(0)

    for model, size in ((small, 32), (large, 48)):
        pictures, side = rng.normal(size=(2, size, size, 1)), rng.normal(size=(2, 3))
        answers = np.asarray(model([pictures.astype("float32"), side.astype("float32")], training=False))
        assert answers.shape == (2, 7)
        assert np.isfinite(answers).all()
        assert answers.std() > 0


def test_auxiliary_heads_add_their_columns() -> None:
    for votes in (False, True):
        for landmarks in (False, True):
            model = build_network("simple", HeadSpec(classes=5, votes=votes, landmarks=landmarks), size=32)
            assert model.output_shape == (None, 5 + 8 * votes + 136 * landmarks)


def test_the_ablation_differs_by_batch_normalization_alone() -> None:
    rows = {row.name: LabConfig.of(row.config) for row in ROWS}
    plain, normalized = rows["model-a-5-hog-plain"], rows["model-a-5-hog"]

    assert replace(plain, normalized=True) == normalized
    for config, expected in ((plain, 0), (normalized, 7)):
        kinds = [type(layer) for layer in build_network(config.network, config.head(), size=32).layers]
        assert kinds.count(keras.layers.BatchNormalization) == expected


def test_the_landmark_supervised_network_differs_from_its_pair_by_landmarks_alone() -> None:
    rows = {row.name: LabConfig.of(row.config) for row in ROWS}

    assert replace(rows["landmark-supervised"], landmarks=0.0) == rows["simple-cnn"]


def test_no_depthwise_convolution_is_too_narrow_for_tensorflow() -> None:
    model = build_network("mini-xception", HeadSpec(), size=48)

    widths = [layer.input.shape[-1] for layer in model.layers if isinstance(layer, keras.layers.DepthwiseConv2D)]
    assert len(widths) == 8
    assert min(widths) >= 16


def test_rows_start_only_from_rows_that_come_before() -> None:
    names = [row.name for row in ROWS]
    for row in ROWS:
        start = LabConfig.of(row.config).starts_from
        assert not start or names.index(start) < names.index(row.name)


def test_configs_survive_as_plain_values() -> None:
    for row in ROWS:
        assert LabConfig.of(row.config).as_config() == row.config


@pytest.mark.parametrize(
    ("values", "word"),
    [
        ({"network": "simple", "speed": 3}, "speed"),
        ({"network": "simple", "inputs": "smell"}, "smell"),
        ({"network": "simple", "teacher": "xception"}, "both or neither"),
    ],
)
def test_a_wrong_config_is_refused_with_a_reason(values: dict[str, object], word: str) -> None:
    with pytest.raises(DataError, match=word):
        LabConfig.of(values)


def test_an_unknown_network_and_a_size_that_does_not_fit_are_refused() -> None:
    with pytest.raises(ModelError, match="alexnet"):
        build_network("alexnet", HeadSpec(), size=48)
    with pytest.raises(ModelError, match="multiple of 16"):
        build_network("simple", HeadSpec(), size=40)
