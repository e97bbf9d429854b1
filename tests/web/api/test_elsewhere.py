"""Recordings and masks of a camera that another process has: both processes are real but for their models."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from contextlib import ExitStack
from itertools import islice
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from redis import Redis

from fer_web.errors import BusyError, RequestError, StudyFull
from fer_web.fleet import asking, leases, shared_camera, sharing
from fer_web.fleet.link import lease_key
from fer_web.fleet.wire import Ask
from fer_web.store import RecordingState
from fer_web.store.studies import KeptStudies
from fer_web.web.api import elsewhere
from fer_web.web.api.elsewhere import CamerasHere
from tests.web.api.test_masks import LEFT_HALF, is_hidden, picture
from tests.web.api.test_running import code_of, start, stop
from tests.web.described import errors_in, schema_of
from tests.web.keeping import keeping, store_of
from tests.web.live_server import eventually

TOKEN, GUESTS = "the-operators-token", "the-guests-token-1"
REMOTE = {"REMOTE_ADDR": "192.0.2.7"}


@pytest.fixture
def url(redis_url: str, monkeypatch: pytest.MonkeyPatch) -> str:
    with Redis.from_url(redis_url) as redis:
        redis.flushall()
    monkeypatch.setattr(asking, "ANSWER_S", 5)
    return redis_url


@pytest.fixture
def owner(url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """The process that has the camera."""
    with keeping(tmp_path / "data", cameras="door=demo:", redis_url=url, share_cameras="yes") as client:  # type: ignore[arg-type]
        client.application.extensions["fer_web"].sharing.start()
        yield client


@pytest.fixture
def replica(url: str, tmp_path: Path) -> Iterator[FlaskClient]:
    """One that shows it under another name, beside one that nobody shares."""
    with keeping(tmp_path / "data", cameras="front=shared:door,none=shared:none", redis_url=url) as client:
        yield client


def camera_of(client: FlaskClient, place: int = 0) -> Any:
    answer = client.get("/api/cameras").get_json()
    assert errors_in(answer, schema_of("Cameras")) == []
    return answer["cameras"][place]


def test_a_camera_is_recorded_from_a_process_that_shows_it(owner: FlaskClient, replica: FlaskClient) -> None:
    recording = start(replica, camera="front", name="Interview 1", note="signed forms")
    assert (recording["camera"], recording["state"], recording["own"]) == ("front", "recording", True)
    assert camera_of(owner)["recording"] == recording["id"]
    assert eventually(lambda: store_of(owner).recordings.get(recording["id"]).readings >= 3)

    marker = replica.post(f"/api/recordings/{recording['id']}/markers", json={"text": "here"})
    assert marker.status_code == 201, marker.text
    assert marker.get_json()["text"] == "here"
    again = replica.post("/api/recordings", json={"consent": True, "camera": "front"})
    assert code_of(again) == (409, "already_recording")
    ended = stop(replica, recording)

    assert (ended["camera"], ended["state"], ended["markers"]) == ("front", "finished", 1)
    stored = store_of(replica).recordings.get(recording["id"])
    assert (stored.recording.name, stored.consent, stored.readings) == (
        "Interview 1",
        "signed forms",
        ended["readings"],
    )
    assert camera_of(owner)["recording"] is None
    assert code_of(replica.post(f"/api/recordings/{recording['id']}/stop")) == (404, "no_recording")
    assert code_of(replica.post("/api/recordings/unknown/markers", json={"text": "x"})) == (404, "no_recording")


def test_who_watches_elsewhere_is_told_of_a_recording(owner: FlaskClient, replica: FlaskClient) -> None:
    recording = start(owner, camera="door", name="Interview 1")

    with replica.application.extensions["fer_web"].cameras.get("front").results():
        assert eventually(lambda: camera_of(replica)["recording"] == recording["id"])
        stop(owner, recording)
        assert eventually(lambda: camera_of(replica)["recording"] is None)


def test_the_events_of_a_camera_tell_who_watches_elsewhere_of_its_recording(
    owner: FlaskClient, replica: FlaskClient
) -> None:
    recording = start(owner, camera="door", name="Interview 1")

    with replica.get("/cameras/front/events") as answer:
        told = (json.loads(event.partition(b"data: ")[2]) for event in named(answer.response, b"recording"))
        current = next(one["recording"] for one in told if one["recording"] is not None)

    assert (current["id"], current["camera"], current["state"]) == (recording["id"], "front", "recording")
    stop(owner, recording)


def named(chunks: Iterable[Any], name: bytes) -> Iterator[bytes]:
    """The events of that name among the first ones."""
    for chunk in islice(chunks, 500):
        yield from (event for event in chunk.split(b"\n\n") if event.startswith(b"event: " + name))


def test_a_task_of_a_study_is_timed_while_its_recording_runs_elsewhere(
    owner: FlaskClient, replica: FlaskClient
) -> None:
    study = replica.post("/api/studies", json={"name": "Checkout", "tasks": ["Find"]}).get_json()
    recording = start(replica, camera="front", study=study["id"], participant="P1")
    task = study["tasks"][0]["id"]

    begun = replica.post(f"/api/recordings/{recording['id']}/tasks/{task}/start")

    assert begun.status_code == 200, begun.text
    assert begun.get_json()["tasks"][0]["start_s"] >= 0
    stop(replica, recording)
    assert code_of(replica.post(f"/api/recordings/{recording['id']}/tasks/{task}/stop", json={})) == (
        404,
        "no_recording",
    )


def test_a_recording_of_a_full_study_is_ended_and_deleted_for_a_guest_who_is_new_too(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    known: dict[str, Any] = {"redis_url": url, "token": TOKEN, "guest_token": GUESTS}
    guest = {"headers": {"Authorization": f"Bearer {GUESTS}"}}

    def full(*_: object, **__: object) -> None:
        raise StudyFull("this study has as many recordings as it may have")

    with ExitStack() as stack:
        owner = stack.enter_context(keeping(tmp_path / "data", cameras="door=demo:", share_cameras="yes", **known))
        owner.application.extensions["fer_web"].sharing.start()
        replica = stack.enter_context(keeping(tmp_path / "data", cameras="front=shared:door", **known))
        monkeypatch.setattr(KeptStudies, "get", lambda *_: None)
        monkeypatch.setattr(KeptStudies, "assign", full)
        for client, camera in ((owner, "door"), (replica, "front")):
            wish = {"consent": True, "camera": camera, "study": "1", "participant": "P1"}
            refused = client.application.test_client().post("/api/recordings", json=wish, **guest)

            assert code_of(refused) == (409, "study_full")
            assert owner.application.extensions["fer_web"].recordings.of_cameras() == {}
            assert store_of(owner).recordings.count() == 0


def test_a_guests_recording_is_the_guests_in_both_processes(url: str, tmp_path: Path) -> None:
    known: dict[str, Any] = {"redis_url": url, "token": TOKEN, "guest_token": GUESTS}
    with ExitStack() as stack:
        owner = stack.enter_context(keeping(tmp_path / "data", cameras="door=demo:", share_cameras="yes", **known))
        owner.application.extensions["fer_web"].sharing.start()
        replica = stack.enter_context(keeping(tmp_path / "data", cameras="front=shared:door", **known))
        other = replica.application.test_client()
        guest = {"headers": {"Authorization": f"Bearer {GUESTS}"}}
        recording = replica.post("/api/recordings", json={"consent": True, "camera": "front"}, **guest).get_json()

        told = other.post(f"/api/recordings/{recording['id']}/stop", **guest)
        assert code_of(told) == (404, "no_recording"), "it is another guest's"
        assert (
            replica.post(f"/api/recordings/{recording['id']}/markers", json={"text": "x"}, **guest).status_code == 201
        )
        operator = {"headers": {"Authorization": f"Bearer {TOKEN}"}}
        ended = other.post(f"/api/recordings/{recording['id']}/stop", **operator)
        assert ended.get_json()["state"] == "finished"


def test_what_is_hidden_from_a_process_that_shows_the_camera_is_hidden_in_all(
    owner: FlaskClient, replica: FlaskClient
) -> None:
    changed = replica.put("/api/cameras/front/mask", json={"polygons": LEFT_HALF})

    assert changed.get_json() == {"polygons": LEFT_HALF}
    assert owner.get("/api/cameras/door/mask").get_json() == {"polygons": LEFT_HALF}
    assert is_hidden(picture(owner, "door"))
    assert is_hidden(picture(replica, "front"))
    with replica.application.extensions["fer_web"].cameras.get("front").results():
        assert eventually(lambda: replica.get("/api/cameras/front/mask").get_json() == {"polygons": LEFT_HALF})
        assert camera_of(replica)["is_masked"]


def test_what_is_hidden_is_known_where_nobody_watches_so_that_the_page_does_not_forget_it(
    owner: FlaskClient, replica: FlaskClient
) -> None:
    owner.put("/api/cameras/door/mask", json={"polygons": LEFT_HALF})

    assert replica.get("/api/cameras/front/mask").get_json() == {"polygons": LEFT_HALF}
    assert "Parts of this picture are hidden" in replica.get("/?camera=front").text
    assert not replica.application.extensions["fer_web"].cameras.get("front").is_open
    assert not owner.application.extensions["fer_web"].cameras.get("door").is_open


def test_what_is_hidden_is_not_taken_for_nothing_while_nobody_can_tell(replica: FlaskClient) -> None:
    assert code_of(replica.get("/api/cameras/none/mask")) == (503, "busy")
    assert replica.get("/?camera=none").status_code == 200
    assert [camera_of(replica, place)["is_masked"] for place in (0, 1)] == [False, False]


def test_a_stand_by_hides_what_the_process_with_the_camera_hides(url: str, tmp_path: Path) -> None:
    with ExitStack() as stack:
        shared: dict[str, Any] = {"cameras": "door=demo:", "share_cameras": "yes", "redis_url": url}
        first, second = (stack.enter_context(keeping(tmp_path / name, **shared)) for name in ("first", "second"))
        replica = stack.enter_context(keeping(tmp_path / "third", cameras="door=shared:door", redis_url=url))
        first.application.extensions["fer_web"].sharing.start()
        second.application.extensions["fer_web"].sharing.start()
        picture(replica, "door")

        assert replica.put("/api/cameras/door/mask", json={"polygons": LEFT_HALF}).status_code == 200

        for process in (first, second):
            assert eventually(
                lambda asked=process: asked.get("/api/cameras/door/mask").get_json()["polygons"] == LEFT_HALF
            )


def test_a_mask_that_is_saved_at_a_stand_by_holds_at_once_where_the_camera_is(url: str, tmp_path: Path) -> None:
    """Its frames may have stopped: then nobody looks into the file that both may share."""
    with ExitStack() as stack:
        shared: dict[str, Any] = {"cameras": "door=demo:", "share_cameras": "yes", "redis_url": url}
        first, second = (stack.enter_context(keeping(tmp_path / name, **shared)) for name in ("first", "second"))
        first.application.extensions["fer_web"].sharing.start()
        assert not is_hidden(picture(first, "door"))

        def is_told() -> bool:
            second.put("/api/cameras/door/mask", json={"polygons": LEFT_HALF})
            return bool(first.get("/api/cameras/door/mask").get_json()["polygons"] == LEFT_HALF)

        assert eventually(is_told)
        assert is_hidden(picture(first, "door"))


def test_a_recording_ends_when_another_process_has_opened_its_camera(
    owner: FlaskClient, replica: FlaskClient, url: str
) -> None:
    recording = start(replica, camera="front")
    assert eventually(lambda: store_of(owner).recordings.get(recording["id"]).readings >= 3)

    with Redis.from_url(url) as redis:
        redis.set(lease_key("door"), b"another-machine:7:0")
        assert eventually(lambda: camera_of(owner)["recording"] is None)
        redis.delete(lease_key("door"))

    stored = store_of(owner).recordings.get(recording["id"])
    assert eventually(lambda: store_of(owner).recordings.get(recording["id"]).state is RecordingState.FINISHED)
    assert stored.readings >= 3
    assert code_of(replica.post(f"/api/recordings/{recording['id']}/stop")) == (404, "no_recording")


def test_a_recording_is_marked_and_ended_in_the_process_that_has_it_whoever_has_the_camera_now(
    owner: FlaskClient, replica: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = start(replica, camera="front")
    monkeypatch.setattr(leases.CameraLeases, "tells", lambda *_: False)

    marker = replica.post(f"/api/recordings/{recording['id']}/markers", json={"text": "here"})

    assert marker.status_code == 201, marker.text
    assert stop(replica, recording)["markers"] == 1


def test_a_recording_of_a_camera_that_is_not_shown_here_is_not_ended_from_here(url: str, tmp_path: Path) -> None:
    both: dict[str, Any] = {"cameras": "door=demo:,desk=demo:", "share_cameras": "yes", "redis_url": url}
    with ExitStack() as stack:
        owner = stack.enter_context(keeping(tmp_path / "data", **both))
        owner.application.extensions["fer_web"].sharing.start()
        replica = stack.enter_context(keeping(tmp_path / "other", cameras="front=shared:door", redis_url=url))
        others = stack.enter_context(keeping(tmp_path / "data", cameras="a=shared:door,b=shared:desk", redis_url=url))
        recording = start(owner, camera="desk")

        assert code_of(replica.post(f"/api/recordings/{recording['id']}/stop")) == (404, "no_recording")
        assert stop(others, recording)["camera"] == "b"


def test_a_task_gets_times_up_to_now_while_its_recording_runs_elsewhere(
    owner: FlaskClient, replica: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is stored of it may be a while behind."""
    study = replica.post("/api/studies", json={"name": "Checkout", "tasks": ["Find"]}).get_json()
    recording = start(replica, camera="front", study=study["id"], participant="P1")
    path = f"/api/recordings/{recording['id']}/tasks/{study['tasks'][0]['id']}"
    here = owner.application.extensions["fer_web"].recordings.find(recording["id"]).recorder
    assert eventually(lambda: here.progress.facts.duration_s > 1)
    stop_s = here.progress.facts.duration_s
    monkeypatch.setattr("fer_web.web.api.tasks.SLACK_S", 0.0)

    changed = replica.patch(path, json={"start_s": 0.1, "stop_s": stop_s})

    assert changed.status_code == 200, changed.text
    stop(replica, recording)


