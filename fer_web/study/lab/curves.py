"""What a run leaves for people besides its record: `curves.csv`, `curves.png` and `confusion.png`."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

PERCENT = 100


def write_curves(folder: Path, history: Sequence[Mapping[str, float]]) -> None:
    """One row an epoch or a try, nothing for none; the picture only for epochs, and where matplotlib is installed."""
    if not history:
        return
    columns = list(dict.fromkeys(name for row in history for name in row))
    with (folder / "curves.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(history)
    figure_type = _figure()
    if "epoch" not in columns or figure_type is None:
        return
    figure = figure_type(figsize=(8, 3), layout="constrained")
    shown = [name for name in columns if name != "epoch" and ("loss" in name or "accuracy" in name)]
    left, right = figure.subplots(1, 2)
    for name in shown:
        rows = [row for row in history if row.get(name) is not None]
        axes = right if "accuracy" in name else left
        axes.plot([row["epoch"] for row in rows], [row[name] for row in rows], label=name)
    for axes, title in ((left, "loss"), (right, "accuracy")):
        axes.set(xlabel="epoch", ylabel=title)
        if axes.lines:
            axes.legend()
    figure.savefig(folder / "curves.png", dpi=80, metadata={"Software": None})


def write_confusion(folder: Path, record: Mapping[str, Any]) -> None:
    """The confusion matrix on PrivateTest, in percent of each label, where matplotlib is installed."""
    figure_type = _figure()
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


def _figure() -> Any:
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    return Figure
