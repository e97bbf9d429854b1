"""A video file as a source: at its own speed, over and over."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from fer_web.core.text import one_line
from fer_web.errors import SourceError, SourceLost
from fer_web.sources.address import Address, lacks_scheme, scheme_of
from fer_web.sources.drivers.driver import OpenOptions, SourceDriver
from fer_web.sources.grabber import GrabbedImage
from fer_web.sources.pace import Pace
from fer_web.sources.video_reader import VideoReader


def video_file(path: Path, loop: bool, paced: bool, stop: threading.Event) -> Iterator[GrabbedImage]:
    """The pictures of a file with their own time stamps, which keep growing over the rounds of a `loop`.

    `paced`: not before they are due. The file is opened anew each round, as seeking is not exact in every format.
    """
    pace = Pace(stop) if paced else None
    start_s, rounds = 0.0, 0
    while rounds == 0 or loop:
        try:
            reader = VideoReader(path)
        except SourceError as error:
            raise (SourceLost if rounds else SourceError)(str(error)) from error
        with reader:
            for picture in _once(reader, start_s, stop):
                if pace:
                    pace.wait_until(picture.time_s)
                yield picture
            start_s, rounds = start_s + reader.duration_s, rounds + 1
        if stop.is_set():
            return


def _once(reader: VideoReader, start_s: float, stop: threading.Event) -> Iterator[GrabbedImage]:
    for frame in reader.frames():
        if stop.is_set():
            return
        yield GrabbedImage(start_s + frame.time_s, frame.pixels())


def file_address(path: str) -> Address:
    """Of a file by its path; SourceError when it looks like a network camera instead."""
    if not path:
        raise SourceError("the source names no file; write for example file:clip.mp4")
    if lacks_scheme(path) and not Path(path).exists():
        raise SourceError("the source looks like a network camera's address; start it with rtsp:// or http://")
    return Address("file", path, one_line(Path(path).name))


def _read(uri: str) -> Address | None:
    if scheme_of(uri) != "file":
        return None
    path = unquote(urlsplit(uri).path) if uri[5:].startswith("//") else uri[5:]
    return file_address(path.lstrip("/") if sys.platform == "win32" else path)


def _drive(address: Address, options: OpenOptions, stop: threading.Event) -> Iterator[GrabbedImage]:
    return video_file(Path(address.target), options.loop, options.paced, stop)


FILE = SourceDriver(
    "file",
    ("clip.mp4",),
    "a video file, by path or as `file:`",
    _read,
    _drive,
    can_wait=True,
)
