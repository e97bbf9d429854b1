"""Players open the stream with the token as a password: FFmpeg's libraries, which OBS and Home Assistant use too."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest

from tests.web.live_server import serving

TOKEN = "sixteen_letters-or-more"


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a service with a token and the demo."""
    if sys.platform == "win32":
        pytest.skip("gunicorn does not run on Windows")
    with serving("tests.web.camera_app:app", FER_TOKEN=TOKEN, FER_SOURCE="demo:") as server:
        yield server.port


@pytest.mark.server
@pytest.mark.parametrize("options", [{}, {"auth_type": "basic"}], ids=["asked", "at once"])
def test_ffmpeg_plays_the_stream_with_the_token_as_the_password(port: int, options: dict[str, str]) -> None:
    import av

    with av.open(f"http://fer:{TOKEN}@127.0.0.1:{port}/stream", options=options, timeout=20) as stream:
        frames = stream.decode(video=0)
        assert (next(frames).width, next(frames).width) == (640, 640)


@pytest.mark.server
@pytest.mark.parametrize("credentials", ["", "fer:wrong@"])
def test_ffmpeg_is_refused_without_the_token(port: int, credentials: str) -> None:
    import av

    with pytest.raises(av.error.HTTPUnauthorizedError):
        av.open(f"http://{credentials}127.0.0.1:{port}/stream", timeout=20)
