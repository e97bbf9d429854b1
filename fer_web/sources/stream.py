"""Network cameras: RTSP, MJPEG over HTTP, and whatever else FFmpeg reads from an address."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator

from fer_web.errors import SourceError, SourceLost
from fer_web.sources.grabber import Picture
from fer_web.sources.pace import Pace


def stream(
    url: str, label: str, open_timeout_s: float, read_timeout_s: float, stop: threading.Event
) -> Iterator[Picture]:
    """Pictures of a live stream as they arrive; a finished recording behind the address at its own speed."""
    from fer_web.sources.opencv import MAX_PIXELS, capture, cv2, pixel_count, read_rgb

    options = [
        *(cv2.CAP_PROP_OPEN_TIMEOUT_MSEC, int(open_timeout_s * 1000)),
        *(cv2.CAP_PROP_READ_TIMEOUT_MSEC, int(read_timeout_s * 1000)),
        *(cv2.CAP_PROP_N_THREADS, 1),  # decoding with n threads delays a live picture by n - 1 frames
    ]
    connection = capture(url, cv2.CAP_FFMPEG, options)
    try:
        if not connection.isOpened():
            raise SourceError(f"{label} cannot be opened: no answer, wrong credentials, or not a video")
        if pixel_count(connection) > MAX_PIXELS:
            raise SourceError(f"{label} has more than {MAX_PIXELS:,} pixels a picture, which is not taken")
        pace = Pace(stop) if connection.get(cv2.CAP_PROP_FRAME_COUNT) > 0 else None
        opened_s = time.monotonic()
        while not stop.is_set():
            pixels = read_rgb(connection)
            if pixels is None:
                raise SourceLost(f"{label} ended or stopped answering")
            if pace:
                pace.wait_until(connection.get(cv2.CAP_PROP_POS_MSEC) / 1000)
            yield Picture(time.monotonic() - opened_s, pixels)
    finally:
        connection.release()
