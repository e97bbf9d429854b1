"""What a camera says never makes the program call another host than the one that was given."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

import pytest

from fer_web.core import Frame
from fer_web.errors import SourceError
from fer_web.sources import open_source
from fer_web.sources.given_host import OtherHostError, followed
from tests.clips import FPS, make_clip
from tests.sources.captures import Camera, Site, mjpeg_camera, site
from tests.sources.rtsp_camera import RtspCamera, rtsp_camera

HERE = "http://admin:secret@camera/video?token=1"
PLAYLIST = "application/vnd.apple.mpegurl"


@pytest.fixture
def camera() -> Iterator[Site]:
    with site() as served:
        yield served


@pytest.fixture
def other() -> Iterator[Camera]:
    """Another host, as its port tells; it would give a video to whoever asks."""
    with mjpeg_camera() as served:
        yield served


@pytest.fixture
def rtsp() -> Iterator[RtspCamera]:
    with rtsp_camera() as served:
        yield served


@pytest.fixture(scope="module")
def segments(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("clips")
    return [make_clip(folder / f"{n}.ts", 1, size=(96, 64), sound=None).read_bytes() for n in range(2)]


def playlist(*parts: str, seconds: float = 1) -> bytes:
    """An HLS recording of those parts."""
    listed = "".join(f"#EXTINF:{seconds},\n{part}\n" for part in parts)
    return f"#EXTM3U\n#EXT-X-VERSION:3\n#EXT-X-TARGETDURATION:1\n{listed}#EXT-X-ENDLIST\n".encode()


def master(variant: str) -> bytes:
    return f"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1000000,RESOLUTION=96x64\n{variant}\n".encode()


def first_frames(url: str, count: int = 1, timeout_s: float = 10) -> list[Frame]:
    with open_source(url, open_timeout_s=timeout_s) as source:
        return list(islice(source.frames(), count))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_camera_that_redirects_to_another_host_is_refused(status: int, camera: Site, other: Camera) -> None:
    camera.add("/video", status=status, Location=f"{other.url}/video?token=SECRET")

    with pytest.raises(
        SourceError, match=rf"video cannot be opened: it redirects to {other.url}, .*use it as the source"
    ) as no:
        open_source(f"{camera.url}/video")

    assert other.requests == []
    assert "SECRET" not in str(no.value)


def test_the_same_machine_by_another_name_is_another_host(camera: Site) -> None:
    camera.add("/video", status=302, Location=camera.url.replace("127.0.0.1", "localhost") + "/other")

    with pytest.raises(SourceError, match="it redirects to http://localhost"):
        open_source(f"{camera.url}/video")

    assert [path for path, _ in camera.requests] == ["/video"]


def test_a_redirect_on_the_given_host_is_followed(camera: Site, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "clip.mkv", 1, size=(96, 64), sound=None)
    camera.add("/video", status=302, Location="/now/clip")
    camera.add("/now/clip", status=307, Location=f"{camera.url}/now/clip.mkv")
    camera.add("/now/clip.mkv", clip.read_bytes())

    assert first_frames(f"{camera.url}/video")[0].size == (96, 64)


def test_redirects_in_circles_come_to_an_end(camera: Site) -> None:
    camera.add("/video", status=302, Location="/video")

    with pytest.raises(SourceError, match="it redirects in circles"):
        open_source(f"{camera.url}/video")
    assert len(camera.requests) < 10


def test_an_rtsp_camera_that_redirects_to_another_host_is_refused(rtsp: RtspCamera) -> None:
    with rtsp_camera() as elsewhere:
        rtsp.redirect = f"{elsewhere.url}/live?token=SECRET"

        with pytest.raises(SourceError, match=rf"cannot be opened: it redirects to {elsewhere.url}, ") as no:
            open_source(f"{rtsp.url}/old")

        assert elsewhere.connections == 0
        assert "SECRET" not in str(no.value)


def test_an_rtsp_redirect_on_the_given_host_is_followed(rtsp: RtspCamera) -> None:
    rtsp.redirect = f"{rtsp.url}/live"

    assert first_frames(f"{rtsp.url}/old")[0].size == (160, 120)


def test_an_rtsp_camera_knows_its_viewer_by_a_digest(rtsp: RtspCamera) -> None:
    rtsp.password = "s3cr#t/%"
    url = rtsp.url.replace("//", "//admin:s3cr%23t%2F%25@")

    assert first_frames(f"{url}/live")[0].size == (160, 120)
    with pytest.raises(SourceError, match="cannot be opened: wrong credentials"):
        open_source(f"{url.replace('s3cr', 'other')}/live")


@pytest.mark.parametrize("kind", [PLAYLIST, "application/octet-stream"])
def test_a_playlist_of_the_given_host_is_played(kind: str, camera: Site, segments: list[bytes]) -> None:
    camera.add("/live/index.m3u8", master("low/index.m3u8"), Content_Type=kind)
    camera.add("/live/low/index.m3u8", playlist("0.ts", "/1.ts"), Content_Type=kind)
    camera.add("/live/low/0.ts", segments[0])
    camera.add("/1.ts", segments[1])

    frames = first_frames(f"{camera.url}/live/index.m3u8", FPS)

    assert {frame.size for frame in frames} == {(96, 64)}


@pytest.mark.parametrize(
    "listed",
    [
        playlist("{url}/a.ts"),
        playlist("//{host}/a.ts"),
        master("{url}/low.m3u8"),
        playlist("moved.ts"),
        playlist("file:///etc/passwd"),
        playlist("subfile,,start,0,end,9,,:{url}/a.ts"),
        playlist("tcp://{host}"),
        playlist("data:video/mp2t;base64,AAAA"),
        playlist("0.ts").replace(b"#EXTINF", b'#EXT-X-KEY:METHOD=AES-128,URI="{url}/key"\n#EXTINF'),
        playlist("0.ts").replace(b"#EXTINF", b'#EXT-X-MAP:URI="{url}/init.mp4"\n#EXTINF'),
    ],
)
def test_a_playlist_that_leads_elsewhere_opens_nothing(
    listed: bytes, camera: Site, other: Camera, segments: list[bytes]
) -> None:
    host = other.url.removeprefix("http://")
    listed = listed.replace(b"{url}", other.url.encode()).replace(b"{host}", host.encode())
    camera.add("/index.m3u8", listed, Content_Type=PLAYLIST)
    camera.add("/0.ts", segments[0])
    camera.add("/moved.ts", status=302, Location=f"{other.url}/a.ts")

    with pytest.raises(SourceError, match=r"cannot be opened: (it redirects to|not a video)"):
        open_source(f"{camera.url}/index.m3u8", open_timeout_s=5)

    assert other.requests == []


@pytest.mark.parametrize(
    "content",
    [
        b"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=video 5004 RTP/AVP 26\n",
        b"ffconcat version 1.0\nfile '{url}/a.mjpg'\n",
        b"<?xml version='1.0'?><MPD xmlns='urn:mpeg:dash:schema:mpd:2011'><BaseURL>{url}/</BaseURL></MPD>",
    ],
)
def test_other_lists_are_no_video(content: bytes, camera: Site, other: Camera) -> None:
    camera.add("/video", content.replace(b"{url}", other.url.encode()))

    with pytest.raises(SourceError, match="cannot be opened: not a video"):
        open_source(f"{camera.url}/video")
    assert other.requests == []


@pytest.mark.parametrize(
    ("location", "leads"),
    [
        ("/other", "http://admin:secret@camera/other"),
        ("other", "http://admin:secret@camera/other"),
        ("http://camera:80/x", "http://admin:secret@camera:80/x"),
        ("https://CAMERA/x", "https://admin:secret@CAMERA/x"),
        ("http://guest:guest@camera/x", "http://admin:secret@camera/x"),
    ],
)
def test_the_same_host_is_the_same_name_and_port(location: str, leads: str) -> None:
    assert followed(HERE, location) == leads


@pytest.mark.parametrize(
    "location",
    [
        "http://camera:8080/x",
        "http://other/x",
        "http://camera.evil.example/x",
        "http://camera@evil.example/x",
        "//evil.example/x",
        "rtsp://camera/x",
        "file:///etc/passwd",
        "http://camera:port/x",
        "https://camera:80/x",
    ],
)
def test_anything_else_is_another_host(location: str) -> None:
    with pytest.raises(OtherHostError):
        followed(HERE, location)
