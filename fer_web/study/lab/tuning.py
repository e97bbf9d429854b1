"""Tuning a row's settings with Optuna (Akiba et al. 2019): fitted to Training, measured on PublicTest, trial by trial.

Trials that do worse than half of the others did at the same epoch are given up. A study lives in a database, so that it
can be stopped and taken up, and several machines can share one.
"""

from __future__ import annotations

import csv
import json
import shutil
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from fer_web.core.text import harmless_cell
from fer_web.store.address import UNPOOLED, parse_address
from fer_web.store.troubles import telling
from fer_web.study.lab.expressions import subset
from fer_web.study.lab.features import FeatureStore
from fer_web.study.lab.quick import quick_table
from fer_web.study.lab.runs import CACHE
from fer_web.study.lab.search_space import drawn, space_of
from fer_web.study.lab.system import FitContext, System
from fer_web.study.training.dataset import FaceTable, LearningData, learning_data
from fer_web.study.training.files import write_text
from fer_web.study.training.predict import accuracy

TUNING = Path("runs/tune")
# Trials before any is given up, and steps (epochs, or rounds of boosting) that each may take.
STARTUP_TRIALS, WARMUP_STEPS = 4, 2


@dataclass(frozen=True)
class Tuning:
    """How a row is tuned: `trials` more of them, each for `epochs` and `minutes` at most.

    `storage` is the address of a database, None for a file in `folder`; `name` tells studies in it apart.
    """

    folder: Path
    trials: int = 20
    name: str = ""
    storage: str | None = None
    epochs: int | None = None
    minutes: float | None = None
    seed: int = 0
    is_quick: bool = False
    jobs: int = 1
    is_quiet: bool = False
    cache: Path | None = CACHE


def tune(row: System, table: FaceTable, tuning: Tuning) -> Any:
    """Run trials and write down what they came to; the study. StoreError when its database cannot be used."""
    from tqdm import tqdm

    space_of(row)  # before anything is opened
    data = learning_data(subset(quick_table(table, tuning.seed) if tuning.is_quick else table, row.expressions))
    study = open_study(row, tuning)
    tuning.folder.mkdir(parents=True, exist_ok=True)
    with tqdm(total=tuning.trials, desc="trials", unit="trial", disable=tuning.is_quiet) as bar:
        study.optimize(
            lambda trial: _measured(row, data, tuning, trial),
            n_trials=tuning.trials,
            callbacks=[lambda *_: bar.update()],
        )
    write_down(study, tuning.folder)
    return study


def open_study(row: System, tuning: Tuning) -> Any:
    """The study of that name, made if there is none; StoreError when its database cannot be used."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    tuning.folder.mkdir(parents=True, exist_ok=True)
    # Machines that share a study must not draw the same values.
    seed = None if tuning.storage else tuning.seed
    url = parse_address(tuning.storage or f"sqlite:///{(tuning.folder / 'study.db').resolve()}")
    with telling(url):
        return optuna.create_study(
            study_name=tuning.name or row.name,
            storage=optuna.storages.RDBStorage(url.render_as_string(hide_password=False), engine_kwargs=UNPOOLED),
            direction="maximize",
            load_if_exists=True,
            sampler=optuna.samplers.TPESampler(seed=seed),
            pruner=optuna.pruners.MedianPruner(STARTUP_TRIALS, WARMUP_STEPS),
        )


def write_down(study: Any, folder: Path) -> None:
    """`trials.csv`, `best.json` and, from two finished trials on, `importance.png`."""
    import optuna

    trials = study.get_trials(deepcopy=False)
    names = sorted({name for trial in trials for name in trial.params})
    with (folder / "trials.csv").open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["trial", "state", "public_accuracy", *names])
        for trial in trials:
            chosen = [harmless_cell(trial.params.get(name)) for name in names]
            writer.writerow([trial.number, trial.state.name.lower(), trial.value, *chosen])
    finished = [trial for trial in trials if trial.state == optuna.trial.TrialState.COMPLETE]
    if finished:
        best = study.best_trial
        facts = {
            "study": study.study_name,
            "trial": best.number,
            "public_accuracy": best.value,
            "settings": best.params,
        }
        write_text(folder / "best.json", json.dumps(facts, indent=1) + "\n")
    if len({trial.value for trial in finished}) > 1:
        _draw_importance(study, folder / "importance.png")


def importance(study: Any) -> dict[str, float]:
    """How much of the accuracy's variance each setting explains, 0 to 1 (Hutter et al. 2014, functional ANOVA)."""
    import optuna

    evaluator = optuna.importance.FanovaImportanceEvaluator(seed=0)
    return dict(optuna.importance.get_param_importances(study, evaluator=evaluator))


def as_markdown(study: Any, most: int = 10) -> str:
    """The best trials as a table, then how many there were of each kind."""
    import optuna

    trials = study.get_trials(deepcopy=False)
    finished = [trial for trial in trials if trial.state == optuna.trial.TrialState.COMPLETE]
    best = sorted(finished, key=lambda trial: -trial.value)[:most]
    names = sorted({name for trial in best for name in trial.params})
    lines = [f"| trial | PublicTest | {' | '.join(names)} |", f"|{'---|' * (2 + len(names))}"] if best else []
    for trial in best:
        values = " | ".join(_shown(trial.params.get(name)) for name in names)
        lines.append(f"| {trial.number} | {100 * trial.value:.2f} % | {values} |")
    pruned = sum(trial.state == optuna.trial.TrialState.PRUNED for trial in trials)
    lines += ["", f"{len(finished)} trials finished, {pruned} were given up early, {len(trials)} in all."]
    return "\n".join(lines) + "\n"


def _shown(value: object) -> str:
    return f"{value:.4g}" if isinstance(value, float) else str(value)


def _measured(row: System, data: LearningData, tuning: Tuning, trial: Any) -> float:
    """A trial's accuracy on PublicTest."""
    folder = tuning.folder / f"trial-{trial.number}"
    task = FitContext(
        data=data,
        folder=folder,
        features=FeatureStore(tuning.cache, tuning.jobs, is_quiet=True),
        config=drawn(row, trial),
        classes=len(row.expressions),
        seed=tuning.seed,
        epochs=tuning.epochs,
        minutes=tuning.minutes,
        is_quick=tuning.is_quick,
        jobs=tuning.jobs,
        is_quiet=True,
        report=_reporter(trial),
    )
    try:
        return accuracy(replace(row, config=task.config).fit(task).answer(data.public.pixels), data.public.labels)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _reporter(trial: Any) -> Callable[[int, float], None]:
    import optuna

    def report(step: int, public_accuracy: float) -> None:
        trial.report(public_accuracy, step)
        if trial.should_prune():
            raise optuna.TrialPruned

    return report


def _draw_importance(study: Any, path: Path) -> None:
    from matplotlib.figure import Figure

    shares = importance(study)
    names = list(shares)[::-1]
    figure = Figure(figsize=(7, 0.6 + 0.45 * len(names)), layout="constrained")
    axes = figure.subplots()
    axes.barh(names, [shares[name] for name in names], color="#4c72b0")
    axes.set_xlim(0, 1)
    axes.set_xlabel("share of the PublicTest accuracy's variance")
    axes.set_title(f"What mattered: {study.study_name}")
    figure.savefig(path, dpi=120)
