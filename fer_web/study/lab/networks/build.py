"""A network by its name: trunk, what comes in beside the picture, and the answer."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from fer_web.errors import DataError
from fer_web.study.lab.networks.blocks import Layers, Plan, Tensor, Trunk, dense, grid, head, standardized
from fer_web.study.lab.networks.dexpression import dexpression
from fer_web.study.lab.networks.inception import inception
from fer_web.study.lab.networks.mini_xception import mini_xception
from fer_web.study.lab.networks.residual import residual
from fer_web.study.lab.networks.simple import simple
from fer_web.study.lab.networks.study import MODEL_A, MODEL_B, Widths, model_a, model_b

TRUNKS: Mapping[str, Trunk] = MappingProxyType(
    {
        "simple": simple,
        "inception": inception,
        "mini-xception": mini_xception,
        "dexpression": dexpression,
        "model-a": model_a,
        "model-b": model_b,
        "residual": residual,
    }
)
# The networks that end in dense layers; the others take the mean over all places.
DENSE: Mapping[str, Widths] = MappingProxyType({"model-a": MODEL_A, "model-b": MODEL_B})
BESIDE_A_MEAN = Widths(picture=(), beside=(256, 64), joined=None)


def build(name: str, plan: Plan, size: int, layers: Layers | None = None) -> Any:
    """An untrained Keras model: prepared pictures (n, size, size, 1), or [pictures, side inputs (n, side)], to columns.

    DataError for an unknown name, or a size that poolings cannot divide.
    """
    import keras

    if name not in TRUNKS:
        raise DataError(f"the laboratory has no network {name!r}; it has {', '.join(TRUNKS)}")
    if size % 16:
        raise DataError(f"pictures of {size} pixels do not fit: the laboratory's networks need a multiple of 16")
    layers = layers or keras.layers
    image = layers.Input((size, size, 1), name="image")
    maps = TRUNKS[name](layers, standardized(layers, image), plan)
    inputs, features = [image], _features(layers, name, maps, plan)
    if plan.side:
        side = layers.Input((plan.side,), name="side")
        inputs.append(side)
        features = _joined(layers, features, side, DENSE.get(name, BESIDE_A_MEAN), plan)
    columns = head(layers, features, maps, plan)
    return keras.Model(inputs if plan.side else image, columns, name=name.replace("-", "_"))


def _features(layers: Layers, name: str, maps: Tensor, plan: Plan) -> Tensor:
    if name not in DENSE:
        return layers.GlobalAveragePooling2D(name="pool")(maps)
    x = grid(layers, maps, "picture")
    for number, width in enumerate(DENSE[name].picture, start=1):
        x = dense(layers, x, width, f"picture{number}", plan)
    return x


def _joined(layers: Layers, features: Tensor, side: Tensor, widths: Widths, plan: Plan) -> Tensor:
    """The side inputs through dense layers of their own, then both beside each other."""
    for number, width in enumerate(widths.beside, start=1):
        side = dense(layers, side, width, f"beside{number}", plan)
    if widths.joined:
        features = dense(layers, features, widths.joined, "narrowed", plan)
    return layers.Concatenate(name="joined")([features, side])
