"""A data folder of an earlier version opens, and shows what it showed there.

`old_data/v1` was made by the program of commit c7ca87d: a recording of the demo, and a video with its annotated copy.
`expected` is what that program answered about them.
"""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from fer_web.reports import csv_lines, summarize, summary_json
from fer_web.store import Store
from fer_web.store.address import sqlite_address
from fer_web.store.migrations.versions.v2_one_name_for_each_thing import ADDED, COLUMNS, KINDS
from fer_web.store.migrations.versions.v3_nods_and_places import ADDED as ADDED_LATER

V1 = Path(__file__).parent / "old_data" / "v1"
CSV_RENAMED = {**COLUMNS["readings"], "dominant": "dominant_emotion"}
SUMMARY_RENAMED = {"track": "track_id", "blinks": "blink_count"}
# What a summary still says in the same way.
KEPT = {
    *("recording", "name", "source", "started_at", "fps", "width", "height", "model", "markers", "time_s", "trouble"),
    *("duration_s", "readings", "gap_s", "seen_briefly", "seen_s", "under_s", "everybody", "people", "sections"),
    *("track_id", "first_s", "last_s", "certain_s", "blink_count", "eyes_judged_s", "poor_share", "turned_share"),
    *("start_s", "end_s", "text", "changes"),
}
RECORDINGS = [path.stem for path in sorted((V1 / "expected").glob("*.csv"))]


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Store:
    folder = tmp_path_factory.mktemp("old") / "data"
    shutil.copytree(V1, folder)
    return Store.lazy(sqlite_address(folder), keep=None)


def expected(name: str) -> Any:
    return json.loads((V1 / "expected" / name).read_text(encoding="utf-8"))


def test_an_old_folder_lists_its_recordings(opened: Store) -> None:
    old = {
        one["id"]: (KINDS.get(one["kind"], one["kind"]), one["name"], one["readings"], one["people"])
        for one in expected("sessions.json")["sessions"]
    }

    kept = opened.recordings.list(limit=9)
    assert {one.id: (one.kind, one.recording.name, one.readings, one.people) for one in kept} == old


@pytest.mark.parametrize("recording", RECORDINGS)
def test_an_old_recording_has_the_same_readings(opened: Store, recording: str) -> None:
    with (V1 / "expected" / f"{recording}.csv").open(encoding="utf-8", newline="") as file:
        old = [in_new_columns(row) for row in csv.DictReader(file)]

    assert list(csv.DictReader(csv_lines(opened.recordings.readings(recording)))) == old


def in_new_columns(row: dict[str, str]) -> dict[str, str]:
    """What version 1 did not measure is unknown."""
    return {CSV_RENAMED.get(name, name): cell for name, cell in row.items()} | dict.fromkeys([*ADDED, *ADDED_LATER], "")


@pytest.mark.parametrize("recording", RECORDINGS)
def test_an_old_recording_adds_up_to_the_same(opened: Store, recording: str) -> None:
    summary = summarize(opened.recordings.get(recording).recording, opened.recordings.readings(recording))

    old, new = in_new_words(expected(f"{recording}.json")), in_new_words(summary_json(summary))
    assert {"seen_s", "blink_count"} <= set(new["everybody"])
    assert new == old


def in_new_words(value: Any) -> Any:
    """What a summary of any version says in the same way, in today's names."""
    if isinstance(value, dict):
        named = {SUMMARY_RENAMED.get(name, name): inner for name, inner in value.items()}
        return {name: in_new_words(inner) for name, inner in named.items() if name in KEPT}
    return [in_new_words(inner) for inner in value] if isinstance(value, list) else value


def test_an_old_job_is_done_and_leads_to_its_recording(opened: Store) -> None:
    (old,) = expected("jobs.json")["jobs"]

    (job,) = opened.jobs.list(limit=9)
    assert (job.id, str(job.state), job.recording_id) == (old["id"], old["state"], old["session_id"])


def test_what_an_old_folder_holds_belongs_to_the_operator(opened: Store) -> None:
    assert {one.owner for one in opened.recordings.list(limit=9)} == {None}
    assert opened.of(None).recordings.count() == opened.recordings.count() == len(RECORDINGS)
    assert (opened.of(None).jobs.count(), opened.of("somebody").recordings.count()) == (1, 0)
