"""Readings under the names of OpenFace and py-feat, and as Parquet."""

from __future__ import annotations

import csv
import math
from collections.abc import Callable
from io import BytesIO, StringIO
from itertools import product
from math import cos, radians, sin
from typing import Any

import numpy as np
import pandas
import pytest
from numpy.typing import NDArray
from pyarrow import parquet

import fer_web.reports.exports.export as export_module
from fer_web.api import analyze_image
from fer_web.core import Pose
from fer_web.core.readings import MEASURES
from fer_web.errors import MissingExtra
from fer_web.reports import csv_lines
from fer_web.reports.exports import EXPORTS, openface, py_feat
from fer_web.reports.exports.columns import ExportColumn, NumberedReading
from fer_web.resources import PORTRAIT
from fer_web.sources import decode_image
from fer_web.vision.pose import MESH_HEAD, angles
from tests.readings import reading_of
from tests.reports.exports.made import exported, made, turned

# The names of OpenFace 2.2's RecorderCSV, and of py-feat 2.1's `feat.utils` and `feat.detector`, in their order.
OPENFACE = (
    *("frame", "face_id", "timestamp", "confidence", "success", "gaze_0_x", "gaze_0_y", "gaze_0_z"),
    *("gaze_1_x", "gaze_1_y", "gaze_1_z", "gaze_angle_x", "gaze_angle_y"),
    *("pose_Tx", "pose_Ty", "pose_Tz", "pose_Rx", "pose_Ry", "pose_Rz"),
)
PY_FEAT = (
    *("frame", "FaceRectX", "FaceRectY", "FaceRectWidth", "FaceRectHeight", "FaceScore"),
    *("Pitch", "Roll", "Yaw", "X", "Y", "Z"),
    *("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral", "Identity", "approx_time"),
)
POSES = [Pose(*angles) for angles in product((-50.0, -10.0, 0.0, 35.0), (-40.0, 0.0, 25.0), (-30.0, 0.0, 60.0))]


def rows(data: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(StringIO(data.decode())))


def openface_matrix(x: float, y: float, z: float) -> NDArray[np.float64]:
    """OpenFace's `Euler2RotationMatrix`: Rx Ry Rz."""
    about_x = np.array([[1, 0, 0], [0, cos(x), -sin(x)], [0, sin(x), cos(x)]])
    about_y = np.array([[cos(y), 0, sin(y)], [0, 1, 0], [-sin(y), 0, cos(y)]])
    about_z = np.array([[cos(z), -sin(z), 0], [sin(z), cos(z), 0], [0, 0, 1]])
    rotation: NDArray[np.float64] = about_x @ about_y @ about_z
    return rotation


@pytest.mark.parametrize(("columns", "known"), [(openface.COLUMNS, OPENFACE), (py_feat.COLUMNS, PY_FEAT)])
def test_columns_have_their_names_in_their_order(columns: tuple[ExportColumn, ...], known: tuple[str, ...]) -> None:
    names = [column.name for column in columns]

    assert names == [name for name in known if name in names]


@pytest.mark.parametrize("pose", POSES, ids=str)
def test_openface_builds_the_same_head_from_its_angles(pose: Pose) -> None:
    found = angles(openface_matrix(*openface.head_rotation(pose.yaw_deg, pose.pitch_deg, pose.roll_deg)))

    assert found is not None
    assert (found.yaw_deg, found.pitch_deg, found.roll_deg) == pytest.approx(
        (pose.yaw_deg, pose.pitch_deg, pose.roll_deg)
    )


@pytest.mark.parametrize("turn", [(0.3, 0.0, 0.0), (0.0, 0.4, 0.0), (0.0, 0.0, 0.5), (-0.2, -0.35, 0.25)])
def test_a_head_that_was_turned_as_openface_says_is_told_so(turn: tuple[float, float, float]) -> None:
    """Through our own estimate of a pose: a head of known rotation, seen by a camera, 60 cm away."""
    places = (openface_matrix(*turn) @ MESH_HEAD.places.T).T + np.array([0.0, 0.0, 60.0])
    seen = np.zeros((478, 2))
    seen[list(MESH_HEAD.numbers)] = 640 * places[:, :2] / places[:, 2:] + (320, 240)
    pose = MESH_HEAD.pose(seen, seen[[33, 133]].mean(axis=0), seen[[263, 362]].mean(axis=0), (640, 480))

    assert pose is not None
    (row,) = rows(made("openface.csv", turned(pose)))
    # Positions are relative to the points' middle, which is not the head's: the line of sight differs by a little.
    assert [float(row[f"pose_R{axis}"]) for axis in "xyz"] == pytest.approx(turn, abs=0.02)


@pytest.mark.parametrize("look", [(20.0, 0.0), (0.0, 20.0), (-15.0, 10.0), (30.0, -25.0)])
def test_a_look_has_the_direction_that_openface_means(look: tuple[float, float]) -> None:
    """gaze_angle is atan2(x, -z) and atan2(y, -z) of a direction: x to the picture's right, y down, z away."""
    yaw, pitch = map(radians, look)
    x, y, z = cos(pitch) * sin(yaw), -sin(pitch), -cos(pitch) * cos(yaw)

    assert openface.gaze_angles(*look) == pytest.approx((math.atan2(x, -z), math.atan2(y, -z)))


