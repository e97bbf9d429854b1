"""What an interrupted analysis goes on from: which video, what was asked, how far it has got."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from fer_web.analysis.annotate import drawn_path
from fer_web.analysis.video import AnalysisOptions, Position
from fer_web.core import DEFAULT_ENGINE, EngineChoice
from fer_web.core.text import shown_path
from fer_web.errors import SourceError
from fer_web.registry import ModelCard, sha256_of
from fer_web.sources.video_kinds import check_video


@dataclass(frozen=True, slots=True)
class CheckpointKey:
    """A video as it is, and what is asked of it. Two equal ones have the same readings.

    An upload has no `sha256`: it never changes, and its `path` is a random name that no other one gets.
    """

    path: str
    sha256: str
    model: str
    fps: float | None
    annotate: bool
    overlays: tuple[str, ...]

    @classmethod
    def of(
        cls,
        path: Path,
        card: ModelCard,
        options: AnalysisOptions,
        annotate: bool,
        engine: EngineChoice = DEFAULT_ENGINE,
    ) -> CheckpointKey:
        """Reads the whole file for its hash; SourceError when it is no video, or cannot be read."""
        checked = check_video(path)
        try:
            digest = sha256_of(checked)
        except OSError as error:
            raise SourceError(f"{shown_path(path)} cannot be read: {error.strerror}") from error
        return cls(str(checked), digest, *_asked(card, options, annotate, engine))

    @classmethod
    def of_upload(
        cls, name: str, card: ModelCard, options: AnalysisOptions, annotate: bool, engine: EngineChoice = DEFAULT_ENGINE
    ) -> CheckpointKey:
        """Of the upload that lies under that random name."""
        return cls(name, "", *_asked(card, options, annotate, engine))

    def is_same_place(self, other: CheckpointKey) -> bool:
        """Whether it is the file of that path, changed or not, or the same one elsewhere."""
        return self.path == other.path or self.sha256 == other.sha256

    def changes(self, now: CheckpointKey) -> str:
        """What is different now, in words; empty when readings of then can be gone on with."""
        changed = {
            "the video has changed": self.sha256 != now.sha256,
            "the model or the engine has changed": self.model != now.model,
            "--fps has changed": self.fps != now.fps,
            "an annotated copy was requested": now.annotate and not self.annotate,
            "no annotated copy was requested": self.annotate and not now.annotate,
            "the annotated copy has changed": self.annotate and now.annotate and self.overlays != now.overlays,
        }
        return ", ".join(words for words, is_so in changed.items() if is_so)


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The position up to which a video's readings are kept; in a file, they take `readings_bytes`."""

    key: CheckpointKey
    position: Position
    readings_bytes: int = 0
    is_finished: bool = False

    def to_json(self) -> str:
        return json.dumps(asdict(self), indent=2)

    @classmethod
    def from_json(cls, text: str) -> Checkpoint | None:
        """None for what is not to be understood: then nothing can be gone on with."""
        try:
            values = json.loads(text)
            asked, position = values.pop("key"), Position(**values.pop("position"))
            return cls(CheckpointKey(**{**asked, "overlays": tuple(asked["overlays"])}), position, **values)
        except (ValueError, TypeError, KeyError, AttributeError):
            return None

    def has_drawn(self, copy: Path) -> bool:
        """Whether what was drawn for the annotated copy at `copy` is there, as far as this goes."""
        needed = 0 if self.position.copy_trouble else self.position.drawn_bytes
        return not needed or copy.exists() or size_of(drawn_path(copy)) >= needed


def size_of(path: Path) -> int:
    """In bytes; less than nothing without a file."""
    return path.stat().st_size if path.is_file() else -1


def _asked(
    card: ModelCard, options: AnalysisOptions, annotate: bool, engine: EngineChoice
) -> tuple[str, float | None, bool, tuple[str, ...]]:
    overlays = tuple(sorted(map(str, options.overlays))) if annotate else ()
    return f"{card.name} {card.version} {card.sha256} by {engine}", options.fps, annotate, overlays
