"""A run's curves, rewritten after every epoch: `curves.csv` for programs, `curves.png` for people."""

from __future__ import annotations

import csv
from pathlib import Path

COLUMNS = ("epoch", "size", "loss", "rate", "minutes", "public_accuracy")


def write_curves(folder: Path, history: list[dict[str, float]]) -> None:
    """Write both files; the picture only where matplotlib is installed."""
    with (folder / "curves.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, COLUMNS)
        writer.writeheader()
        writer.writerows(history)
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return
    figure = Figure(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    left.plot([row["epoch"] for row in history], [row["loss"] for row in history])
    left.set(xlabel="epoch", ylabel="training loss")
    chosen = [row for row in history if "public_accuracy" in row]
    right.plot([row["epoch"] for row in chosen], [100 * row["public_accuracy"] for row in chosen])
    right.set(xlabel="epoch", ylabel="PublicTest accuracy, %")
    figure.savefig(folder / "curves.png", dpi=100)
