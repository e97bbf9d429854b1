"""What people are told when nothing can be kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_web.errors import StoreError
from fer_web.store.address import FILE
from tests.store.samples import begin
from tests.web.client import make_app


def test_a_database_that_cannot_be_used_is_told_and_everything_else_goes_on(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("these are my notes\n" * 100)
    client = make_app(data_dir=tmp_path).test_client()

    answer = client.get("/api/recordings")

    assert (answer.status_code, answer.get_json()["error"]["code"]) == (503, "storage_unavailable")
    assert "not an SQLite database" in answer.get_json()["error"]["message"]
    assert answer.headers["Retry-After"]
    assert client.get("/").status_code == 200


def test_nothing_is_made_for_people_who_only_look(tmp_path: Path) -> None:
    client = make_app(data_dir=tmp_path / "data").test_client()

    for path in ("/", "/recordings", "/videos", "/api/recordings", "/privacy"):
        assert client.get(path).status_code == 200, path

    assert not (tmp_path / "data").exists()


def test_closing_the_service_closes_the_store(tmp_path: Path) -> None:
    services = make_app(data_dir=tmp_path).extensions["fer_web"]
    begin(services.store)

    services.close()

    with pytest.raises(StoreError, match="stopping"):
        services.store.recordings.count()


@pytest.mark.parametrize(("days", "text"), [(14, "Deleted after 14 days"), (0, "Kept until someone deletes them")])
def test_the_page_about_privacy_says_how_long_recordings_are_kept(days: int, text: str, tmp_path: Path) -> None:
    client = make_app(data_dir=tmp_path, retention_days=days).test_client()

    assert text in client.get("/privacy").get_data(as_text=True)
