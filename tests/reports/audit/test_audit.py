"""Groups: who is told of, who is refused, and which differences are said."""

from __future__ import annotations

from fer_web.core.proportion import wilson
from fer_web.reports.audit import AuditedImage
from fer_web.reports.audit.findings import findings, group_findings, refusals
from tests.reports.audit.made import CARD, HAPPY, OTHER, SAD, answer, audit_of, faced, faceless, image


def group(name: str, right: int, wrong: int) -> list[AuditedImage]:
    return [*faced(HAPPY, HAPPY, right, name), *faced(HAPPY, SAD, wrong, name)]


def test_a_group_of_29_is_refused_with_a_sentence_and_one_of_30_is_told_of() -> None:
    grouping = audit_of([*group("old", 20, 9), *group("young", 20, 10), *faceless(HAPPY, 4)]).groupings[0]

    assert list(grouping.told) == ["young"]
    assert refusals(grouping) == [
        "“old” has 29 pictures: fewer than 30 say too little, so nothing is said of it.",
        "4 pictures have no group here.",
    ]


def test_a_difference_is_said_where_intervals_part() -> None:
    """90 of 100: 83 to 94; 70 of 100: 60 to 78; 80 of 100: 71 to 87."""
    grouping = audit_of([*group("a", 90, 10), *group("b", 70, 30), *group("c", 80, 20)]).groupings[0]

    said = group_findings(grouping)

    assert "Accuracy, one: a 90\N{NO-BREAK SPACE}% (83 to 94) is above b 70\N{NO-BREAK SPACE}% (60 to 78)." in said
    assert not any("c 80" in sentence for sentence in said if sentence.startswith("Accuracy"))


def test_where_all_intervals_overlap_it_is_said_that_no_difference_shows() -> None:
    said = group_findings(audit_of([*group("a", 80, 20), *group("b", 75, 25)]).groupings[0])

    assert said == ["These pictures show no difference between the groups: all intervals overlap."]


def test_what_few_faces_say_is_not_compared() -> None:
    """10 faces all right against 100 with 30 right would part, but 10 are too few."""
    images = [*faced(HAPPY, HAPPY, 10, "a"), *faceless(HAPPY, 90, "a"), *group("b", 30, 70)]

    measures = {one.measure for one in audit_of(images).groupings[0].differences}

    assert measures == {"faces_found"}


def both(one: bool, two: bool, times: int) -> list[AuditedImage]:
    """Happy faces on which two models are right or not."""
    answers = {name: answer(HAPPY if right else SAD) for name, right in (("one", one), ("two", two))}
    return [AuditedImage(image(HAPPY), 1, answers) for _ in range(times)]


def test_of_two_models_the_better_one_is_told_by_the_faces_on_which_one_is_right() -> None:
    """Of 35, model one is right on 25: 55 to 84 %, more than half. The intervals of 75 and 60 of 100 overlap."""
    audit = audit_of(
        [*both(True, True, 50), *both(True, False, 25), *both(False, True, 10), *both(False, False, 15)],
        (CARD, OTHER),
        (),
    )

    assert audit.disagreements[0].share == wilson(25, 35)
    assert audit.disagreements[0].better == "one"
    assert not [one for one in audit.differences if one.measure == "accuracy"]


def test_of_two_models_that_are_right_as_often_none_is_called_better() -> None:
    audit = audit_of([*both(True, False, 20), *both(False, True, 20)], (CARD, OTHER), ())

    assert audit.disagreements[0].better is None
    assert any(sentence.startswith("Neither one nor two can be called better") for sentence in findings(audit))


def test_files_that_could_not_be_read_are_in_no_share() -> None:
    audit = audit_of([*group("a", 3, 1), AuditedImage(image(HAPPY), trouble="it is broken")])

    assert audit.overall["one"].found == wilson(4, 4)
    assert [one.trouble for one in audit.troubles] == ["it is broken"]


def test_nothing_that_could_be_read_is_said_so() -> None:
    assert findings(audit_of([AuditedImage(image(HAPPY), trouble="it is broken")])) == [
        "None of the pictures could be read."
    ]


def test_few_pictures_are_called_few() -> None:
    few = "Fewer than 30 pictures say little about a model: take some hundred."

    assert few in findings(audit_of(group("a", 20, 9)))
    assert few not in findings(audit_of(group("a", 20, 10)))
