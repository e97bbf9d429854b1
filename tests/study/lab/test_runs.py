from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.study.lab.runs import LabOptions, finished_runs, read_record, run_row
from fer_web.study.lab.system import FitContext, Fitted, Pictures, Scores, System
from fer_web.study.training.dataset import FaceTable
from tests.study.lab.conftest import made_up

OPTIONS = LabOptions(is_quiet=True, cache=None)


class Memory:
    """A row's `fit` that answers with the label of the nearest training picture, and remembers what it was given."""

    def __init__(self) -> None:
        self.tasks: list[FitContext] = []
        self.is_failing = False
        self.weights = b"nearest"

    def __call__(self, task: FitContext) -> Fitted:
        self.tasks.append(task)
        (task.weights / "half.txt").write_text("half of the way")
        if self.is_failing:
            raise KeyboardInterrupt
        known = task.data.training.pixels.reshape(len(task.data.training), -1).astype(float)

        def answer(pictures: Pictures) -> Scores:
            flat = pictures.reshape(len(pictures), -1).astype(float)
            nearest = ((flat[:, np.newaxis] - known) ** 2).sum(axis=2).argmin(axis=1)
            return np.eye(task.classes)[task.data.training.labels[nearest]]

        path = task.weights / "model.bin"
        path.write_bytes(self.weights)
        history = [{"epoch": 1, "loss": 0.5, "public_accuracy": 0.4}]
        return Fitted(answer, path, {"neighbors": 1}, history, (1, task.epochs or 3))


@pytest.fixture
def memory() -> Memory:
    return Memory()


@pytest.fixture
def row(memory: Memory) -> System:
    return System("nearest", "nearest picture", "pixels", memory, 12.5, "on something else", config={"sizes": (1, 2)})


@pytest.fixture
def options(tmp_path: Path) -> LabOptions:
    return replace(OPTIONS, runs=tmp_path / "runs")


@pytest.fixture
def table() -> FaceTable:
    return made_up()


def test_a_run_writes_down_what_is_needed_to_believe_it(row: System, table: FaceTable, options: LabOptions) -> None:
    run_row(row, table, options)
    record = read_record(options.runs / "nearest")

    assert record["state"] == "finished"
    assert record["authors"] == {"accuracy": 12.5, "note": "on something else"}
    assert record["epochs"] == {"done": 1, "planned": 3}
    assert record["command"] == "python -m fer_web lab run nearest --data fer2013.csv"
    assert len(record["data"]["sha256"]) == 64
    assert {"python", "numpy"} <= set(record["versions"])
    assert record["public_test"]["accuracy"]["count"] == 21
    private = record["private_test"]
    assert private["accuracy"]["low"] < private["accuracy"]["value"] < 1.0001
    assert np.sum(private["confusion"]) == 21
    assert set(private["recall"]) == set(record["expressions"])
    assert (options.runs / "nearest" / "curves.csv").read_text() == "epoch,loss,public_accuracy\n1,0.5,0.4\n"
    assert (options.runs / "nearest" / "confusion.png").stat().st_size > 1000


def test_a_row_cannot_see_private_rows(row: System, memory: Memory, options: LabOptions) -> None:
    table = made_up()
    private = table.part("PrivateTest").pixels
    table.rows.pixels[np.flatnonzero(table.usage == 0)[0]] = private[0]  # stands in Training as well

    record = run_row(row, table, options)

    known = {picture.tobytes() for split in (memory.tasks[0].data.training, memory.tasks[0].data.public)
             for picture in split.pixels}  # fmt: skip
    assert not known & {picture.tobytes() for picture in private}
    assert record["data"]["dropped"]["PrivateTest"] == 1
    assert record["private_test"]["accuracy_without_duplicates"]["count"] == 20


def test_a_finished_run_is_not_repeated(row: System, memory: Memory, table: FaceTable, options: LabOptions) -> None:
    first = run_row(row, table, options)

    assert run_row(row, table, options) == first
    assert len(memory.tasks) == 1


