"""The commands of a training, from pictures to a measured model, as a person types them."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli.main import main
from fer_web.registry.card import ModelCard
from fer_web.training.evaluate import LEDGER


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
    assert card.data["teachers"] == "averaged logits of teachers"
    assert card.metrics["PrivateTest"]["accuracy"] == found["accuracy"]
    assert found["accuracy"]["count"] == 10
    assert {path.suffix for path in record.iterdir()} == {".json", ".png"}
    assert len(json.loads((models / LEDGER).read_text(encoding="utf-8"))) == 1


def test_what_is_missing_is_said(
    tiny: Path, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    data, config = ["--data", str(data_file)], ["--config", str(tiny / "run.toml"), "--run", str(tmp_path / "new")]
    np.savez(tmp_path / "other.npz", logits=np.zeros((40, 7), np.float32), pictures=np.array("other"))

    def complaint(*arguments: str) -> str:
        assert main(arguments) == 1
        return capsys.readouterr().err

    assert "missing.csv" in complaint("train", "--data", "missing.csv", *config)
    assert "missing.toml" in complaint("train", *data, "--config", "missing.toml", "--run", str(tmp_path / "new"))
    assert "other.npz holds logits of other" in complaint(
        "train", *data, *config, "--teaching", str(tmp_path / "other.npz")
    )
    assert "gone" in complaint("train", *data, *config, "--start", "gone", "--quiet")
    assert "no finished run" in complaint("publish", *data, "--run", str(tiny), "--name", "own")
    assert "no finished run" in complaint("teach", *data, "--out", str(tmp_path / "teaching.npz"), str(tiny))
    assert "gone" in complaint("evaluate", *data, "--models", str(tmp_path), "--name", "gone", "--no-speed")
