"""The same file must answer alike wherever Keras runs; the other backend needs a process of its own."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from fer_web.registry.catalog import load_model
from fer_web.study.training.dataset import LearningData
from tests.study.training.conftest import new_run

ABROAD = """
import sys
from pathlib import Path
import keras
import numpy as np
from fer_web.study.networks import build
from fer_web.study.networks.xception import xception
from fer_web.study.training import config
from fer_web.study.training.dataset import learning_data
from fer_web.study.training.predict import predict
from fer_web.study.training.publish import publish
from fer_web.study.training.readers import read_table
from fer_web.study.training.task import expression_task
from fer_web.study.training.teachers import trained_network
from fer_web.study.training.trainer import Trainer

assert keras.backend.backend() == sys.argv[1]
data, folder = learning_data(read_table(Path(sys.argv[2]))), Path(sys.argv[3])
build.NETWORKS = {"tiny": build.Network(xception(16, ((16, 1), (32, 1))), any_size=True)}
Trainer(expression_task(config.read_config(folder / "run.toml"), data), folder).train(quiet=True)
publish(folder, data, folder / "models", "abroad")
np.save(folder / "answers.npy", predict(trained_network(folder), data.public.pixels, 48)[:, :7])
"""


@pytest.mark.parametrize("backend", ["torch", "jax"])
def test_a_model_trained_under_another_backend_answers_alike_here(
    tmp_path: Path, data_file: Path, data: LearningData, backend: str
) -> None:
    if importlib.util.find_spec(backend) is None:
        pytest.skip(f"{backend} is not installed")
    folder = new_run(tmp_path / "run")
    environment = {**os.environ, "KERAS_BACKEND": backend}
    command = [sys.executable, "-c", ABROAD, backend, str(data_file), str(folder)]
    subprocess.run(command, env=environment, check=True, timeout=300)

    model, card = load_model(folder / "models", "abroad")
    answers = np.asarray(model(card.input.prepare(data.public.pixels), training=False))
    assert np.ptp(answers, axis=0).max() > 1e-3  # different pictures, different answers
    assert np.allclose(np.load(folder / "answers.npy"), answers, atol=1e-4)


POOLING = """
import numpy as np
import keras
from fer_web.study.training.torch_layers import torch_layers
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
