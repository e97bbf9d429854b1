"""Everybody sees their own recordings and videos, the operator sees all, and no route forgets it."""

from __future__ import annotations

import io
import json
import re
import zipfile
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from werkzeug.routing import Rule

from fer_web.store.tables import RecordingRow
from fer_web.web.api.answers import ANSWERS
from fer_web.web.api.recording_files import SUMMARIES
from fer_web.web.api.recording_schemas import active_json
from fer_web.web.http.asking import Asker
from fer_web.web.security.owner_cookies import COOKIE, FILE
from tests.store.samples import job
from tests.web.api.test_recordings import BEGAN, add
from tests.web.keeping import keeping, store_of

TOKEN, GUEST = "the operator's own secret", "what every guest knows"
OPERATOR = {"Authorization": f"Bearer {TOKEN}"}
GUESTS = {"Authorization": f"Bearer {GUEST}"}
# What a route's path may name; all that name one of these are asked about somebody else's.
NAMES = {"recording": "<recording>", "job": "<job>", "study": "<study>"}
# What else paths name.
FILES = {"file": "annotations.eaf", "task": "1", "part": "1"}
# Bodies that a route would take.
BODIES: dict[str, dict[str, Any]] = {
    "recordings.rename_recording": {"json": {"name": "mine now"}},
    "running.mark_recording": {"json": {"text": "mine now"}},
    "studies.delete_study": {"query_string": {"confirm": "true"}},
    "studies.rename_study": {"json": {"name": "mine now"}},
    "studies.add_part": {"json": {"kind": "task", "name": "mine now"}},
    "studies.change_part": {"json": {"name": "mine now"}},
    "studies.assign_recording": {"json": {"recording": "any", "participant": "mine now"}},
    "tasks.stop_task": {"json": {"success": True}},
    "tasks.change_task": {"json": {"start_s": 1.0}},
}


@pytest.fixture
def ann(tmp_path: Path) -> Iterator[FlaskClient]:
    """A guest's browser on a server with guests."""
    with keeping(tmp_path / "data", token=TOKEN, guest_token=GUEST) as client:
        yield client


@pytest.fixture
def ben(ann: FlaskClient) -> FlaskClient:
    """Another one, who has a cookie of their own."""
    client = ann.application.test_client()
    stop(client, start(client, camera="main"))
    assert client.get_cookie(COOKIE) is not None
    return client


def start(client: FlaskClient, **wish: str) -> str:
    answer = client.post("/api/recordings", json={"consent": True, **wish}, headers=GUESTS)
    assert answer.status_code == 201, answer.get_data(as_text=True)
    return str(answer.get_json()["id"])


def stop(client: FlaskClient, recording: str) -> None:
    assert client.post(f"/api/recordings/{recording}/stop", headers=GUESTS).status_code == 200


def owner_of(client: FlaskClient) -> str:
    cookie = client.get_cookie(COOKIE)
    assert cookie is not None
    return str(client.application.extensions["fer_web"].owners.owner_of(cookie.value))


def listed(client: FlaskClient, headers: dict[str, str] = GUESTS) -> list[str]:
    return [one["id"] for one in client.get("/api/recordings", headers=headers).get_json()["recordings"]]