@pytest.mark.parametrize(
    ("pose", "told"),
    [
        (Pose(30.0, 0.0, 0.0), {"Yaw": -30.0, "Pitch": 0.0, "Roll": 0.0}),
        (Pose(0.0, 20.0, 0.0), {"Yaw": 0.0, "Pitch": 20.0, "Roll": 0.0}),
        (Pose(0.0, 0.0, 10.0), {"Yaw": 0.0, "Pitch": 0.0, "Roll": -10.0}),
    ],
)
def test_py_feat_counts_up_and_to_the_persons_right(pose: Pose, told: dict[str, float]) -> None:
    (row,) = rows(made("py-feat.csv", turned(pose)))

    assert {name: float(row[name]) for name in told} == pytest.approx(
        {name: radians(degrees) for name, degrees in told.items()}, abs=1e-4
    )


@pytest.mark.parametrize(
    ("turn", "sign"), [(lambda pixels: pixels, 1), (lambda pixels: np.ascontiguousarray(pixels[:, ::-1]), -1)]
)
def test_a_known_face_has_the_same_angles_under_every_name(
    turn: Callable[[NDArray[np.uint8]], NDArray[np.uint8]], sign: int
) -> None:
    """The portrait that comes with the program, and its mirror image, whose yaw and roll have the other sign."""
    pixels = decode_image(PORTRAIT.read_bytes())
    plain, (face,) = analyze_image(pixels)[0], analyze_image(turn(pixels))
    pose = Pose(face.yaw_deg or 0, face.pitch_deg or 0, face.roll_deg or 0)
    (theirs,), (feat,) = rows(made("openface.csv", turned(pose))), rows(made("py-feat.csv", turned(pose)))

    assert pose.yaw_deg == pytest.approx(sign * (plain.yaw_deg or 0), abs=3)
    assert math.degrees(float(theirs["pose_Ry"])) == pytest.approx(-pose.yaw_deg, abs=0.5)
    assert math.degrees(float(theirs["pose_Rx"])) == pytest.approx(-pose.pitch_deg, abs=0.5)
    assert math.degrees(float(theirs["pose_Rz"])) == pytest.approx(pose.roll_deg, abs=0.5)
    assert math.degrees(float(feat["Yaw"])) == pytest.approx(-pose.yaw_deg, abs=0.1)


def test_py_feats_emotions_are_ours() -> None:
    scores = (0.1, 0.05, 0.15, 0.3, 0.2, 0.08, 0.12)
    row = NumberedReading(reading_of(65.4, 7, scores, size_px=100, center_x=0.5), 3, 640)
    told = {column.name: column.cell(row) for column in py_feat.COLUMNS}

    names = ("anger", "disgust", "fear", "happiness", "sadness", "surprise", "neutral")
    assert tuple(float(told[name]) for name in names) == scores
    assert (told["frame"], told["FaceRectX"], told["FaceRectWidth"]) == ("2", "270.0", "100")
    assert (told["Identity"], told["approx_time"]) == ("Person_7", "01:05")


@pytest.mark.parametrize("name", ["openface.csv", "py-feat.csv"])
def test_there_is_a_row_for_each_reading_and_unknown_is_empty(name: str) -> None:
    source = exported(people=(1, 2))
    found = rows(made(name, source))
    unknown = NumberedReading(reading_of(0.0, 1, (0, 0, 0, 0, 0, 0, 1)), 1, 0)

    assert len(found) == len(list(source.readings()))
    assert len({row["frame"] for row in found}) == 140
    columns = {"openface.csv": openface.COLUMNS, "py-feat.csv": py_feat.COLUMNS}[name]
    angles = {"pose_Rx", "gaze_angle_x", "Yaw", "FaceRectX"}
    assert all(column.cell(unknown) == "" for column in columns if column.name in angles)


def test_parquet_holds_what_the_csv_does() -> None:
    source = exported([(1.0, "a")], people=(1, 2))
    table = pandas.read_parquet(BytesIO(made("readings.parquet", source)))
    same = pandas.read_csv(StringIO("".join(csv_lines(source.readings()))))

    assert list(table.columns) == list(same.columns)
    assert len(table) == len(same)
    assert np.allclose(table.time_s, same.time_s)
    assert (table.dominant_emotion == same.dominant_emotion).all()
    assert table.sharpness.dtype == np.float64
    assert table.left_eye_aspect_ratio.isna().sum() == same.left_eye_aspect_ratio.isna().sum()


def test_parquets_columns_say_what_they_mean() -> None:
    shape = parquet.read_schema(BytesIO(made("readings.parquet", exported([(1.0, "a")]))))
    told: dict[str, Any] = {field.name: field.metadata for field in shape}

    assert told["yaw_deg"][b"unit"] == b"deg"
    assert (told["time_s"][b"unit"], told["size_px"][b"unit"], told["happy"][b"unit"]) == (b"s", b"px", b"")
    assert {measure.name: measure.meaning.encode() for measure in MEASURES}.items() <= {
        name: metadata[b"meaning"] for name, metadata in told.items()
    }.items()
    assert b'"markers": [{"time_s": 1.0, "text": "a"}]' in shape.metadata[b"fer_web"]


def test_a_package_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_module, "find_spec", lambda _: None)

    with pytest.raises(MissingExtra, match=r"pip install 'fer-web\[parquet\]'"):
        EXPORTS["parquet"].require()
    EXPORTS["elan"].require()
