"""What an export is: files of a recording for another program, declared once."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from fer_web.core import Reading, Recording
from fer_web.errors import MissingExtra
from fer_web.reports.exports.spells import Happenings, happenings


@dataclass(frozen=True, slots=True)
class Exported:
    """A recording that is to become files: `readings` begins anew each time; `media` is the address, or the name, of
    the video that it was taken from, None without one."""

    recording: Recording
    readings: Callable[[], Iterator[Reading]]
    media: str | None = None

    @property
    def happenings(self) -> Happenings:
        """What happened when; reads all readings."""
        return happenings(self.recording, self.readings())


@dataclass(frozen=True, slots=True)
class ExportFile:
    """A file: its name, its content type, and its bytes in pieces, made as they are taken."""

    name: str
    kind: str
    pieces: Callable[[Exported], Iterator[bytes]]


@dataclass(frozen=True, slots=True)
class Export:
    """A kind of files by its `name`: `title` is a button's text, `meaning` says what they hold and what opens them.

    They are made with `package`, which comes with the extra of our own package; both empty where nothing is needed.
    """

    name: str
    title: str
    meaning: str
    files: tuple[ExportFile, ...]
    package: str = ""
    extra: str = ""

    @property
    def missing(self) -> str:
        """What has to be installed first, in a sentence; empty when everything is there."""
        if not self.package or find_spec(self.package) is not None:
            return ""
        return f"{self.title} needs the package {self.package}: pip install 'fer-web[{self.extra}]'"

    def require(self) -> None:
        """MissingExtra where a package is not installed."""
        if self.missing:
            raise MissingExtra(self.missing)
