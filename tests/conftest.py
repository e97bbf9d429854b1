"""Fixtures that several packages' tests share."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from fer_web.core import Frame
from fer_web.registry import ModelCard, sha256_of
from fer_web.study.bench.engine import EVERY_ENGINE
from fer_web.study.training.export import export
from fer_web.vision import Analyzer
from tests.postgres import postgresql
from tests.redis_server import own_redis, redis_program, redis_url

__all__ = ["own_redis", "postgresql", "redis_program", "redis_url"]  # fixtures

ROOT = Path(__file__).resolve().parent.parent


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-goldens", action="store_true", help="write tests/golden/kept anew instead of comparing")


@pytest.fixture(scope="session", autouse=True)
def _data_of_their_own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tests keep what they keep in a folder that disappears with them, not where the program would."""
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("FER_DATA_DIR", str(tmp_path_factory.mktemp("data") / "data"))
        yield


@pytest.fixture(scope="session")
def media() -> Path:
    """The shared test data; the test is skipped where it is missing."""
    folder = Path(os.environ.get("FER_TEST_DATA", ROOT.parent / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip(f"no test data at {folder}")
    return folder


@pytest.fixture(scope="session")
def astronaut() -> Frame:
    """A public-domain portrait, 512x512, with one face that dlib finds."""
    from skimage.data import astronaut

    return Frame(0, 0.0, astronaut())


@pytest.fixture(scope="session")
def tiny_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a small untrained network under the served one's name, and its card."""
    folder = tmp_path_factory.mktemp("models")
    write_tiny_model(folder, "xception", seed=1)
    return folder


@pytest.fixture(scope="session")
def other_models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a second small network, which answers otherwise."""
    folder = tmp_path_factory.mktemp("other")
    write_tiny_model(folder, "other", seed=2)
    return folder


def write_tiny_model(folder: Path, name: str, seed: int) -> None:
    """A small untrained network that tells where it looked, and its card, which calibrates."""
    import keras

    keras.utils.set_random_seed(seed)
    image = keras.Input((48, 48, 1))
    x = keras.layers.Conv2D(16, 3, strides=4, activation="relu")(image)
    model = keras.Model(image, keras.layers.Dense(7)(keras.layers.GlobalAveragePooling2D()(x)))
    model.save(folder / f"{name}.keras")
    digest = sha256_of(folder / f"{name}.keras")
    card = ModelCard(name, "test", "tiny", digest, model.count_params(), temperature=0.5)
    card.write(folder / f"{name}.json")
    export(folder, name)


@pytest.fixture(scope="session", params=EVERY_ENGINE.values(), ids=str)
def every_vision(request: pytest.FixtureRequest, tiny_models: Path) -> Analyzer:
    """The same by each engine, with all kinds of landmarks."""
    return Analyzer.load(tiny_models, "xception", request.param)


@pytest.fixture(scope="session")
def vision(tiny_models: Path) -> Analyzer:
    """The whole vision, with the small untrained network."""
    return Analyzer.load(tiny_models, "xception")
