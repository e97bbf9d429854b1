"""Tuning: a row's settings, drawn, measured on PublicTest, kept in a study."""

from __future__ import annotations

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli import main
from fer_web.errors import DataError, StoreError
from fer_web.study.lab.rows import all_rows
from fer_web.study.lab.search_space import drawn, space_of
from fer_web.study.lab.system import FitContext, Fitted, System, unheard
from fer_web.study.lab.tuning import Tuning, as_markdown, importance, tune
from tests.study.lab.conftest import made_up, save

TABLE = made_up()


class Fixed:
    """A trial that draws the lower end of every range."""

    def suggest_float(self, name: str, low: float, high: float, *, log: bool) -> float:
        return low

    def suggest_int(self, name: str, low: int, high: int, *, log: bool) -> int:
        return low

    def suggest_categorical(self, name: str, choices: list[object]) -> object:
        return choices[0]


def fit_by_rate(task: FitContext) -> Fitted:
    """Right on every picture when the learning rate is high, on none when it is low; it reports three steps."""
    rate = task.config["schedule"]["rate"]
    right = rate > 0.05
    for step in (1, 2, 3):
        task.report(step, float(right))
    weights = task.weights / "weights"
    weights.write_text("none")

    def answer(pictures: np.ndarray) -> np.ndarray:
        labels = task.data.public.labels if right else (task.data.public.labels + 1) % 7
        return np.eye(7)[labels]

    return Fitted(answer, weights)


ROW = System("by-rate", "a system", "pixels", fit_by_rate, config={"network": "none", "schedule": {}, "optimizer": {},
                                                               "loss": {}, "augmentation": {}})  # fmt: skip


def test_an_exact_machines_cost_is_drawn_too() -> None:
    config = drawn(all_rows()["svm-hog-exact"], Fixed())

    assert config["exact_costs"] == config["costs"] == [0.03]
    assert drawn(all_rows()["svm-hog"], Fixed())["exact_costs"] == []


@pytest.mark.parametrize("name", ["svm-hog", "lightgbm-pixels", "simple-cnn"])
def test_every_kind_of_row_has_settings_to_tune_and_keeps_the_others(name: str) -> None:
    row = all_rows()[name]

    config = drawn(row, Fixed())

    assert set(config) == set(row.config)
    assert config != dict(row.config)
    assert drawn(row, Fixed()) == config  # and the row's own is as it was


def test_a_row_without_settings_is_refused() -> None:
    with pytest.raises(DataError, match="nothing of by-rate can be tuned"):
        space_of(replace(ROW, config={}))


def test_a_study_finds_what_is_better_and_writes_it_down(tmp_path: Path) -> None:
    study = tune(ROW, TABLE, Tuning(tmp_path, trials=12, is_quiet=True, cache=None))

    best = json.loads((tmp_path / "best.json").read_text())
    with (tmp_path / "trials.csv").open() as file:
        rows = list(csv.DictReader(file))
    assert best["public_accuracy"] == 1.0
    assert best["settings"]["schedule.rate"] > 0.05
    assert len(rows) == 12
    assert "12 in all" in as_markdown(study)
    assert not list(tmp_path.glob("trial-*"))


def test_what_decides_is_found_to_be_important(tmp_path: Path) -> None:
    tuning = Tuning(tmp_path, trials=20, is_quiet=True, cache=None)
    study = tune(replace(ROW, fit=fit_unpruned), TABLE, tuning)

    shares = importance(study)

    assert max(shares, key=shares.__getitem__) == "schedule.rate"
    assert (tmp_path / "importance.png").stat().st_size > 1000


def fit_unpruned(task: FitContext) -> Fitted:
    return fit_by_rate(replace(task, report=unheard))


def test_a_trial_that_does_worse_than_the_others_is_given_up(tmp_path: Path) -> None:
    study = tune(ROW, TABLE, Tuning(tmp_path, trials=15, is_quiet=True, cache=None))

    states = [trial.state.name for trial in study.trials]

    assert "PRUNED" in states
    assert "FAIL" not in states


def test_a_study_goes_on_where_it_was_left(tmp_path: Path) -> None:
    tune(ROW, TABLE, Tuning(tmp_path, trials=2, is_quiet=True, cache=None))

    study = tune(ROW, TABLE, Tuning(tmp_path, trials=1, is_quiet=True, cache=None))

    assert len(study.trials) == 3


def test_machines_that_name_the_same_database_share_a_study(
    tmp_path: Path,
    postgresql: Callable[[], str],
) -> None:
    address = postgresql()
    tune(ROW, TABLE, Tuning(tmp_path / "one", trials=2, storage=address, is_quiet=True, cache=None))

    study = tune(ROW, TABLE, Tuning(tmp_path / "other", trials=1, storage=address, is_quiet=True, cache=None))

    assert len(study.trials) == 3


def test_a_database_that_cannot_be_reached_is_told_without_its_password(tmp_path: Path) -> None:
    away = Tuning(tmp_path, trials=1, storage="postgresql://me:secret@127.0.0.1:1/studies", is_quiet=True)

    with pytest.raises(StoreError, match=r"127\.0\.0\.1:1") as caught:
        tune(ROW, TABLE, away)

    assert "secret" not in str(caught.value)


def test_a_classical_row_is_tuned_from_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = save(TABLE, tmp_path / "faces.npz")

    status = main(["tune", "lightgbm-pixels", "--data", str(data), "--trials", "2", "--epochs", "3", "--out",
                   str(tmp_path / "tune"), "--cache", str(tmp_path / "cache"), "--jobs", "1", "--quiet"])  # fmt: skip

    assert status == 0
    assert "2 in all" in capsys.readouterr().out
    assert (tmp_path / "tune" / "lightgbm-pixels" / "best.json").is_file()
