"""Summaries as JSON."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from fer_web.core import Emotion
from fer_web.reports import summarize, summary_json
from tests.reports.made import HAPPY, every, hand_made, recording, together

DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "reports.md"


def names_in(value: Any) -> set[str]:
    """Every name of every object, without the seven expressions."""
    if isinstance(value, list):
        return {name for one in value for name in names_in(one)}
    if not isinstance(value, dict):
        return set()
    return {name for key, one in value.items() for name in ({key} | names_in(one))} - {str(one) for one in Emotion}


def test_the_summary_is_json_as_it_is() -> None:
    found = summary_json(hand_made())

    assert json.loads(json.dumps(found, allow_nan=False)) == found
    assert (found["format"], found["version"]) == ("fer-web-summary", 3)
    assert found["recording"]["started_at"] == "2026-11-21T09:30:00+00:00"
    assert found["recording"]["markers"] == [{"time_s": 4.75, "text": "second half"}]
    assert found["people_seen"] == 1
    assert found["seen_briefly"] == {"people": 1, "seen_s": 1.0, "under_s": 3.0}
    assert found["everybody"]["seen_s"] == 12.0
    assert [section["text"] for section in found["sections"]] == ["", "second half"]
    assert found["crowd"] is None


def test_a_person_holds_everything_about_them() -> None:
    person = summary_json(hand_made())["people"][0]

    assert (person["track_id"], person["first_s"], person["last_s"], person["markers"]) == (1, 0.0, 14.0, 1)
    assert person["dominant_emotion_shares"]["neutral"] == round(7 / 11, 4)
    assert person["baseline"]["start_s"] == 9.0
    assert person["relative_to_baseline"]["happy"] == round(3.0 / 10.5 - 0.2, 4)
    assert person["sustained_expressions"][1] == {"start_s": 2.0, "end_s": 4.0, "emotion": "happy"}
    rows = ("states", "shown", "looks_at_camera", "blinks", "blinks_per_min", "perclos")
    lengths = {len(person["timeline"][name]) for name in rows}
    assert lengths | {len(column) for column in person["timeline"]["emotions"].values()} == {56}


def test_an_empty_recording_has_a_summary_too() -> None:
    found = summary_json(summarize(recording(10), []))

    assert (found["people"], found["readings"]) == ([], 0)
    assert found["everybody"]["balance"] is None


def test_every_name_is_documented() -> None:
    readings = together(every(0.5, 0, 30), every(0.5, 0, 30, HAPPY, track=2))
    found = summary_json(summarize(recording(30, markers=[(3, "a")]), readings))
    part = DOCUMENT.read_text(encoding="utf-8").split("## summary.json")[1].split("\n## ")[0]

    assert found["crowd"] is not None
    assert names_in(found) <= set(re.findall(r"`([\w]+)`", part))


def test_numbers_are_rounded_and_never_minus_zero() -> None:
    text = json.dumps(summary_json(hand_made()))

    assert "-0.0," not in text
    assert max(len(decimals) for decimals in re.findall(r"\.(\d+)", text)) <= 4


@pytest.mark.parametrize("trouble", [None, "the disk was full at 0:10"])
def test_trouble_is_told(trouble: str | None) -> None:
    assert summary_json(summarize(recording(trouble=trouble), []))["recording"]["trouble"] == trouble
