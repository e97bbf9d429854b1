"""What a run leaves for people besides its record and its curves: `confusion.png`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np

from fer_web.study.training.curves import installed_figure

PERCENT = 100


def write_confusion(folder: Path, record: Mapping[str, Any]) -> None:
    """The confusion matrix on PrivateTest, in percent of each label, where matplotlib is installed."""
    figure_type = installed_figure()
    if figure_type is None:
        return
    matrix = np.array(record["private_test"]["confusion"], dtype=float)
    shares = PERCENT * matrix / matrix.sum(axis=1, keepdims=True).clip(min=1)
    figure = figure_type(figsize=(4.2, 3.8), layout="constrained")
    axes = figure.subplots()
    axes.imshow(shares, cmap="Blues", vmin=0, vmax=PERCENT)
    names = record["expressions"]
    axes.set_xticks(range(len(names)), names, rotation=45)
    axes.set_yticks(range(len(names)), names)
    axes.set(xlabel="answer", ylabel="label", title=record["name"])
    for row, column in np.ndindex(shares.shape):
        color = "white" if shares[row, column] > PERCENT / 2 else "black"
        axes.text(column, row, f"{shares[row, column]:.0f}", ha="center", va="center", color=color, fontsize=8)
    figure.savefig(folder / "confusion.png", dpi=80, metadata={"Software": None})
