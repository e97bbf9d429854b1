from __future__ import annotations

from base64 import b64decode
from io import BytesIO

import numpy as np
import pytest
from PIL import Image

from fer_web.analysis.present import Shown, blink_json, face_json, live_face_json, result_json
from fer_web.core import Blink, Face, Frame, FrameResult, Rect
from tests.web.client import CARD, face


def test_a_face_is_told_as_the_contract_says() -> None:
    answer = face_json(2, face(Rect(101, 64, 281, 244)))

    assert answer == {
        "face_id": 2,
        "region": {"x": 101, "y": 64, "w": 180, "h": 180},
        "face_confidence": 0.97,
        "dominant_emotion": "happy",
        "emotions": {
            "angry": 0.05, "disgust": 0.05, "fear": 0.05, "happy": 0.7, "sad": 0.05, "surprise": 0.05, "neutral": 0.05
        },
        "uncertain": False,
        "uncertain_because": None,
        "eyes": {"left_eye_aspect_ratio": 0.31, "right_eye_aspect_ratio": 0.3, "open": True},
        "quality": {"sharpness": 0.8, "brightness": 0.5, "size_px": 180, "poor": False},
        "pose": {"yaw_deg": 3.14, "pitch_deg": -4.0, "roll_deg": 0.6},
        "gaze": {"yaw_deg": 2.0, "pitch_deg": -1.5, "looks_at_camera": True},
        # The 52 movements rise evenly from 0 to 1.
        "moves": {
            "smile": round(44.5 / 51, 4), "brow_raise": round(4 / 51, 4), "brow_lower": round(1.5 / 51, 4),
            "jaw_open": round(25 / 51, 4), "squint": round(19.5 / 51, 4)
        },
    }  # fmt: skip


def test_landmarks_come_only_when_they_are_asked_for() -> None:
    points = face_json(0, face(Rect(0, 0, 9, 9)), Shown(landmarks=True))["landmarks"]

    assert len(points) == 68
    assert points[1] == [2.0, 3.0]
    assert "landmarks" not in face_json(0, face(Rect(0, 0, 9, 9)))


def test_the_mesh_comes_in_place_of_the_landmarks_and_movements_by_their_names() -> None:
    answer = face_json(0, face(Rect(0, 0, 9, 9)), Shown("mesh", movements=True))

    assert "landmarks" not in answer
    assert (len(answer["mesh"]), answer["mesh"][1]) == (478, [3.0, 4.0, 5.0])
    assert (len(answer["movements"]), answer["movements"]["noseSneerRight"]) == (52, 1.0)


def test_what_no_step_has_found_out_is_null() -> None:
    answer = face_json(0, Face(Rect(0, 0, 9, 9), 1.0), Shown("mesh", True, True))

    empty = (
        "dominant_emotion",
        "emotions",
        "eyes",
        "quality",
        "pose",
        "gaze",
        "moves",
        "mesh",
        "movements",
        "keypoints",
    )
    assert {name: answer[name] for name in empty} == dict.fromkeys(empty)


def test_a_live_face_also_has_its_track_and_blinks() -> None:
    answer = live_face_json(0, face(Rect(0, 0, 9, 9), track_id=4, blink=Blink(0.1, 0.1, None, 3, 12.34567, 0.2)))

    assert answer["track_id"] == 4
    assert answer["blink"] == {"count": 3, "last_time_s": 12.346, "last_duration_s": 0.2}
    assert answer["eyes"]["open"] is None
    assert blink_json(None) is None


@pytest.mark.parametrize(("timings", "total"), [({"a": 1.0, "b": 2.0}, 3.0), ({"a": 1.0, "total": 5.0}, 5.0)])
def test_the_total_is_the_sum_unless_it_was_measured(timings: dict[str, float], total: float) -> None:
    frame = Frame(0, 0.0, np.zeros((480, 640, 3), np.uint8))

    answer = result_json(FrameResult(frame, (), timings), CARD)

    assert answer["timing_ms"]["total"] == total
    assert answer["image"] == {"width": 640, "height": 480}
    assert answer["model"] == {"name": "fake", "version": "1"}
    assert answer["results"] == []


def test_a_heatmap_is_a_small_png_and_comes_only_when_asked_for() -> None:
    uri = face_json(0, face(Rect(0, 0, 9, 9)), Shown(explain=True))["heatmap"]
    picture = Image.open(BytesIO(b64decode(uri.removeprefix("data:image/png;base64,"))))

    assert (picture.format, picture.size) == ("PNG", (192, 192))
    assert len(uri) < 100_000
    assert "heatmap" not in face_json(0, face(Rect(0, 0, 9, 9)))
    assert face_json(0, Face(Rect(0, 0, 9, 9), 1.0), Shown(explain=True))["heatmap"] is None
