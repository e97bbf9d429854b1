"""Views that are made once, with what teachers say of each."""

from __future__ import annotations

import json
import pickle
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fer_web.cli import main
from fer_web.errors import DataError
from fer_web.study.training import bank as banks
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.bank import FACTS, ViewBank, make_bank, read_bank
from fer_web.study.training.config import TrainingConfig
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.targets import Loss, softmax
from fer_web.study.training.task import expression_task
from fer_web.study.training.trainer import Trainer

MOVES = Augmentation(camera=0.5, reframed=0.5)
TAUGHT = Loss(votes=0.3, teacher=0.7, temperature=2.0)


class Teacher:
    """Answers with a picture's mean and deviation; says how often it was asked."""

    def __init__(self, factor: float = 1.0) -> None:
        self.factor, self.asked = factor, 0

    def predict_on_batch(self, faces: np.ndarray) -> np.ndarray:
        self.asked += len(faces)
        answer = np.zeros((len(faces), 15), np.float32)
        answer[:, 0] = self.factor * faces.mean(axis=(1, 2, 3))
        answer[:, 1] = faces.std(axis=(1, 2, 3))
        return answer


def made(folder: Path, data: LearningData, views: int = 3, *teachers: Teacher, moves: Augmentation = MOVES) -> ViewBank:
    named = [(f"teacher{number}", one) for number, one in enumerate(teachers or (Teacher(),))]
    return make_bank(folder, data.training, named, moves, views, seed=4)


def test_each_view_comes_with_the_teachers_mean_answer_to_it(data: LearningData, tmp_path: Path) -> None:
    bank = made(tmp_path / "bank", data, 3, Teacher(1.0), Teacher(3.0))
    rows = np.array([4, 0, 7])

    views, logits = bank.batch(1, rows, 48)

    seen = views.astype(np.float32) / 127.5 - 1
    assert logits.shape == (3, 7)
    assert logits[:, 0] == pytest.approx(2 * seen.mean(axis=(1, 2)), abs=2e-3)
    assert logits[:, 1] == pytest.approx(seen.std(axis=(1, 2)), abs=2e-3)
    assert not np.array_equal(views, bank.batch(2, rows, 48)[0])
    np.testing.assert_array_equal(views, bank.batch(4, rows, 48)[0])
    assert bank.batch(0, rows, 32)[0].shape == (3, 32, 32)


def test_a_bank_follows_from_its_seed_and_leaves_cameras_to_fresh_views(data: LearningData, tmp_path: Path) -> None:
    still = Augmentation(0, 0, 0, 1, 1, camera=1.0, erase=0, reframed=1.0)
    plain = made(tmp_path / "plain", data, 1, moves=still)
    one, other = made(tmp_path / "one", data), made(tmp_path / "other", data)
    rows = np.arange(5)

    np.testing.assert_array_equal(plain.batch(0, rows, 48)[0], data.training.pixels[:5])
    np.testing.assert_array_equal(one.batch(2, rows, 48)[0], other.batch(2, rows, 48)[0])


