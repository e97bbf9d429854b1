from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.errors import DataError, ModelError
from fer_web.registry.catalog import load_model, sha256_of
from fer_web.registry.spec import InputSpec
from fer_web.resources import MODELS
from fer_web.study.networks import HeadSpec, build_network
from fer_web.study.training.checkpoint import note_inputs
from fer_web.study.training.dataset import FaceTable, LearningData
from fer_web.study.training.evaluate import LEDGER, Examination, count_read, examine, ferplus_majority, results
from fer_web.study.training.predict import predict
from fer_web.study.training.publish import publish
from fer_web.study.training.report import table as as_table
from fer_web.study.training.targets import softmax
from fer_web.study.training.teachers import mean_logits, teacher, trained_network
from fer_web.study.training.weights import named, take
from tests.study.training.conftest import faces, new_run
from tests.study.training.test_targets import votes


@pytest.fixture(scope="session")
def models(trained: Path, data: LearningData, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the published model `tiny`; tests leave it as it is."""
    folder = tmp_path_factory.mktemp("models")
    publish(trained, data, folder, "tiny")
    return folder


@pytest.fixture(scope="session")
def exam(models: Path, table: FaceTable) -> Examination:
    """The answers of `tiny`; its folder then has a ledger with one entry."""
    return examine(table, models, "tiny")


def test_a_published_model_answers_as_the_trained_one(models: Path, trained: Path, data: LearningData) -> None:
    model, card = load_model(models, "tiny")
    served = np.asarray(model(card.input.prepare(data.public.pixels), training=False))

    assert np.allclose(served, predict(trained_network(trained), data.public.pixels, 48)[:, :7], atol=1e-4)
    assert card.data["weights_chosen_by"] == "PublicTest"
    assert "PrivateTest" not in card.metrics
    assert card.temperature > 0


def test_an_evaluation_reports_what_it_found(exam: Examination) -> None:
    found = results(exam)

    assert found["accuracy"]["count"] == 10
    assert np.sum(found["confusion"]) == 10
    assert np.allclose(exam.probabilities.sum(axis=1), 1, atol=1e-5)
    assert "Accuracy, official" in as_table(found)


def test_probabilities_use_the_cards_temperature_and_priors(exam: Examination) -> None:
    assert np.allclose(softmax(np.log(exam.raw), exam.card.temperature), exam.plain, atol=1e-4)
    assert np.allclose(exam.card.probabilities(np.log(exam.raw)), exam.probabilities, atol=1e-4)


def test_pictures_that_stand_in_training_are_left_out_of_the_second_accuracy(exam: Examination) -> None:
    is_duplicate = np.arange(10) == 3

    assert results(replace(exam, is_duplicate=is_duplicate))["accuracy_without_duplicates"]["count"] == 9


def test_every_set_of_weights_is_counted_once(exam: Examination, models: Path, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    shutil.copytree(models, folder)

    assert exam.reads == 1
    assert count_read(folder, exam.card) == 1
    assert count_read(folder, replace(exam.card, sha256="0" * 64)) == 2
    assert len(json.loads((folder / LEDGER).read_text())) == 2


def test_there_is_nothing_to_evaluate_without_private_rows(models: Path, table: FaceTable, tmp_path: Path) -> None:
    folder = tmp_path / "models"
    shutil.copytree(models, folder, ignore=shutil.ignore_patterns(LEDGER))

    with pytest.raises(DataError, match="PrivateTest"):
        examine(replace(table, usage=np.ones_like(table.usage)), folder, "tiny")
    assert not (folder / LEDGER).exists()


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"sadness": 6, "neutral": 4}, 4),
        ({"sadness": 5, "neutral": 5}, -1),
        ({"sadness": 5, "neutral": 3, "fear": 1, "anger": 1}, 4),  # 5 of 8 once single votes are dropped
        ({"contempt": 10}, -1),
        ({"unknown": 10}, -1),
        ({"NF": 10}, -1),
        ({"anger": 10}, 0),
    ],
)
def test_a_majority_has_more_than_half_of_the_votes_that_are_not_single(given: dict[str, int], expected: int) -> None:
    assert ferplus_majority(votes(**given)).tolist() == [expected]


@pytest.mark.media
def test_the_majority_rule_leaves_3137_private_pictures(media: Path) -> None:
    from fer_web.study.training.readers import read_table

    private = read_table(media / "fer2013" / "fer2013.npz").part("PrivateTest")

    assert (ferplus_majority(private.votes) >= 0).sum() == 3137


def test_weights_of_another_network_are_refused() -> None:
    with pytest.raises(ModelError, match="does not fit"):
        take(build_network("xception-small"), named(build_network("vgg")))


def test_the_votes_head_is_left_behind() -> None:
    trained = build_network("xception-small", HeadSpec(votes=True))
    served = build_network("xception-small", size=48)
    take(served, named(trained))
    images = InputSpec().prepare(faces(2).pixels)

    assert np.allclose(np.asarray(served(images)), np.asarray(trained(images))[:, :7], atol=1e-5)


class Brightness:
    """A 'network' whose first logit is the picture's mean and whose second is its left half's."""

    def predict_on_batch(self, images: np.ndarray) -> np.ndarray:
        logits = np.zeros((len(images), 7), np.float32)
        logits[:, 0] = images.mean(axis=(1, 2, 3))
        logits[:, 1] = images[:, :, :24].mean(axis=(1, 2, 3))
        return logits


def test_teachers_answers_are_means_over_mirror_images() -> None:
    pictures = np.zeros((1, 48, 48), np.uint8)
    pictures[:, :, 24:] = 255

    assert mean_logits([Brightness(), Brightness()], pictures, [(0, 0)])[0, :2] == pytest.approx([0, 0], abs=1e-6)


def test_a_published_teacher_answers_by_litert_what_its_keras_file_does(data: LearningData) -> None:
    path = MODELS / "xception-small.keras"

    asked, by_keras = (predict(one, data.public.pixels, 48)[:, :7] for one in (teacher(path), trained_network(path)))

    assert np.allclose(asked, by_keras, atol=1e-3)


def test_a_card_tells_what_the_run_began_from_and_learned_by(trained: Path, data: LearningData, tmp_path: Path) -> None:
    (tmp_path / "crops.npz").write_bytes(b"crops")
    run = new_run(tmp_path / "run")
    note_inputs(run, start=None, crops=tmp_path / "crops.npz", teaching=tmp_path)
    shutil.copy(trained / "best.npz", run)

    card = publish(run, data, tmp_path / "models", "tiny")

    assert set(card.data["inputs"]) == {"crops", "teaching"}
    assert card.data["inputs"]["crops"] == f"crops.npz, SHA-256 {sha256_of(tmp_path / 'crops.npz')}"
    assert card.version.endswith(card.sha256[:8])
