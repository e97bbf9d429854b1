"""Cameras that tell when their pictures were due, and the table of a service that loses one of them."""

from __future__ import annotations

import sys
import time
from itertools import pairwise
from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_web.cli.main import main
from fer_web.core import Frame, FrameResult
from fer_web.live import encode_jpeg
from fer_web.study.bench.camera_spans import CameraSpan, ServiceSpan
from fer_web.study.bench.camera_watch import jpegs_of
from fer_web.study.bench.cameras import report
from fer_web.study.bench.made_cameras import MOST_FPS, made_cameras, number_of, numbered
from fer_web.vision import draw_notice
from fer_web.vision.draw import draw
from fer_web.vision.overlays import DEFAULT_OVERLAYS

ROOM = cv2.resize(np.random.default_rng(0).integers(0, 255, (48, 64, 3), np.uint8), (640, 480))


@pytest.mark.parametrize("number", [0, 1, 127, 128, 170, 255])
def test_a_picture_tells_its_number_after_the_service_has_painted_it(number: int) -> None:
    sent = cv2.cvtColor(
        cv2.imdecode(np.frombuffer(encode_jpeg(numbered(ROOM, number)), np.uint8), 1), cv2.COLOR_BGR2RGB
    )

    painted = draw(FrameResult(Frame(0, 0.0, np.asarray(sent, np.uint8)), (), {}), DEFAULT_OVERLAYS, 15.0)

    assert number_of(encode_jpeg(painted)) == number


def test_a_notice_over_a_picture_tells_none() -> None:
    assert number_of(encode_jpeg(draw_notice(numbered(ROOM, 255), (640, 480), "Reconnecting to door"))) is None


def test_every_camera_sends_the_clip_on_time_until_it_is_killed() -> None:
    with made_cameras(2, 20.0) as made:
        assert [camera.name for camera in made.cameras] == ["camera1", "camera2"]
        pictures = jpegs_of(made.cameras[1].address)
        numbers = [number_of(next(pictures)) for _ in range(5)]
        assert all((one or 0) + 1 == other for one, other in pairwise(numbers))
        assert 0 <= made.age_s(numbers[-1] or 0, time.monotonic()) < 5
        assert made.age_s(3, made.started_s + 3 / 20 + 0.04) == pytest.approx(0.04)
        assert made.age_s(3, made.started_s + 3 / 20 + 30.04) == pytest.approx(0.04), "the clip begins again after 10 s"

        made.cameras[1].lose("killed")

        made.cameras[1].process.wait(20)
        with pytest.raises(OSError, match="refused"):
            next(jpegs_of(made.cameras[1].address))
        assert number_of(next(jpegs_of(made.cameras[0].address))) is not None


@pytest.mark.server
@pytest.mark.skipif(sys.platform == "win32", reason="gunicorn needs fork")
def test_the_lost_camera_is_reported_as_lost_and_the_other_still_delivers(
    tiny_models: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--cameras", "2", "--fps", "10", "--seconds", "2", "--models", str(tiny_models), "--model", "xception"]
    assert main(["bench", "cameras", *words]) == 0

    said = capsys.readouterr().out
    one_before, one_after, other_before, other_after = (line.split() for line in said.splitlines()[3:7])
    for row, start in (
        (one_before, ["camera1", "before"]),
        (one_after, ["after"]),
        (other_before, ["camera2", "before"]),
    ):
        assert row[: len(start)] == start
        assert all(float(rate) > 0 for rate in row[len(start) :][:2]), row
        assert row[-1] == "live"
    assert all(float(rate) < 2 for rate in other_after[1:3]), "no more than was on its way"
    assert other_after[-1] == "reconnecting"
    assert "the loss of camera2 is noticed after" in said
    assert "the others keep" in said


def test_the_report_names_the_camera_that_kept_least(capsys: pytest.CaptureFixture[str]) -> None:
    def span(name: str, fps: float, status: str = "live") -> dict[str, CameraSpan]:
        return {name: CameraSpan(fps, fps, (30.0, 40.0, 50.0) if fps else (), 1.0, status)}

    before = ServiceSpan(span("a", 15.0) | span("b", 15.0) | span("c", 10.0), 1.5)
    after = ServiceSpan(span("a", 15.0) | span("b", 0.0, "reconnecting") | span("c", 9.0), 1.0)

    report(before, after, "b", 0.25, 2)
    said = capsys.readouterr().out

    assert "40 ms" in said
    assert "1.50 of 2 cores, 75%" in said
    assert "the loss of b is noticed after 0.25 s" in said
    assert "keep 90.0% of" in said
    report(before, before, "b", None, 2)
    assert "the loss of b is not noticed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--cameras", "0"], "above 0"),
        (["--seconds", "0"], "above 0"),
        (["--fps", "0.5"], f"--fps must be 1 to {MOST_FPS}"),
        (["--fps", "26"], f"--fps must be 1 to {MOST_FPS}"),
    ],
)
def test_what_cannot_be_measured_is_refused(words: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["bench", "cameras", *words]) == 1
    assert said in capsys.readouterr().err
