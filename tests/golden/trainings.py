"""Trains three small networks on one thread and prints what became of them: `python -m tests.golden.trainings FOLDER`.

A process of its own, because TensorFlow takes its number of threads once.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

TRAIN = """
network = "xception-small"
seed = 3
batch = 8
dropout = 0.2

[schedule]
epochs = 4
sizes = [[1.0, 16]]

[loss]
label_smoothing = 0.05
"""
LAB_EPOCHS, KEYPOINT_EPOCHS = 4, 3


def train(folder: Path) -> Path:
    """100 steps of `train`, with a body of two blocks in place of the network's own."""
    from fer_web.cli import main
    from fer_web.study.networks import build
    from fer_web.study.networks.xception import xception
    from tests.study.lab.conftest import made_up, save

    small = build.Network(xception(16, ((16, 1), (32, 1))), any_size=True)
    build.NETWORKS = {**build.NETWORKS, "xception-small": small}
    (folder / "run.toml").write_text(TRAIN, encoding="utf-8")
    data = save(made_up(30), folder / "faces.npz")
    command = ["train", "--data", str(data), "--config", str(folder / "run.toml"), "--run", str(folder / "run")]
    assert main([*command, "--quiet"]) == 0
    return folder / "run"


def lab(folder: Path) -> Path:
    """52 steps of a network of the laboratory, taught by the served one, on pictures of two sizes."""
    from fer_web.cli import main
    from tests.study.lab.conftest import made_up, save

    data = save(made_up(30), folder / "faces.npz")
    command = ["lab", "run", "simple-cnn", "--data", str(data), "--runs", str(folder), "--cache", str(folder / "cache")]
    assert main([*command, "--quick", "--epochs", str(LAB_EPOCHS), "--jobs", "1", "--quiet"]) == 0
    return folder / "simple-cnn" / "weights"


def keypoints(folder: Path) -> Path:
    """21 steps of the network for keypoints."""
    from fer_web.study.lab.keypoints.faces import divide
    from fer_web.study.lab.keypoints.train import CONFIG, keypoint_trainer
    from tests.study.lab.keypoints.made_up import made_up

    schedule = replace(CONFIG.schedule, epochs=KEYPOINT_EPOCHS, minutes=0.0)
    keypoint_trainer(divide(made_up(40)), folder, replace(CONFIG, batch=4, schedule=schedule)).train(quiet=True)
    return folder


TRAININGS: tuple[Callable[[Path], Path], ...] = (train, lab, keypoints)


def found_in(run: Path) -> dict[str, Any]:
    """The losses, and the last weights and their average: their SHA-256, and the length of each as a vector."""
    with np.load(run / "state.npz") as state:
        names = sorted(name for name in state.files if name.startswith(("model", "average0")))
        digest = hashlib.sha256(b"".join(state[name].tobytes() for name in names)).hexdigest()
        lengths = [round(float(np.linalg.norm(state[name])), 4) for name in names]
        history = json.loads(str(state["progress"]))["history"]
    return {"sha256": digest, "losses": [round(row["loss"], 4) for row in history], "lengths": lengths}


def main(folder: Path) -> None:
    # Compiling for the processor would take longer than the training, and gives the same numbers.
    from keras.src.trainers import trainer

    trainer.model_supports_jit = lambda _: False
    found = {}
    for training in TRAININGS:
        (folder / training.__name__).mkdir()
        with redirect_stdout(sys.stderr):
            found[training.__name__] = found_in(training(folder / training.__name__))
    print(json.dumps(found))


if __name__ == "__main__":
    main(Path(sys.argv[1]))
