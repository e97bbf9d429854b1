"""A run's chosen weights as a model to serve, with its card."""

from __future__ import annotations

from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import NAMES
from fer_web.registry import KEYPOINTS, ModelCard, load_model, sha256_of
from fer_web.study.lab.keypoints.faces import SIDE_PX, Division, KeypointFaces
from fer_web.study.lab.keypoints.network import keypoint_network
from fer_web.study.lab.keypoints.scoring import NEAR, point_table, rmse_px, share_near
from fer_web.study.lab.keypoints.views import SPEC
from fer_web.study.training.config import TrainingConfig
from fer_web.study.training.export import export_anyhow
from fer_web.study.training.predict import predict
from fer_web.study.training.weights import load_best, take

NAME = "keypoints"
DIGITS = 3
LICENSE = "The weights: research and education only. The code has its own license."
NOTES = (
    "Made for faces that a detector finds and that are not in profile. The labels came from another point detector, "
    "not from people. Differences between groups of people are unknown. See docs/keypoints.md."
)


def publish(run: Path, division: Division, models: Path, config: TrainingConfig) -> ModelCard:
    """Write `keypoints.keras` and its card, measured on the test people, into a folder; the card.

    DataError when nothing was chosen in the run's folder yet.
    """
    weights, chosen = load_best(run)
    model = keypoint_network()
    take(model, weights)
    models.mkdir(parents=True, exist_ok=True)
    path = models / f"{NAME}.keras"
    model.save(path)
    card = ModelCard(
        name=NAME,
        version=date.today().isoformat(),
        network="residual",
        sha256=sha256_of(path),
        parameters=int(model.count_params()),
        input=SPEC,
        labels=NAMES,
        task=KEYPOINTS,
        license=LICENSE,
        data={
            **{part: _size(getattr(division, part)) for part in ("training", "choosing", "test")},
            "split": "by person",
            "run": {**asdict(config), "epochs_until_chosen": int(chosen["epoch"])},
        },
        metrics=measured(predict(model, division.test.pictures, SIDE_PX), division.test),
        notes=NOTES,
    )
    card.write(path.with_suffix(".json"))
    return export_anyhow(path.parent, path.stem)


def examine(models: Path, faces: KeypointFaces) -> tuple[dict[str, Any], Any]:
    """How a published model does on these faces, and where it places their points (n, 15, 2)."""
    model, _ = load_model(models, NAME, KEYPOINTS)
    predicted = predict(model, faces.pictures, SIDE_PX)
    return measured(predicted, faces), predicted


def measured(predicted: NDArray[np.float32], faces: KeypointFaces) -> dict[str, Any]:
    """RMSE in pixels of 96, the share of points near theirs, and both for each point."""
    points = point_table(predicted, faces.points)
    return {
        "rmse_px": round(rmse_px(predicted, faces.points), DIGITS),
        "share_near": round(share_near(predicted, faces.points), DIGITS),
        "share_within_10_percent": round(share_near(predicted, faces.points, 2 * NEAR), DIGITS),
        "faces": len(faces),
        "people": len(set(faces.people)),
        "points": {name: {key: round(value, DIGITS) for key, value in row.items()} for name, row in points.items()},
    }


def _size(faces: KeypointFaces) -> dict[str, int]:
    return {"faces": len(faces), "people": len(set(faces.people))}