def test_again_starts_anew_and_keeps_count_of_reads(
    row: System, memory: Memory, table: FaceTable, options: LabOptions
) -> None:
    run_row(row, table, options)
    memory.weights = b"another model"

    record = run_row(row, table, replace(options, is_again=True))

    assert len(memory.tasks) == 2
    assert len({read["weights_sha256"] for read in record["private_test_reads"]}) == 2


def test_the_same_weights_are_read_once(row: System, table: FaceTable, options: LabOptions) -> None:
    run_row(row, table, options)

    assert len(run_row(row, table, replace(options, is_again=True))["private_test_reads"]) == 1


def test_a_stopped_run_finds_what_it_left(row: System, memory: Memory, table: FaceTable, options: LabOptions) -> None:
    memory.is_failing = True
    with pytest.raises(KeyboardInterrupt):
        run_row(row, table, options)
    assert read_record(options.runs / "nearest")["state"] == "started"
    (options.runs / "nearest" / "weights" / "older.txt").write_text("kept")
    memory.is_failing = False

    run_row(row, table, options)

    assert (options.runs / "nearest" / "weights" / "older.txt").is_file()


@pytest.mark.parametrize(("change", "what"), [({"seed": 1}, "seed"), ({"is_quick": True}, "quick")])
def test_a_stopped_run_does_not_go_on_as_another_one(
    row: System, memory: Memory, table: FaceTable, options: LabOptions, change: dict[str, int], what: str
) -> None:
    memory.is_failing = True
    with pytest.raises(KeyboardInterrupt):
        run_row(row, table, options)

    with pytest.raises(DataError, match=f"a stopped run with another .*{what}.*: --again starts it anew"):
        run_row(row, table, replace(options, **change))


def test_a_rows_expressions_become_its_classes(
    row: System, memory: Memory, table: FaceTable, options: LabOptions
) -> None:
    record = run_row(replace(row, expressions=(6, 3, 0)), table, options)

    assert record["expressions"] == ["neutral", "happy", "angry"]
    assert memory.tasks[0].classes == 3
    assert set(memory.tasks[0].data.training.labels) == {0, 1, 2}
    assert np.shape(record["private_test"]["confusion"]) == (3, 3)


def test_a_quick_run_does_not_read_private_rows(row: System, options: LabOptions) -> None:
    table = made_up()
    broken = replace(table, rows=replace(table.rows, labels=np.where(table.usage == 2, 0, table.rows.labels)))

    record = run_row(row, broken, replace(options, is_quick=True))

    assert record["quick"]
    counts = np.sum(record["private_test"]["confusion"], axis=1)
    assert counts.tolist() == [1] * 7  # PublicTest's, not the seven times angry of PrivateTest


def test_the_command_repeats_what_was_asked_for() -> None:
    options = LabOptions(seed=3, epochs=5, minutes=2.5, is_quick=True, data="my faces.npz", votes="votes.csv")

    assert options.command("x") == (
        "python -m fer_web lab run x --data 'my faces.npz' --votes votes.csv --seed 3 --epochs 5 --minutes 2.5 --quick"
    )


def test_answers_of_another_size_are_refused(row: System, table: FaceTable, options: LabOptions) -> None:
    def fit(task: FitContext) -> Fitted:
        path = task.weights / "model.bin"
        path.write_bytes(b"")
        return Fitted(lambda pictures: np.zeros((len(pictures), 2)), path)

    with pytest.raises(DataError, match=r"nearest answers \(21, 2\) for 21 pictures of 7 classes"):
        run_row(replace(row, fit=fit), table, options)


def test_only_finished_runs_are_results(row: System, memory: Memory, table: FaceTable, options: LabOptions) -> None:
    run_row(row, table, options)
    memory.is_failing = True
    with pytest.raises(KeyboardInterrupt):
        run_row(replace(row, name="other"), table, options)

    assert list(finished_runs(options.runs)) == ["nearest"]


def test_a_damaged_record_is_named(tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text("{")

    with pytest.raises(DataError, match=r"run\.json is no JSON"):
        read_record(tmp_path)


def test_records_are_json_that_people_can_compare(row: System, table: FaceTable, options: LabOptions) -> None:
    run_row(row, table, options)
    text = (options.runs / "nearest" / "run.json").read_text()

    assert text == json.dumps(json.loads(text), indent=1) + "\n"
