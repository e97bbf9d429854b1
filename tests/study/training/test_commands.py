"""The commands of a training, from pictures to a measured model, as a person types them."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli.main import main
from fer_web.registry.card import ModelCard
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.evaluate import LEDGER
from tests.study.training.conftest import new_run, trainer_in


def test_from_pictures_to_a_measured_model(
    tiny: Path, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, models, record = ["--data", str(data_file)], tmp_path / "models", tmp_path / "results"
    config, teaching = tiny / "run.toml", tmp_path / "teaching.npz"
    student, pupil = tmp_path / "student.toml", tmp_path / "student"
    student.write_text(config.read_text(encoding="utf-8") + "teacher = 0.5\n", encoding="utf-8")

    assert main(["train", *data, "--config", str(config), "--run", str(tiny), "--quiet"]) == 0
    assert main(["teach", *data, "--out", str(teaching), str(tiny)]) == 0
    assert "1 teachers' answers to 40 pictures" in capsys.readouterr().out
    learn = ["--config", str(student), "--run", str(pupil), "--teaching", str(teaching), "--quiet"]
    assert main(["train", *data, *learn, "--start", str(tiny)]) == 0
    assert main(["publish", *data, "--run", str(pupil), "--models", str(models), "--name", "own"]) == 0
    told = json.loads(capsys.readouterr().out)
    measure = ["evaluate", *data, "--models", str(models), "--name", "own", "--no-speed"]
    assert main([*measure, "--record", str(record)]) == 0
    assert "Accuracy, official" in capsys.readouterr().out
    assert main([*measure, "--json"]) == 0
    found = json.loads(capsys.readouterr().out)

    card = ModelCard.read(models / "own.json")
    assert told["sha256"] == card.sha256 == found["sha256"]
    assert set(card.data["inputs"]) == {"start", "teaching"}
    assert card.data["teachers"] == "the averaged logits in inputs.teaching"
    assert card.metrics["PrivateTest"]["accuracy"] == found["accuracy"]
    assert found["accuracy"]["count"] == 10
    assert {path.suffix for path in record.iterdir()} == {".json", ".png"}
    assert len(json.loads((models / LEDGER).read_text(encoding="utf-8"))) == 1


def complaint(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a command that must fail says."""
    assert main(arguments) == 1
    return capsys.readouterr().err


def test_what_is_missing_is_said(
    tiny: Path, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, models = ["--data", str(data_file)], ["--models", str(tmp_path)]
    config = ["--config", str(tiny / "run.toml"), "--run", str(tmp_path / "new"), "--quiet"]
    student = new_run(tmp_path / "student") / "run.toml"
    student.write_text(student.read_text(encoding="utf-8") + "teacher = 0.5\n", encoding="utf-8")
    learn = ["--config", str(student), "--run", str(tmp_path / "new"), "--quiet"]
    other = tmp_path / "other.npz"
    np.savez(other, logits=np.zeros((40, 7), np.float32), pictures=np.array("other"))

    assert "missing.csv" in complaint(capsys, "train", "--data", "missing.csv", *config)
    assert "missing.toml" in complaint(capsys, "train", *data, "--config", "missing.toml", "--run", str(tmp_path))
    assert "give --teaching" in complaint(capsys, "train", *data, *learn)
    assert "logits of other" in complaint(capsys, "train", *data, *learn, "--teaching", str(other))
    assert "leave --teaching out" in complaint(capsys, "train", *data, *config, "--teaching", str(other))
    assert "leave --crops out" in complaint(capsys, "train", *data, *config, "--crops", str(other))
    assert "gone" in complaint(capsys, "train", *data, *config, "--start", "gone")
    assert "no finished run" in complaint(capsys, "publish", *data, "--run", str(tiny), "--name", "own")
    teach = ["teach", *data, "--out", str(tmp_path / "teaching.npz"), str(tiny)]
    assert "no finished run" in complaint(capsys, *teach)
    assert "gone" in complaint(capsys, "evaluate", *data, *models, "--name", "gone", "--no-speed")
    assert "no model for expressions" in complaint(capsys, "evaluate", *data, *models, "--no-speed")


def test_a_begun_run_goes_on_as_it_was_described(
    trained: Path, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = tmp_path / "run"
    shutil.copytree(trained, run)
    same, other = new_run(tmp_path / "same", "# the same"), new_run(tmp_path / "other", "dropout = 0.5")
    described = (run / "run.toml").read_text(encoding="utf-8")
    command = ["train", "--data", str(data_file), "--run", str(run), "--quiet", "--config"]

    assert "choose another folder" in complaint(capsys, *command, str(other / "run.toml"))
    assert (run / "run.toml").read_text(encoding="utf-8") == described
    assert main([*command, str(same / "run.toml")]) == 0


def test_weights_of_small_pictures_are_not_published(
    tmp_path: Path, tiny_network: str, data: LearningData, data_file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    run = new_run(tmp_path / "run")
    text = (run / "run.toml").read_text(encoding="utf-8").replace("[[1.0, 16]]", "[[0.5, 16], [1.0, 24]]")
    (run / "run.toml").write_text(text, encoding="utf-8")
    begun = trainer_in(run, data)
    begun._train_epoch(begun.task.training.batches, quiet=True)
    publish = ["publish", "--data", str(data_file), "--run", str(run), "--models", str(tmp_path), "--name", "own"]

    assert "pictures of 16 px, not yet of 24" in complaint(capsys, *publish)
    assert not list(tmp_path.glob("*.keras"))
