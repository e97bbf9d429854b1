"""What was made once for each picture of a split, such as its teachers' answers or its served crop, kept in a file."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion
from fer_web.errors import DataError
from fer_web.study.training.config import TrainingConfig
from fer_web.study.training.dataset import SIDE_PX, LearningData, Split, fingerprint
from fer_web.study.training.tables import read_arrays


def with_prepared(data: LearningData, teaching: Path | None, crops: Path | None) -> LearningData:
    """The data with what the files hold; DataError when it was made for other pictures."""
    return replace(
        data,
        logits=load_prepared(teaching, data.training, "logits", (len(Emotion),)) if teaching else None,
        crops=load_prepared(crops, data.training, "crops", (SIDE_PX, SIDE_PX)) if crops else None,
    )


def refuse_missing(data: LearningData, config: TrainingConfig, name: str) -> None:
    """DataError when the run of that name would learn from something that is not here."""
    if config.loss.teacher and data.logits is None:
        raise DataError(f"{name} learns from teachers' answers, which `teach` makes: give --teaching")
    if config.loss.votes and not data.training.votes.any():
        raise DataError(f"{name} learns from FER+'s votes, of which there are none: give --votes")
    if config.augmentation.reframed and data.crops is None:
        raise DataError(f"{name} learns from served crops, which `reframe` makes: give --crops")


def save_prepared(path: Path, split: Split, **values: Any) -> None:
    """Keep an array by its name, with a fingerprint of the pictures that it was made for."""
    with path.open("wb") as file:
        np.savez_compressed(file, **values, pictures=np.array(fingerprint(split)))


def load_prepared(path: Path, split: Split, name: str, shape: tuple[int, ...]) -> NDArray[Any]:
    """The array (n, *shape) of that name; DataError when it cannot be read or was made for other pictures."""
    saved = read_arrays(path, (name, "pictures"))
    values, made_for = saved[name], str(saved["pictures"])
    if made_for != fingerprint(split) or values.shape != (len(split), *shape):
        raise DataError(f"{path} holds {name} of other pictures: make it again from this data set")
    return values
