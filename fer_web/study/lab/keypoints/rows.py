"""The keypoint network's body as an expression network: a row of the laboratory's table."""

from __future__ import annotations

from fer_web.study.lab.networks.config import LabConfig
from fer_web.study.lab.neural import fit
from fer_web.study.lab.system import System
from fer_web.study.training.augment import Augmentation
from fer_web.study.training.config import Optimizer
from fer_web.study.training.schedule import Schedule
from fer_web.study.training.targets import Loss

EXPRESSIONS = (0, 3, 4, 5, 6)  # its authors': angry, happy, sad, surprise, neutral
CONFIG = LabConfig(
    network="residual",
    expressions=EXPRESSIONS,
    batch=64,
    ema=0.995,
    optimizer=Optimizer("sgd", weight_decay=0.001),
    schedule=Schedule(epochs=12, rate=0.05, warmup=0.05, hold=0.3, sizes=((1.0, 48),)),
    augmentation=Augmentation(rotation_deg=10.0, shift=0.06, scale=1.12, contrast=1.4, camera=0.0, erase=0.1),
    loss=Loss(label_smoothing=0.05),
)
ROWS: tuple[System, ...] = (
    System(
        name="keypoints-emotion",
        system="residual network of the keypoints",
        features="pixels",
        fit=fit,
        authors=87.0,
        authors_note="by the program's authors, on 5 expressions and a split of their own",
        recipe="ours",
        expressions=EXPRESSIONS,
        config=CONFIG.as_config(),
    ),
)
