"""The cards that a person's part of a report begins with: a number, what it is of, and what is usual."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from markupsafe import Markup

from fer_web.reports import words
from fer_web.reports.behavior import Found
from fer_web.reports.moments import Moments
from fer_web.reports.movements import SMILING
from fer_web.reports.person import PersonSummary
from fer_web.reports.setup import faults
from fer_web.reports.timeline import Timeline
from fer_web.reports.usual import Usual, readable_share, smiled_share

# Expressions under this share are not named.
LEAST_TOLD = 0.05
# A share of this much of the time seen is one of the time.
NEARLY_ALL = 0.9


@dataclass(frozen=True, slots=True)
class Card:
    """`note` says more, with links to the moments it speaks of; `usual` is empty where nothing is known."""

    title: str
    value: str
    note: Markup
    usual: str = ""


def cards(
    person: PersonSummary, width: int, moments: Moments, usual: Usual | None = None, *, is_alone: bool = True
) -> list[Card]:
    """Of one person, who may be alone; `width` is that of the pictures, in pixels."""
    return [
        _looked(person, moments, usual),
        _faced(person, moments, usual),
        _smiles(person, moments, usual),
        _head(person, moments, usual),
        _expression(person, moments),
        _framing(person, width, moments, is_alone),
        _blinks(person, moments, usual),
        _quality(person, moments, usual),
    ]


def _usual(usual: Usual | None, figure: str, unit: str = "") -> str:
    if usual is None or figure not in usual.medians:
        return ""
    value = usual.medians[figure]
    return words.number(value) + unit if figure == "blinks" else words.percent(value) + unit


def _looked(person: PersonSummary, moments: Moments, usual: Usual | None) -> Card:
    share = person.totals.looked_share
    note = (
        Markup("Where the eyes looked could not be measured.") if share is None else _of(person.totals.gazed_s, person)
    )
    longest = _longest(person.behavior["away"], moments, "longest look away")
    return Card("Looked at the camera", words.percent(share), note + longest, _usual(usual, "looked"))


def _faced(person: PersonSummary, moments: Moments, usual: Usual | None) -> Card:
    share = person.totals.faced_share
    note = Markup("Not measured.") if share is None else _of(person.totals.posed_s, person)
    longest = _longest(person.behavior["aside"], moments, "longest turn away")
    return Card("Faced the camera", words.percent(share), note + longest, _usual(usual, "faced"))


def _of(known_s: float, person: PersonSummary) -> Markup:
    """What a share is of: of the time, or of the part in which it could be told."""
    if known_s >= NEARLY_ALL * person.totals.seen_s:
        return Markup("of the time")
    return Markup("of the {} in which it could be told").format(words.length(known_s))


def _longest(found: Found, moments: Moments, what: str) -> Markup:
    if found.longest is None:
        return Markup("")
    length = words.length(found.longest.duration_s)
    return Markup("; {} {}, from {}").format(what, length, moments.link(found.longest.start_s))


def _smiles(person: PersonSummary, moments: Moments, usual: Usual | None) -> Card:
    found = person.behavior[SMILING]
    if person.totals.mouth_s <= 0:
        return Card("Smiles", words.NOTHING, Markup("The mouth could not be measured."))
    if found.first is None or found.longest is None:
        note = Markup("none of half a second or longer")
    else:
        share, length = words.percent(smiled_share(person)), words.length(found.longest.duration_s)
        note = Markup("{} of the time; first at {}, longest {}, from {}").format(
            share, moments.link(found.first.start_s), length, moments.link(found.longest.start_s)
        )
    return Card("Smiles", f"{found.count:,}", note, _usual(usual, "smiled", " of the time"))


def _head(person: PersonSummary, moments: Moments, usual: Usual | None) -> Card:
    totals = person.totals
    if totals.posed_s <= 0:
        return Card("Head", words.NOTHING, Markup("Not measured."))
    told = _first(person.timeline, person.timeline.nods, moments)
    told += [Markup("{}").format(words.count(totals.shakes, "shake"))]
    told += [Markup("in motion for {} of the time").format(words.percent(totals.moved_share))]
    return Card("Head", words.count(totals.nods, "nod"), Markup("; ").join(told), _usual(usual, "moved", " in motion"))


def _first(timeline: Timeline, counts: Sequence[int], moments: Moments) -> list[Markup]:
    """When something was first counted; empty when it never was."""
    first_s = timeline.first_s(counts)
    return [] if first_s is None else [Markup("first at {}").format(moments.link(first_s))]


def _expression(person: PersonSummary, moments: Moments) -> Card:
    totals = person.totals
    if not totals.ranking:
        return Card("Apparent expression", words.NOTHING, Markup("none could be read"))
    (first, share), *others = totals.ranking
    told = [Markup("for {} of the time").format(words.percent(share))]
    mixed = [("mixed", totals.mixed_share or 0.0)]
    rest = [f"{name} {words.percent(part)}" for name, part in (*others[:1], *mixed) if part >= LEAST_TOLD]
    told += [Markup("{}").format(", ".join(rest))] if rest else []
    longest = max((one for one in person.sustained if one.what is first), key=lambda one: one.duration_s, default=None)
    if longest is not None:
        told.append(
            Markup("longest {}, from {}").format(words.length(longest.duration_s), moments.link(longest.start_s))
        )
    return Card("Apparent expression", str(first), Markup("; ").join(told))


def _framing(person: PersonSummary, width: int, moments: Moments, is_alone: bool) -> Card:
    light = person.totals.light
    if light is None:
        return Card("Framing and light", words.NOTHING, Markup("Not measured."))
    share = f"face {words.percent(light.size_px / width)} of the picture's width, " if width else ""
    note = Markup("{}brightness {}").format(share, words.percent(light.brightness))
    found = list(faults(person, is_alone))
    if not found:
        return Card("Framing and light", "Good", note)
    longest = found[0].found.longest
    since = Markup("") if longest is None else Markup("; from {}").format(moments.link(longest.start_s))
    return Card("Framing and light", found[0].title, note + since)


def _blinks(person: PersonSummary, moments: Moments, usual: Usual | None) -> Card:
    totals = person.totals
    first = _first(person.timeline, person.timeline.blinks, moments)
    if totals.judged_s <= 0:
        return Card("Blinks", words.NOTHING, Markup("The eyes could not be judged."))
    judged = words.length(totals.judged_s)
    if totals.blinks_per_min is None:
        told = [Markup("in {}").format(judged), *first, Markup("a rate needs a minute")]
        return Card("Blinks", f"{totals.blinks:,}", Markup("; ").join(told))
    told = [Markup("a minute"), Markup("{} in {}").format(f"{totals.blinks:,}", judged), *first]
    return Card("Blinks", words.number(totals.blinks_per_min), Markup("; ").join(told), _usual(usual, "blinks"))


def _quality(person: PersonSummary, moments: Moments, usual: Usual | None) -> Card:
    note = Markup("of the time; sure of the expression for {}").format(words.percent(person.totals.certain_share))
    note += _longest(person.behavior["unreadable"], moments, "longest unreadable stretch")
    return Card("Readable", words.percent(readable_share(person)), note, _usual(usual, "readable"))
