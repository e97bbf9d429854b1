"""The source that is used when nobody chose one."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from fer_web.errors import SourceError
from fer_web.sources.drivers import parse
from fer_web.sources.opening import open_source
from fer_web.sources.source import Source

_WEBCAM_TIMEOUT_S = 3.0


@dataclass(frozen=True, slots=True)
class ChosenSource:
    """An address to open, which may hold credentials and is therefore not printed, its label, and why it was chosen."""

    uri: str = field(repr=False)
    reason: str
    label: str

    @property
    def is_demo(self) -> bool:
        """Whether it is the built-in demo, however that was written."""
        return parse(self.uri).kind == "demo"


def choose_source(uri: str | None, *, open_: Callable[..., Source] = open_source) -> ChosenSource:
    """`uri` if there is one, else the first webcam if it delivers within 3 s, else the demo.

    SourceError when `uri` is nothing that can be opened; whether it opens is found out by opening it.
    """
    if uri is not None and uri.strip():
        return ChosenSource(uri, "chosen in settings", parse(uri).label)
    try:
        with open_("webcam:0", open_timeout_s=_WEBCAM_TIMEOUT_S) as webcam:
            return ChosenSource("webcam:0", "the first webcam, as no source is set", webcam.label)
    except SourceError as error:
        return ChosenSource("demo:", f"as no webcam opened within {_WEBCAM_TIMEOUT_S:g} s ({error})", "demo")
