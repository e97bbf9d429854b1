"""What a person saw in pictures against what is told: the sums on hand-made faces, and the agreement on real clips."""

from __future__ import annotations

import math
from pathlib import Path

import numpy as np
import pytest

from fer_web.core import Face, Gaze, Rect
from fer_web.errors import DataError
from fer_web.resources import MODELS
from fer_web.study.bench.gaze import (
    COLUMNS,
    LABELS,
    LabeledFace,
    area_under_curve,
    camera_agreement,
    confusion,
    labeled_faces,
    read_labels,
    report_gaze,
    report_moves,
)
from fer_web.vision import Analyzer


def labeled(seen: str, gaze: Gaze | None) -> LabeledFace:
    labels = dict.fromkeys(COLUMNS, "") | {"gaze": seen}
    return LabeledFace(labels, Face(Rect(0, 0, 9, 9), 1.0, gaze=gaze))


FACES = [
    labeled("camera", Gaze(1, 1, True)),
    labeled("camera", Gaze(20, -3, False)),
    labeled("left", Gaze(30, 5, False)),
    labeled("right", Gaze(3, 4, True)),
    labeled("up", Gaze(3, 20, False)),
    labeled("down", Gaze(-3, -20, None)),
    labeled("shut", None),
    labeled("", Gaze(-20, 1, False)),
]


def test_a_gaze_is_told_in_the_labels_words() -> None:
    told = [face.told for face in FACES]

    assert told == ["camera", "left", "left", "camera", "up", "unknown", "unknown", "right"]


def test_only_open_eyes_with_a_label_are_judged() -> None:
    """Right: the first, the third and the fifth, of six."""
    counts = confusion(FACES)

    assert counts["left", "left"] == counts["shut", "unknown"] == 1
    assert sum(counts.values()) == 7
    assert camera_agreement(counts) == (3, 6)


@pytest.mark.parametrize(
    ("positive", "negative", "area"),
    [([2, 3], [0, 1], 1.0), ([0, 1], [2, 3], 0.0), ([1, 3], [1, 2], 0.625), ([1], [1], 0.5)],
)
def test_the_area_is_the_share_of_pairs_in_order(positive: list[float], negative: list[float], area: float) -> None:
    assert area_under_curve(positive, negative) == pytest.approx(area)


def test_there_is_no_area_without_both_kinds() -> None:
    assert math.isnan(area_under_curve([], [1.0]))


def test_our_labels_are_of_at_least_sixty_pictures() -> None:
    rows = read_labels(LABELS)

    assert len(rows) >= 60
    assert {row["gaze"] for row in rows} == {"camera", "left", "right", "up", "shut", ""}
    assert {row["smile"] for row in rows} == {"no", "slight", "clear"}


def test_labels_without_their_columns_are_refused(tmp_path: Path) -> None:
    (tmp_path / "labels.csv").write_text("clip,frame\nd10,1\n", encoding="utf-8")

    with pytest.raises(DataError, match="columns clip, frame, gaze"):
        read_labels(tmp_path / "labels.csv")
    with pytest.raises(DataError, match="cannot be read"):
        read_labels(tmp_path / "missing.csv")


def test_the_tables_are_printed(capsys: pytest.CaptureFixture[str]) -> None:
    report_gaze(FACES)
    report_moves(FACES)

    printed = capsys.readouterr().out
    assert "3 of 6 right (0.500)" in printed
    assert "brow_lower" in printed


@pytest.fixture(scope="module")
def seen(media: Path) -> list[LabeledFace]:
    vision = Analyzer.load(MODELS, "xception")
    return labeled_faces(vision, read_labels(LABELS), media / "videos" / "liveportrait")


@pytest.mark.media
def test_gaze_agrees_with_our_labels(seen: list[LabeledFace]) -> None:
    counts = confusion(seen)
    right, judged = camera_agreement(counts)

    assert judged >= 70
    assert right / judged >= 0.95
    assert counts["left", "right"] == counts["right", "left"] == 0
    assert counts["left", "left"] + counts["right", "right"] >= 18
    assert all(face.told == "unknown" for face in seen if face.labels["gaze"] == "shut")


@pytest.mark.media
@pytest.mark.parametrize(
    ("measure", "label", "rest"), [("smile", "smile", "no"), ("jaw_open", "mouth_open", "no")], ids=["smile", "jaw"]
)
def test_movements_agree_with_our_labels(seen: list[LabeledFace], measure: str, label: str, rest: str) -> None:
    values = [(face.labels[label] == rest, face.measure(measure)) for face in seen if face.labels[label]]
    moved = [value for is_rest, value in values if not is_rest and value is not None]
    still = [value for is_rest, value in values if is_rest and value is not None]

    assert area_under_curve(moved, still) >= 0.9


@pytest.mark.media
def test_heads_turn_to_both_sides_and_every_pose_fits(seen: list[LabeledFace]) -> None:
    """Of d12, whose head turns to either side while the eyes look there."""
    poses = {
        seen_there: [one.face.pose for one in seen if one.labels["clip"] == "d12" and one.labels["gaze"] == seen_there]
        for seen_there in ("left", "right", "camera")
    }

    yaws = {there: np.array([pose.yaw_deg for pose in some if pose is not None]) for there, some in poses.items()}
    assert yaws["left"].max() > 15
    assert yaws["right"].max() < -8
    assert np.abs(yaws["camera"]).max() < 12
    assert max(pose.residual for some in poses.values() for pose in some) < 0.1
