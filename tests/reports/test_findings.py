"""Findings in sentences."""

from __future__ import annotations

from fer_web.reports import summarize
from fer_web.reports.findings import cautions, findings
from tests.reports.made import ANGRY, HAPPY, every, hand_made, reading, recording, together


def test_findings_of_the_hand_made_recording() -> None:
    assert [sentence.replace("\N{NO-BREAK SPACE}", " ") for sentence in findings(hand_made())] == [
        "One person was seen, for 11 s of 14 s; 1 more face appeared for less than 3 s.",
        "The longest sustained expression other than neutral was read as happy: person 1, 0:02 to 0:04 (2.0 s).",
    ]


def test_nobody_is_told_in_one_sentence() -> None:
    assert findings(summarize(recording(), [])) == ["Nobody was seen."]
    assert findings(summarize(recording(), every(0.5, 0, 1))) == [
        "1 face appeared for less than 3 s, nobody for longer."
    ]


def test_of_many_people_nobody_is_singled_out_by_expression() -> None:
    people = [every(0.5, 0, 20, HAPPY if track % 2 else ANGRY, track=track) for track in range(1, 9)]

    told = findings(summarize(recording(20), together(*people)))

    assert told[0] == "8 people were seen, at most 8 at once."
    assert told[1].startswith("All people together: the expression was read as ")
    assert "Of 8 people seen long enough, 0 looked more positive" in " ".join(told)


def test_a_recording_that_was_hard_to_read_is_told_so() -> None:
    readings = [reading(number / 2, uncertain=True, yaw_deg=60.0 * (number % 3 == 0)) for number in range(60)]

    told = " ".join(cautions(summarize(recording(30), readings)))

    # One of three is turned away; nothing is guessed of it.
    assert "For 67\N{NO-BREAK SPACE}% of the time seen, the expression is a guess" in told
    assert (
        "For 33\N{NO-BREAK SPACE}% of the time seen, no expression could be read: the face was turned too far away."
        in told
    )


def test_a_good_recording_needs_no_caution() -> None:
    assert cautions(summarize(recording(10, fps=20), every(0.05, 0, 10))) == []
    assert cautions(summarize(recording(), [])) == []


def test_no_sentence_speaks_of_feelings() -> None:
    told = " ".join(findings(hand_made())).lower()

    assert not any(word in told for word in ("feel", "emotion", "mood", "tired"))
