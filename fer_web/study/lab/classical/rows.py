"""The classical systems' rows.

Every machine with 'original features' has the vector that the study's program had, in its size; the machine itself is
ours in both, so that a pair shows what the features are worth.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fer_web.study.lab.classical.boosting import fit_code, fit_pixels
from fer_web.study.lab.classical.kernel_rows import fit_svm
from fer_web.study.lab.system import System

MACHINE: Mapping[str, Any] = {
    "dims": 250,  # principal axes of each kind of features
    "mirror": True,
    "anchors": 3000,
    "tuning_anchors": 500,
    "gammas": [0.5, 1.0, 2.0],
    "costs": [0.3, 1.0, 3.0, 10.0, 30.0, 100.0],
    "exact_costs": [],  # of machines on all training pictures; none: the kernel is approximated
}
EXACT = {**MACHINE, "tuning_anchors": 1500, "gammas": [0.3, 0.6], "exact_costs": [3.0, 10.0]}
PLAIN = {**MACHINE, "anchors": 1500}
TREES = {
    "objective": "multiclass",
    "metric": "multi_error",
    "learning_rate": 0.08,
    "num_leaves": 31,
    "max_bin": 63,
    "feature_fraction": 0.05,
    "bagging_fraction": 0.7,
    "bagging_freq": 1,
    "min_data_in_leaf": 20,
    "lambda_l2": 1.0,
    "force_col_wise": True,
    "deterministic": True,
    "verbosity": -1,
}
SYSTEM = "support vector machine"
ORIGINAL = "original features"


def _svm(
    name: str, inputs: list[str], features: str, authors: float, note: str = "", machine: Mapping[str, Any] = MACHINE
) -> System:
    recipe = ORIGINAL if machine is PLAIN else "ours"
    return System(name, SYSTEM, features, fit_svm, authors, note, recipe, config={"inputs": inputs, **machine})


def _trees(name: str, features: str, fit: Any, **config: Any) -> System:
    settings = {"trees": TREES, "rounds": 400, "patience": 80, **config}
    return System(name, "LightGBM", features, fit, None, "never reported", config=settings)


ROWS: tuple[System, ...] = (
    _svm("svm-hog-original", ["hog"], "HOG, original's 72 values", 32.8, machine=PLAIN),
    _svm("svm-hog", ["hog-6"], "HOG, cells of 6 px, blocks of 2 x 2", 32.8),
    _svm("svm-hog-exact", ["hog-6", "hog-8"], "HOG, cells of 6 px and of 8 px; exact kernel", 32.8, machine=EXACT),
    _svm("svm-landmarks-original", ["landmarks"], "landmarks, original's 136 values", 46.4, "39.2 elsewhere", PLAIN),
    _svm("svm-landmarks", ["landmarks-shape"], "landmarks in enlarged pictures, aligned", 46.4, "39.2 elsewhere"),
    _svm("svm-both-original", ["landmarks", "hog"], "landmarks and HOG, original's 208 values", 47.5, machine=PLAIN),
    _svm("svm-both", ["landmarks-shape", "hog-6"], "aligned landmarks and HOG, cells of 6 px", 47.5),
    _svm("svm-both-exact", ["landmarks-shape", "hog-6", "hog-8"],
         "aligned landmarks and HOG, cells of 6 px and of 8 px; exact kernel", 47.5, machine=EXACT),
    _svm("svm-sliding-original", ["landmarks", "sliding-hog"], "landmarks, sliding HOG, original's 2,728 values", 24.6,
         machine=PLAIN),
    _trees("lightgbm-pixels", "pixels", fit_pixels),
    _trees("lightgbm-autoencoder", "an auto-encoder's code, 576 values", fit_code, autoencoder_epochs=3),
)  # fmt: skip
