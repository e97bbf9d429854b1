"""Sentences that a person can act on: what worked, what to try next, what to check. Each says when, and all are of what
was measured: never of character, confidence, honesty or feelings."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from markupsafe import Markup

from fer_web.core import Recording
from fer_web.core.questions import CALM
from fer_web.reports import words
from fer_web.reports.behavior import GONE, Found
from fer_web.reports.cards import NEARLY_ALL
from fer_web.reports.moments import Moments
from fer_web.reports.movements import SMILING
from fer_web.reports.person import PersonSummary
from fer_web.reports.sections import Section
from fer_web.reports.setup import LEAST_SHARE, faults, why_unreadable
from fer_web.reports.totals import Totals
from fer_web.reports.usual import Usual

# Shares of the time from which looking at the camera, and facing it, are called to have worked.
MUCH_LOOKED, MUCH_FACED = 0.7, 0.85
# A look away, or a turn, that takes this long is worth a word.
LONG_S = 1.5
# Who is seen for less has not had much time to smile.
TIME_TO_SMILE_S = 20.0
# Sections in which gaze is known for this long are compared; a difference under this is none. The same for what is
# usual.
LEAST_SECTION_S, LEAST_DIFFERENCE = 5.0, 0.15
# Absences of the picture that are worth a word.
LEAST_GONE_S = 1.0
# Under so many pictures a second, most blinks are missed.
FEW_PICTURES = 10.0


@dataclass(frozen=True, slots=True)
class Advice:
    """Sentences about one person, the most important first."""

    worked: Sequence[Markup]
    try_next: Sequence[Markup]
    check: Sequence[Markup]


def advise(
    person: PersonSummary,
    sections: Sequence[Section],
    recording: Recording,
    moments: Moments,
    usual: Usual | None = None,
    *,
    is_alone: bool = True,
) -> Advice:
    """About one person of a recording, who may be alone; `sections` are theirs."""
    return Advice(
        list(_worked(person, sections, moments, usual)),
        list(_try_next(person, sections, moments, usual)),
        list(_check(person, recording.fps, recording.width > 0, moments, is_alone)),
    )


def _say(text: str, *parts: object) -> Markup:
    """A sentence whose {} are filled; texts are escaped, links are not."""
    return Markup(text).format(*parts)  # noqa: S704 - texts of ours


def _worked(
    person: PersonSummary, sections: Sequence[Section], moments: Moments, usual: Usual | None
) -> Iterator[Markup]:
    totals, behavior = person.totals, person.behavior
    looked = (totals.looked_s, totals.gazed_s, totals.seen_s, behavior["looking"])
    yield from _held("Looked at the camera", *looked, "look", MUCH_LOOKED, moments)
    faced = (totals.faced_s, totals.posed_s, totals.seen_s, behavior["facing"])
    yield from _held("Faced the camera", *faced, "stretch", MUCH_FACED, moments)
    yield from _smiled(behavior[SMILING], moments)
    nodded_s = person.timeline.first_s(person.timeline.nods)
    if nodded_s is not None:
        text = "Nodded {}, at {}." if totals.nods == 1 else "Nodded {}, first at {}."
        yield _say(text, words.times(totals.nods), moments.link(nodded_s))
    more = _against(usual, totals)
    if more is not None and more >= LEAST_DIFFERENCE:
        text = "Looked at the camera more than usual: {} of the time from {} on, usually {}."
        yield _say(text, *_from_first(person, moments), _usually(usual))
    yield from _best_section(sections, moments)


def _held(
    what: str, part_s: float, known_s: float, seen_s: float, found: Found, one: str, least: float, moments: Moments
) -> Iterator[Markup]:
    """What somebody did for `part_s` of the `known_s` in which it could be told, if that is the larger part."""
    if known_s <= 0 or part_s < least * known_s or found.longest is None:
        return
    is_all = known_s >= NEARLY_ALL * seen_s
    how = f"{words.percent(part_s / known_s)} of the time" if is_all else words.length(part_s)
    length, since = words.length(found.longest.duration_s), moments.link(found.longest.start_s)
    yield _say("{} for {}; the longest {} lasted {}, from {}.", what, how, one, length, since)


def _smiled(found: Found, moments: Moments) -> Iterator[Markup]:
    if found.first is None or found.longest is None:
        return
    first, length = moments.link(found.first.start_s), words.length(found.longest.duration_s)
    if found.count == 1:
        yield _say("Smiled once, for {}, from {}.", length, first)
    else:
        since = moments.link(found.longest.start_s)
        text = "Smiled {}: first at {}; the longest smile lasted {}, from {}."
        yield _say(text, words.times(found.count), first, length, since)


def _try_next(
    person: PersonSummary, sections: Sequence[Section], moments: Moments, usual: Usual | None
) -> Iterator[Markup]:
    totals, behavior = person.totals, person.behavior
    yield from _left(
        "Come back to the camera sooner: the longest look away lasted {}, from {}.", behavior["away"], moments
    )
    text = "Turn your face to the camera: it was turned away for {}, from {}."
    yield from _left(text, behavior["aside"], moments)
    yield from _least_section(sections, moments)
    less = _against(usual, totals)
    if less is not None and less <= -LEAST_DIFFERENCE:
        text = "Look at the camera as usual: it was {} of the time from {} on, usually {}."
        yield _say(text, *_from_first(person, moments), _usually(usual))
    if not behavior[SMILING].count and totals.mouth_s >= TIME_TO_SMILE_S:
        since, until = moments.link(person.first_s), words.end_clock(person.last_s)
        yield _say("Try a smile where it fits: there was none from {} to {}.", since, until)


def _left(text: str, found: Found, moments: Moments) -> Iterator[Markup]:
    if found.longest is not None and found.longest.duration_s >= LONG_S:
        yield _say(text, words.length(found.longest.duration_s), moments.link(found.longest.start_s))


def _check(person: PersonSummary, fps: float, has_width: bool, moments: Moments, is_alone: bool) -> Iterator[Markup]:
    told = [*_faulty(person, moments, is_alone), *_gone(person.behavior[GONE], moments), *_unreadable(person, moments)]
    if 0 < fps < FEW_PICTURES:
        text = (
            "Aim for {} pictures a second or more: from {} on, only {} were analyzed, too few to see most blinks. "
            "Busy computers and dark rooms slow cameras down."
        )
        told.append(_say(text, words.whole(FEW_PICTURES), moments.link(person.first_s), words.number(fps)))
    if told:
        yield from told
    elif person.totals.light is not None:
        text = "Nothing to change: from {} to {} the face was {} enough."
        enough = "large, bright and sharp" if has_width else "bright and sharp"
        yield _say(text, moments.link(person.first_s), words.end_clock(person.last_s), enough)


def _faulty(person: PersonSummary, moments: Moments, is_alone: bool) -> Iterator[Markup]:
    for fault in faults(person, is_alone):
        longest = fault.found.longest
        if longest is not None:
            length = words.length(longest.duration_s)
            yield _say("{}: {} for {}, from {}.", fault.advice, fault.was, length, moments.link(longest.start_s))


def _gone(found: Found, moments: Moments) -> Iterator[Markup]:
    if found.longest is not None and found.longest.duration_s >= LEAST_GONE_S:
        length, since = words.length(found.longest.duration_s), moments.link(found.longest.start_s)
        yield _say("Stay in the picture: the face was not found for {}, from {}.", length, since)


def _unreadable(person: PersonSummary, moments: Moments) -> Iterator[Markup]:
    longest, share = person.behavior["unreadable"].longest, person.totals.unreadable_share
    if share is not None and share >= LEAST_SHARE and longest is not None:
        text = "For {} of the time the face could not be read: it was {}. The longest such stretch took {}, from {}."
        length, since = words.length(longest.duration_s), moments.link(longest.start_s)
        yield _say(text, words.percent(share), why_unreadable(person.totals), length, since)


def _usually(usual: Usual | None) -> str:
    return words.percent(None if usual is None else usual.medians.get("looked"))


def _against(usual: Usual | None, totals: Totals) -> float | None:
    """By how much more somebody looked at the camera than they usually do."""
    share = totals.looked_share
    is_all = totals.gazed_s >= NEARLY_ALL * totals.seen_s
    return None if usual is None or share is None or not is_all else share - usual.medians.get("looked", share)


def _from_first(person: PersonSummary, moments: Moments) -> tuple[str, Markup]:
    return words.percent(person.totals.looked_share), moments.link(person.first_s)


def _looked(sections: Sequence[Section]) -> list[tuple[float, Section]]:
    """Of the sections that say enough, how much of their time somebody looked at the camera."""
    known = [(one.totals.looked_share, one) for one in sections if _says_enough(one.text, one.totals)]
    return [(share, one) for share, one in known if share is not None]


def _says_enough(text: str, totals: Totals) -> bool:
    return text not in ("", CALM) and totals.gazed_s >= LEAST_SECTION_S


def _spread(known: Sequence[tuple[float, Section]]) -> float:
    shares = [share for share, _ in known]
    return max(shares) - min(shares) if len(shares) > 1 else 0.0


def _best_section(sections: Sequence[Section], moments: Moments) -> Iterator[Markup]:
    known = _looked(sections)
    if _spread(known) >= LEAST_DIFFERENCE:
        yield _of_section("most", *max(known, key=lambda pair: pair[0]), moments)


def _least_section(sections: Sequence[Section], moments: Moments) -> Iterator[Markup]:
    known = _looked(sections)
    if _spread(known) >= LEAST_DIFFERENCE:
        yield _of_section("least", *min(known, key=lambda pair: pair[0]), moments)


def _of_section(which: str, share: float, section: Section, moments: Moments) -> Markup:
    text = "Looked at the camera {} in \u201c{}\u201d: {} of the time from {}."
    return _say(text, which, section.text, words.percent(share), moments.link(section.start_s))
