"""The client against a real service, which watches the demo."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from io import BytesIO
from itertools import islice
from pathlib import Path

import pytest
from PIL import Image

from fer_web import Client
from fer_web.client import asked_service
from fer_web.core import Frame
from fer_web.core.person_events import Appeared
from fer_web.errors import RequestError, VideoError
from tests.browser.server import Service
from tests.clips import make_clip

pytestmark = pytest.mark.server


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    running = Service(tmp_path_factory.mktemp("service"))
    running.start()
    yield running
    running.stop()


@pytest.fixture
def client(service: Service) -> Iterator[Client]:
    with Client(service.url) as opened:
        yield opened


def test_a_video_is_uploaded_analyzed_and_read(client: Client, tmp_path: Path) -> None:
    shares: list[float] = []
    shutil.move(make_clip(tmp_path / "made.mp4", 4.0), tmp_path / "talk.mp4")

    result = client.analyze_video(tmp_path / "talk.mp4", on_progress=shares.append)

    assert result.recording.source == result.recording.name == "talk.mp4"
    assert result.recording.duration_s == pytest.approx(4.0, abs=0.1)
    assert len(result.to_records()) == len(result) > 0
    assert len(result.summary.people) == 1
    assert shares[-1] == 1.0
    assert shares == sorted(shares)


def test_what_is_no_video_is_refused(client: Client, tmp_path: Path) -> None:
    (tmp_path / "talk.mp4").write_bytes(b"no video")

    with pytest.raises(RequestError) as refused:
        client.analyze_video(tmp_path / "talk.mp4")
    assert refused.value.code == "not_a_video"
    with pytest.raises(VideoError, match=r"no such file: .*gone\.mp4"):
        client.analyze_video(tmp_path / "gone.mp4")


def test_a_video_that_cannot_be_analyzed_says_why(client: Client, astronaut: Frame, tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "made.mp4", 1.0)
    (tmp_path / "cut.mp4").write_bytes(Path(clip).read_bytes()[:2000])

    with pytest.raises((VideoError, RequestError)) as failed:
        client.analyze_video(tmp_path / "cut.mp4")
    assert "cut.mp4" in str(failed.value) or getattr(failed.value, "code", "") == "not_a_video"


def test_the_live_picture_and_what_is_seen_in_it(client: Client) -> None:
    frames = list(islice(client.frames(), 5))
    with Image.open(BytesIO(client.snapshot())) as picture:
        size = picture.size

    assert [frame.time_s for frame in frames] == sorted(frame.time_s for frame in frames)
    assert {(frame.width, frame.height) for frame in frames} == {size}
    face = frames[-1].faces[0]
    assert 0 <= face.region.left < face.region.right <= size[0]
    assert sum(face.scores) == pytest.approx(1, abs=1e-3)
    assert face.track_id is not None


def test_people_are_told_of(client: Client) -> None:
    first = next(client.people("main"))

    assert isinstance(first, Appeared)
    assert first.camera == "main"
    assert first.time_utc.tzinfo is not None


def test_a_camera_is_recorded_marked_read_and_deleted(client: Client) -> None:
    recording = client.start_recording("Trial", consent=True)
    client.mark(recording, "begin")
    for _ in islice(client.frames(), 20):
        pass
    client.stop_recording(recording)

    result = client.readings(recording)
    listed = {one.id: one for one in client.recordings()}

    assert listed[recording].recording == result.recording
    assert (listed[recording].kind, listed[recording].state) == ("camera", "finished")
    assert [marker.text for marker in result.recording.markers] == ["begin"]
    assert len(result) > 0
    client.delete_recording(recording)
    assert recording not in {one.id for one in client.recordings()}


def test_consent_is_not_assumed(client: Client) -> None:
    with pytest.raises(RequestError, match="agree") as refused:
        client.start_recording("Trial", consent=False)
    assert refused.value.code == "consent_required"


@pytest.mark.parametrize("ask", ["snapshot", "frames", "people"])
def test_a_camera_that_there_is_not_is_named(client: Client, ask: str) -> None:
    with pytest.raises(RequestError, match="garden") as refused:
        list(getattr(client, ask)("garden"))
    assert refused.value.code == "no_camera"


def test_frames_go_on_after_the_service_was_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    service = Service(tmp_path)
    service.start()
    try:
        with Client(service.url, attempts=1000) as client:
            frames = client.frames()
            next(frames)
            service.kill()
            monkeypatch.setattr(asked_service, "LONGEST_PAUSE_S", 0.5)
            service.start()
            assert next(frame for frame in frames if frame.faces).faces
    finally:
        service.stop()
