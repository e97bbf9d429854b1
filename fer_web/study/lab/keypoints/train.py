"""Learning to place keypoints."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fer_web.study.lab.keypoints.faces import Division
from fer_web.study.lab.keypoints.fitting import Fitting, Recipe
from fer_web.study.lab.keypoints.network import keypoint_network
from fer_web.study.lab.keypoints.scoring import answer, masked_loss, rmse_px
from fer_web.study.lab.keypoints.views import SPEC, batches
from fer_web.study.training.backend import seed_everything, training_layers, use_threads
from fer_web.study.training.schedule import Schedule

RECIPE = Recipe(Schedule(minutes=42, rate=0.003, warmup=0.04, hold=0.25))


def keypoint_fitting(division: Division, folder: Path, recipe: Recipe = RECIPE, threads: int = 1) -> Fitting:
    """A run that fits on the training people and chooses by the choosing people's RMSE."""
    use_threads(threads)
    seed_everything(recipe.seed)
    training, choosing = division.training, division.choosing

    def cost(model: Any) -> float:
        return rmse_px(answer(model, SPEC.prepare, choosing.pictures), choosing.points)

    return Fitting(
        keypoint_network(training_layers()),
        masked_loss,
        lambda epoch: batches(training, recipe.batch, (recipe.seed, epoch)),
        cost,
        "choosing_rmse_px",
        steps=len(training) // recipe.batch,
        recipe=recipe,
        folder=folder,
    )
