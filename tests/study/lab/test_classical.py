"""Every classical row from beginning to end, on made-up pictures."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_web.study.lab import autoencoder
from fer_web.study.lab.classical import boosting, kernel_rows
from fer_web.study.lab.classical.rows import ROWS
from fer_web.study.lab.classical.svm import Gaussian, Nystroem, Solver, Views, answers, exact_weights
from fer_web.study.lab.classical.vectors import fit_vectors
from fer_web.study.lab.features import FeatureStore
from fer_web.study.lab.runs import LabOptions, run_row
from fer_web.study.lab.system import FitContext, System
from fer_web.study.training.dataset import learning_data
from tests.study.lab.conftest import made_up

BY_NAME = {row.name: row for row in ROWS}
ORIGINAL_SIZES = {"hog": 72, "landmarks": 136, "both": 208, "sliding": 2728}


pytestmark = pytest.mark.usefixtures("eager")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> FeatureStore:
    """Landmarks are looked for once in this module."""
    return FeatureStore(tmp_path_factory.mktemp("features"), is_quiet=True)


def small(row: System) -> System:
    """The row with less to do."""
    changes: dict[str, Any] = {"dims": 20, "anchors": 30, "tuning_anchors": 10, "gammas": [1.0], "costs": [1.0, 10.0]}
    if "trees" in row.config:
        trees = {**row.config["trees"], "min_data_in_leaf": 2, "feature_fraction": 0.3}
        changes = {"rounds": 12, "patience": 12, "trees": trees}
    return replace(row, config={**row.config, **changes})


@pytest.mark.parametrize("name", BY_NAME)
def test_a_row_runs_from_beginning_to_end(name: str, store: FeatureStore, tmp_path: Path) -> None:
    options = LabOptions(runs=tmp_path, cache=store.folder, is_quiet=True, is_quick=True)

    record = run_row(small(BY_NAME[name]), made_up(), options)

    assert record["state"] == "finished"
    assert np.sum(record["private_test"]["confusion"]) == 7
    assert (tmp_path / name / "curves.csv").is_file()


@pytest.mark.parametrize("name", ["svm-hog", "lightgbm-pixels"])
def test_stripes_are_told_apart(name: str, store: FeatureStore, tmp_path: Path) -> None:
    options = LabOptions(runs=tmp_path, cache=store.folder, is_quiet=True)

    record = run_row(small(BY_NAME[name]), made_up(each=10), options)

    assert record["private_test"]["accuracy"]["value"] > 0.6


@pytest.mark.parametrize("name", ORIGINAL_SIZES)
def test_original_rows_see_vectors_of_the_original_size(name: str, store: FeatureStore) -> None:
    row = BY_NAME[f"svm-{name}-original"]
    training = made_up().part("Training").pixels[:8]

    vectors = fit_vectors(tuple(row.config["inputs"]), training, store, 5, is_mirrored=False, seed=0)

    assert sum(len(block.mean) for block in vectors.blocks) == ORIGINAL_SIZES[name]
    assert vectors(training, store).plain.shape == (8, 5 * len(vectors.blocks))


def test_every_kind_of_features_has_an_equal_say(store: FeatureStore) -> None:
    pixels = made_up().part("Training").pixels

    views = fit_vectors(("hog", "sliding-hog"), pixels, store, 12, is_mirrored=True, seed=0)(pixels, store)

    for block in (views.plain[:, :12], views.plain[:, 12:]):
        assert block.var(axis=0).sum() == pytest.approx(1, abs=1e-3)
    assert views.mirrored.shape == views.plain.shape


def test_the_kernels_features_reproduce_the_kernel() -> None:
    rng = np.random.default_rng(0)
    plain = rng.normal(size=(12, 4)).astype(np.float32)
    distances = ((plain[:, np.newaxis] - plain) ** 2).sum(axis=2)

    features = Nystroem(Gaussian(Views(plain, plain), 0.5, 4.0))(Views(plain, plain))

    assert np.allclose(features @ features.T, np.exp(-0.125 * distances), atol=1e-3)


def test_a_picture_and_its_mirror_image_get_the_same_answer() -> None:
    rng = np.random.default_rng(0)
    one, other = rng.normal(size=(2, 12, 4)).astype(np.float32)
    kernel = Nystroem(Gaussian(Views(one, other), 1.0, 4.0))

    assert np.allclose(kernel(Views(one, other)), kernel(Views(other, one)), atol=1e-5)


def test_the_solver_finds_the_least_of_its_costs() -> None:
    rng = np.random.default_rng(0)
    features, labels = rng.normal(size=(40, 5)).astype(np.float32), rng.integers(0, 3, 40)
    signs = 2.0 * np.eye(3)[labels] - 1

    def total(weights: np.ndarray) -> float:
        return float((weights[:-1] ** 2).sum() + 2.0 * ((signs - answers(features, weights)) ** 2).sum())

    found = Solver(features, labels, 3).weights(2.0)

    assert np.allclose(found[-1], signs.mean(axis=0), atol=1e-6)
    for _ in range(20):
        other = found.copy()
        other[:-1] += rng.normal(scale=0.05, size=(5, 3)).astype(np.float32)
        assert total(found) < total(other)


def test_the_exact_machine_is_what_the_approximation_approaches() -> None:
    rng = np.random.default_rng(0)
    plain, labels = rng.normal(size=(40, 4)).astype(np.float32), rng.integers(0, 3, 40)
    views, new = Views(plain, plain), rng.normal(size=(5, 4)).astype(np.float32)
    kernel = Gaussian(views, 1.0, 4.0)
    features = Nystroem(kernel)
    approached = answers(features(Views(new, new)), Solver(features(views), labels, 3).weights(2.0))

    found = exact_weights(kernel(views), labels, 3, 2.0)

    assert np.allclose(answers(kernel(Views(new, new)), found), approached, atol=1e-2)


def test_similarities_that_are_none_are_refused() -> None:
    with pytest.raises(ValueError, match="positive definite"):
        exact_weights(np.full((3, 3), -1, np.float32), np.arange(3), 3, 10.0)


def task(row: System, folder: Path, store: FeatureStore, **options: Any) -> FitContext:
    return FitContext(learning_data(made_up()), folder, store, row.config, is_quiet=True, **options)


def test_a_stopped_machine_does_not_tune_again(
    store: FeatureStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    row = small(BY_NAME["svm-hog-original"])
    first = kernel_rows.fit_svm(task(row, tmp_path, store))
    made: list[int] = []
    make = kernel_rows.Gaussian

    def counted(anchors: Views, gamma: float, variance: float) -> Gaussian:
        made.append(len(anchors))
        return make(anchors, gamma, variance)

    monkeypatch.setattr(kernel_rows, "Gaussian", counted)
    again = kernel_rows.fit_svm(task(row, tmp_path, store))

    assert made == [30]  # the last machine alone, none of the tuning's 10 anchors
    assert again.chosen == first.chosen
    assert again.history == first.history


def test_stopped_trees_go_on(store: FeatureStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(boosting, "KEEP_EVERY", 4)
    row = small(BY_NAME["lightgbm-pixels"])
    boosting.fit_pixels(task(row, tmp_path, store, epochs=6))

    fitted = boosting.fit_pixels(task(row, tmp_path, store, epochs=12))

    assert fitted.epochs == (12, 12)
    assert [entry["epoch"] for entry in fitted.history] == list(range(1, 13))
    assert [path.name for path in tmp_path.glob("weights/state-*.txt")] == ["state-12.txt"]


def test_trees_stop_when_nothing_gets_better(store: FeatureStore, tmp_path: Path) -> None:
    row = small(BY_NAME["lightgbm-pixels"])
    stubborn = replace(row, config={**row.config, "patience": 1, "rounds": 200})

    fitted = boosting.fit_pixels(task(stubborn, tmp_path, store))

    assert fitted.epochs is not None
    assert fitted.epochs[0] < 200


def test_the_auto_encoder_is_trained_once(store: FeatureStore, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    given = task(BY_NAME["lightgbm-autoencoder"], tmp_path, store, is_quick=True)
    pictures = given.data.public.pixels
    first = autoencoder.encoder_of(given)(pictures)

    def fail(*args: object) -> None:
        raise AssertionError("trained again")

    monkeypatch.setattr(autoencoder, "_train", fail)

    assert first.shape == (21, 576)
    assert np.allclose(autoencoder.encoder_of(given)(pictures), first, atol=1e-5)


def test_an_auto_encoder_learns_to_draw_what_it_sees() -> None:
    images = autoencoder.evened(made_up().rows.pixels)
    whole, _ = autoencoder.build_autoencoder(seed=0)

    losses = [float(whole.train_on_batch(images, images)) for _ in range(8)]

    assert losses[-1] < losses[0]
