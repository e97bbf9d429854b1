"""Where other programs get the results: every outlet is off unless `FER_OUTLETS` names it.

To add one, write its module and add a line to `OUTLETS`; the setting's check, the command, the pages and the documents
follow. What an outlet needs to be told are settings of its own, of which its `make` takes those that it knows.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from importlib.util import find_spec
from typing import Any

from fer_web.outlets.feed import Feed
from fer_web.outlets.lsl import LSL
from fer_web.outlets.mqtt import MQTT
from fer_web.outlets.osc import OSC
from fer_web.outlets.outlet import Delivery, FrameReadings, Outlet, OutletKind, PersonReading
from fer_web.outlets.outlets import OutletPlace, Outlets
from fer_web.outlets.webhook import WEBHOOK

_KINDS: tuple[OutletKind, ...] = (WEBHOOK, MQTT, OSC, LSL)
OUTLETS: dict[str, OutletKind] = {kind.name: kind for kind in _KINDS}


def unknown_outlets(names: Sequence[str]) -> str:
    """What is wrong with a list of names; "" when each is there, and once."""
    wrong = [name for name in names if name not in OUTLETS]
    if wrong:
        return f"there is no outlet {', '.join(map(repr, wrong))}; there are {', '.join(OUTLETS)}"
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    return f"{', '.join(twice)} is there twice" if twice else ""


def outlet_problems(names: Sequence[str], settings: Any) -> Iterator[str]:
    """What keeps these outlets from being used with these settings, a sentence each."""
    for kind in (OUTLETS[name] for name in names if name in OUTLETS):
        if kind.package and find_spec(kind.package.partition(".")[0]) is None:
            yield f"FER_OUTLETS={kind.name} needs a package that is not installed: pip install 'fer-web[{kind.extra}]'"
        yield from kind.problems(settings)


def feeds_of(names: Sequence[str], settings: Any) -> tuple[Feed, ...]:
    """A feed for every place of these outlets; nothing is opened yet."""
    return tuple(Feed(kind, outlet) for kind, outlet in made(names, settings))


def made(names: Sequence[str], settings: Any) -> tuple[tuple[OutletKind, Outlet], ...]:
    """The outlets themselves, with their kind."""
    kinds = [OUTLETS[name] for name in names]
    return tuple((kind, outlet) for kind in kinds for outlet in kind.make(settings))


__all__ = [
    "OUTLETS",
    "Delivery",
    "Feed",
    "FrameReadings",
    "Outlet",
    "OutletKind",
    "OutletPlace",
    "Outlets",
    "PersonReading",
    "feeds_of",
    "made",
    "outlet_problems",
    "unknown_outlets",
]
