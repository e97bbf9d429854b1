"""A network row's chosen weights as a model that the program can load and ask, with its card.

Only rows that read pixels alone and know all seven expressions can be published: a served network gets nothing else.
"""

from __future__ import annotations

from pathlib import Path

from fer_web.errors import DataError
from fer_web.registry.card import ModelCard
from fer_web.registry.catalog import quiet_tensorflow
from fer_web.registry.spec import InputSpec
from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.lab.system import ALL, System
from fer_web.study.networks import NETWORKS, build_network
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.publish import Origin, write_model
from fer_web.study.training.weights import BEST, load_best, take

NOTES = (
    "A reference system of the laboratory, to compare with; see docs/lab.md. Apparent expression, not inner feeling."
)


def publish_row(row: System, runs: Path, data: LearningData, models: Path) -> ModelCard:
    """Write `<row>.keras` and `<row>.json` into a folder and return the card; DataError where that is not possible."""
    quiet_tensorflow()
    config = _publishable(row)
    weights = runs / row.name / "weights"
    if not (weights / BEST).is_file():
        raise DataError(
            f"{weights} holds no weights: python -m fer_web lab run {row.name} --data fer2013.csv makes them"
        )
    model = build_network(config.network, config.head(is_training=False), size=InputSpec().width)
    chosen, facts = load_best(weights)
    take(model, chosen)
    details = {"run": {**config.as_config(), "chosen": facts}}
    origin = Origin(config.network, config.loss, config.teacher or "none", details, NOTES)
    return write_model(model, models, row.name, data, origin)


def _publishable(row: System) -> LabConfig:
    if row.config.get("network") not in NETWORKS:
        raise DataError(f"{row.name} is no network of the laboratory: there is nothing to publish")
    config = LabConfig.of(row.config)
    if config.inputs != "raw" or tuple(row.expressions) != ALL:
        raise DataError(f"{row.name} needs {row.features} for {len(row.expressions)} expressions; a model that is "
                        f"served gets pixels alone and knows all {len(ALL)}")  # fmt: skip
    return config
