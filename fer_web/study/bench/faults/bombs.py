"""Small files that would cost much to read: how they are refused, and what everybody else notices meanwhile."""

from __future__ import annotations

import io
import json
import struct
import time
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from PIL import Image

from fer_web.study.bench.faults.probe import ask, largest, noticed
from fer_web.study.bench.faults.table import FaultOptions, FaultTable, tracebacks
from fer_web.study.bench.predict import demo_jpeg
from fer_web.study.bench.serving import Served, served

AT_ONCE = 2
WATCH_S = 5.0
ANSWER_S = 180.0
JOB_S = 180.0
# More than this for one bomb is a failure.
MOST_S = 30.0


def scans() -> bytes:
    """A progressive JPEG of 7000x7000 whose last scan comes 1,200 times."""
    file = io.BytesIO()
    Image.new("L", (7000, 7000), 77).save(file, "JPEG", progressive=True, quality=50)
    jpeg = file.getvalue()
    return jpeg[:-2] + jpeg[jpeg.rfind(b"\xff\xda") : -2] * 1200 + b"\xff\xd9"


def pixels() -> bytes:
    """A PNG of 30,000x30,000 in one color, as a few kilobytes."""
    return _png(30_000, 30_000, zlib.compress(bytes(3_751 * 30_000), 9), depth=1)


def surplus() -> bytes:
    """A PNG of 100x100 with 300 MB behind its last line."""
    return _png(100, 100, zlib.compress(bytes(300_000_000), 9), depth=8)


def text() -> bytes:
    """A PNG with a compressed comment of 300 MB."""
    comment = _chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(300_000_000), 9))
    return _png(100, 100, zlib.compress(bytes(101 * 100)), depth=8, before=comment)


def nested() -> bytes:
    """JSON in 100,000 brackets."""
    return b'{"image": ' + b"[" * 100_000 + b"]" * 100_000 + b"}"


def gif(width: int = 7680, height: int = 4320, frames: int = 5000) -> bytes:
    """An 8K GIF of frames with one pixel each."""
    frame = b"\x21\xf9\x04\0\7\0\0\0\x2c" + struct.pack("<HHHHB", 0, 0, 1, 1, 0) + b"\2\2\x44\1\0"
    return b"GIF89a" + struct.pack("<HHBBB", width, height, 128, 0, 0) + b"\0\0\0\xff\xff\xff" + frame * frames + b";"


def _png(width: int, height: int, data: bytes, depth: int, before: bytes = b"") -> bytes:
    head = _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, 0, 0, 0, 0))
    return b"\x89PNG\r\n\x1a\n" + head + before + _chunk(b"IDAT", data) + _chunk(b"IEND", b"")


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


IMAGES: dict[str, tuple[Callable[[], bytes], str]] = {
    "JPEG of 49 megapixels with 1,200 scans": (scans, "image/jpeg"),
    "PNG of 900 megapixels": (pixels, "image/png"),
    "PNG with 300 MB too much": (surplus, "image/png"),
    "PNG with a comment of 300 MB": (text, "image/png"),
    "8K GIF of 5,000 frames": (gif, "image/gif"),
    "JSON in 100,000 brackets": (nested, "application/json"),
}


def run_bombs(options: FaultOptions) -> FaultTable:
    """Two of each at once, as images, and the GIF as a video."""
    head = ("sent, two at once", "bytes", "answer", "after", "/health, slowest", "/predict, slowest", "MiB at most")
    table = FaultTable("Small files that cost much", head)
    image = demo_jpeg()
    with served(options.settings()) as server:
        server_mib = server.resident_mib()
        for name, (make, kind) in IMAGES.items():
            _image_bomb(table, server, image, name, make(), kind)
        _video_bomb(table, server, image)
        table.add("before the first", "", "", "", "", "", f"{server_mib:.0f}")
        table.expect(not tracebacks(server.said()), "a traceback in the log")
    return table


def _image_bomb(table: FaultTable, server: Served, image: bytes, name: str, bomb: bytes, kind: str) -> None:
    def send(_: int) -> tuple[str, float]:
        started_s = time.monotonic()
        try:
            status, code = ask(server.port, "POST", "/predict", bomb, kind, ANSWER_S)
            answer = f"{status} {code}".strip()
        except OSError as error:
            answer = type(error).__name__
        return answer, time.monotonic() - started_s

    with largest(server) as most, ThreadPoolExecutor(AT_ONCE) as threads:
        sent = [threads.submit(send, number) for number in range(AT_ONCE)]
        found = noticed(server, image, WATCH_S)
        answers = [future.result() for future in sent]
    slowest_s = max(seconds for _, seconds in answers)
    health, predict = (f"{found.slowest_ms(path):.0f} ms" for path in ("/health/live", "/predict"))
    told = ", ".join(sorted({answer for answer, _ in answers}))
    table.add(name, f"{len(bomb):,}", told, f"{slowest_s:.1f} s", health, predict, f"{most[0]:.0f}")
    table.expect(slowest_s < MOST_S and told[:1] in "24", f"{name}: {told} after {slowest_s:.0f} s")


def _video_bomb(table: FaultTable, server: Served, image: bytes) -> None:
    bomb, name = gif(), "8K GIF of 5,000 frames, as a video"
    started_s = time.monotonic()
    with largest(server) as most:
        state, told = _job(server, bomb)
        spent_s = time.monotonic() - started_s
        found = noticed(server, image, WATCH_S)
    health, predict = (f"{found.slowest_ms(path):.0f} ms" for path in ("/health/live", "/predict"))
    table.add(name, f"{len(bomb):,}", f"{state}: {told}", f"{spent_s:.1f} s", health, predict, f"{most[0]:.0f}")
    table.expect(spent_s < MOST_S, f"{name}: {state} after {spent_s:.0f} s")


def _job(server: Served, video: bytes) -> tuple[str, str]:
    """How the analysis of an uploaded video ends, and what is said about it; its state when it does not."""
    from urllib.request import Request, urlopen

    address = f"http://127.0.0.1:{server.port}/api/jobs"
    try:
        with urlopen(Request(address, video, {"Content-Type": "image/gif"}), timeout=ANSWER_S) as answer:
            job = json.load(answer)
    except OSError as error:
        return "refused", str(error)
    limit_s = time.monotonic() + JOB_S
    while job["finished_at"] is None and time.monotonic() < limit_s:
        time.sleep(0.5)
        with urlopen(f"{address}/{job['id']}", timeout=ANSWER_S) as answer:  # noqa: S310
            job = json.load(answer)
    return job["state"], job["message"] or ""
