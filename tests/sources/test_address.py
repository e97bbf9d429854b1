"""Addresses are understood, and shown without what is secret in them."""

from __future__ import annotations

from pathlib import Path

import pytest

from fer_web import analyze_image
from fer_web.cli.main import main
from fer_web.core.text import shown_path
from fer_web.errors import ImageError, SourceError
from fer_web.sources import open_source
from fer_web.sources.address import masked
from fer_web.sources.drivers import parse
from fer_web.sources.video_kinds import check_video


@pytest.mark.parametrize(
    ("uri", "kind", "target", "label"),
    [
        ("webcam:0", "webcam", "0", "webcam 0"),
        ("webcam:12", "webcam", "12", "webcam 12"),
        ("WEBCAM:", "webcam", "0", "webcam 0"),
        ("1", "webcam", "1", "webcam 1"),
        ("/dev/video2", "webcam", "/dev/video2", "/dev/video2"),
        ("demo:", "demo", "", "demo"),
        ("demo", "demo", "", "demo"),
        ("webcam", "webcam", "0", "webcam 0"),
        ("demo:?faces=2", "demo", "?faces=2", "demo"),
        ("clips/a b.mp4", "file", "clips/a b.mp4", "a b.mp4"),
        ("file:///clips/a%20b.mp4", "file", "/clips/a b.mp4", "a b.mp4"),
        ("file:clips/c.gif", "file", "clips/c.gif", "c.gif"),
        ("shared:door", "shared", "door", "door, of another process"),
        ("rtsp://camera/live", "stream", "rtsp://camera/live", "rtsp://camera/live"),
        (" https://camera:8443/v.mjpg ", "stream", "https://camera:8443/v.mjpg", "https://camera:8443/v.mjpg"),
    ],
)
def test_an_address_is_understood(uri: str, kind: str, target: str, label: str) -> None:
    address = parse(uri)
    assert (address.kind, address.target, address.label) == (kind, target, label)


def test_a_camera_of_another_process_needs_its_name_there() -> None:
    with pytest.raises(SourceError, match="with its name in the process that has it: shared:door"):
        parse("shared:")


def test_a_camera_of_another_process_is_shown_by_the_service_alone() -> None:
    with pytest.raises(SourceError, match="door, of another process: only the service shows shared cameras"):
        open_source("shared:door")


@pytest.mark.parametrize(
    "uri", ["", "webcam:x", "webcam:-1", "ftp://host/a.mp4", "rtsp:camera", "http://", "http:///a"]
)
def test_what_cannot_be_opened_is_refused_with_an_example(uri: str) -> None:
    with pytest.raises(SourceError, match=r"for example|use webcam:0"):
        parse(uri)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("rtsp://camera:554/live", "rtsp://camera:554/live"),
        ("rtsp://admin:SECRET@camera:554/live?channel=1", "rtsp://***@camera:554/live?channel=1"),
        ("rtsp://SECRET@camera/live", "rtsp://***@camera/live"),
        ("rtsp://admin:SE@SECRET@camera/live", "rtsp://***@camera/live"),
        ("rtsp://admin:SE/SECRET@camera/live", "rtsp://***@camera/live"),
        ("rtsp://admin:SE#SECRET@camera/live", "rtsp://***@camera/live"),
        ("rtsp://admin:SE?SECRET@camera/live", "rtsp://***@camera/live"),
        ("http://[::1]:80/v", "http://[::1]:80/v"),
        ("http://c/v?token=SECRET&fps=5", "http://c/v?token=***&fps=5"),
        ("http://c/v?Password=SECRET", "http://c/v?Password=***"),
        ("http://c/v?whatever=SECRET;key=SECRET", "http://c/v?whatever=***;key=***"),
        ("http://c/v?SECRET", "http://c/v?***"),
        ("http://c/v?x=a=SECRET", "http://c/v?x=***"),
        ("http://c/v#SECRET", "http://c/v"),
        ("rtsp://test/@:SECRET@host/s", "rtsp://***@host/s"),
        ("rtsp://DOMAIN/admin:SECRET@host/live", "rtsp://***@host/live"),
        ("rtsp://ad/min:SE?SECRET@host", "rtsp://***@host"),
        ("rtsp://SECRET/SECRET@host/live", None),
        ("http://10.0.0.5/user=admin&password=SE@SECRET&channel=1", "http://***"),
        ("http://admin:SECRET@10.0.0.5/user=admin&password=SE@SECRET", "http://***"),
        ("http://10.0.0.5/v?password=SE@SECRET", "http://***"),
        ("rtsp:admin:SECRET@camera/live", "***"),
        ("admin:SECRET@camera/live", "***"),
        ("http://c/user=admin_password=SECRET_channel=1_stream=0.sdp", None),
        ("http://c/user=admin&password=SECRET&channel=1", "http://c/user=***&password=***&channel=1"),
        ("rtmp://c/live/SECRET1234abcd5678efgh", "rtmp://c/live/***"),
        ("http://c/v?fps=SECRETSECRETSECRET", "http://c/v?fps=***"),
    ],
)
def test_secrets_are_masked(url: str, shown: str | None) -> None:
    assert "SECRET" not in masked(url)
    assert "admin" not in masked(url)
    assert shown is None or masked(url) == shown


def test_neither_an_address_nor_its_refusal_prints_a_secret() -> None:
    assert "SECRET" not in repr(parse("rtsp://admin:SECRET@camera/live?token=SECRET"))
    with pytest.raises(SourceError) as refusal:
        parse("ftp://admin:SECRET@host/a.mp4")
    assert "SECRET" not in str(refusal.value)


@pytest.mark.parametrize(
    "uri", ["admin:SECRET@camera/live", "corp/admin:SECRET@camera", "rtsp:admin:SECRET@camera/live"]
)
def test_a_forgotten_scheme_is_pointed_out_without_telling_the_password(uri: str) -> None:
    with pytest.raises(SourceError, match="rtsp://") as refusal:
        parse(uri)
    assert "SECRET" not in str(refusal.value)


def test_a_label_is_one_line_whatever_the_address_holds() -> None:
    assert parse("rtsp://camera/live\n12:00:00 ERROR forged").label == "rtsp://camera/live\\n12:00:00 ERROR forged"
    assert parse("clips/a\x1b[2Jb.mp4").label == "a\\x1b[2Jb.mp4"
    assert parse("clips/caf\udce9.mp4").label == "caf\\xe9.mp4"


def test_a_file_named_like_a_number_is_a_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "0").write_bytes(b"")
    monkeypatch.chdir(tmp_path)
    assert parse("0").kind == "file"


@pytest.mark.parametrize("address", ["rtsp://admin:SECRET@camera/live", "http://ad/min:SE?SECRET@camera/live"])
def test_an_address_where_a_file_is_expected_is_refused_without_its_password(
    address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert shown_path(Path(address)) == shown_path(address) == f"{address.partition(':')[0]}://***@camera/live"
    assert main(["analyze", address]) == 1
    with pytest.raises(ImageError, match="camera/live cannot be read") as refusal:
        analyze_image(address)
    with pytest.raises(SourceError, match=r"no such file: .*camera/live") as lost:
        check_video(Path(address))

    printed = capsys.readouterr()
    assert "camera/live" in printed.err
    assert "SECRET" not in f"{printed}{refusal.value}{lost.value}"


def test_a_files_path_is_shown_as_it_is() -> None:
    assert shown_path(Path("clips/a@b.mp4")) == "clips/a@b.mp4"
    assert shown_path("C:/clips/a.mp4") == "C:/clips/a.mp4"
