"""The seven expressions, in the order of FER2013 and of every model's output."""

from __future__ import annotations

from enum import Enum


class Emotion(str, Enum):
    """Apparent expression, not inner feeling; iteration order is FER2013's 0 to 6."""

    ANGRY = "angry"
    DISGUST = "disgust"
    FEAR = "fear"
    HAPPY = "happy"
    SAD = "sad"
    SURPRISE = "surprise"
    NEUTRAL = "neutral"

    @property
    def position(self) -> int:
        """Its place in a model's output, 0 to 6."""
        return _ORDER[self]

    @classmethod
    def at(cls, index: int) -> Emotion:
        """The emotion at a place in a model's output; IndexError outside 0 to 6."""
        return _IN_ORDER[index]

    def __str__(self) -> str:
        return self.value


_IN_ORDER = tuple(Emotion)
_ORDER = {emotion: index for index, emotion in enumerate(_IN_ORDER)}

# What data sets call them besides.
_SYNONYMS = {
    Emotion.ANGRY: ("anger",),
    Emotion.DISGUST: ("disgusted",),
    Emotion.FEAR: ("fearful", "afraid", "scared"),
    Emotion.HAPPY: ("happiness", "joy", "joyful"),
    Emotion.SAD: ("sadness",),
    Emotion.SURPRISE: ("surprised",),
    Emotion.NEUTRAL: ("neutrality",),
}
_BY_WORD = {word: emotion for emotion, others in _SYNONYMS.items() for word in (emotion.value, *others)}


def emotion_named(word: str) -> Emotion | None:
    """The expression that a word names, in capitals or not; None for another word."""
    return _BY_WORD.get(word.strip().casefold())
