"""FER_CAMERAS: several sources by name, checked before anything is opened, and never shown with their passwords."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fer_web.cli.main import main
from fer_web.errors import SettingsError
from fer_web.settings import Settings, load_settings


def wrong(cameras: str, **more: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load_settings({"cameras": cameras, **more})
    return str(caught.value)


def test_each_name_gets_its_address_in_the_order_given(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(
        "FER_CAMERAS", " door = rtsp://user:p=1@camera/live?a=1&b=2 , desk=webcam:0,back_2-b=clips/a b.mp4"
    )

    assert load_settings().sources == {
        "door": "rtsp://user:p=1@camera/live?a=1&b=2",
        "desk": "webcam:0",
        "back_2-b": "clips/a b.mp4",
    }


def test_a_comma_in_an_address_belongs_to_it() -> None:
    assert load_settings({"cameras": "a=rtsp://u:p,w@host/live,b=one,two.mp4"}).sources == {
        "a": "rtsp://u:p,w@host/live",
        "b": "one,two.mp4",
    }


def test_without_it_there_is_one_camera_called_main() -> None:
    assert Settings(source="demo:").sources == {"main": "demo:"}
    assert Settings().sources == {"main": None}


def test_all_that_is_wrong_is_told_at_once_with_the_other_settings() -> None:
    said = wrong("door=webcam:front,front door=demo:,door=demo:,=demo:", port="many")

    assert "FER_PORT" in said
    line = next(line for line in said.splitlines() if line.startswith("FER_CAMERAS"))
    named = ("door: a webcam's address is its number", "camera 2 is written as", "camera 4 is", "door is there twice")
    for part in named:
        assert part in line


def test_a_name_is_made_of_letters_digits_hyphens_and_underscores() -> None:
    for name in ("", "a/b", "a b", "t\u00fcr", "a.b", "x" * 41):
        assert "camera 1 is written as name=address" in wrong(f"{name}=demo:")
    assert load_settings({"cameras": f"{'x' * 40}=demo:"}).sources


def test_a_source_beside_it_is_refused() -> None:
    assert "FER_SOURCE and FER_CAMERAS are both set" in wrong("door=demo:", source="demo:")


def test_no_message_and_no_list_shows_a_password(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    assert "SECRET" not in wrong("rtsp://admin:SECRET@camera/live,door=ftp://admin:SECRET@host/a,SECRET@x=demo:")

    monkeypatch.setenv("FER_CAMERAS", "door=rtsp://admin:SECRET@camera/live,desk=demo:")
    assert "SECRET" not in repr(load_settings())
    assert main(["settings", "--json"]) == 0
    shown = {one["name"]: one["value"] for one in json.loads(capsys.readouterr().out)}
    assert shown["cameras"] == "door=rtsp://***@camera/live,desk=demo:"


REDIS = {"redis_url": "redis://host:6379/0"}


def test_a_camera_of_another_process_is_known_by_its_name_there() -> None:
    settings = load_settings({"cameras": "front=shared:door,desk=demo:", **REDIS})

    assert {name: settings.shared_name(name) for name in settings.sources} == {"front": "door", "desk": None}
    assert load_settings({"source": "shared:door", **REDIS}).shared_name("main") == "door"
    assert load_settings().shared_name("main") is None


def test_cameras_are_shared_and_shown_through_redis_alone() -> None:
    said = wrong("front=shared:door,desk=demo:,back=shared:back", share_cameras="yes")

    for part in (
        "FER_SHARE_CAMERAS is on, but FER_REDIS_URL is not set",
        "front is a camera of another process, but FER_REDIS_URL is not set",
        "back is a camera of another process, but FER_REDIS_URL is not set",
    ):
        assert part in said
    assert "desk" not in said
    assert load_settings({"cameras": "front=shared:door", "share_cameras": "yes", **REDIS}).share_cameras


def test_a_camera_of_another_process_without_its_name_is_refused() -> None:
    assert "door: a shared camera is written with its name" in wrong("door=shared:", **REDIS)


def test_they_can_be_in_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    path = tmp_path / "cameras"
    path.write_text("door=demo:\n", encoding="utf-8")
    monkeypatch.setenv("FER_CAMERAS_FILE", str(path))

    assert load_settings().sources == {"door": "demo:"}


@pytest.mark.parametrize("second", ["webcam:0", "/dev/video0", "webcam"])
def test_one_webcam_under_two_names_is_refused(second: str) -> None:
    said = wrong(f"door=webcam:0,side=demo:,desk={second}")

    assert "door and desk are the same webcam (/dev/video0)" in said
    assert len(load_settings({"cameras": "door=webcam:0,desk=webcam:1,a=demo:,b=demo:"}).cameras) == 4
