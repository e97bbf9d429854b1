"""A run whose folder is lost goes on from the small file that was made of it."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_web.cli.main import main
from fer_web.errors import DataError, ModelError
from fer_web.study.training import kept as module
from fer_web.study.training.checkpoint import STATE, noted_inputs, read_state
from fer_web.study.training.config import TrainingConfig, read_config
from fer_web.study.training.dataset import FaceTable, LearningData
from fer_web.study.training.kept import RUN, KeptRun, digests, keep_run, read_fitting, read_kept
from fer_web.study.training.publish import publish
from fer_web.study.training.targets import Loss
from fer_web.study.training.task import public_accuracy
from fer_web.study.training.teachers import trained_network
from fer_web.study.training.trainer import Trainer
from fer_web.study.training.weights import load_best
from tests.study.training.conftest import new_run, trainer_in
from tests.study.training.test_trainer import epoch_of


@pytest.fixture(scope="module")
def begun(tiny_network: str, data: LearningData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a run of four epochs that was stopped after two; tests leave it as it is."""
    folder = new_run(tmp_path_factory.mktemp("begun") / "run", "dropout = 0.1")
    text = (folder / "run.toml").read_text(encoding="utf-8").replace("epochs = 2", "epochs = 4")
    (folder / "run.toml").write_text(text.replace("[[1.0, 16]]", "[[0.5, 16], [1.0, 24]]"), encoding="utf-8")
    trainer = trainer_in(folder, data)
    epoch_of(trainer)
    epoch_of(trainer)
    return folder


@pytest.fixture
def file(begun: Path, data: LearningData, tmp_path: Path) -> Path:
    """What was kept of it."""
    path = tmp_path / "training-state" / "tiny.npz"
    keep_run(begun, data, path)
    return path


def without(path: Path, name: str) -> dict[str, Any]:
    """A file's arrays but one."""
    with np.load(path) as arrays:
        return {key: arrays[key] for key in arrays.files if key != name}


def found_in(path: Path, begun: Path, data: LearningData) -> KeptRun:
    return read_fitting(path, read_config(begun / "run.toml"), data, {})


def go_on(begun: Path, file: Path, folder: Path, data: LearningData) -> Trainer:
    """The run in a new folder, as it goes on from the file."""
    folder.mkdir()
    shutil.copy(begun / "run.toml", folder)
    trainer = trainer_in(folder, data)
    trainer.go_on_from(found_in(file, begun, data))
    return trainer


def curve(folder: Path) -> list[dict[str, str]]:
    with (folder / "curves.csv").open() as file:
        return list(csv.DictReader(file))


