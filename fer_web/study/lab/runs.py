"""A run of a row, and its folder: everything that is needed to believe a line of the table, and to make it again.

`<runs>/<name>/` holds `run.json`, `curves.csv`, `confusion.png`, and `weights/`, which is not committed.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from pathlib import Path
from typing import Any

from fer_web.errors import DataError
from fer_web.registry.catalog import sha256_of
from fer_web.study.lab import provenance
from fer_web.study.lab.curves import write_confusion
from fer_web.study.lab.expressions import subset
from fer_web.study.lab.features import FeatureStore
from fer_web.study.lab.quick import quick_table
from fer_web.study.lab.system import FitContext, Fitted, System
from fer_web.study.training import metrics
from fer_web.study.training.curves import write_curves
from fer_web.study.training.dataset import FaceTable, LearningData, learning_data
from fer_web.study.training.evaluate import examine_reference
from fer_web.study.training.files import write_text

RECORD = "run.json"
RUNS = Path("docs/lab/runs")
QUICK_RUNS = Path("runs/lab-quick")
CACHE = Path("runs/lab-features")
FINISHED, STARTED = "finished", "started"
# What a stopped run must have in common with its continuation.
SAME = ("config", "seed", "data", "quick")

Record = dict[str, Any]


@dataclass(frozen=True)
class LabOptions:
    """How rows are run, whichever they are; see `python -m fer_web lab run --help`."""

    runs: Path = RUNS
    cache: Path | None = CACHE
    seed: int = 0
    epochs: int | None = None
    minutes: float | None = None
    is_quick: bool = False
    is_again: bool = False
    jobs: int = 1
    ahead: int = 0
    is_quiet: bool = False
    data: str = "fer2013.csv"
    votes: str = ""

    def command(self, name: str) -> str:
        """The command line that runs a row in this way again, wherever the data lies."""
        words = ["lab", "run", name, "--data", self.data]
        words += ["--votes", self.votes] if self.votes else []
        words += ["--seed", str(self.seed)] if self.seed else []
        words += ["--epochs", str(self.epochs)] if self.epochs else []
        words += ["--minutes", f"{self.minutes:g}"] if self.minutes else []
        words += ["--quick"] if self.is_quick else []
        return provenance.command(words)


def run_row(row: System, table: FaceTable, options: LabOptions) -> Record:
    """Fit a row, measure it on PublicTest and then on PrivateTest, and write it all down; the record.

    A finished run is only read, unless it is wanted again; a stopped one goes on where its row can.
    """
    folder = options.runs / row.name
    before = read_record(folder)
    if before.get("state") == FINISHED and not options.is_again:
        return before
    whole = quick_table(table, options.seed) if options.is_quick else table
    mine = subset(whole, row.expressions)
    data = learning_data(mine)
    started = _started(row, whole, data, options)
    _prepare(folder, before, started, options)
    reads = before.get("private_test_reads", [])
    write_record(folder, {**started, "private_test_reads": reads})
    began = time.monotonic()
    fitted = row.fit(_task(row, data, folder, options))
    seconds = fitted.trained_s if fitted.trained_s is not None else time.monotonic() - began
    record = {**started, **_outcome(row, data, fitted, seconds), "private_test_reads": _count(reads, fitted)}
    write_record(folder, record)  # the reading is on record before it happens
    record |= {"private_test": examine_reference(mine, fitted.answer, row.emotions), "state": FINISHED}
    write_curves(folder, fitted.history)
    write_confusion(folder, record)
    write_record(folder, record)
    return record


def read_record(folder: Path) -> Record:
    """A run's record; empty where there is none. DataError when it cannot be read."""
    path = folder / RECORD
    if not path.is_file():
        return {}
    try:
        record: Record = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise DataError(f"{path} is no JSON: {error}") from error
    return record


def write_record(folder: Path, record: Mapping[str, Any]) -> None:
    """Write a run's record, whole or not at all."""
    write_text(folder / RECORD, json.dumps(record, indent=1) + "\n")


def finished_runs(runs: Path) -> dict[str, Record]:
    """The records of all finished runs in a folder, by their rows' names."""
    folders = sorted(path.parent for path in runs.glob(f"*/{RECORD}"))
    records = {folder.name: read_record(folder) for folder in folders}
    return {name: record for name, record in records.items() if record.get("state") == FINISHED}


def _started(row: System, table: FaceTable, data: LearningData, options: LabOptions) -> Record:
    return {
        "name": row.name,
        "state": STARTED,
        "system": row.system,
        "features": row.features,
        "recipe": row.recipe,
        "authors": {"accuracy": row.authors, "note": row.authors_note},
        "expressions": row.emotions,
        "quick": options.is_quick,
        "config": json.loads(json.dumps(dict(row.config))),  # as it will be read again: lists, no tuples
        "seed": options.seed,
        "data": {
            "sha256": provenance.data_hash(table),
            "votes_sha256": provenance.votes_hash(table),
            "training": len(data.training),
            "training_total": data.training_total,
            "dropped": data.dropped,
            "public": len(data.public),
        },
        "versions": provenance.versions(),
        "commit": provenance.commit(),
        "command": options.command(row.name),
        "date": date.today().isoformat(),
    }


def _prepare(folder: Path, before: Record, started: Record, options: LabOptions) -> None:
    """Empty the folder of what belongs to an earlier run; DataError when a stopped run was another one."""
    if options.is_again:
        shutil.rmtree(folder / "weights", ignore_errors=True)
        return
    other = [name for name in SAME if before and before.get(name) != started[name]]
    if other:
        raise DataError(f"{folder} holds a stopped run with another {', '.join(other)}: --again starts it anew")


def _task(row: System, data: LearningData, folder: Path, options: LabOptions) -> FitContext:
    return FitContext(
        data=data,
        folder=folder,
        features=FeatureStore(options.cache, options.jobs, is_quiet=options.is_quiet),
        config=row.config,
        classes=len(row.expressions),
        seed=options.seed,
        epochs=options.epochs,
        minutes=options.minutes,
        is_quick=options.is_quick,
        jobs=options.jobs,
        ahead=options.ahead,
        is_quiet=options.is_quiet,
    )


def _outcome(row: System, data: LearningData, fitted: Fitted, seconds: float) -> Record:
    """What is known before PrivateTest is read."""
    scores = fitted.answer(data.public.pixels)
    if scores.shape != (len(data.public), len(row.expressions)):
        raise DataError(
            f"{row.name} answers {scores.shape} for {len(data.public)} pictures of {len(row.emotions)} classes"
        )
    done, planned = fitted.epochs or (None, None)
    return {
        "chosen": dict(fitted.chosen),
        "epochs": {"done": done, "planned": planned},
        "trained_s": round(seconds, 1),
        "public_test": {"accuracy": asdict(metrics.accuracy(scores, data.public.labels))},
    }


def _count(reads: list[dict[str, str]], fitted: Fitted) -> list[dict[str, str]]:
    """The reads of PrivateTest so far, and this one if these weights are new to it."""
    digest = sha256_of(fitted.weights)
    if digest in {read["weights_sha256"] for read in reads}:
        return reads
    return [*reads, {"weights_sha256": digest, "date": date.today().isoformat()}]
