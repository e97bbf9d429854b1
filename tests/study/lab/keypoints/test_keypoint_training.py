"""From made-up faces to a published model that the program places points with."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli import main
from fer_web.errors import ModelError
from fer_web.registry import list_models, load_model
from fer_web.study.lab.keypoints.faces import Division, divide
from fer_web.study.lab.keypoints.network import keypoint_network, place_coordinates
from fer_web.study.lab.keypoints.publish import examine, publish
from fer_web.study.lab.keypoints.train import CONFIG, keypoint_trainer
from fer_web.study.training.schedule import Schedule
from fer_web.study.training.trainer import Trainer
from fer_web.study.training.weights import load_best
from fer_web.vision.keypoints import KeypointNetwork
from tests.study.lab.keypoints.made_up import folder_of, made_up

SHORT = replace(CONFIG, schedule=Schedule(epochs=2, rate=0.005, sizes=((1.0, 96),)), batch=12, ema=0.5, choose_every=1)


pytestmark = pytest.mark.usefixtures("eager")


@pytest.fixture(scope="module")
def division() -> Division:
    return divide(made_up(36))


@pytest.fixture(scope="module")
def fitted(division: Division, tmp_path_factory: pytest.TempPathFactory) -> Trainer:
    """A run of two epochs that was stopped after the first."""
    folder = tmp_path_factory.mktemp("run")
    half = replace(SHORT, schedule=replace(SHORT.schedule, epochs=1))
    keypoint_trainer(division, folder, half).train(quiet=True)
    fitting = keypoint_trainer(division, folder, SHORT)
    assert fitting.progress.epoch == 1
    fitting.train(quiet=True)
    return fitting


def test_places_are_the_middles_of_their_cells() -> None:
    places = place_coordinates(12)

    assert places.shape == (144, 2)
    assert tuple(places[0]) == (3.5, 3.5)
    assert tuple(places[1]) == (11.5, 3.5)  # row by row
    assert tuple(places.mean(axis=0)) == (47.5, 47.5)


def test_an_untrained_network_places_points_inside_of_the_picture() -> None:
    model = keypoint_network()
    points = np.asarray(model(np.random.default_rng(0).uniform(-1, 1, (2, 96, 96, 1)).astype(np.float32)))

    assert points.shape == (2, 15, 2)
    assert 3.5 <= points.min() <= points.max() <= 91.5
    assert model.count_params() < 1_000_000


def test_a_stopped_run_goes_on_lowers_its_loss_and_keeps_the_best_weights(fitted: Trainer) -> None:
    history = fitted.progress.history

    assert [row["epoch"] for row in history] == [1, 2]
    assert fitted.progress.step == 2 * fitted.task.training.steps
    assert fitted.done == 1
    assert history[1]["loss"] < history[0]["loss"]
    best = min(row["choosing_rmse_px"] for row in history)
    assert load_best(fitted.folder)[1]["choosing_rmse_px"] == best
    assert fitted.task.score(fitted.take_chosen(), 96) == pytest.approx(best, rel=1e-4)


def test_what_is_published_is_what_was_chosen(division: Division, fitted: Trainer, tmp_path: Path) -> None:
    card = publish(fitted.folder, division, tmp_path, SHORT)

    found, predicted = examine(tmp_path, division.test)
    assert found == card.metrics
    network = KeypointNetwork.load_lite(tmp_path)
    np.testing.assert_allclose(network.points(division.test.pictures[:2]), predicted[:2], atol=1e-3)
    assert card.data["test"] == {"faces": len(division.test), "people": len(set(division.test.people))}
    assert list_models(tmp_path, "expression") == []
    with pytest.raises(ModelError, match="for keypoints, but one for expression"):
        load_model(tmp_path, "keypoints")


def test_the_command_trains_publishes_and_measures(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "data").mkdir()
    data = ["--data", str(folder_of(tmp_path / "data", made_up(60))), "--run", str(tmp_path / "run")]
    models = ["--models", str(tmp_path / "models")]

    assert main(["lab", "keypoints", "train", *data, "--epochs", "1", "--quiet"]) == 1  # fewer faces than a batch
    assert "fewer than a batch" in capsys.readouterr().err
    publish_from = ["lab", "keypoints", "publish", *data, *models]
    assert main(publish_from) == 1
    assert "no finished run" in capsys.readouterr().err