def test_a_lost_run_goes_on_at_its_next_epoch(
    begun: Path, file: Path, data: LearningData, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copy(begun / "run.toml", tmp_path / "tiny.toml")
    again, described = tmp_path / "again", ["--config", str(tmp_path / "tiny.toml"), "--quiet"]
    command = ["train", "--data", str(data_file), *described, "--run", str(again), "--resume", str(file)]

    assert main(command) == 0

    rows = curve(again)
    assert rows[:2] == curve(begun)
    assert [row["epoch"] for row in rows] == ["1.0", "2.0", "3.0", "4.0"]
    assert [row["size"] for row in rows] == ["16.0", "16.0", "24.0", "24.0"]
    assert float(rows[3]["rate"]) < float(rows[2]["rate"]) < float(rows[1]["rate"])
    assert float(rows[2]["minutes"]) > float(rows[1]["minutes"])


def test_it_has_the_kept_weights_and_chosen_ones_to_publish(
    begun: Path, file: Path, data: LearningData, tmp_path: Path
) -> None:
    """Rounding to float16 changes a number by at most 2^-11 of it."""
    before = trainer_in(begun, data)
    trainer = go_on(begun, file, tmp_path / "again", data)

    for values in (trainer.model.get_weights(), trainer.average.weights):
        for value, exact in zip(values, before.average.weights, strict=True):
            assert value.dtype == np.float32
            assert np.allclose(value, exact, rtol=2**-11, atol=1e-7)
    assert trainer.average.steps == before.average.steps == trainer.progress.step == 10
    with before.average.applied():
        accuracy = public_accuracy(data.public, before.model, 16)
    assert public_accuracy(data.public, trainer.model, 16) == pytest.approx(accuracy, abs=0.1)  # one of ten pictures
    assert public_accuracy(data.public, trained_network(tmp_path / "again"), 16) == pytest.approx(accuracy, abs=0.1)
    assert load_best(tmp_path / "again")[1]["epoch"] == 2


def test_weights_that_were_lost_are_no_longer_the_best(
    begun: Path, file: Path, data: LearningData, tmp_path: Path
) -> None:
    """An epoch before the kept one was better, and later ones are measured against the kept one alone."""
    kept = found_in(file, begun, data)
    kept.progress.history[0]["public_accuracy"], kept.progress.history[1]["public_accuracy"] = 0.9, 0.2
    folder = tmp_path / "again"
    folder.mkdir()
    shutil.copy(begun / "run.toml", folder)
    trainer = trainer_in(folder, data)

    trainer.go_on_from(kept)

    assert trainer.progress.patience.best == 0.2
    assert trainer_in(folder, data).progress.patience.best == 0.2


def test_a_folder_that_is_there_goes_on_without_the_file(
    begun: Path, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run, broken = tmp_path / "run", tmp_path / "broken.npz"
    shutil.copytree(begun, run)
    broken.write_bytes(b"no arrays")
    command = ["train", "--data", str(data_file), "--config", str(run / "run.toml"), "--run", str(run), "--quiet"]

    assert main([*command, "--resume", str(broken)]) == 0
    assert len(curve(run)) == 4


def test_the_command_says_what_it_kept(
    begun: Path, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "new" / "tiny.npz"

    assert main(["keep-run", "--data", str(data_file), "--run", str(begun), "--out", str(path)]) == 0
    told = capsys.readouterr().out

    assert told.startswith(f"{path}, {path.stat().st_size} bytes: epoch 2  size 16  loss ")
    assert told.endswith(f"public_accuracy {float(curve(begun)[1]['public_accuracy']):.4g}\n")
    assert all(value.dtype == np.float16 for value in without(path, RUN).values())


def test_what_cannot_be_kept_is_said_and_leaves_the_file_as_it_was(
    begun: Path, file: Path, tiny: Path, data: LearningData, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = file.read_bytes()

    with pytest.raises(DataError, match="no run that has begun"):
        keep_run(tiny, data, file)
    shutil.copy(begun / "run.toml", tiny)
    with np.load(begun / STATE) as arrays:
        np.savez(tiny / STATE, **{**arrays, "average0000": np.full_like(arrays["average0000"], 1e6)})
    with pytest.raises(DataError, match=r"beyond float16's: \S+/\w+$"):
        keep_run(tiny, data, file)
    monkeypatch.setattr(module, "MOST_BYTES", 1000)
    with pytest.raises(DataError, match=r"would take 0\.\d MB, and at most 0\.0 MB may be kept"):
        keep_run(begun, data, file)

    assert file.read_bytes() == before
    assert [path.name for path in file.parent.iterdir()] == [file.name]


@pytest.mark.parametrize(("entry", "now", "difference"), [
    ('network = "tiny"', 'network = "vgg"', "network was tiny and is vgg$"),
    ("dropout = 0.1", "dropout = 0.2\nema = 0.9", r"dropout was 0\.1 and is 0\.2; ema was 0\.999 and is 0\.9$"),
    ("epochs = 4", "epochs = 5", r"schedule\.epochs was 4 and is 5$"),
])  # fmt: skip
def test_a_run_that_is_described_otherwise_is_named(
    begun: Path, file: Path, data: LearningData, tmp_path: Path, entry: str, now: str, difference: str
) -> None:
    text = (begun / "run.toml").read_text(encoding="utf-8")
    assert entry in text
    (tmp_path / "other.toml").write_text(text.replace(entry, now), encoding="utf-8")

    with pytest.raises(DataError, match=difference):
        read_fitting(file, read_config(tmp_path / "other.toml"), data, {})


def test_a_run_that_learned_from_something_else_is_named(
    begun: Path, file: Path, table: FaceTable, data: LearningData, tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    config = read_config(begun / "run.toml")
    other = tmp_path / "other.npz"
    rows = table.rows
    np.savez(other, pixels=rows.pixels, emotion=(rows.labels + 1) % 7, usage=table.usage, ferplus_votes=rows.votes)
    command = ["train", "--config", str(begun / "run.toml"), "--run", str(tmp_path / "again"), "--quiet", "--resume"]

    assert main([*command, str(file), "--data", str(other)]) == 1
    assert "the Training data differ; the PublicTest data differ" in capsys.readouterr().err
    assert not (tmp_path / "again" / STATE).exists()
    with pytest.raises(DataError, match=r"teaching was left out and is teaching\.npz, SHA-256 00$"):
        read_fitting(file, config, data, {"start": "runs/old", "teaching": "teaching.npz, SHA-256 00"})


def test_votes_count_where_a_run_learns_from_them(data: LearningData) -> None:
    unvoted = TrainingConfig("xception-small")
    voted = TrainingConfig("xception-small", loss=Loss(votes=0.5))

    assert digests(data, unvoted)["Training"] != digests(data, voted)["Training"]
    assert digests(data, unvoted)["PublicTest"] == digests(data, voted)["PublicTest"]


def test_what_it_began_from_is_still_known(begun: Path, data: LearningData, tmp_path: Path) -> None:
    source = tmp_path / "source"
    shutil.copytree(begun, source)
    (source / "inputs.json").write_text('{"start": "xception.keras, SHA-256 00"}', encoding="utf-8")
    keep_run(source, data, tmp_path / "tiny.npz")

    go_on(begun, tmp_path / "tiny.npz", tmp_path / "again", data)

    assert noted_inputs(tmp_path / "again") == {"start": "xception.keras, SHA-256 00"}


def test_files_of_something_else_are_refused(begun: Path, file: Path, data: LearningData, tmp_path: Path) -> None:
    path, (name, *_) = tmp_path / "broken.npz", without(file, RUN)
    path.write_bytes(file.read_bytes()[:-1000])
    with pytest.raises(DataError, match=r"broken\.npz cannot be read"):
        read_kept(path)
    with pytest.raises(DataError, match=r"best\.npz has no array run"):
        read_kept(begun / "best.npz")
    np.savez(path, **without(file, RUN), **{RUN: np.array(json.dumps({"epoch": 3}))})
    with pytest.raises(DataError, match=r"broken\.npz holds no run that `keep-run` wrote"):
        read_kept(path)
    np.savez(path, **without(file, name))
    with pytest.raises(ModelError, match=f"its weights {name} are missing"):
        go_on(begun, path, tmp_path / "again", data)
    assert not (tmp_path / "again" / STATE).exists()


def test_a_run_goes_on_with_another_plan_where_that_is_meant(
    begun: Path, file: Path, data_file: Path, data: LearningData, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """With one epoch less and another rate; what has changed is told, kept again, and published with the model."""
    planned = (begun / "run.toml").read_text(encoding="utf-8")
    other = tmp_path / "other.toml"
    other.write_text(
        planned.replace("epochs = 4", "epochs = 3").replace("dropout = 0.1", "dropout = 0.2"), encoding="utf-8"
    )
    again = tmp_path / "again"
    command = ["train", "--data", str(data_file), "--config", str(other), "--run", str(again), "--quiet"]
    changes = ["after epoch 2, dropout was 0.1 and is 0.2", "after epoch 2, schedule.epochs was 4 and is 3"]

    assert main([*command, "--resume", str(file)]) == 1
    assert "of another run (with --changed, it goes on like this): dropout was" in capsys.readouterr().err
    assert main([*command, "--changed"]) == 1
    assert "give --resume as well" in capsys.readouterr().err
    assert main([*command, "--resume", str(file), "--changed"]) == 0

    assert f"Not as first planned: {changes[0]}\nNot as first planned: {changes[1]}\n" in capsys.readouterr().err
    state = read_state(again)
    assert state is not None
    assert (state.progress.epoch, state.progress.changes) == (3, changes)
    assert keep_run(again, data, file).progress.changes == changes
    assert publish(again, data, tmp_path / "models", "tiny").data["changes"] == changes
