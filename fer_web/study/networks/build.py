"""A network by its name: trunk, what comes in beside the picture, and the answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from fer_web.errors import ModelError
from fer_web.study.networks.blocks import HeadSpec, Layers, Tensor, Trunk, grid, he_dense, head, standardized
from fer_web.study.networks.dexpression import dexpression
from fer_web.study.networks.inception import inception
from fer_web.study.networks.mini_xception import mini_xception
from fer_web.study.networks.models_a_b import MODEL_A, MODEL_B, Widths, model_a, model_b
from fer_web.study.networks.residual import residual
from fer_web.study.networks.resnet import resnet
from fer_web.study.networks.simple import simple
from fer_web.study.networks.vgg import vgg
from fer_web.study.networks.xception import xception

PLAIN = HeadSpec()
BESIDE_A_MEAN = Widths(picture=(), beside=(256, 64), joined=None)


@dataclass(frozen=True)
class Network:
    """How a network is built. One of `any_size` is built once for pictures of every size, the others for one size, a
    multiple of 16, which all poolings divide. `dense` are the layers that some end in; others take a mean over places.
    """

    trunk: Trunk
    any_size: bool = False
    dense: Widths | None = None


# By name, as configurations and cards give it. A new one is a file here and a line in this table.
NETWORKS: dict[str, Network] = {
    "xception": Network(xception(16, ((32, 1), (128, 3), (384, 4))), any_size=True),
    "xception-m": Network(xception(32, ((160, 4), (448, 5)), dense=64), any_size=True),
    "xception-small": Network(xception(16, ((48, 1), (96, 2), (176, 3))), any_size=True),
    "resnet": Network(resnet(32, ((48, 1), (112, 2), (256, 1))), any_size=True),
    "vgg": Network(vgg(((32, 1), (64, 2), (128, 3), (256, 3))), any_size=True),
    "simple": Network(simple),
    "inception": Network(inception),
    "mini-xception": Network(mini_xception),
    "dexpression": Network(dexpression),
    "model-a": Network(model_a, dense=MODEL_A),
    "model-b": Network(model_b, dense=MODEL_B),
    "residual": Network(residual),
}


def takes_any_size(name: str) -> bool:
    """Whether the network of that name is built once for pictures of every size."""
    return NETWORKS[name].any_size


def build_network(
    name: str, spec: HeadSpec = PLAIN, *, size: int | None = None, layers: Layers | None = None, l2: float = 0.0
) -> Any:
    """An untrained Keras model: prepared pictures (n, size, size, 1), or [pictures, side inputs (n, side)], to columns.

    `size` is None where any will do, `l2` penalizes the kernels. ModelError for an unknown name or a size that does not
    fit.
    """
    import keras

    network = _fitting(name, size)
    layers = layers or keras.layers
    image = layers.Input((size, size, 1), name="image")
    maps = network.trunk(layers, standardized(layers, image), spec)
    inputs, features = [image], _features(layers, network, maps, spec)
    if spec.side:
        side = layers.Input((spec.side,), name="side")
        inputs.append(side)
        features = _joined(layers, features, side, network.dense or BESIDE_A_MEAN, spec)
    columns = head(layers, features, maps, spec)
    model = keras.Model(inputs if spec.side else image, columns, name=name.replace("-", "_"))
    if l2:
        _penalize(model, l2)
    return model


def _fitting(name: str, size: int | None) -> Network:
    if name not in NETWORKS:
        raise ModelError(f"no network is called {name!r}; there are {', '.join(NETWORKS)}")
    if not NETWORKS[name].any_size and (not size or size % 16):
        raise ModelError(f"pictures of {size} pixels do not fit: the network {name!r} needs a multiple of 16")
    return NETWORKS[name]


def _features(layers: Layers, network: Network, maps: Tensor, spec: HeadSpec) -> Tensor:
    if not network.dense:
        return layers.GlobalAveragePooling2D(name="pool")(maps)
    x = grid(layers, maps, "picture")
    for number, width in enumerate(network.dense.picture, start=1):
        x = he_dense(layers, x, width, f"picture{number}", spec)
    return x


def _joined(layers: Layers, features: Tensor, side: Tensor, widths: Widths, spec: HeadSpec) -> Tensor:
    """The side inputs through dense layers of their own, then both beside each other."""
    for number, width in enumerate(widths.beside, start=1):
        side = he_dense(layers, side, width, f"beside{number}", spec)
    if widths.joined:
        features = he_dense(layers, features, widths.joined, "narrowed", spec)
    return layers.Concatenate(name="joined")([features, side])


def _penalize(model: Any, l2: float) -> None:
    """An L2 penalty on every kernel, the way the original program regularized its convolutions."""
    import keras

    for variable in model.trainable_variables:
        if variable.name == "kernel":
            variable.regularizer = keras.regularizers.L2(l2)
