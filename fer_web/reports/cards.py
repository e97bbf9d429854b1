"""The cards that a person's part of a report begins with: a number, what it is of, and what is usual."""

from __future__ import annotations

from dataclasses import dataclass

from markupsafe import Markup

from fer_web.reports import words
from fer_web.reports.behavior import SMILING, Found
from fer_web.reports.moments import Moments
from fer_web.reports.person import PersonSummary
from fer_web.reports.setup import faults
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
        _head(person, usual),
        _expression(person),
        _framing(person, width, moments, is_alone),
        _blinks(person, usual),
        _quality(person, usual),
    ]


def _usual(usual: Usual | None, figure: str, unit: str = "") -> str:
    if usual is None or figure not in usual.medians:
        return ""
    value = usual.medians[figure]
    return words.number(value) + unit if figure == "blinks" else words.percent(value) + unit


def _looked(person: PersonSummary, moments: Moments, usual: Usual | None) -> Card:
    share = person.totals.looked_share
    note = Markup("Not measured: this needs the mesh.") if share is None else _of(person.totals.gazed_s, person)
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
        return Card("Smiles", words.NOTHING, Markup("Not measured: this needs the mesh."))
    if found.first is None or found.longest is None:
        note = Markup("none of half a second or longer")
    else:
        share, length = words.percent(smiled_share(person)), words.length(found.longest.duration_s)
        note = Markup("{} of the time; first at {}, longest {}, from {}").format(
            share, moments.link(found.first.start_s), length, moments.link(found.longest.start_s)
        )
    return Card("Smiles", f"{found.count:,}", note, _usual(usual, "smiled", " of the time"))


def _head(person: PersonSummary, usual: Usual | None) -> Card:
    totals = person.totals
    if totals.posed_s <= 0:
        return Card("Head", words.NOTHING, Markup("Not measured."))
    note = Markup("{}; in motion for {} of the time").format(
        words.count(totals.shakes, "shake"), words.percent(totals.moved_share)
    )
    return Card("Head", words.count(totals.nods, "nod"), note, _usual(usual, "moved", " in motion"))


def _expression(person: PersonSummary) -> Card:
    totals = person.totals
    named = [(str(emotion), share) for emotion, share in totals.ranking]
    first, *others = [*named, (words.NOTHING, 0.0)]
    mixed = [("mixed", totals.mixed_share)] if totals.mixed_share else []
    rest = [f"{name} {words.percent(share)}" for name, share in [*others[:1], *mixed] if share and share >= LEAST_TOLD]
    note = f"for {words.percent(first[1])} of the time" if named else "none could be read"
    return Card(
        "Apparent expression", first[0], Markup("{}").format("; ".join([note, *filter(None, [", ".join(rest)])]))
    )


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


def _blinks(person: PersonSummary, usual: Usual | None) -> Card:
    totals = person.totals
    if totals.blinks_per_min is None:
        note = f"in {words.length(totals.judged_s)}; a rate needs a minute"
        return Card("Blinks", f"{totals.blinks:,}", Markup("{}").format(note))
    note = f"a minute; {totals.blinks:,} in {words.length(totals.judged_s)}"
    return Card("Blinks", words.number(totals.blinks_per_min), Markup("{}").format(note), _usual(usual, "blinks"))


def _quality(person: PersonSummary, usual: Usual | None) -> Card:
    totals = person.totals
    sure = None if totals.uncertain_share is None else 1 - totals.uncertain_share
    note = f"of the time; sure of the expression for {words.percent(sure)}"
    return Card("Readable", words.percent(readable_share(person)), Markup("{}").format(note), _usual(usual, "readable"))
