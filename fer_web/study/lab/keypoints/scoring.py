"""How far predicted points are from the known ones."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import LEFT_EYE, NAMES, RIGHT_EYE

Points = NDArray[np.float32]  # (n, 15, 2) pixels of 96, NaN where one is not known

# Errors under so many pixels count squared, larger ones by their size: some labels of turned faces are far off.
HUBER_PX = 2.0
# A point is right when it is off by less than this share of the distance between the eyes.
NEAR = 0.05


def masked_loss(targets: Any, points: Any) -> Any:
    """Huber's loss in pixels a face, (n,), of targets (n, 15, 3) and points (n, 15, 2); unknown points cost nothing."""
    from keras import ops

    error = ops.abs(targets[..., :2] - ops.cast(points, "float32"))
    cost = ops.where(error < HUBER_PX, error**2 / (2 * HUBER_PX), error - HUBER_PX / 2)
    return ops.mean(cost * targets[..., 2:], axis=(1, 2))


def distances(predicted: Points, known: Points) -> NDArray[np.float64]:
    """Pixels between predicted and known points, (n, 15), NaN where there is none."""
    return np.asarray(np.linalg.norm(predicted.astype(np.float64) - known, axis=2))


def rmse_px(predicted: Points, known: Points) -> float:
    """The root of the mean squared error over all known coordinates: Kaggle's measure."""
    return float(np.sqrt(np.nanmean((predicted.astype(np.float64) - known) ** 2)))


def share_near(predicted: Points, known: Points, near: float = NEAR) -> float:
    """The share of points closer than `near` times the distance between the known eyes' centers."""
    return float(_share(_near(predicted, known, near)))


def point_table(predicted: Points, known: Points) -> dict[str, dict[str, float]]:
    """RMSE in pixels, the median distance, and the share that is near, of each point by its name."""
    apart, near = distances(predicted, known), _near(predicted, known, NEAR)
    return {
        name: {
            "rmse_px": rmse_px(predicted[:, place : place + 1], known[:, place : place + 1]),
            "median_px": float(np.nanmedian(apart[:, place])),
            "near": float(_share(near[:, place])),
        }
        for place, name in enumerate(NAMES)
        if not np.isnan(apart[:, place]).all()
    }


def _near(predicted: Points, known: Points, near: float) -> NDArray[np.float64]:
    """1, 0, or NaN where the point or an eye is not known, (n, 15)."""
    eyes = np.linalg.norm(known[:, LEFT_EYE] - known[:, RIGHT_EYE], axis=1)[:, np.newaxis]
    apart = distances(predicted, known)
    return np.where(np.isnan(apart) | np.isnan(eyes), np.nan, apart < near * eyes)


def _share(marks: NDArray[np.float64]) -> Any:
    return np.nanmean(marks) if not np.isnan(marks).all() else np.nan
