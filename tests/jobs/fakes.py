"""An analysis that takes no time and does what the video's own bytes say, and worker processes that use it."""

from __future__ import annotations

import gc
import os
import signal
from collections.abc import Callable
from datetime import datetime, timezone
from functools import lru_cache
from pathlib import Path
from threading import Event
from types import SimpleNamespace
from typing import Any

from pebble.pool.channel import WorkerChannel

from fer_web.analysis.video import BEGINNING, Position, VideoAnalysis
from fer_web.core import DEFAULT_ENGINE, Reading, Recording
from fer_web.errors import SourceError
from fer_web.jobs import heartbeat
from fer_web.jobs.annotated import AnnotatedFolder
from fer_web.jobs.attempt import Workplace
from fer_web.jobs.uploads import UploadFolder
from fer_web.registry import ModelCard
from fer_web.sources.video_reader import VideoFacts
from fer_web.store import Store
from tests.readings import reading_of

PICTURES = 10
HELD_AT = 5  # where an analysis stops that is told to
STEP_S = 0.1
SILENCE_S = 1.5
SIZE = (64, 48)
VISION = SimpleNamespace(card=ModelCard("fake", "1", "none", "0" * 64, 1), engine=DEFAULT_ENGINE)


def film(*orders: str) -> bytes:
    """What passes for a video; `orders` are hold, die, crash, refuse, slowly; `once` for the first attempt only."""
    return b"\0\0\0\x18ftypisom " + " ".join(orders).encode() + b"\0" * 400


def reading(picture: int) -> Reading:
    return reading_of(picture * STEP_S, 1, (0.1, 0.1, 0.1, 0.4, 0.1, 0.1, 0.1), 0, None, None)


def probe(path: Path) -> VideoFacts:
    if b"unreadable" in path.read_bytes():
        raise SourceError(f"{path.name} contains no frame that can be decoded")
    return VideoFacts(SIZE, 10.0, PICTURES * STEP_S, False, None)


def analyze(
    path: Path,
    vision: Any,
    sink: Callable[[list[Reading], Position], None],
    *,
    name: str,
    start: Position,
    annotated: Path | None,
    on_progress: Callable[[float, float | None], None],
    should_stop: Callable[[], bool],
) -> VideoAnalysis:
    """Ten pictures with a reading each; at the fifth one it does what it is told, in its middle."""
    position = start
    for picture in range(start.pictures, PICTURES):
        if picture == HELD_AT and (start == BEGINNING or b"once" not in path.read_bytes()):
            _obey(path, should_stop)
        if should_stop():
            return VideoAnalysis(_recording(name), position, is_complete=False)
        if b"slowly" in path.read_bytes():
            Event().wait(0.03)
        position = Position(picture * STEP_S, picture + 1, 1, 0)
        sink([reading(picture)], position)
        on_progress((picture + 1) * STEP_S, PICTURES * STEP_S)
    if annotated is not None:
        annotated.write_bytes(b"drawn")
    return VideoAnalysis(_recording(name), position, is_complete=True)


def _obey(path: Path, should_stop: Callable[[], bool]) -> None:
    orders = path.read_bytes()
    if b"die" in orders:
        os.kill(os.getpid(), signal.SIGKILL)
    if b"crash" in orders:
        raise ValueError("a bug")
    if b"full" in orders:
        raise OSError(28, "No space left on device", "/secret/path")
    if b"refuse" in orders:
        raise SourceError(f"{path.name} cannot be read on")
    pause = Event()
    while b"hold" in orders and not should_stop():
        pause.wait(0.01)


def _recording(name: str) -> Recording:
    return Recording(name, name, datetime.now(timezone.utc), PICTURES * STEP_S, 10.0, *SIZE, "fake 1")


def make_workplace(database: str, data_dir: str, **changes: Any) -> Workplace:
    """A worker's, on this analysis; it tells ten times a second that it lives."""
    heartbeat.BEAT_S = 0.1
    folder = Path(data_dir)
    known = {"probe": probe, "analyze": analyze, "silence_s": SILENCE_S, **changes}
    return Workplace(
        Store.lazy(database),
        UploadFolder(folder / "uploads", 0),
        AnnotatedFolder(folder / "annotated"),
        lambda: VISION,  # type: ignore[arg-type,return-value]
        **known,
    )


def attempt(database: str, data_dir: str, job_id: str, worker: str) -> None:
    """What the process beside the service runs instead of `fer_web.worker`'s."""
    _workplace(database, data_dir).run(job_id, worker)


_workplace = lru_cache(maxsize=1)(make_workplace)


def end(signal_number: int = 0, exit_code: int = 0) -> None:
    """End this process, after a moment in which it is seen that it had begun."""
    Event().wait(0.3)
    if signal_number:
        signal.raise_signal(signal_number)
    os._exit(exit_code)


def end_at_once(_job_id: str, _worker: str) -> None:
    """What a worker does that dies before it has claimed its job."""
    end(exit_code=1)


def die_while_telling() -> None:
    """As when the system ends a process just as it hands over its answer: what it had locked stays locked."""
    channel = next(one for one in gc.get_objects() if isinstance(one, WorkerChannel))
    channel.mutex.acquire()
    end(signal.SIGKILL)