def rules_that_name(client: FlaskClient) -> list[tuple[Rule, str]]:
    rules = [rule for rule in client.application.url_map.iter_rules() if rule.arguments & set(NAMES)]
    return [(rule, method) for rule in rules for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"})]


def path_of(rule: Rule, ids: dict[str, str]) -> str:
    return re.sub(r"<(?:\w+:)?(\w+)>", lambda name: ids[name[1]], rule.rule)


def ask(client: FlaskClient, rule: Rule, method: str, ids: dict[str, str], headers: dict[str, str]) -> Any:
    return client.open(path_of(rule, ids), method=method, headers=headers, **BODIES.get(rule.endpoint, {}))


def test_no_route_tells_or_does_anything_about_what_is_somebody_elses(ann: FlaskClient, ben: FlaskClient) -> None:
    running, store = start(ann), store_of(ann)
    kept, discarded = add(ann, "kept"), add(ann, "discarded")
    for recording in (kept, discarded):
        change_owner(ann, recording, owner_of(ann))
    store.recordings.discard(discarded)
    job, study = video_of(ann), study_of(ann, kept)
    rules = rules_that_name(ann)
    assert len(rules) > 30

    for recording in (running, kept, discarded):
        for rule, method in rules:
            for foreign in (ben, ann.application.test_client()):
                answer = ask(
                    foreign, rule, method, {**FILES, "recording": recording, "job": job, "study": study}, GUESTS
                )
                assert answer.status_code == 404, f"{method} {rule.rule} answers {answer.status_code}"

    assert {running, kept} <= set(listed(ann))
    assert store.recordings.is_kept(discarded)
    assert str(store.jobs.get(job).state) == "queued"
    assert [place.recording for place in store.studies.get(study).recordings] == [kept]
    stop(ann, running)


def change_owner(client: FlaskClient, recording: str, owner: str) -> None:
    with store_of(client)._database.writing() as connection:
        connection.execute(update(RecordingRow).where(RecordingRow.id == recording).values(owner=owner))


def video_of(client: FlaskClient) -> str:
    store_of(client).jobs.save(job("a-video", owner=owner_of(client)))
    return "a-video"


def study_of(client: FlaskClient, recording: str) -> str:
    made = client.post("/api/studies", json={"name": "Checkout", "tasks": ["find"]}, headers=GUESTS)
    study = str(made.get_json()["id"])
    sent = {"recording": recording, "participant": "P1"}
    assert client.post(f"/api/studies/{study}/recordings", json=sent, headers=GUESTS).status_code == 200
    return study


def test_studies_are_their_makers_and_the_operators(ann: FlaskClient, ben: FlaskClient) -> None:
    kept = add(ann, "kept")
    stop(ann, start(ann))
    change_owner(ann, kept, owner_of(ann))
    study = study_of(ann, kept)
    everybody = ann.application.test_client()

    lists = [
        [one["id"] for one in client.get("/api/studies", headers=headers).get_json()["studies"]]
        for client, headers in ((ann, GUESTS), (ben, GUESTS), (everybody, OPERATOR))
    ]
    assert lists == [[study], [], [study]]

    gone = ann.delete(f"/api/studies/{study}?confirm=true&recordings=delete", headers=GUESTS)
    assert gone.get_json() == {"deleted": 1}
    assert ann.get("/api/recordings/trash", headers=GUESTS).get_json()["total"] == 1


def test_each_browser_has_its_own_list_and_the_operator_sees_all(ann: FlaskClient, ben: FlaskClient) -> None:
    bens = listed(ben)
    mine = start(ann)
    stop(ann, mine)
    video_of(ann)

    assert (listed(ann), len(bens)) == ([mine], 1)
    assert listed(ben) == bens
    everybody = ann.application.test_client()
    assert set(listed(everybody, OPERATOR)) == {mine, *bens}
    jobs = [
        client.get("/api/jobs", headers=headers).get_json()["jobs"]
        for client, headers in ((ann, GUESTS), (ben, GUESTS), (everybody, OPERATOR))
    ]
    assert [len(found) for found in jobs] == [1, 0, 1]
    for client, headers, count in ((ann, GUESTS, 1), (ben, GUESTS, 1), (everybody, OPERATOR, 2)):
        archive = zipfile.ZipFile(io.BytesIO(client.get("/api/recordings/export.zip", headers=headers).data))
        assert len(json.loads(archive.read("recordings.json"))) == count
    pair = f"a={mine}&b={bens[0]}"
    assert ben.get(f"/api/recordings/compare?{pair}", headers=GUESTS).status_code == 404
    assert everybody.get(f"/compare?{pair}", headers=OPERATOR).status_code == 200


def test_deleting_everything_leaves_what_others_have_and_what_they_are_recording(
    ann: FlaskClient, ben: FlaskClient
) -> None:
    bens, running = listed(ben), start(ann)

    assert ben.delete("/api/recordings?confirm=true", headers=GUESTS).get_json() == {"deleted": 1}

    assert (listed(ben), listed(ann)) == ([], [running])
    assert ann.get("/api/recordings?state=recording", headers=GUESTS).get_json()["total"] == 1
    assert [one["id"] for one in ben.get("/api/recordings/trash", headers=GUESTS).get_json()["recordings"]] == bens
    assert ann.get("/api/recordings/trash", headers=GUESTS).get_json()["total"] == 0
    assert ann.delete("/api/recordings/trash?confirm=true", headers=GUESTS).get_json() == {"deleted": 0}
    assert ben.post(f"/api/recordings/{bens[0]}/restore", headers=GUESTS).get_json()["id"] == bens[0]
    assert listed(ben) == bens
    stop(ann, running)


def test_the_cookie_comes_with_the_first_thing_that_is_kept_and_says_nothing(ann: FlaskClient) -> None:
    for path in ("/recordings", "/api/recordings", "/"):
        assert COOKIE not in ann.get(path, headers=GUESTS).headers.get("Set-Cookie", "")
    refused = ann.post("/api/recordings", json={"consent": True, "camera": "nowhere"}, headers=GUESTS)
    assert (refused.status_code, refused.headers.get("Set-Cookie")) == (404, None)

    answer = ann.post("/api/recordings", json={"consent": True}, headers=GUESTS)
    told = answer.headers["Set-Cookie"]
    assert told.startswith(f"{COOKIE}=")
    assert {"HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=34560000"} <= set(told.split("; "))
    stop(ann, answer.get_json()["id"])
    assert told.partition(";")[0] in ann.get("/recordings", headers=GUESTS).headers["Set-Cookie"]  # begins anew
    owner = owner_of(ann)
    assert re.fullmatch(r"[0-9a-f]{32}", owner)


def test_a_cookie_that_somebody_made_up_is_nobodys(ann: FlaskClient, ben: FlaskClient) -> None:
    value = ben.get_cookie(COOKIE)
    assert value is not None
    forged = ann.application.test_client()
    for made_up in (owner_of(ben), f"{owner_of(ben)}.AAAA", value.value[:-1], "."):
        forged.set_cookie(COOKIE, made_up)
        assert listed(forged) == []


def test_what_the_operator_makes_is_the_operators(ann: FlaskClient) -> None:
    answer = ann.post("/api/recordings", json={"consent": True}, headers=OPERATOR)
    assert "Set-Cookie" not in answer.headers
    recording = answer.get_json()["id"]

    assert (listed(ann), listed(ann, OPERATOR)) == ([], [recording])
    assert ann.post(f"/api/recordings/{recording}/stop", headers=GUESTS).status_code == 404
    assert ann.post(f"/api/recordings/{recording}/stop", headers=OPERATOR).status_code == 200


def test_guests_log_in_as_guests_and_the_operator_as_operator(ann: FlaskClient, ben: FlaskClient) -> None:
    for token, count in ((GUEST, 0), (TOKEN, 1)):
        browser = ann.application.test_client()
        assert browser.post("/login", data={"token": token}).status_code == 303
        assert len(browser.get("/api/recordings").get_json()["recordings"]) == count


def test_an_open_server_lets_everybody_in_as_a_guest_and_its_token_makes_the_operator(tmp_path: Path) -> None:
    with keeping(tmp_path / "data", host="0.0.0.0", insecure_no_token=True, token=TOKEN) as client:  # type: ignore[arg-type]
        recording = start_open(client)
        stranger = client.application.test_client()

        assert listed(client, {}) == [recording]
        assert listed(stranger, {}) == []
        assert listed(stranger, OPERATOR) == [recording]
        assert stranger.get("/recordings", headers={"Authorization": "Bearer wrong"}).status_code == 401


def start_open(client: FlaskClient) -> str:
    recording = str(client.post("/api/recordings", json={"consent": True}).get_json()["id"])
    assert client.post(f"/api/recordings/{recording}/stop").status_code == 200
    return recording


def test_at_ones_own_machine_nothing_is_hidden_and_no_cookie_is_needed(tmp_path: Path) -> None:
    with keeping(tmp_path / "data") as client:
        old = add(client, "from before")
        recording = start_open(client)

        assert listed(client.application.test_client(), {}) == [recording, old]
        assert client.get_cookie(COOKIE) is None
        assert not (tmp_path / "data" / FILE).exists()


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via", "X-Real-IP"])
def test_who_comes_through_a_proxy_does_not_sit_at_the_machine(tmp_path: Path, header: str) -> None:
    with keeping(tmp_path / "data") as client:
        add(client, "from before")

        assert listed(client, {header: "203.0.113.7"}) == []


def test_a_link_shows_one_report_to_anybody_until_it_is_withdrawn(ann: FlaskClient, ben: FlaskClient) -> None:
    recording, other = add(ann, "Interview 2"), add(ann, "Interview 1")
    for one in (recording, other):
        change_owner(ann, one, owner_of_new(ann))
    address = f"/api/recordings/{recording}/share"
    path = ann.post(address, headers=GUESTS).get_json()["path"]
    assert ann.get(f"/api/recordings/{recording}", headers=GUESTS).get_json()["shared"] is True
    stranger = ann.application.test_client()

    for headers in ({}, {"Sec-Fetch-Site": "cross-site"}):
        page = stranger.get(path, headers=headers)
        assert page.status_code == 200
        text = page.get_data(as_text=True)
        assert "Interview 2" in text
        assert [told for told in ("Interview 1", recording, 'href="/', "Usually:") if told in text] == []
    assert page.headers["Referrer-Policy"] == "no-referrer"
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow, noarchive"
    assert page.headers["Cache-Control"] == "no-store"
    assert "script-src" not in page.headers["Content-Security-Policy"]
    assert stranger.get("/api/recordings").status_code == 401
    assert ben.delete(address, headers=GUESTS).status_code == 404
    assert stranger.get(path + "x").status_code == 404

    assert ann.delete(f"/api/recordings/{recording}", headers=GUESTS).status_code == 204
    assert stranger.get(path).status_code == 404
    ann.post(f"/api/recordings/{recording}/restore", headers=GUESTS)
    assert stranger.get(path).status_code == 200
    assert ann.delete(address, headers=GUESTS).status_code == 204
    assert stranger.get(path).status_code == 404
    assert ann.post(address, headers=GUESTS).get_json()["path"] != path


def owner_of_new(client: FlaskClient) -> str:
    if client.get_cookie(COOKIE) is None:
        stop(client, start(client))
    return owner_of(client)


def test_others_learn_that_a_camera_is_recorded_and_no_more(ann: FlaskClient, ben: FlaskClient) -> None:
    recording = start(ann, name="Secret project")
    ann.post(f"/api/recordings/{recording}/markers", json={"text": "Secret"}, headers=GUESTS)
    active = ann.application.extensions["fer_web"].recordings.of_camera("main")

    told = {name: active_json(active, Asker(owner_of(client))) for name, client in (("ann", ann), ("ben", ben))}
    assert (told["ann"].name, told["ann"].own, told["ann"].markers) == ("Secret project", True, 1)
    assert (told["ben"].own, told["ben"].state) == (False, "recording")
    assert "Secret" not in told["ben"].model_dump_json()
    assert ben.get("/api/recordings?state=recording", headers=GUESTS).get_json()["total"] == 0
    stop(ann, recording)


@pytest.mark.parametrize("way", ["", "?permanently=true"])
def test_what_was_found_out_of_a_deleted_recording_is_forgotten_at_once(ann: FlaskClient, way: str) -> None:
    recording = add(ann, "talk")
    ann.get(f"/api/recordings/{recording}/summary.json", headers=OPERATOR)
    ann.get(f"/api/recordings/{recording}/answers", headers=OPERATOR)
    assert recording in SUMMARIES

    assert ann.delete(f"/api/recordings/{recording}{way}", headers=OPERATOR).status_code == 204

    assert recording not in SUMMARIES
    assert recording not in ANSWERS


def test_what_is_usual_is_found_among_ones_own_recordings(ann: FlaskClient) -> None:
    mine, theirs = owner_of_new(ann), "0" * 32
    recordings = [add(ann, f"Interview {day}", began=BEGAN + timedelta(days=day)) for day in (1, 2)]
    for recording, owner in zip(recordings, (theirs, mine), strict=True):
        change_owner(ann, recording, owner)
    page = f"/api/recordings/{recordings[1]}/report.html"
    usual = [ann.get(page, headers=headers).get_data(as_text=True) for headers in (GUESTS, OPERATOR)]

    change_owner(ann, recordings[0], mine)
    same = ann.get(page, headers=GUESTS).get_data(as_text=True)
    assert ["Usually:" in text for text in (*usual, same)] == [False, False, True]
