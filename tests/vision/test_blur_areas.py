"""What is blurred besides the faces: where one was lost, and whatever might be one."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np
import pytest

from fer_web.core import Face, Frame, FrameResult, Rect
from fer_web.resources import MODELS
from fer_web.vision import OVERLAYS, Analyzer, draw
from fer_web.vision.blur_areas import GROWTH_PER_S, HOLD_S, BlurAreas
from fer_web.vision.yunet import pieces_of

HERE, THERE = Rect(100, 100, 200, 200), Rect(300, 100, 400, 200)


def frame(time_s: float, size: tuple[int, int] = (640, 480)) -> Frame:
    return Frame(round(time_s * 10), time_s, np.zeros((size[1], size[0], 3), np.uint8))


def face(region: Rect, track_id: int = 1) -> Face:
    return Face(region, 0.9, track_id=track_id)


class Found:
    """A search that finds what a test says, and whether somebody wants it."""

    def __init__(self) -> None:
        self.regions: Sequence[Rect] = ()
        self.is_wanted = True
        self.searches = 0
        self.areas = BlurAreas(self._search, lambda: self.is_wanted)

    def _search(self, _: Frame) -> Sequence[Rect]:
        self.searches += 1
        return self.regions


def test_the_area_of_a_lost_face_stays_and_grows_for_seconds() -> None:
    found = Found()

    assert found.areas(frame(1.0), (face(HERE),)) == ()
    assert found.areas(frame(1.5), ()) == (HERE.expanded(GROWTH_PER_S * 0.5),)
    assert found.areas(frame(1.0 + HOLD_S), ()) == (HERE.expanded(GROWTH_PER_S * HOLD_S),)
    assert found.areas(frame(1.1 + HOLD_S), ()) == ()


def test_who_is_found_again_leaves_no_area_behind() -> None:
    found = Found()
    found.areas(frame(1.0), (face(HERE),))
    found.areas(frame(1.2), ())

    assert found.areas(frame(1.4), (face(THERE),)) == ()


def test_a_face_that_was_lost_before_anybody_wanted_a_blur_is_blurred() -> None:
    found = Found()
    found.is_wanted = False
    assert found.areas(frame(1.0), (face(HERE),)) is None
    assert found.searches == 0
    found.is_wanted = True

    assert found.areas(frame(1.2), ()) == (HERE.expanded(GROWTH_PER_S * (1.2 - 1.0)),)


def test_what_the_search_finds_is_an_area_that_moves_along_and_stays() -> None:
    found = Found()
    found.regions = [HERE, THERE]
    assert found.areas(frame(1.0), (face(THERE.moved(5, 0)),)) == (HERE,)
    found.regions = [HERE.moved(10, 0)]
    assert found.areas(frame(1.1), (face(THERE),)) == (HERE.moved(10, 0),)
    found.regions = []

    assert len(found.areas(frame(2.0), (face(THERE),)) or ()) == 1


@pytest.mark.parametrize("again", [frame(0.0), frame(2.1, (320, 240))], ids=["from the start", "another size"])
def test_another_picture_begins_without_areas(again: Frame) -> None:
    found = Found()
    found.areas(frame(2.0), (face(HERE),))

    assert found.areas(again, ()) == ()


def test_areas_are_blurred_as_faces_are() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)

    picture = draw(FrameResult(Frame(0, 0.0, noise), blur_areas=(HERE,)), {OVERLAYS["blur"]})

    assert np.abs(np.diff(picture[100:200, 100:200].astype(int), axis=0)).max() <= 3
    assert (picture[:, 300:] == noise[:, 300:]).all()


def test_nothing_of_a_blurred_picture_is_left() -> None:
    noise = np.random.default_rng(0).integers(0, 255, (480, 640, 3), np.uint8)

    picture = draw(FrameResult(Frame(0, 0.0, noise)), {OVERLAYS["blur_picture"]}).astype(int)

    assert max(np.abs(np.diff(picture, axis=0)).max(), np.abs(np.diff(picture, axis=1)).max()) <= 3


@pytest.fixture(scope="module")
def vision() -> Analyzer:
    return Analyzer.load(MODELS, "xception")


def test_a_face_too_dark_to_be_followed_is_blurred_all_the_same(vision: Analyzer) -> None:
    from skimage.data import astronaut

    dark = Frame(0, 0.0, (astronaut() * 0.05).astype(np.uint8))

    result = vision.live(wants_blur=lambda: True)(dark)

    assert result.faces == ()
    assert [area.iou(Rect(180, 56, 279, 173)) > 0.7 for area in result.blur_areas or ()] == [True]  # by eye


def test_a_small_face_in_a_large_picture_is_found_in_one_of_the_pieces(vision: Analyzer) -> None:
    """In turn: one piece a frame."""
    from skimage.data import astronaut

    pixels = np.full((1080, 1920, 3), 120, np.uint8)
    pixels[700:780, 1500:1580] = cv2.resize(astronaut(), (80, 80), interpolation=cv2.INTER_AREA)
    pipeline = vision.live(wants_blur=lambda: True)

    results = [pipeline(Frame(index, index / 20, pixels)) for index in range(len(pieces_of((1920, 1080))))]

    assert results[0].faces == results[-1].faces == ()
    assert any(area.clipped((1580, 780)) == area for area in results[-1].blur_areas or ())
