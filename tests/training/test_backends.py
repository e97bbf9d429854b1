"""The same file must answer alike wherever Keras runs; the other backend needs a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fer_web.registry.networks import build_network
from fer_web.registry.spec import InputSpec
from tests.training.conftest import faces

ASK = """
import sys
import numpy as np
import keras
assert keras.backend.backend() == sys.argv[1]
if sys.argv[1] == "torch":
    from fer_web.training.torch_layers import torch_layers
    from fer_web.registry.networks import build_network
    model = build_network("xception-small", size=(48, 48), layers=torch_layers())
    model.set_weights(keras.saving.load_model(sys.argv[2]).get_weights())
else:
    model = keras.saving.load_model(sys.argv[2])
np.save(sys.argv[4], model.predict_on_batch(np.load(sys.argv[3])))
"""


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_a_model_answers_alike_under_another_backend(tmp_path: Path, backend: str) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed (requirements-train.txt)")
    images = InputSpec().prepare(faces(4).pixels)
    model = build_network("xception-small", size=(48, 48))
    for layer in model.layers:  # batch statistics that are not the initial zeros and ones
        if layer.name.endswith("_norm"):
            layer.set_weights([weight + 0.1 * np.arange(weight.size) / weight.size for weight in layer.get_weights()])
    model.save(tmp_path / "model.keras")
    np.save(tmp_path / "images.npy", images)
    environment = {**os.environ, "KERAS_BACKEND": backend}
    files = [str(tmp_path / name) for name in ("model.keras", "images.npy", "answers.npy")]
    subprocess.run([sys.executable, "-c", ASK, backend, *files], env=environment, check=True)

    assert np.allclose(np.load(tmp_path / "answers.npy"), model.predict_on_batch(images), atol=1e-4)


POOLING = """
import numpy as np
import keras
from fer_web.training.torch_layers import torch_layers
fast, rng = torch_layers(), np.random.default_rng(0)
for side in (7, 8, 11):
    pictures = rng.normal(size=(2, side, side + 1, 16)).astype("float32")
    for name in ("MaxPooling2D", "AveragePooling2D"):
        for size, strides, padding in ((2, 2, "valid"), (3, 1, "same"), (3, 2, "same"), (2, 1, "same")):
            plain, own = (getattr(kind, name)(size, strides, padding) for kind in (keras.layers, fast))
            assert np.allclose(plain(pictures), own(pictures), atol=1e-6), (name, side, size, strides, padding)
    for size, strides in ((1, 2), (3, 1), (4, 1), (5, 2)):
        plain, own = (kind.Conv2D(16, size, strides, padding="same") for kind in (keras.layers, fast))
        plain.build(pictures.shape), own.build(pictures.shape)
        own.set_weights(plain.get_weights())
        answers = [keras.ops.convert_to_numpy(layer(pictures)) for layer in (plain, own)]
        assert np.allclose(*answers, atol=1e-5), (side, size, strides)
"""


@pytest.mark.skipif(importlib.util.find_spec("torch") is None, reason="torch is not installed (requirements-train.txt)")
def test_the_faster_layers_answer_as_kerass_own() -> None:
    subprocess.run([sys.executable, "-c", POOLING], env={**os.environ, "KERAS_BACKEND": "torch"}, check=True)
