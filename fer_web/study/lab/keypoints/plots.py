"""Pictures of a model's errors that show no face: points around the mean places of the 15."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_web.core.keypoints import COUNT, NAMES, OUTLINES
from fer_web.study.lab.keypoints.faces import SIDE_PX
from fer_web.study.lab.keypoints.scoring import distances

MOST_DOTS = 300  # of each point: more would hide their spread


def plot_errors(predicted: NDArray[np.float32], known: NDArray[np.float32], path: Path) -> None:
    """Where points were placed, relative to where they are, and each point's distances; needs matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(11, 4.6), layout="constrained")
    left, right = figure.subplots(1, 2)
    middle = np.nanmean(known, axis=0)
    for part, is_closed in OUTLINES:
        line = middle[[*part, part[0]] if is_closed else list(part)]
        left.plot(line[:, 0], line[:, 1], color="0.7", linewidth=1, zorder=1)
    for place in range(COUNT):
        error = (predicted - known)[:MOST_DOTS, place] + middle[place]
        left.scatter(error[:, 0], error[:, 1], s=2, alpha=0.35, zorder=2)
        left.plot(*middle[place], "k+", zorder=3)
    left.set(xlim=(0, SIDE_PX), ylim=(SIDE_PX, 0), aspect="equal", xlabel="pixels", title="Placed around the mean face")
    apart = distances(predicted, known)
    right.boxplot([column[~np.isnan(column)] for column in apart.T], orientation="horizontal", showfliers=False)
    right.set_yticks(range(1, COUNT + 1), [name.replace("_", " ") for name in NAMES])
    right.invert_yaxis()
    right.set(xlabel="pixels of 96 between the placed and the known point", title="Distances")
    figure.savefig(path, dpi=90, metadata={"Software": None})


def plot_curves(history: list[dict[str, float]], path: Path) -> None:
    """The loss and the choosing people's RMSE by epochs; needs matplotlib."""
    from matplotlib.figure import Figure

    figure = Figure(figsize=(8, 3), layout="constrained")
    for axes, name, title in zip(
        figure.subplots(1, 2), ("loss", "choosing_rmse_px"), ("training loss", "RMSE of the choosing people, pixels"),
        strict=True,
    ):  # fmt: skip
        rows = [row for row in history if name in row]
        axes.plot([row["epoch"] for row in rows], [row[name] for row in rows])
        axes.set(xlabel="epoch", ylabel=title, yscale="log")
    figure.savefig(path, dpi=90, metadata={"Software": None})
