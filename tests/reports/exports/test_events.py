"""Events as BIDS has them."""

from __future__ import annotations

import csv
import json
from io import StringIO

from fer_web.reports.exports.spells import KINDS
from tests.reports.exports.made import exported, made


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode()), delimiter="\t"))


def test_onset_and_duration_come_first_in_the_order_of_time() -> None:
    data = made("events.tsv", exported([(2.5, "start")], people=(1, 2)))
    found = rows(data)

    assert data.decode().splitlines()[0].split("\t")[:3] == ["onset", "duration", "trial_type"]
    assert [float(row["onset"]) for row in found] == sorted(float(row["onset"]) for row in found)
    assert {row["trial_type"] for row in found} <= set(KINDS)
    assert {
        "onset": "0.000",
        "duration": "6.000",
        "trial_type": "expression",
        "track_id": "2",
        "value": "happy",
    } in found


def test_what_is_not_known_is_told_so() -> None:
    found = rows(made("events.tsv", exported([(2.5, "start")])))
    told = {row["trial_type"]: row for row in found}

    assert told["nod"] == {"onset": "5.000", "duration": "n/a", "trial_type": "nod", "track_id": "1", "value": "n/a"}
    assert told["marker"] == {
        "onset": "2.500",
        "duration": "0.000",
        "trial_type": "marker",
        "track_id": "n/a",
        "value": "start",
    }
    assert all(cell for row in found for cell in row.values())


def test_the_text_of_a_marker_makes_no_cell_and_no_line() -> None:
    found = rows(made("events.tsv", exported([(2.5, "a\tb\nc")])))

    assert [row["value"] for row in found if row["trial_type"] == "marker"] == ["a b c"]


def test_every_column_is_explained_with_its_unit() -> None:
    source = exported([(2.5, "start")])
    told = json.loads(made("events.json", source))

    assert list(told) == made("events.tsv", source).decode().splitlines()[0].split("\t")
    assert all(column["Description"] for column in told.values())
    assert told["onset"]["Units"] == told["duration"]["Units"] == "s"
    assert set(told["trial_type"]["Levels"]) == set(KINDS)
