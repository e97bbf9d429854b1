"""What reports say a person did, against what we saw: on hand-made readings, and on real clips."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from fer_web.errors import DataError
from fer_web.reports import summarize
from fer_web.resources import MODELS
from fer_web.study.bench.behavior import (
    GESTURE_COLUMNS,
    GESTURES,
    LABELS,
    PICTURE_COLUMNS,
    PICTURES,
    GestureCount,
    LabelAgreement,
    agreement,
    gesture_count,
    read_rows,
    watched,
)
from fer_web.vision import Analyzer
from tests.reports.made import reading, recording


def picture(frame: int, looks: str, smiles: str) -> dict[str, str]:
    return {"clip": "x", "frame": str(frame), "looks": looks, "smiles": smiles}


def gesture(time_s: float) -> dict[str, str]:
    return {"clip": "x", "gesture": "nod", "time_s": str(time_s)}


def test_pictures_with_a_label_are_compared_at_their_time() -> None:
    """Somebody looks at the camera from 1 s on, smiles from 10 to 12 s, and nods at 2 and 4 s."""
    readings = [
        replace(
            reading(number / 10),
            looks_at_camera=number >= 10,
            smile=0.8 * (100 <= number < 120),
            nod_count=(number >= 20) + (number >= 40),
        )
        for number in range(200)
    ]
    person = summarize(recording(20, 10), readings).people[0]
    rows = [picture(5, "no", "no"), picture(20, "no", "no"), picture(110, "yes", "yes"), picture(150, "", "")]

    assert agreement(person, rows, "looks", 10) == LabelAgreement(2, 3)
    assert agreement(person, rows, "smiles", 10) == LabelAgreement(3, 3)
    assert gesture_count(person, [gesture(1.8), gesture(3)], "nod") == GestureCount(2, 2, 1)
    assert gesture_count(person, [], "shake") == GestureCount(0, 0, 0)


def test_files_of_labels_have_their_columns(tmp_path: Path) -> None:
    assert len(read_rows(LABELS / PICTURES, PICTURE_COLUMNS)) == 75 + 37
    assert {row["gesture"] for row in read_rows(LABELS / GESTURES, GESTURE_COLUMNS)} == {"nod", "shake"}
    (tmp_path / "other.csv").write_text("a,b\n1,2\n")
    with pytest.raises(DataError, match="must have the columns clip, frame"):
        read_rows(tmp_path / "other.csv", PICTURE_COLUMNS)
    with pytest.raises(DataError, match="cannot be read"):
        read_rows(tmp_path / "none.csv", PICTURE_COLUMNS)


@pytest.mark.media
def test_a_girl_who_nods_and_a_man_who_looks_around(media: Path) -> None:
    vision = Analyzer.load(MODELS, "xception-pair")
    clips = media / "videos" / "liveportrait"
    rows = read_rows(LABELS / GESTURES, GESTURE_COLUMNS)

    girl, _ = watched(vision, clips / "d11.mp4")
    nods = gesture_count(girl, [row for row in rows if row["clip"] == "d11" and row["gesture"] == "nod"], "nod")
    assert nods.matched >= 15
    assert nods.found - nods.matched <= 1

    man, fps = watched(vision, clips / "d12.mp4")
    pictures = [row for row in read_rows(LABELS / PICTURES, PICTURE_COLUMNS) if row["clip"] == "d12"]
    assert agreement(man, pictures, "looks", fps).right >= 31  # of 34
    assert agreement(man, pictures, "smiles", fps).right >= 31  # of 36
    assert gesture_count(man, [], "nod").found == 0
