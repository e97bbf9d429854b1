from __future__ import annotations

from typing import Any

import pytest

from fer_web.errors import ModelError
from fer_web.registry.card import EXPRESSION
from fer_web.registry.catalog import list_models, load_model
from fer_web.resources import MODELS
from fer_web.study.networks import NETWORKS, HeadSpec, build_network

LIMITS = {"xception": 5_000_000, "xception-small": 300_000}


@pytest.fixture(scope="module", params=list(LIMITS))
def served(request: pytest.FixtureRequest) -> tuple[str, Any]:
    return request.param, build_network(request.param, size=48)


def test_served_networks_stay_within_their_limits(served: tuple[str, Any]) -> None:
    name, model = served

    assert model.count_params() <= LIMITS[name]


def test_served_networks_are_separable_throughout(served: tuple[str, Any]) -> None:
    """Beyond the stem, which sees one channel, every full convolution is 1x1."""
    _, model = served
    kinds = {layer.name: type(layer).__name__ for layer in model.layers}
    full = [layer for layer in model.layers if kinds[layer.name] == "Conv2D" and layer.name != "stem"]

    assert all(layer.kernel_size == (1, 1) for layer in full)
    assert "DepthwiseConv2D" in kinds.values()


def test_no_depthwise_convolution_is_narrower_than_16(served: tuple[str, Any]) -> None:
    _, model = served
    widths = [layer.input.shape[-1] for layer in model.layers if type(layer).__name__ == "DepthwiseConv2D"]

    assert min(widths) >= 16


def test_the_stem_keeps_48_pixels(served: tuple[str, Any]) -> None:
    _, model = served

    assert model.get_layer("stem").output.shape[1:3] == (48, 48)


@pytest.mark.parametrize("name", [name for name in NETWORKS if NETWORKS[name].any_size])
def test_every_network_answers_seven_logits_at_any_size(name: str) -> None:
    assert build_network(name).output_shape == (None, 7)
    assert build_network(name, HeadSpec(votes=True)).output_shape == (None, 15)


@pytest.mark.parametrize("name", [card.name for card in list_models(MODELS, EXPRESSION) if not card.parts])
def test_a_published_model_is_of_its_cards_network(name: str) -> None:
    model, card = load_model(MODELS, name)

    assert model.count_params() <= LIMITS.get(name, 20_000_000)
    assert [weight.shape for weight in model.weights] == [
        weight.shape for weight in build_network(card.network, size=48).weights
    ]


def test_an_unknown_network_is_refused_with_the_known_ones() -> None:
    with pytest.raises(ModelError, match=r"alexnet.*xception"):
        build_network("alexnet")


def test_brightness_and_contrast_do_not_change_the_answer() -> None:
    import numpy as np

    model = build_network("xception-small", size=48)
    image = np.random.default_rng(0).uniform(-1, 1, (1, 48, 48, 1)).astype(np.float32)
    plain, darker = (np.asarray(model(picture)) for picture in (image, 0.5 * image - 0.3))

    assert np.allclose(plain, darker, atol=0.02)