def test_an_interrupted_bank_goes_on_and_is_the_same(
    data: LearningData, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = made(tmp_path / "whole", data)
    original, calls = banks.predict, []

    def failing(*given: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return original(*given)

    monkeypatch.setattr(banks, "predict", failing)
    with pytest.raises(KeyboardInterrupt):
        made(tmp_path / "part", data)
    with pytest.raises(DataError, match="2 of 3 views: start `bank` again"):
        read_bank(tmp_path / "part", data.training)
    teacher = Teacher()
    part = made(tmp_path / "part", data, 3, teacher)

    assert teacher.asked == len(data.training)
    for view in range(3):
        for found, expected in zip(
            part.batch(view, np.arange(9), 48), whole.batch(view, np.arange(9), 48), strict=True
        ):
            np.testing.assert_array_equal(found, expected)
    assert read_bank(tmp_path / "part", data.training) == part


def test_other_banks_are_not_gone_on_with_and_other_pictures_not_learned_from(
    data: LearningData, tmp_path: Path
) -> None:
    made(tmp_path / "bank", data)

    with pytest.raises(DataError, match="a bank with other views: choose another folder"):
        made(tmp_path / "bank", data, 4)
    with pytest.raises(DataError, match="a bank with other augmentation"):
        made(tmp_path / "bank", data, moves=Augmentation(erase=0.9))
    with pytest.raises(DataError, match="views of other pictures"):
        read_bank(tmp_path / "bank", data.public)
    with pytest.raises(DataError, match="holds no bank of views"):
        read_bank(tmp_path / "none", data.training)
    (tmp_path / "bank" / FACTS).write_text("{", encoding="utf-8")
    with pytest.raises(DataError, match="cannot be read"):
        read_bank(tmp_path / "bank", data.training)


def test_a_bank_is_handed_to_another_process_as_its_folder(data: LearningData, tmp_path: Path) -> None:
    bank = made(tmp_path / "bank", data)
    bank.batch(0, np.arange(2), 48)

    assert len(pickle.dumps(bank)) < 1000
    assert pickle.loads(pickle.dumps(bank)) == bank  # noqa: S301 - our own


def test_a_run_sees_the_bank_first_and_fresh_views_with_the_plain_answers_after(
    data: LearningData, tmp_path: Path, tiny_network: str
) -> None:
    bank = made(tmp_path / "bank", data)
    plain = np.zeros((len(data.training), 7), np.float32)
    config = TrainingConfig(tiny_network, batch=len(data.training), bank_epochs=2, loss=TAUGHT)
    training = expression_task(config, replace(data, logits=plain), bank=bank).training

    for epoch in (0, 1):
        (inputs, targets), *_ = training.batches(epoch, 48)
        order = np.random.default_rng((0, epoch, 0)).permutation(len(data.training))
        views, logits = bank.batch(epoch, order[: len(data.training)], 48)
        np.testing.assert_allclose(inputs[..., 0], views.astype(np.float32) / 127.5 - 1, atol=1e-5)
        np.testing.assert_allclose(targets[:, 15:], softmax(logits, 2.0), atol=1e-6)
        np.testing.assert_array_equal(targets[:, :15], training.targets[order][:, :15])
    (_, targets), *_ = training.batches(2, 48)
    np.testing.assert_allclose(targets[:, 15:], 1 / 7, atol=1e-6)


def test_a_run_without_its_bank_is_refused(data: LearningData, tiny_network: str) -> None:
    logits = np.zeros((len(data.training), 7), np.float32)
    config = TrainingConfig(tiny_network, batch=4, bank_epochs=2, loss=TAUGHT)

    with pytest.raises(DataError, match="give --bank"):
        expression_task(config, replace(data, logits=logits), done=1)
    assert expression_task(config, replace(data, logits=logits), done=2).training.bank is None
    with pytest.raises(DataError, match="weight for the teachers"):
        TrainingConfig(tiny_network, bank_epochs=2)


def test_the_commands_make_a_bank_and_train_over_it(
    trained: Path, tiny: Path, data_file: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "student.toml"
    text = (tiny / "run.toml").read_text(encoding="utf-8")
    config.write_text(f"bank_epochs = 1\n{text}\nteacher = 0.5\n".replace("votes = 0.5", ""), encoding="utf-8")
    data = ["--data", str(data_file)]

    assert (
        main(["bank", *data, "--config", str(config), "--views", "2", "--out", str(tmp_path / "bank"), str(trained)])
        == 0
    )
    assert "answered by 1 teachers" in capsys.readouterr().out
    assert main(["teach", *data, "--out", str(tmp_path / "teaching.npz"), str(trained)]) == 0
    learn = ["--teaching", str(tmp_path / "teaching.npz"), "--bank", str(tmp_path / "bank"), "--quiet", "--ahead", "0"]
    assert main(["train", *data, "--config", str(config), "--run", str(tmp_path / "student"), *learn]) == 0
    assert "bank" in json.loads((tmp_path / "student" / "inputs.json").read_text())
    assert main(["train", *data, "--config", str(tiny / "run.toml"), "--run", str(tmp_path / "else"), *learn[2:]]) == 1
    assert "has no epochs for a bank of views" in capsys.readouterr().err

    # The bank may be gone once its epochs are over.
    kept, again = str(tmp_path / "kept.npz"), str(tmp_path / "again")
    assert main(["keep-run", *data, "--run", str(tmp_path / "student"), "--out", kept]) == 0
    go_on = ["train", *data, "--config", str(config), "--run", again, *learn[:2], *learn[4:], "--resume", kept]
    assert main(go_on) == 1
    assert "bank was bank.json" in capsys.readouterr().err
    assert main([*go_on, "--changed"]) == 0
    assert main(go_on) == 0, "its folder is there now"


def test_the_trainer_takes_a_task_with_a_bank(data: LearningData, tmp_path: Path, tiny_network: str) -> None:
    logits = np.zeros((len(data.training), 7), np.float32)
    config = TrainingConfig(tiny_network, batch=4, bank_epochs=1, loss=TAUGHT)
    config = replace(config, schedule=replace(config.schedule, epochs=2, sizes=((1.0, 32),)))
    task = expression_task(config, replace(data, logits=logits), bank=made(tmp_path / "bank", data))

    progress = Trainer(task, tmp_path / "run").train(quiet=True)

    assert len(progress.history) == 2
