"""Cards and sentences that a person can act on: each true, with a time that leads to the timeline."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

import pytest

from fer_web.core import Reading
from fer_web.core.questions import CALM
from fer_web.reports import summarize
from fer_web.reports.person_view import PersonView
from fer_web.reports.usual import Usual, series_of
from fer_web.reports.views import ReportView
from tests.reports.made import BAD, every, hand_made, reading, recording, together

FORBIDDEN = ("character", "confiden", "honest", "feel", "mood", "nervous", "attenti", "interest", "tired", "sincer")


def shown(readings: Iterable[Reading], usual: Usual | None = None, fps: float = 10.0, **facts: Any) -> PersonView:
    """The first person's part of a report."""
    return ReportView(summarize(recording(0, fps, **facts), readings), usual=usual).people[0]


def plain(sentences: Iterable[str]) -> list[str]:
    return [re.sub(r"<[^>]+>", "", sentence).replace("\N{NO-BREAK SPACE}", " ") for sentence in sentences]


def looking(*parts: tuple[float, bool], smile: float = 0.0) -> list[Reading]:
    """Ten readings a second of somebody who looks at the camera, or not."""
    looks = [look for length_s, look in parts for _ in range(round(10 * length_s))]
    return [replace(reading(number / 10), looks_at_camera=look, smile=smile) for number, look in enumerate(looks)]


def card(view: PersonView, title: str) -> list[str]:
    (found,) = [one for one in view.cards if one.title == title]
    return plain([found.value, found.note, found.usual])


def test_who_looked_at_the_camera_is_told_when_and_for_how_long() -> None:
    view = shown(looking((2, True), (2, False), (6, True)))

    assert card(view, "Looked at the camera") == ["80 %", "of the time; longest look away 2.0 s, from 0:02", ""]
    assert plain(view.advice.worked)[0] == (
        "Looked at the camera for 80 % of the time; the longest look lasted 6.0 s, from 0:04."
    )
    assert plain(view.advice.try_next) == [
        "Come back to the camera sooner: the longest look away lasted 2.0 s, from 0:02."
    ]


def test_a_share_of_what_could_be_told_is_not_one_of_the_time() -> None:
    readings = looking((10, True), (10, True))
    view = shown([replace(one, looks_at_camera=None if place < 100 else True) for place, one in enumerate(readings)])

    assert card(view, "Looked at the camera")[:2] == ["100 %", "of the 10 s in which it could be told"]
    assert plain(view.advice.worked)[0] == "Looked at the camera for 10 s; the longest look lasted 10 s, from 0:10."


def test_smiles_and_nods_are_counted_with_their_first() -> None:
    readings = looking((20, True))
    smiles = [replace(one, smile=0.8 * (30 <= place < 50 or 70 <= place < 100)) for place, one in enumerate(readings)]
    nods = [replace(one, nod_count=(place >= 40) + (place >= 90)) for place, one in enumerate(smiles)]

    view = shown(nods)

    assert card(view, "Smiles")[:2] == ["2", "25 % of the time; first at 0:03, longest 3.0 s, from 0:07"]
    assert card(view, "Head")[:2] == ["2 nods", "first at 0:04; 0 shakes; in motion for 0 % of the time"]
    assert card(view, "Apparent expression")[1].startswith("for 100 % of the time; longest 20 s, from 0:00")
    assert plain(view.advice.worked)[2:] == [
        "Smiled twice: first at 0:03; the longest smile lasted 3.0 s, from 0:07.",
        "Nodded twice, first at 0:04.",
    ]


def test_a_smile_is_suggested_to_who_had_time_for_one() -> None:
    assert "Try a smile where it fits: there was none from 0:00 to 0:25." in plain(
        shown(looking((25, True))).advice.try_next
    )
    assert plain(shown(looking((10, True))).advice.try_next) == []
    assert plain(shown(every(0.1, 0, 25)).advice.try_next) == []  # without the mesh nobody knows


def test_sections_in_which_somebody_looked_most_and_least_are_named() -> None:
    readings = looking((10, True), (10, True), (5, False), (5, True))
    markers = [(0, CALM), (10, "Why <us>?"), (20, "Where next?")]

    view = shown(readings, markers=markers)

    assert "Looked at the camera most in \u201cWhy &lt;us&gt;?\u201d: 100 % of the time from 0:10." in plain(
        view.advice.worked
    )
    assert "Looked at the camera least in \u201cWhere next?\u201d: 50 % of the time from 0:20." in plain(
        view.advice.try_next
    )


@pytest.mark.parametrize(
    ("changes", "title", "sentence"),
    [
        ({"brightness": 0.1}, "Too dark", "Put more light on the face: it was dark for 4.0 s, from 0:06."),
        ({"size_px": 40}, "Too far away", "Come closer to the camera: the face took less than a tenth of"),
        ({"center_x": 0.1, "center_y": 0.5}, "Off center", "Move to the middle of the picture: the face was near its"),
    ],
)
def test_the_setup_is_told_with_what_helps(changes: dict[str, Any], title: str, sentence: str) -> None:
    view = shown([*every(0.1, 0, 6), *(replace(one, **changes) for one in every(0.1, 6, 10))])

    assert card(view, "Framing and light")[0] == title
    assert plain(view.advice.check)[0].startswith(sentence)


