"""The pipelines from end to end, on a real face."""

from __future__ import annotations

from threading import Thread

import numpy as np
import pytest

from fer_web.core import Frame, FrameResult
from fer_web.vision import Analyzer


@pytest.fixture(scope="module")
def still(vision: Analyzer, astronaut: Frame) -> FrameResult:
    return vision.still()(astronaut)


def test_a_single_picture_gets_everything_but_a_track(still: FrameResult) -> None:
    (face,) = still.faces

    assert face.track_id is None
    assert face.landmarks.shape == (68, 2)
    assert face.chip.shape == (48, 48)
    assert face.scores.sum() == pytest.approx(1, abs=1e-5)
    assert face.quality is not None
    assert abs(face.pose.yaw_deg) < 30
    assert face.blink.is_open is True


def test_every_step_is_timed(still: FrameResult) -> None:
    names = ["detect", "landmarks", "quality", "pose", "blink", "gaze", "classify", "judge"]

    assert list(still.timing_ms) == names
    assert min(still.timing_ms.values()) >= 0


def test_a_live_face_is_analyzed_like_a_still_one(vision: Analyzer, astronaut: Frame, still: FrameResult) -> None:
    (face,) = vision.live()(astronaut).faces

    assert face.track_id == 1
    assert face.region.iou(still.faces[0].region) > 0.6
    np.testing.assert_allclose(face.scores, still.faces[0].scores, atol=0.05)


def test_two_cameras_do_not_share_people(vision: Analyzer, astronaut: Frame) -> None:
    one, other = vision.live(), vision.live()
    one(astronaut)

    (face,) = other(astronaut).faces

    assert face.track_id == 1


def test_single_pictures_may_come_from_many_threads(vision: Analyzer, astronaut: Frame, still: FrameResult) -> None:
    answers: list[FrameResult] = []
    threads = [Thread(target=lambda: answers.append(vision.still()(astronaut))) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(answers) == 4
    assert {answer.faces[0].region for answer in answers} == {still.faces[0].region}


def test_a_picture_without_faces_has_an_empty_result(vision: Analyzer) -> None:
    assert vision.still()(Frame(0, 0.0, np.zeros((50, 40, 3), np.uint8))).faces == ()


def test_another_upsampling_is_refused(vision: Analyzer) -> None:
    with pytest.raises(ValueError, match="0 or 1"):
        vision.still(2)
