"""What a report says of a whole recording, in plain sentences: who was seen, and what limits its numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from fer_web.core import Emotion
from fer_web.reports.person import PersonSummary
from fer_web.reports.setup import why_unreadable
from fer_web.reports.summary import Summary
from fer_web.reports.words import capital, clock, count, end_clock, length, listed, percent, signed

# Of more people than this, sentences are about all of them together.
MOST_NAMED = 4
# Expressions under this share are not named, differences of that many points neither.
LEAST_SHARE = 0.05
LEAST_DIFFERENCE = 0.1
# Above these shares of the seen time a reader is warned.
MUCH_UNCERTAIN, MUCH_UNREADABLE = 0.5, 0.2


def findings(summary: Summary) -> list[str]:
    """A handful of sentences, the most important first."""
    return [*_presence(summary), *_expressions(summary), *_longest(summary), *_crowd(summary)]


def cautions(summary: Summary) -> list[str]:
    """What makes the numbers of this recording less reliable than usual."""
    totals = summary.headline
    found = []
    if (totals.uncertain_share or 0) >= MUCH_UNCERTAIN:
        found.append(
            f"For {percent(totals.uncertain_share)} of the time seen, the expression is a guess that is wrong more "
            "often than right. It is shown in pale colors."
        )
    if (totals.unreadable_share or 0) >= MUCH_UNREADABLE:
        found.append(
            f"For {percent(totals.unreadable_share)} of the time seen, no expression could be read: "
            f"the face was {why_unreadable(totals)}."
        )
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
    """Of several people; one person's stands on a card."""
    if len(summary.people) < 2:
        return
    if len(summary.people) > MOST_NAMED:
        totals = summary.everybody
        yield from _looked("all people together", totals.ranking, totals.mixed_share)
        return
    for person in summary.people:
        yield from _looked(name_of(person), person.totals.ranking, person.totals.mixed_share)


def _looked(who: str, ranking: Sequence[tuple[Emotion, float]], mixed: float | None) -> Iterator[str]:
    named = [f"{emotion} for {percent(share)}" for emotion, share in ranking if share >= LEAST_SHARE][:3]
    if mixed is not None and mixed >= LEAST_SHARE:
        named.append(f"between two expressions for {percent(mixed)}")
    if named:
        yield capital(f"{who}: the expression was read as {listed(named)} of the time seen.")
    else:
        yield capital(f"{who}: no expression could be read.")


def _longest(summary: Summary) -> Iterator[str]:
    found = [(one, person) for person in summary.people for one in person.sustained if one.what is not Emotion.NEUTRAL]
    if found:
        one, person = max(found, key=lambda pair: pair[0].duration_s)
        when = f"{clock(one.start_s)} to {end_clock(one.end_s)} ({length(one.duration_s)})"
        yield f"The longest sustained expression other than neutral was read as {one.what}: {name_of(person)}, {when}."


def _crowd(summary: Summary) -> Iterator[str]:
    crowd = summary.crowd
    if crowd is not None and crowd.compared > 1:
        yield (
            f"Of {crowd.compared} people seen long enough, {crowd.happier} looked more positive at the end than at the "
            f"beginning, {crowd.unhappier} less and {crowd.steady} about the same "
            f"(mean change {signed(crowd.mean_change)})."
        )