def test_of_several_people_nobody_must_be_in_the_middle() -> None:
    aside = [replace(one, center_x=0.1, center_y=0.5) for one in every(0.1, 0, 6)]
    summary = summarize(recording(0, 10), together(aside, every(0.1, 0, 6, track=2)))

    assert plain(ReportView(summary).people[0].advice.check) == [
        "Nothing to change: from 0:00 to 0:06 the face was large, bright and sharp enough."
    ]


def test_absences_and_slow_pictures_are_to_be_checked() -> None:
    told = plain(shown([*every(0.2, 0, 5), *every(0.2, 9, 12)], fps=5).advice.check)

    assert told == [
        "Stay in the picture: the face was not found for 4.0 s, from 0:05.",
        "Aim for 10 pictures a second or more: from 0:00 on, only 5.0 were analyzed, too few to see most blinks. Busy "
        "computers and dark rooms slow cameras down.",
    ]


@pytest.mark.parametrize(
    ("turned", "blurred", "why"),
    [
        (20, 0, "turned too far away"),
        (0, 20, "too small, dark or blurred"),
        (10, 10, "turned too far away, small, dark or blurred"),
    ],
)
def test_a_face_that_cannot_be_read_is_told_with_the_reason(turned: int, blurred: int, why: str) -> None:
    parts = [{}] * 30 + [{"yaw_deg": 60.0}] * turned + [{"quality": BAD}] * blurred
    view = shown(reading(number / 10, **part) for number, part in enumerate(parts))

    told = f"For 40 % of the time the face could not be read: it was {why}."
    assert f"{told} The longest such stretch took 2.0 s, from 0:03." in plain(view.advice.check)
    assert card(view, "Readable")[1].endswith("; longest unreadable stretch 2.0 s, from 0:03")


def test_a_rate_of_blinks_takes_a_minute() -> None:
    assert card(shown(every(0.5, 0, 59), fps=2), "Blinks")[1] == "in 59 s; a rate needs a minute"  # and none was seen
    blinking = [reading(number / 2, blinks=number // 8) for number in range(120)]
    assert card(shown(blinking, fps=2), "Blinks")[:2] == ["14.0", "a minute; 14 in 1 min; first at 0:04"]


def test_what_is_usual_stands_beside_what_was() -> None:
    earlier = [summarize(recording(0, 10), looking((share, True), (10 - share, False))) for share in (2, 4, 6)]
    usual = Usual.of("Interview", earlier)

    view = shown(looking((9, True), (1, False)), usual)

    assert usual is not None
    assert (usual.recordings, usual.medians["looked"]) == (3, pytest.approx(0.4))
    assert card(view, "Looked at the camera")[2] == "40 %"
    assert "Looked at the camera more than usual: 90 % of the time from 0:00 on, usually 40 %." in plain(
        view.advice.worked
    )
    less = shown(looking((1, True), (9, False)), usual)
    assert "Look at the camera as usual: it was 10 % of the time from 0:00 on, usually 40 %." in plain(
        less.advice.try_next
    )


def test_recordings_of_several_people_say_nothing_of_what_is_usual() -> None:
    two = summarize(recording(0, 10), together(every(0.1, 0, 5), every(0.1, 0, 5, track=2)))

    assert Usual.of("Meeting", [two]) is None
    assert Usual.of("Nobody", []) is None


@pytest.mark.parametrize(
    ("name", "series"),
    [
        ("Interview 2", "Interview"),
        ("Interview", "Interview"),
        ("talk-03.mp4", "talk"),
        ("Recording 2026-11-21 09:30", "Recording"),
        ("Anna, take #4", "Anna"),
        ("7", "7"),
        ("Question set B", "Question set B"),
    ],
)
def test_a_series_is_a_name_without_its_number(name: str, series: str) -> None:
    assert series_of(name) == series


def test_a_name_that_is_nearly_a_number_is_read_at_once() -> None:
    name = "20261127" * 20 + "x"  # took 4 times as long with every two digits more

    assert series_of(name) == name


def test_every_sentence_has_a_time_that_is_on_the_timeline_and_speaks_of_behavior_alone() -> None:
    for view in (shown(looking((2, True), (3, False), (20, True), (5, False))), ReportView(hand_made()).people[0]):
        sentences = (*view.advice.worked, *view.advice.try_next, *view.advice.check)
        drawn = view.timeline.drawn()

        assert sentences
        for sentence in sentences:
            (target, *_) = re.findall(r'href="#([^"]+)"', sentence)
            assert f'id="{target}"' in drawn
        for sentence in (*sentences, *(one.note for one in view.cards)):
            assert not any(word in sentence.lower() for word in FORBIDDEN)


def test_questions_of_a_practice_keep_their_numbers() -> None:
    markers = [(0, CALM), (10, "Why?"), (20, "Where?")]

    view = shown(looking((30, True)), markers=markers)

    assert [(one.number, one.text, one.smiles) for one in view.sections] == [
        ("", CALM, "0"),
        ("1", "Why?", "0"),
        ("2", "Where?", "0"),
    ]
    assert [row.name for row in view.timeline.rows[:5]] == ["", "expression", "at camera", "facing", "smile"]
    later = shown(looking((30, True)), markers=[(10, "Why?")])
    assert [(one.number, one.text) for one in later.sections] == [("", "Beginning"), ("1", "Why?")]
