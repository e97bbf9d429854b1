"""The networks' rows, with what their authors report and how they are trained here."""

from __future__ import annotations

from dataclasses import replace

from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.lab.neural import fit
from fer_web.study.lab.system import System
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.config import Optimizer
from fer_web.study.training.schedule import Schedule
from fer_web.study.training.targets import Loss

FIVE = (0, 3, 4, 5, 6)  # the study's: angry, happy, sad, surprise, neutral

OURS = LabConfig(
    network="simple",
    teacher="xception",
    schedule=Schedule(epochs=40, rate=0.05, warmup=0.05, hold=0.3, sizes=((0.75, 32), (1.0, 48))),
    augmentation=Augmentation(rotation_deg=10.0, shift=0.06, scale=1.12, contrast=1.4, camera=0.0, erase=0.1),
    loss=Loss(label_smoothing=0.05, votes=0.3, teacher=0.6, temperature=2.0),
)
AFTER = replace(OURS.schedule, epochs=15, rate=0.03)  # for rows that start from another row's weights
# The original program's: Adam, plain augmentation, L2, a lower rate on a plateau, early stopping; full-size pictures.
ORIGINAL = LabConfig(
    network="mini-xception",
    batch=32,
    dropout=0.0,
    ema=0.0,
    optimizer=Optimizer("adam", weight_decay=0.0, clip_norm=0.0),
    schedule=Schedule(epochs=110, kind="plateau", rate=0.001, warmup=0.0, patience=12, stop_after=50),
    augmentation=Augmentation(rotation_deg=10.0, shift=0.1, scale=1.1, contrast=1.0, camera=0.0, erase=0.0),
    loss=Loss(l2=0.01),
)
TAUGHT = "ours, taught by xception"
BY_THE_AUTHORS = "by the program's authors"
BY_THE_STUDY = "by the study's authors, on its 5 expressions"

INPUTS = {
    "raw": "raw",
    "landmarks": "landmarks",
    "hog": "landmarks and HOG",
    "sliding": "landmarks and sliding HOG",
}
A_REPORTED = {"raw": 72.4, "landmarks": 73.5, "hog": 68.7, "sliding": 71.4}
B_REPORTED = {"raw": 73.5, "landmarks": 74.4, "hog": 73.2, "sliding": 75.1}


def _row(
    name: str, system: str, config: LabConfig, authors: float | None = None, note: str = "", how: str = TAUGHT
) -> System:
    beside = "pixels" if config.inputs == "raw" else f"pixels, {config.inputs}"
    return System(
        name=name,
        system=system,
        features=beside,
        fit=fit,
        authors=authors,
        authors_note=note,
        recipe=how if not config.starts_from else f"{how}, from the weights of {config.starts_from}",
        expressions=config.expressions,
        config=config.as_config(),
    )


def _of_the_study(model: str, letter: str, start: LabConfig, reported: dict[str, float]) -> tuple[System, ...]:
    return tuple(
        _row(
            f"{model}-5-{short}",
            f"Model {letter}",
            replace(start, network=model, expressions=FIVE, inputs=inputs),
            reported[short],
            BY_THE_STUDY,
        )
        for short, inputs in INPUTS.items()
    )


SIMPLE_CNN = _row("simple-cnn", "simple CNN", OURS, 62.7, BY_THE_AUTHORS)
MODEL_B = _row(
    "model-b", "Model B", replace(OURS, network="model-b"), 61.4, "by the study's authors, with 7 expressions"
)
FROM_MODEL_B = replace(OURS, network="model-b", starts_from=MODEL_B.name, schedule=AFTER)

ROWS: tuple[System, ...] = (
    SIMPLE_CNN,
    _row(
        "landmark-supervised",
        "simple CNN that also tells landmarks, after EmotionalDAN",
        replace(OURS, landmarks=0.1),
        note="none for this network",
        how=f"{TAUGHT}; pair of {SIMPLE_CNN.name}",
    ),
    _row("inception", "Inception", replace(OURS, network="inception"), 59.5, BY_THE_AUTHORS),
    _row("dexpression", "DeXpression", replace(OURS, network="dexpression"), note="never reported on FER2013"),
    _row(
        "hybrid",
        "simple CNN beside landmarks and HOG",
        replace(OURS, inputs="landmarks and HOG", starts_from=SIMPLE_CNN.name, schedule=AFTER),
        45.8,
        BY_THE_AUTHORS,
    ),
    _row("xception-original", "mini-Xception", ORIGINAL, 64.5, BY_THE_AUTHORS, how="the original program's"),
    MODEL_B,
    _row("model-b-sliding", "Model B", replace(FROM_MODEL_B, inputs=INPUTS["sliding"]), note="none with 7 expressions"),
    *_of_the_study("model-b", "B", FROM_MODEL_B, B_REPORTED),
    *_of_the_study("model-a", "A", OURS, A_REPORTED),
    _row(
        "model-a-5-hog-plain",
        "Model A without batch normalization",
        replace(OURS, network="model-a", expressions=FIVE, inputs=INPUTS["hog"], normalized=False),
        66.8,
        BY_THE_STUDY,
        how=f"{TAUGHT}; pair of model-a-5-hog",
    ),
)
