"""Made-up faces, and a network small enough to train in a test."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from fer_web.study.networks import build
from fer_web.study.networks.xception import xception
from fer_web.study.training.config import read_config
from fer_web.study.training.dataset import VOTE_NAMES, FaceTable, LearningData, Split, learning_data
from fer_web.study.training.task import expression_task
from fer_web.study.training.trainer import Trainer

TINY = """
network = "tiny"
seed = 3
batch = 8

[schedule]
epochs = 2
sizes = [[1.0, 16]]

[loss]
votes = 0.5
"""


def faces(count: int, seed: int = 0) -> Split:
    """Noise with random labels, each with ten votes for neutral; no two pictures are alike."""
    rng = np.random.default_rng(seed)
    votes = np.zeros((count, len(VOTE_NAMES)), dtype=np.float32)
    votes[:, 0] = 10
    pixels = rng.integers(0, 256, (count, 48, 48)).astype(np.uint8)
    return Split(pixels, rng.integers(0, 7, count), votes)


@pytest.fixture(scope="session")
def table() -> FaceTable:
    """40 Training, 10 PublicTest and 10 PrivateTest rows."""
    usage = np.repeat(np.array([0, 1, 2], dtype=np.int64), (40, 10, 10))
    return FaceTable(faces(60), usage)


@pytest.fixture(scope="session")
def data(table: FaceTable) -> LearningData:
    return learning_data(table)


@pytest.fixture(scope="session")
def data_file(table: FaceTable, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same rows as a file that `--data` takes."""
    path, rows = tmp_path_factory.mktemp("data") / "fer.npz", table.rows
    np.savez(path, pixels=rows.pixels, emotion=rows.labels, usage=table.usage, ferplus_votes=rows.votes)
    return path


@pytest.fixture(scope="session")
def tiny_network() -> Iterator[str]:
    """The name of a network of one block, known for as long as tests run."""
    networks = {**build.NETWORKS, "tiny": build.Network(xception(16, ((16, 1),)), any_size=True)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(build, "NETWORKS", networks)
        yield "tiny"


@pytest.fixture
def tiny(tiny_network: str, tmp_path: Path) -> Path:
    """The folder of a run that has not begun, with its `run.toml`."""
    return new_run(tmp_path / "run")


@pytest.fixture(scope="session")
def trained(tiny_network: str, data: LearningData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a finished run of two epochs; tests leave it as it is."""
    folder = new_run(tmp_path_factory.mktemp("trained") / "run")
    trainer_in(folder, data).train(quiet=True)
    return folder


def trainer_in(folder: Path, data: LearningData) -> Trainer:
    """The run that is described in a folder."""
    return Trainer(expression_task(read_config(folder / "run.toml"), data), folder)


def new_run(folder: Path, entry: str = "", more: str = "") -> Path:
    """A folder with a `run.toml`, which also has that entry, and more in its schedule."""
    folder.mkdir()
    text = f"{entry}\n{TINY}".replace("[schedule]", f"[schedule]\n{more}")
    (folder / "run.toml").write_text(text, encoding="utf-8")
    return folder
