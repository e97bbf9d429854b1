"""A network row's chosen weights as a model that the program can load and ask, with its card.

Only rows that read pixels alone and know all seven expressions can be published: a served network gets nothing else.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from fer_web.errors import DataError
from fer_web.lab.networks.build import TRUNKS, build
from fer_web.lab.networks.recipe import Recipe
from fer_web.lab.networks.weights import CHOSEN, load_facts, take_all
from fer_web.lab.row import ALL, Row
from fer_web.registry.card import ModelCard
from fer_web.registry.catalog import quiet_tensorflow, sha256_of
from fer_web.registry.spec import InputSpec
from fer_web.training import metrics
from fer_web.training.calibrate import fit_temperature, uncertain_below
from fer_web.training.dataset import LearningData
from fer_web.training.loop import predict
from fer_web.training.publish import LICENSE
from fer_web.training.targets import softmax

NOTES = (
    "A reference system of the laboratory, to compare with; see docs/lab.md. Apparent expression, not inner feeling."
)


def publish_row(row: Row, runs: Path, data: LearningData, models: Path) -> ModelCard:
    """Write `<row>.keras` and `<row>.json` into a folder and return the card; DataError where that is not possible."""
    quiet_tensorflow()
    recipe = _publishable(row)
    weights = runs / row.name / "weights"
    if not (weights / CHOSEN).is_file():
        raise DataError(
            f"{weights} holds no weights: python -m fer_web lab run {row.name} --data fer2013.csv makes them"
        )
    model = build(recipe.network, recipe.plan(is_training=False), InputSpec().width)
    take_all(model, weights / CHOSEN)
    models.mkdir(parents=True, exist_ok=True)
    path = models / f"{row.name}.keras"
    model.save(path)
    card = _card(row, recipe, model, data, load_facts(weights), sha256_of(path))
    card.write(path.with_suffix(".json"))
    return card


def _publishable(row: Row) -> Recipe:
    if row.config.get("network") not in TRUNKS:
        raise DataError(f"{row.name} is no network of the laboratory: there is nothing to publish")
    recipe = Recipe.of(row.config)
    if recipe.inputs != "raw" or tuple(row.expressions) != ALL:
        raise DataError(f"{row.name} needs {row.features} for {len(row.expressions)} expressions; a model that is "
                        f"served gets pixels alone and knows all {len(ALL)}")  # fmt: skip
    return recipe


def _card(row: Row, recipe: Recipe, model: Any, data: LearningData, chosen: dict[str, float], digest: str) -> ModelCard:
    logits, labels = predict(model, data.public.pixels, InputSpec().width), data.public.labels
    temperature = fit_temperature(logits, labels)
    before, after = softmax(logits), softmax(logits, temperature)
    return ModelCard(
        name=row.name,
        version=date.today().isoformat(),
        network=recipe.network,
        sha256=digest,
        parameters=int(model.count_params()),
        temperature=round(temperature, 4),
        uncertain_below=round(uncertain_below(after, labels), 4),
        license=LICENSE,
        data={
            "training": f"FER2013 Training, {len(data.training)} of {data.training_total} pictures",
            "dropped": data.dropped,
            "weights_chosen_by": "PublicTest",
            "votes": "FER+ votes as an auxiliary head while training" if recipe.loss.votes else "not used",
            "teachers": recipe.teacher or "none",
            "run": {**recipe.as_config(), "chosen": chosen},
        },
        metrics={
            "PublicTest": {
                "accuracy": asdict(metrics.accuracy(after, labels)),
                "calibration_before": metrics.calibration(before, labels),
                "calibration_after": metrics.calibration(after, labels),
            }
        },
        notes=NOTES,
    )
