"""`open_source`: from an address to pictures."""

from __future__ import annotations

import threading
from functools import partial
from pathlib import Path

from fer_web.core import Size
from fer_web.sources.address import parse
from fer_web.sources.demo import demo
from fer_web.sources.demo_plan import parse_demo
from fer_web.sources.source import OPEN_TIMEOUT_S, READ_TIMEOUT_S, Source
from fer_web.sources.stream import stream
from fer_web.sources.video_file import video_file
from fer_web.sources.webcam import WEBCAM_SIZE, webcam


def open_source(
    uri: str,
    *,
    loop: bool = True,
    paced: bool = True,
    size: Size = WEBCAM_SIZE,
    open_timeout_s: float = OPEN_TIMEOUT_S,
    read_timeout_s: float = READ_TIMEOUT_S,
    stop: threading.Event | None = None,
) -> Source:
    """A source that has delivered its first picture; SourceError when it cannot be opened.

    `uri`: `webcam:0`, `/dev/video0`, a video file, `rtsp://`, `rtsps://`, `http://`, `https://`, or `demo:`. Files and
    the demo: `loop` starts over at the end; without `paced` every frame comes as fast as it is taken. Webcams are
    asked for `size`. When `stop` is set, opening and reading end within a fifth of a second.
    """
    address = parse(uri)
    make = partial(
        Source, address.kind, address.label, open_timeout_s=open_timeout_s, read_timeout_s=read_timeout_s, stop=stop
    )
    if address.kind == "demo":
        plan = parse_demo(address.target)
        return make(partial(demo, plan, paced), keep_every=not paced)
    if address.kind == "file":
        return make(partial(video_file, Path(address.target), loop, paced), keep_every=not paced)
    if address.kind == "stream":
        return make(partial(stream, address.target, address.label, open_timeout_s, read_timeout_s))
    return make(partial(webcam, address.target, address.label, size))
