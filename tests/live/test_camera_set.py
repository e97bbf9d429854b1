"""Several cameras beside each other: one cap on viewers, fair turns, names, one end."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from fer_web.errors import BusyError, NoCamera
from fer_web.live import CameraSet, Places, Turns
from tests.live.studio import Studio, eventually
from tests.live.test_camera import texts


class Building:
    """Two cameras that a test drives, with three places for all who watch."""

    def __init__(self) -> None:
        self.places = Places(3)
        self.door = Studio(name="door", places=self.places)
        self.desk = Studio(name="desk", places=self.places)
        self.cameras = CameraSet([self.door.hub, self.desk.hub], Turns(1))


@pytest.fixture
def building() -> Iterator[Building]:
    made = Building()
    yield made
    made.cameras.close()


def test_cameras_are_found_by_name_and_the_first_is_meant_without_one(building: Building) -> None:
    assert [camera.name for camera in building.cameras] == ["door", "desk"]
    assert building.cameras.get("desk") is building.desk.hub
    assert building.cameras.get(None) is building.cameras.first is building.door.hub
    with pytest.raises(NoCamera, match=r"'garden'.*door, desk"):
        building.cameras.get("garden")


def test_each_is_open_only_while_somebody_watches_it(building: Building) -> None:
    with building.door.hub.pictures("boxes"):
        assert eventually(lambda: building.door.camera.open_now == 1)
        assert building.desk.camera.openings == 0
        with building.desk.hub.pictures("boxes"):
            assert eventually(lambda: building.desk.camera.open_now == 1)
        assert eventually(lambda: building.desk.camera.open_now == 0)
        assert building.door.camera.open_now == 1
    assert eventually(lambda: building.door.camera.open_now == 0)


def test_each_shows_its_own_pictures(building: Building) -> None:
    with building.door.hub.pictures("boxes") as door, building.desk.hub.pictures("labels") as desk:
        building.desk.camera.show(3)
        texts(desk, "labels:2")
        building.door.camera.show()
        texts(door, "boxes:0")
    assert {view for _, view in building.door.painted} == {"boxes"}


def test_one_cap_counts_the_viewers_of_all_cameras(building: Building) -> None:
    with building.door.hub.pictures("boxes"), building.door.hub.results(), building.desk.hub.results():
        for camera in building.cameras:
            with pytest.raises(BusyError, match="all 3 places"):
                camera.results()
        assert {name: counts["viewers"] for name, counts in building.cameras.counts().items()} == {"door": 2, "desk": 1}
        building.desk.hub.results(is_viewer=False).close()  # a recording takes no viewer's place
    assert building.places.taken == 0


def test_closing_ends_them_all_for_good(building: Building) -> None:
    with building.door.hub.results() as door, building.desk.hub.results() as desk:
        assert eventually(lambda: building.door.camera.open_now == building.desk.camera.open_now == 1)
        building.cameras.close()
        assert building.door.camera.open_now == building.desk.camera.open_now == 0
        for scenes in (door, desk):
            assert None not in list(scenes)
    with pytest.raises(BusyError, match="stopping"):
        building.desk.hub.results()
