"""What is remembered of an analysis in its folder: which video, what was asked, how far it has got."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TextIO

from fer_web.analysis.video import AnalysisOptions, Position
from fer_web.core.text import shown_path
from fer_web.errors import SourceError, VideoError
from fer_web.registry import ModelCard, sha256_of
from fer_web.sources.video_kinds import check_video

FILE, LOCK = "state.json", ".lock"


@dataclass(frozen=True, slots=True)
class CheckpointKey:
    """A video as it is, and what is asked of it. Two equal ones have the same readings."""

    path: str
    sha256: str
    model: str
    fps: float | None
    annotate: bool
    overlays: tuple[str, ...]

    @classmethod
    def of(cls, path: Path, card: ModelCard, options: AnalysisOptions, annotate: bool) -> CheckpointKey:
        """Reads the whole file for its hash; SourceError when it is no video, or cannot be read."""
        checked = check_video(path)
        try:
            digest = sha256_of(checked)
        except OSError as error:
            raise SourceError(f"{shown_path(path)} cannot be read: {error.strerror}") from error
        overlays = tuple(sorted(map(str, options.overlays))) if annotate else ()
        model = f"{card.name} {card.version} {card.sha256}"
        return cls(str(checked), digest, model, options.fps, annotate, overlays)

    @classmethod
    def read(cls, values: dict[str, Any]) -> CheckpointKey:
        return cls(**{**values, "overlays": tuple(values["overlays"])})

    def is_same_place(self, other: CheckpointKey) -> bool:
        """Whether it is the file of that path, changed or not, or the same one elsewhere."""
        return self.path == other.path or self.sha256 == other.sha256

    def changes(self, now: CheckpointKey) -> str:
        """What is different now, in words; empty when readings of then can be gone on with."""
        changed = {
            "the video has changed": self.sha256 != now.sha256,
            "the model is another one": self.model != now.model,
            "--fps is another one": self.fps != now.fps,
            "an annotated copy was asked for": now.annotate and not self.annotate,
            "no annotated copy was asked for": self.annotate and not now.annotate,
            "the copy is to show something else": self.annotate and now.annotate and self.overlays != now.overlays,
        }
        return ", ".join(words for words, is_so in changed.items() if is_so)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """An order, the position up to which it is done, and how long the file of readings was then."""

    order: CheckpointKey
    position: Position
    readings_bytes: int
    is_finished: bool = False


def write_state(folder: Path, state: Checkpoint) -> None:
    """Replaces the old one as a whole, so that there is always one that is complete."""
    unfinished = folder / f"{FILE}.new"
    unfinished.write_text(json.dumps(asdict(state), indent=2) + "\n", encoding="utf-8")
    unfinished.replace(folder / FILE)


def read_state(folder: Path) -> Checkpoint | None:
    """What an earlier run has left; None without one, or when it is not to be understood."""
    try:
        values = json.loads((folder / FILE).read_text(encoding="utf-8"))
        order, position = CheckpointKey.read(values.pop("order")), Position(**values.pop("position"))
        return Checkpoint(order, position, **values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError):
        return None


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """A folder, made for it, that every other process is kept out of; VideoError when one is in it already.

    A process that was killed is not in it any more. A folder that is empty at the end is removed.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / LOCK).open("w") as file:
        _lock(file, folder)
        try:
            yield
        finally:
            with suppress(OSError):
                (folder / LOCK).unlink()
                folder.rmdir()  # only if there is nothing in it


def _lock(file: TextIO, folder: Path) -> None:
    if sys.platform == "win32":  # has no such lock: starting two runs at once is left to the user's care
        return
    import fcntl

    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise VideoError(f"another process is writing to {shown_path(folder)}: wait until it has ended") from error
