"""What each ingredient of a training run gives: short runs that differ in one thing, each with several seeds.

Accuracies are PublicTest's, of the averaged weights after the last epoch; PrivateTest is not read. Differences are
taken seed by seed, so that what all runs of a seed have in common cancels out.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from statistics import mean, stdev
from typing import Any

from fer_web.errors import DataError
from fer_web.study.training.config import TrainingConfig, config_of, read_toml
from fer_web.study.training.dataset import LearningData
from fer_web.study.training.prepared import refuse_missing

BASE = "base"
RESULTS = "results.json"
Accuracies = dict[str, dict[int, float]]  # by variant, then by seed


@dataclass(frozen=True)
class AblationPlan:
    """The runs by name, `base` first, and the seeds with which each is made."""

    runs: Mapping[str, TrainingConfig]
    seeds: tuple[int, ...]

    def __iter__(self) -> Iterator[tuple[str, int]]:
        return ((name, seed) for seed in self.seeds for name in self.runs)

    def __len__(self) -> int:
        return len(self.runs) * len(self.seeds)


def read_plan(path: Path) -> AblationPlan:
    """`seeds`, a run as table `base`, and `variants.<name>`, each with what is different in it; DataError."""
    values = read_toml(path)
    if set(values) != {"seeds", BASE, "variants"}:
        raise DataError(f"{path.name} has entries {sorted(values)}; it needs seeds, {BASE} and variants")
    seeds, variants = values["seeds"], {BASE: {}, **values["variants"]}
    if not seeds or any(type(seed) is not int for seed in seeds) or len(set(seeds)) < len(seeds):
        raise DataError(f"{path.name} has seeds {seeds}; they must be different whole numbers")
    runs = {
        name: config_of(TrainingConfig, _changed(values[BASE], changes), f"{path.name} [{name}]")
        for name, changes in variants.items()
    }
    return AblationPlan(runs, tuple(seeds))


def _changed(values: Mapping[str, Any], changes: Mapping[str, Any]) -> dict[str, Any]:
    """The values with changes, table by table."""
    parts = {
        name: _changed(values[name], change) if isinstance(change, Mapping) and name in values else change
        for name, change in changes.items()
    }
    return {**values, **parts}


def ablate(plan: AblationPlan, data: LearningData, folder: Path, jobs: int = 1, *, quiet: bool = False) -> Accuracies:
    """Make all runs that are missing in the folder, `jobs` at a time, and answer with all accuracies.

    A run that was stopped goes on. DataError when something that the plan asks for is missing in the data.
    """
    from tqdm import tqdm

    for name, config in plan.runs.items():
        refuse_missing(data, config, name)
    found = read_results(folder)
    missing = [(name, seed) for name, seed in plan if seed not in found.get(name, {})]
    with (
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
        tqdm(total=len(plan), initial=len(plan) - len(missing), desc="runs", unit="run", disable=quiet) as bar,
    ):
        waiting = {
            pool.submit(_run, replace(plan.runs[name], seed=seed), data, folder / f"{name}-{seed}"): (name, seed)
            for name, seed in missing
        }
        for done in as_completed(waiting):
            name, seed = waiting[done]
            found.setdefault(name, {})[seed] = done.result()
            _write_results(folder, found)
            bar.update()
    return found


def _run(config: TrainingConfig, data: LearningData, folder: Path) -> float:
    """One run's accuracy; at module level because other processes start with it."""
    from fer_web.study.training.task import expression_task
    from fer_web.study.training.trainer import Trainer

    return Trainer(expression_task(config, data), folder).train(quiet=True).history[-1]["public_accuracy"]


def read_results(folder: Path) -> Accuracies:
    """What was found so far; empty where nothing was."""
    path = folder / RESULTS
    if not path.is_file():
        return {}
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} is no JSON: {error}") from error
    return {name: {int(seed): value for seed, value in runs.items()} for name, runs in kept.items()}


def _write_results(folder: Path, found: Accuracies) -> None:
    partial = folder / f".{RESULTS}.partial"
    partial.write_text(json.dumps(found, indent=1, sort_keys=True) + "\n", encoding="utf-8")
    partial.replace(folder / RESULTS)


def differences(found: Accuracies, name: str) -> list[float]:
    """A variant's accuracy less the base's, for every seed that both were run with."""
    base = found.get(BASE, {})
    return [accuracy - base[seed] for seed, accuracy in sorted(found.get(name, {}).items()) if seed in base]


def table(plan: AblationPlan, found: Accuracies) -> str:
    """Markdown: accuracies and differences in points, their means with the standard deviation over seeds."""
    lines = ["| run | seeds | PublicTest, % | against base, points |", "|---|---|---|---|"]
    for name in plan.runs:
        accuracies = list(found.get(name, {}).values())
        against = "" if name == BASE else _spread(differences(found, name), "+.2f")
        lines.append(f"| {name} | {len(accuracies)} | {_spread(accuracies, '.2f')} | {against} |")
    return "\n".join(lines) + "\n"


def _spread(values: list[float], form: str) -> str:
    if not values:
        return ""
    points = [100 * value for value in values]
    return f"{mean(points):{form}}" + (f" ± {stdev(points):.2f}" if len(points) > 1 else "")


def draw(plan: AblationPlan, found: Accuracies, path: Path) -> None:
    """Each variant's difference as a bar, and as a dot for every seed."""
    from matplotlib.figure import Figure

    gains = {name: [100 * value for value in differences(found, name)] for name in plan.runs if name != BASE}
    shown = {name: values for name, values in sorted(gains.items(), key=lambda item: sum(item[1])) if values}
    figure = Figure(figsize=(7, 1 + 0.35 * len(shown)), layout="constrained")
    axes = figure.subplots()
    axes.barh(list(shown), [mean(values) for values in shown.values()], color="#9ab8dd")
    for row, values in enumerate(shown.values()):
        axes.plot(values, [row] * len(values), "o", color="#1f4e8c", markersize=4)
    axes.axvline(0, color="black", linewidth=1)
    axes.set(xlabel="PublicTest accuracy against the base, points", title="What each change to a short run gives")
    figure.savefig(path, dpi=120, metadata={"Software": None})
