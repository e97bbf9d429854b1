"""Class activation maps: the evidence at every place adds up to the logits."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import keras
import numpy as np
import pytest

from fer_web.core import Face, Frame, Rect
from fer_web.registry import load_model
from fer_web.vision import Analyzer
from fer_web.vision.explain import contrasted_chip, heat_face, heated_chip, normalized, with_maps

CHIPS = np.random.default_rng(0).integers(0, 255, (2, 48, 48), np.uint8)


def test_the_mean_of_a_map_is_its_logit_without_the_bias(tiny_models: Path) -> None:
    model, card = load_model(tiny_models, "xception")
    inputs = card.input.prepare(CHIPS)

    logits, maps = with_maps(model)(inputs, training=False)

    bias = np.asarray(model.layers[-1].bias)
    np.testing.assert_allclose(np.asarray(maps).mean(axis=(1, 2)) + bias, np.asarray(logits), atol=1e-5)


def test_a_network_with_another_end_answers_without_maps() -> None:
    image = keras.Input((48, 48, 1))
    model = keras.Model(image, keras.layers.Dense(7)(keras.layers.Flatten()(image)))

    assert len(with_maps(model).outputs) == 1


def test_heat_runs_from_zero_to_one_and_ignores_what_speaks_against() -> None:
    heat = normalized(np.array([[-4.0, 0.0], [1.0, 2.0]], np.float32))

    assert heat.tolist() == [[0.0, 0.0], [0.5, 1.0]]
    assert normalized(np.full((2, 2), -1.0, np.float32)).max() == 0


def test_a_heated_chip_is_hot_only_where_the_map_is() -> None:
    heat = np.zeros((6, 6), np.float32)
    heat[0, 0] = 1
    face = Face(Rect(0, 0, 9, 9), 1.0, chip=np.zeros((48, 48), np.uint8), heatmap=heat)

    picture = heated_chip(face)

    assert picture.shape == (192, 192, 3)
    assert picture[10, 10].sum() > 200
    assert picture[-20:, -20:].max() < 10
    assert heated_chip(replace(face, heatmap=None)) is None


def test_the_difference_is_orange_where_the_first_is_hotter_and_blue_where_the_second_is() -> None:
    left, right = np.zeros((6, 6), np.float32), np.zeros((3, 3), np.float32)  # maps may be of different sizes
    left[:, 0], right[:, 2] = 1, 1
    face = Face(Rect(0, 0, 9, 9), 1.0, chip=np.full((48, 48), 100, np.uint8), heatmap=left)
    other = replace(face, heatmap=right)

    picture = contrasted_chip(face, other)

    assert picture.shape == (192, 192, 3)
    assert picture[96, 8, 0] > 200 > 60 > picture[96, 8, 2]
    assert picture[96, 184, 2] > 200 > 60 > picture[96, 184, 0]
    np.testing.assert_array_equal(picture[96, 84], [100, 100, 100])
    assert (contrasted_chip(face, face) == 100).all()
    assert contrasted_chip(face, replace(other, heatmap=None)) is None


@pytest.mark.parametrize("live", [True, False])
def test_heat_is_laid_over_the_face_and_nowhere_else(vision: Analyzer, astronaut: Frame, live: bool) -> None:
    (face,) = (vision.live() if live else vision.still())(astronaut).faces
    canvas = astronaut.pixels.copy()

    heat_face(canvas, replace(face, heatmap=np.ones_like(face.heatmap)))

    changed = (canvas != astronaut.pixels).any(axis=-1)
    rows, columns = np.nonzero(changed)
    around = face.region.expanded(0.25)
    assert changed[int(face.region.center[1]), int(face.region.center[0])]
    assert (rows.min(), rows.max()) >= (around.top, 0)
    assert rows.max() < around.bottom
    assert around.left <= columns.min() <= columns.max() < around.right
