"""A running FER Web service, asked from Python.

with Client("http://127.0.0.1:5000", token="…") as client:
    for face in client.analyze_image("photo.jpg"):
        print(face.dominant_emotion, face.scores)
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from fer_web.analysis.results import ImageResult, PathLike, VideoResult
from fer_web.client.answers import (
    ListedRecording,
    LiveFrame,
    image_result,
    listed_recording,
    listed_recordings,
    live_frame,
    person_event,
)
from fer_web.client.asked_service import AskedService, Sent
from fer_web.core import JobState
from fer_web.core.person_events import PersonEvent
from fer_web.core.text import shown_path
from fer_web.errors import ImageError, VideoError
from fer_web.reports import read_readings_csv

if TYPE_CHECKING:
    from httpx import BaseTransport

POLL_S = 1.0
PAGE = 200  # as many recordings as one answer may hold


class Client:
    """The service at `address`; `token` is its FER_TOKEN. Belongs to one thread.

    A request takes `timeout_s` at most. One that finds no service, or a busy one, is sent again, `attempts` times in
    all, after growing pauses or when the service says. Needs httpx: `pip install httpx`.

    Everything raises RequestError for what is refused (`code` says why: a wrong token, no such recording), BusyError
    when the service was busy each time, ServiceError when it cannot be reached or is not FER Web.
    """

    def __init__(
        self,
        address: str = "http://127.0.0.1:5000",
        *,
        token: str | None = None,
        timeout_s: float = 60.0,
        attempts: int = 3,
        transport: BaseTransport | None = None,
    ) -> None:
        self._service = AskedService(address, token, timeout_s, attempts, transport)

    def analyze_image(self, image: PathLike | bytes, *, upsample: int = 1) -> ImageResult:
        """The faces of an image file, or of its bytes, as `fer_web.analyze_image` answers them, rounded for JSON.

        ImageError for what is no image.
        """
        sent = Sent(content=_bytes_of(image), query={"upsample": str(upsample)})
        return self._service.asked(image_result, "POST", "predict", sent)

    def analyze_video(self, video: PathLike, *, on_progress: Callable[[float], None] = lambda _: None) -> VideoResult:
        """Everybody's readings over a video file, as `fer_web.analyze_video` answers them, when the service is done.

        `on_progress` gets the share that is done, 0 to 1, once a second. The recording stays on the service. VideoError
        when the service could not analyze it.
        """
        path = Path(video)
        if not path.is_file():
            raise VideoError(f"no such file: {shown_path(path)}")
        sent = Sent(content=path, query={"name": path.name}, repeatable=False)
        job = self._service.asked(_job, "POST", "api/jobs", sent)
        while not JobState(job["state"]).is_over:
            on_progress(job["progress"])
            time.sleep(POLL_S)
            job = self._service.asked(_job, "GET", f"api/jobs/{job['id']}")
        if job["state"] != JobState.DONE:
            raise VideoError(f"{shown_path(path)}: {job['message'] or 'its analysis was canceled'}")
        on_progress(1.0)
        return self.readings(job["recording_id"])

    def snapshot(self, camera: str | None = None) -> bytes:
        """The newest live picture with its overlay, as JPEG; of the first camera without a name."""
        return bytes(self._service.answered("GET", _of(camera, "snapshot.jpg")).content)

    def frames(self, camera: str | None = None) -> Iterator[LiveFrame]:
        """What is seen live, frame by frame, without end. It is asked for again when the connection breaks."""
        named = self._service.events(_of(camera, "events"), {})
        return (live_frame(event) for name, event in named if name == "message")

    def people(self, camera: str | None = None) -> Iterator[PersonEvent]:
        """Who appears, changes their expression, blinks and leaves, without end."""
        named = self._service.events(_of(camera, "events"), {"kind": "people"})
        return (person_event(event) for name, event in named if name == "person")

    def start_recording(self, name: str, *, consent: bool, camera: str | None = None) -> str:
        """Record a camera; the recording's id. `consent` says that everybody on camera knows of it and agreed."""
        body = {"name": name, "consent": consent, "camera": camera}
        return self._service.asked(_id, "POST", "api/recordings", Sent(body=body, repeatable=False))

    def mark(self, recording: str, text: str) -> None:
        """Add a marker to a running recording."""
        self._service.answered(
            "POST", f"api/recordings/{recording}/markers", Sent(body={"text": text}, repeatable=False)
        )

    def stop_recording(self, recording: str) -> None:
        """End a running recording, and wait until its last readings are written."""
        self._service.answered("POST", f"api/recordings/{recording}/stop", Sent(repeatable=False))

    def recordings(self) -> tuple[ListedRecording, ...]:
        """All recordings that the service shows you, the newest first."""
        found: list[ListedRecording] = []
        while True:
            query = {"limit": str(PAGE), "offset": str(len(found))}
            page = self._service.asked(listed_recordings, "GET", "api/recordings", Sent(query=query))
            found += page
            if len(page) < PAGE:
                return tuple(found)

    def readings(self, recording: str) -> VideoResult:
        """A recording's readings in the order of time, with what is known about it and its summary."""
        listed = self._service.asked(listed_recording, "GET", f"api/recordings/{recording}")
        lines = self._service.answered("GET", f"api/recordings/{recording}/readings.csv").content
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "readings.csv"
            path.write_bytes(lines)
            return VideoResult(tuple(read_readings_csv(path)), listed.recording)

    def delete_recording(self, recording: str) -> None:
        """Delete a recording and everything that belongs to it."""
        self._service.answered("DELETE", f"api/recordings/{recording}")

    def close(self) -> None:
        """Let go of the connection."""
        self._service.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


def _of(camera: str | None, what: str) -> str:
    return what if camera is None else f"cameras/{camera}/{what}"


def _id(answer: dict[str, Any]) -> str:
    return str(answer["id"])


def _job(answer: dict[str, Any]) -> dict[str, Any]:
    """A job as answered, with what is needed of it."""
    return {name: answer[name] for name in ("id", "state", "progress", "message", "recording_id")}


def _bytes_of(image: PathLike | bytes) -> bytes:
    if isinstance(image, bytes):
        return image
    try:
        return Path(image).read_bytes()
    except OSError as error:
        raise ImageError("unreadable", f"{shown_path(image)} cannot be read: {error.strerror}") from error