def test_a_camera_that_nobody_shares_cannot_be_recorded_or_hidden(
    replica: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(elsewhere, "OPEN_S", 0.1)

    recorded = replica.post("/api/recordings", json={"consent": True, "camera": "none"})
    hidden = replica.put("/api/cameras/none/mask", json={"polygons": LEFT_HALF})

    assert code_of(recorded) == code_of(hidden) == (503, "busy")
    assert "no process shares a camera 'none' now" in hidden.get_json()["error"]["message"]


def test_a_process_that_does_not_answer_is_given_up(
    owner: FlaskClient, replica: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    recording = start(replica, camera="front")
    monkeypatch.setattr(asking, "ANSWER_S", 1)
    monkeypatch.setattr(sharing.CameraSharing, "_answer", lambda *_: None)

    answer = replica.put("/api/cameras/front/mask", json={"polygons": LEFT_HALF})

    assert code_of(answer) == (503, "busy")
    assert answer.get_json()["error"]["message"] == "the process that has this camera does not answer"
    stop(owner, recording)


@pytest.mark.parametrize("call", ["stop", "markers"])
def test_a_recording_that_does_not_answer_is_not_taken_for_ended(
    owner: FlaskClient, replica: FlaskClient, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    recording = start(owner, camera="door")  # nobody has told the replica of it
    monkeypatch.setattr(asking, "ANSWER_S", 1)
    monkeypatch.setattr(sharing.CameraSharing, "_answer", lambda *_: None)
    path = f"/api/recordings/{recording['id']}/{call}"

    assert code_of(replica.post(path, json={"text": "here"})) == (503, "busy")
    stop(owner, recording)
    assert code_of(replica.post(path, json={"text": "here"})) == (404, "no_recording")


def test_what_fails_there_is_told_here_without_its_details(
    owner: FlaskClient, replica: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ZeroDivisionError("a secret")

    picture(replica, "front")
    monkeypatch.setattr(CamerasHere, "_mask", broken)

    answer = replica.put("/api/cameras/front/mask", json={"polygons": LEFT_HALF})

    assert code_of(answer) == (500, "internal_error")
    assert "a secret" not in answer.text


def test_a_process_of_another_version_is_told_that_it_is_not_understood(owner: FlaskClient) -> None:
    here = owner.application.extensions["fer_web"]
    asked = CamerasHere(here.cameras, here.masks, here.recordings)

    with pytest.raises(RequestError, match="does not support 'dance'; update it"):
        asked.answered("door", Ask("1", "dance", {}))


def test_nothing_is_asked_while_redis_is_away(replica: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leases, "LASTS_S", 1.5)
    away = shared_camera.SharedCamera("redis://127.0.0.1:1/0", "door")

    with pytest.raises(BusyError, match="Redis does not answer"):
        away.ask("mask", polygons=[])
