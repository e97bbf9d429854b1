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
