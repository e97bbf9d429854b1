"""A run's curves: `curves.csv` for programs, `curves.png` for people."""

from __future__ import annotations

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

SHOWN = ("loss", "accuracy", "rmse")  # what of the columns is drawn: losses to the left, the rest to the right


def write_curves(folder: Path, history: Sequence[Mapping[str, float]]) -> None:
    """One row an epoch or a try, nothing for none; the picture only for epochs, and where matplotlib is installed."""
    if not history:
        return
    columns = list(dict.fromkeys(name for row in history for name in row))
    with (folder / "curves.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, columns, lineterminator="\n")
        writer.writeheader()
        writer.writerows(history)
    figure_type = installed_figure()
    if "epoch" not in columns or figure_type is None:
        return
    figure = figure_type(figsize=(8, 3), layout="constrained")
    left, right = figure.subplots(1, 2)
    for name in (name for name in columns if any(word in name for word in SHOWN)):
        rows = [row for row in history if row.get(name) is not None]
        axes = left if "loss" in name else right
        axes.plot([row["epoch"] for row in rows], [row[name] for row in rows], label=name)
    for axes, title in ((left, "loss"), (right, "chosen by")):
        axes.set(xlabel="epoch", ylabel=title)
        if axes.lines:
            axes.legend()
    figure.savefig(folder / "curves.png", dpi=80, metadata={"Software": None})


def installed_figure() -> Any:
    """matplotlib's `Figure`, None without it."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        return None
    return Figure
