"""`open_source`: from an address to pictures."""

from __future__ import annotations

import threading
from functools import partial

from fer_web.core import Size
from fer_web.sources.drivers import DRIVERS, OpenOptions, parse
from fer_web.sources.drivers.webcam import WEBCAM_SIZE
from fer_web.sources.source import OPEN_TIMEOUT_S, READ_TIMEOUT_S, Source


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
    driver, options = DRIVERS[address.kind], OpenOptions(loop, paced, size, open_timeout_s, read_timeout_s)
    return Source(
        address.kind,
        address.label,
        partial(driver.drive, address, options),
        keep_every=driver.can_wait and not paced,
        open_timeout_s=open_timeout_s,
        read_timeout_s=read_timeout_s,
        stop=stop,
    )
