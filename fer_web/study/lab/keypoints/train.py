"""Learning to place keypoints."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.study.lab.keypoints.faces import SIDE_PX, Division, KeypointFaces
from fer_web.study.lab.keypoints.network import keypoint_network
from fer_web.study.lab.keypoints.scoring import masked_loss, rmse_px
from fer_web.study.lab.keypoints.views import AUGMENTATION, keypoint_targets
from fer_web.study.networks.blocks import Layers
from fer_web.study.training.config import Optimizer, TrainingConfig
from fer_web.study.training.parallel import EVERY_STEP
from fer_web.study.training.predict import predict
from fer_web.study.training.schedule import Schedule
from fer_web.study.training.task import TrainingTask
from fer_web.study.training.trainer import Trainer
from fer_web.study.training.training_set import TrainingSet

CONFIG = TrainingConfig(
    network="residual",
    ema=0.99,
    choose_every=2,
    threads=1,
    optimizer=Optimizer("adam", weight_decay=0.02),
    schedule=Schedule(minutes=42, rate=0.003, warmup=0.04, hold=0.25, sizes=((1.0, SIDE_PX),)),
    augmentation=AUGMENTATION,
)


def keypoint_trainer(division: Division, folder: Path, config: TrainingConfig = CONFIG, ahead: int = 0) -> Trainer:
    """A run that fits on the training people and chooses by the choosing people's RMSE."""
    return Trainer(keypoint_task(division, config), folder, EVERY_STEP, ahead=ahead)


def keypoint_task(division: Division, config: TrainingConfig) -> TrainingTask:
    """What the Trainer trains."""
    faces = division.training
    nothing = np.zeros((len(faces), 0), np.float32)
    training = TrainingSet(
        faces.pictures,
        nothing,
        config.augmentation,
        config.batch,
        config.seed,
        points=faces.points,
        moving=keypoint_targets,
    )
    score = partial(_rmse_px, division.choosing)
    return TrainingTask(config, training, _network, masked_loss, score, measure="choosing_rmse_px", is_error=True)


def _network(_size: int, layers: Layers) -> Any:
    return keypoint_network(layers)


def _rmse_px(choosing: KeypointFaces, model: Any, size: int) -> float:
    return rmse_px(predict(model, choosing.pictures, size), choosing.points)
