"""The laboratory's runs as they are kept with the program: read, never made, here."""

from __future__ import annotations

import json
import logging
from pathlib import Path

from fer_web.analysis.present import Json
from fer_web.web.api.models.lab import LabRowJson

log = logging.getLogger(__name__)

RECORD = "run.json"


def lab_rows(runs: Path) -> list[LabRowJson]:
    """What every finished run came to; a record that cannot be read is logged and left out.

    Those of seven expressions come first, and of equally many the best: telling five apart is an easier task.
    """
    rows = [row for path in sorted(runs.glob(f"*/{RECORD}")) if (row := _read(path)) is not None]
    return sorted(rows, key=lambda row: (-len(row.expressions), -row.private_test.accuracy))


def _read(path: Path) -> LabRowJson | None:
    """A finished run's row; None for any other record."""
    try:
        record = json.loads(path.read_text(encoding="utf-8"))
        is_shown = record["state"] == "finished" and not record["quick"]
        return row_json(record) if is_shown else None
    except (OSError, ValueError, KeyError, TypeError) as error:
        log.warning("The laboratory's run %s cannot be read: %r", path.parent.name, error)
        return None


def row_json(record: Json) -> LabRowJson:
    """A run's record as it is told: shares are 0 to 1, except the authors' figure, which is theirs."""
    private = record["private_test"]
    share = private["accuracy"]
    authors = record["authors"]["accuracy"]
    return LabRowJson.model_validate(
        {
            "name": record["name"],
            "system": record["system"],
            "features": record["features"],
            "expressions": record["expressions"],
            "authors_accuracy": None if authors is None else round(authors / 100, 4),
            "public_test": {"accuracy": record["public_test"]["accuracy"]["value"]},
            "private_test": {
                "accuracy": share["value"],
                "low": share["low"],
                "high": share["high"],
                "without_duplicates": private["accuracy_without_duplicates"]["value"],
                "macro_f1": private["macro_f1"],
            },
            "confusion": private["confusion"],
            "epochs": record["epochs"],
            "command": record["command"],
        }
    )
