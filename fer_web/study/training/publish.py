"""A run's chosen weights as a model to serve: plain layers, full precision, fixed size, calibrated, with its card.

Everything here is fitted and measured on PublicTest: `LearningData` has no PrivateTest to read.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from fer_web.errors import DataError
from fer_web.registry.card import ModelCard
from fer_web.registry.catalog import sha256_of
from fer_web.registry.spec import InputSpec
from fer_web.study.networks import build_network
from fer_web.study.training.calibrate import calibrated, public_metrics
from fer_web.study.training.checkpoint import DESCRIPTION, noted_inputs, read_state
from fer_web.study.training.config import read_config
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.export import export_anyhow
from fer_web.study.training.predict import predict
from fer_web.study.training.targets import Loss
from fer_web.study.training.teachers import trained_network
from fer_web.study.training.weights import load_best, named, take

LICENSE = "The weights: research and education only, as FER2013's terms say. The code has its own license."
NOTES = (
    "Apparent expression, not inner feeling. The data has no demographic labels, so that differences between "
    "groups of people are unknown. See docs/models."
)


@dataclass(frozen=True)
class Origin:
    """What a card tells of how a model was made: `teachers` in words, `details` as plain values."""

    network: str
    loss: Loss
    teachers: str
    details: Mapping[str, Any]
    notes: str = NOTES


def publish(run: Path, data: LearningData, models: Path, name: str) -> ModelCard:
    """Write a run's weights as `<name>.keras`, `<name>.tflite` and `<name>.json` into a folder and return the card.

    DataError when nothing was chosen yet, or was on smaller pictures than the run ends with.
    """
    import keras

    config = read_config(run / DESCRIPTION)
    chosen = load_best(run)[1]
    last = config.schedule.sizes[-1][1]
    if chosen["size"] != last:
        raise DataError(f"{run} has chosen weights on pictures of {chosen['size']:.0f} px, not yet of {last}: train on")
    spec = InputSpec()
    keras.config.set_dtype_policy("float32")
    model = build_network(config.network, size=spec.width)
    take(model, named(trained_network(run)))
    teachers = "the averaged logits in inputs.teaching" if config.loss.teacher else "none"
    run_facts = {**asdict(config), "epochs_until_chosen": int(chosen["epoch"])}
    state = read_state(run)
    changes = {"changes": state.progress.changes} if state and state.progress.changes else {}
    details = {"inputs": noted_inputs(run), "run": run_facts, **changes}
    return write_model(model, models, name, data, Origin(config.network, config.loss, teachers, details))


def write_model(model: Any, models: Path, name: str, data: LearningData, origin: Origin) -> ModelCard:
    """Write a model of pixels and all seven expressions and its card, calibrated on PublicTest; return the card."""
    models.mkdir(parents=True, exist_ok=True)
    path = models / f"{name}.keras"
    partial = models / f".{name}.partial.keras"
    model.save(partial)
    logits, labels = predict(model, data.public.pixels, InputSpec().width), data.public.labels
    digest = sha256_of(partial)
    card = ModelCard(
        name=name,
        version=f"{date.today().isoformat()}-{digest[:8]}",
        network=origin.network,
        sha256=digest,
        parameters=int(model.count_params()),
        license=LICENSE,
        data={
            "training": f"FER2013 Training, {len(data.training)} of {data.training_total} pictures",
            "dropped": data.dropped,
            "weights_chosen_by": "PublicTest",
            "votes": "FER+ votes as an auxiliary head while training" if origin.loss.votes else "not used",
            "teachers": origin.teachers,
            **origin.details,
        },
        notes=origin.notes,
    )
    card = calibrated(card, logits, labels, data.training.labels)
    card = replace(card, metrics={"PublicTest": public_metrics(card, logits, labels)})
    partial.replace(path)
    card.write(path.with_suffix(".json"))
    return export_anyhow(models, name)
