"""The pictures that a lesson begins with do what docs/teaching.md says, by the published networks."""

from __future__ import annotations

from io import BytesIO

import pytest
from PIL import Image

from fer_web.analysis.compare import LAB_MODELS, Classifiers, compare
from fer_web.analysis.example import DISAGREEING, EXAMPLES, example_png
from fer_web.core import Emotion, Face, Frame
from fer_web.resources import MODELS
from fer_web.vision import Analyzer
from fer_web.vision.hiding import ChipPart

EYES, MOUTH = ChipPart(5 / 48, 10 / 48, 38 / 48, 14 / 48), ChipPart(7 / 48, 30 / 48, 34 / 48, 17 / 48)


@pytest.fixture(scope="module")
def served() -> Analyzer:
    return Analyzer.load(MODELS, DISAGREEING[0])


def answers(served: Analyzer, name: str, hidden: ChipPart | None = None) -> list[Face]:
    classifiers = Classifiers((MODELS, MODELS / LAB_MODELS))
    frame = Frame(0, 0.0, EXAMPLES[name]())
    results = compare(served, [classifiers.get(model) for model in DISAGREEING], frame, hidden=hidden)
    return [face for result in results for face in result.faces]


def test_both_are_sure_of_different_answers_to_the_mixed_expression(served: Analyzer) -> None:
    one, other = answers(served, "mixed")

    assert (one.dominant_emotion, other.dominant_emotion) == (Emotion.HAPPY, Emotion.FEAR)
    assert not one.uncertain
    assert not other.uncertain


def test_without_the_eyes_both_say_happy_and_without_the_mouth_neither_does(served: Analyzer) -> None:
    assert [face.dominant_emotion for face in answers(served, "mixed", EYES)] == [Emotion.HAPPY] * 2
    assert Emotion.HAPPY not in [face.dominant_emotion for face in answers(served, "mixed", MOUTH)]


def test_both_say_happy_to_the_smile(served: Analyzer) -> None:
    assert [face.dominant_emotion for face in answers(served, "smile")] == [Emotion.HAPPY] * 2


@pytest.mark.parametrize("name", EXAMPLES)
def test_the_picture_is_a_png_of_the_same_pixels(name: str) -> None:
    image = Image.open(BytesIO(example_png(name)))

    assert image.format == "PNG"
    assert image.tobytes() == EXAMPLES[name]().tobytes()
