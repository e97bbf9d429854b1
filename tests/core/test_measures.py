"""A measure is declared once, and turns up wherever measures do."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from fer_web.core.measures import Measure
from fer_web.resources import PACKAGE

# In a process of its own: everything derives from the declarations when it is imported.
TOY = """
import json
from dataclasses import dataclass
from typing import Annotated
from fer_web.core import readings
from fer_web.core.measures import Measure, measures_of

@dataclass(frozen=True, slots=True, kw_only=True)
class FaceWithHat(readings.FaceMeasures):
    hat_height_px: Annotated[float | None, Measure("of the hat", "hat", 1, 0, 500, lambda face: 12.34)] = None

hat = measures_of(FaceWithHat)[-1:]
readings.FACE_MEASURES += hat
readings.MEASURES += hat

from fer_web.core import Face, Rect
from fer_web.reports.table import COLUMNS
from fer_web.store.tables import ReadingRow
from fer_web.web.api.models.groups import group_of
from fer_web.analysis.present import group_json

column = ReadingRow.__table__.columns["hat_height_px"]
print(json.dumps({
    "csv": COLUMNS[-1],
    "sql": [str(column.type), column.nullable],
    "json": group_json(Face(Rect(0, 0, 9, 9), 1.0), "hat"),
    "schema": group_of("hat")["properties"],
}))
"""


def test_a_new_measure_is_in_csv_database_json_and_schema() -> None:
    told = subprocess.run(
        [sys.executable, "-c", TOY], cwd=PACKAGE.parent, capture_output=True, text=True, check=True
    ).stdout

    number = {"type": "number", "minimum": 0, "maximum": 500}
    assert json.loads(told) == {
        "csv": "hat_height_px",
        "sql": ["DOUBLE", True],
        "json": {"height_px": 12.3},
        "schema": {"height_px": {"description": "of the hat", "anyOf": [number, {"type": "null"}]}},
    }


@pytest.mark.parametrize(
    ("kind", "value", "cell", "rounded"),
    [
        (float, 0.12345, "0.123", 0.123),
        (float, None, "", None),
        (int, 3, "3", 3),
        (bool, False, "false", False),
        (bool, None, "", None),
    ],
)
def test_a_value_is_told_alike_in_csv_and_json(kind: type, value: object, cell: str, rounded: object) -> None:
    measure = Measure("a test's", decimals=3, kind=kind, is_optional=True)

    assert (measure.cell(value), measure.rounded(value)) == (cell, rounded)


def test_an_optional_number_that_is_none_is_not_kept() -> None:
    assert Measure("a test's", is_optional=True).cleaned(float("nan")) is None
