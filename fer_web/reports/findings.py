"""The main findings in plain sentences, all computed, none about feelings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from fer_web.core import Emotion
from fer_web.reports.person import PersonSummary
from fer_web.reports.sections import Section
from fer_web.reports.spells import Spell
from fer_web.reports.summary import Summary
from fer_web.reports.timeline import Timeline
from fer_web.reports.words import capital, clock, count, length, listed, number, percent, points, signed

# Of more people than this, findings are about all of them together.
MOST_NAMED = 4
# Expressions under this share are not named, differences from the baseline under that many points neither.
LEAST_SHARE = 0.05
LEAST_DIFFERENCE = 0.1
# Above these shares of the seen time a reader is warned; under that many pictures a second, blinks are missed.
MUCH_UNCERTAIN, MUCH_POOR, MUCH_TURNED = 0.3, 0.2, 0.2
FEW_PICTURES = 10.0


def findings(summary: Summary) -> list[str]:
    """A handful of sentences, the most important first."""
    if not summary.people:
        return list(_presence(summary))
    return [
        *_presence(summary),
        *_expressions(summary),
        *_longest(summary),
        *_changes(summary),
        *_relative(summary),
        *_sections(summary),
        *_crowd(summary),
        *_eyes(summary),
    ]


def cautions(summary: Summary) -> list[str]:
    """What makes the numbers of this recording less reliable than usual."""
    totals = summary.headline
    if not totals.seen_s:
        return []
    found = []
    if (totals.uncertain_share or 0) >= MUCH_UNCERTAIN:
        rest = f"the shares rest on {length(totals.certain_s)}" if totals.certain_s else "there are no shares"
        found.append(f"For {percent(totals.uncertain_share)} of the time seen, the answer was uncertain: {rest}.")
    if (totals.poor_share or 0) >= MUCH_POOR:
        found.append(
            f"For {percent(totals.poor_share)} of the time seen, the face was too small, too dark or too blurred."
        )
    if (totals.turned_share or 0) >= MUCH_TURNED:
        found.append(f"For {percent(totals.turned_share)} of the time seen, the head was turned away.")
    if 0 < summary.recording.fps < FEW_PICTURES:
        fps = number(summary.recording.fps)
        found.append(f"{fps} frames per second were analyzed: below {FEW_PICTURES:g}, most blinks are missed.")
    return found


def name_of(person: PersonSummary) -> str:
    return f"person {person.track_id}"


def _presence(summary: Summary) -> Iterator[str]:
    brief = summary.brief
    under = f"for less than {summary.least_seen_s:g} s"
    if not summary.people:
        yield f"{count(brief, 'face')} appeared {under}, nobody for longer." if brief else "Nobody was seen."
        return
    if len(summary.people) == 1:
        only = summary.people[0]
        who = f"One person was seen, for {length(only.totals.seen_s)} of {length(summary.duration_s)}"
    else:
        most = summary.crowd.most_at_once if summary.crowd else 1
        who = f"{len(summary.people)} people were seen, at most {most} at once"
    more = f"; {brief:,} more {'face' if brief == 1 else 'faces'} appeared {under}" if brief else ""
    yield f"{who}{more}."


def _expressions(summary: Summary) -> Iterator[str]:
    if len(summary.people) > MOST_NAMED:
        ranking = summary.everybody.ranking
        yield from _looked("all people together", ranking)
        return
    for person in summary.people:
        yield from _looked(name_of(person), person.totals.ranking)


def _looked(who: str, ranking: Sequence[tuple[Emotion, float]]) -> Iterator[str]:
    shown = [f"{emotion} for {percent(share)}" for emotion, share in ranking if share >= LEAST_SHARE][:3]
    if shown:
        yield capital(f"{who}: the apparent expression was {listed(shown)} of the certain time.")
    else:
        yield capital(f"{who}: no apparent expression was certain.")


def _longest(summary: Summary) -> Iterator[str]:
    found = [(spell, person) for person in summary.people for spell in person.spells if _is_shown(spell)]
    if found:
        spell, person = max(found, key=lambda pair: pair[0].duration_s)
        when = f"{clock(spell.start_s)} to {clock(spell.end_s)} ({length(spell.duration_s)})"
        yield f"The longest spell of an expression other than neutral was {spell.emotion}: {name_of(person)}, {when}."


def _is_shown(spell: Spell) -> bool:
    return spell.emotion is not Emotion.NEUTRAL


def _changes(summary: Summary) -> Iterator[str]:
    rates = _each(summary, lambda person: person.changes_per_min)
    if rates:
        yield f"The dominant expression changed {listed(rates)} times per minute."


def _eyes(summary: Summary) -> Iterator[str]:
    rates = _each(summary, lambda person: person.totals.blinks_per_min)
    if rates:
        yield f"Blinks per minute: {listed(rates)}."
    peaks = [(peak, at, person) for person in summary.people for peak, at in _peak(person.timeline)]
    if peaks:
        share, at_s, person = max(peaks, key=lambda one: one[0])
        window = length(person.timeline.window_s)
        yield (
            f"Eyes were shut for longest in the {window} before {clock(at_s)}: "
            f"{percent(share)} of that time ({name_of(person)})."
        )


def _each(summary: Summary, rate: Callable[[PersonSummary], float | None]) -> list[str]:
    """`8.3 (person 1)`; of many people the mean of those who have the number."""
    known = [(person, value) for person in summary.people if (value := rate(person)) is not None]
    if len(summary.people) == 1:
        return [number(value) for _, value in known]
    if len(known) > MOST_NAMED:
        mean = sum(value for _, value in known) / len(known)
        return [f"{number(mean)} (the mean of {len(known)} people)"]
    return [f"{number(value)} ({name_of(person)})" for person, value in known]


def _peak(timeline: Timeline) -> list[tuple[float, float]]:
    """The highest PERCLOS and where its minute ends."""
    known = [(value, index) for index, value in enumerate(timeline.perclos) if value]
    if not known:
        return []
    value, index = max(known, key=lambda pair: pair[0])
    return [(value, timeline.start_s + (index + 1) * timeline.bin_s)]


def _relative(summary: Summary) -> Iterator[str]:
    for person in summary.people if len(summary.people) <= MOST_NAMED else ():
        pairs = zip(Emotion, person.relative or (), strict=person.relative is not None)
        largest = sorted(pairs, key=lambda pair: -abs(pair[1]))[:3]
        told = [f"{emotion} {points(value)}" for emotion, value in largest if abs(value) >= LEAST_DIFFERENCE]
        if told:
            yield capital(f"{name_of(person)}, compared with their own calm seconds: {listed(told)} points.")


def _sections(summary: Summary) -> Iterator[str]:
    known = [(one.totals.balance, one) for one in summary.sections if one.totals.balance is not None]
    if len(known) > 1:
        high, low = max(known, key=lambda pair: pair[0]), min(known, key=lambda pair: pair[0])
        yield (
            f"The balance of positive and negative expressions was highest {_after(high[1])} ({signed(high[0])}) "
            f"and lowest {_after(low[1])} ({signed(low[0])})."
        )


def _after(section: Section) -> str:
    if not section.start_s:
        return "at the beginning"
    if not section.text:
        return f"after {clock(section.start_s)}"
    return f"after \N{LEFT DOUBLE QUOTATION MARK}{section.text}\N{RIGHT DOUBLE QUOTATION MARK}"


def _crowd(summary: Summary) -> Iterator[str]:
    crowd = summary.crowd
    if crowd is not None and crowd.compared > 1:
        yield (
            f"Of {crowd.compared} people seen long enough, {crowd.happier} looked more positive at the end than at the "
            f"beginning, {crowd.unhappier} less and {crowd.steady} about the same "
            f"(mean change {signed(crowd.mean_change)})."
        )
