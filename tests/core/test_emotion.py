"""Expressions by what people and data sets call them."""

from __future__ import annotations

import pytest

from fer_web.core import Emotion
from fer_web.core.emotion import emotion_named


@pytest.mark.parametrize("emotion", Emotion)
def test_every_expression_is_found_by_its_name_in_capitals_or_not(emotion: Emotion) -> None:
    assert emotion_named(emotion.value) is emotion
    assert emotion_named(f" {emotion.value.upper()} ") is emotion


@pytest.mark.parametrize(
    ("word", "emotion"),
    [("happiness", Emotion.HAPPY), ("Anger", Emotion.ANGRY), ("sadness", Emotion.SAD), ("fearful", Emotion.FEAR)],
)
def test_common_synonyms_are_known(word: str, emotion: Emotion) -> None:
    assert emotion_named(word) is emotion


@pytest.mark.parametrize("word", ["contempt", "", "happy faces"])
def test_other_words_name_none(word: str) -> None:
    assert emotion_named(word) is None
