"""The sets of questions that come with the program."""

from __future__ import annotations

import pytest

from fer_web.core.question_sets import QUESTION_SETS
from fer_web.core.questions import CALM, LONGEST_QUESTION, MOST_QUESTIONS, QuestionSet, is_question


@pytest.mark.parametrize("questions", QUESTION_SETS.values(), ids=list(QUESTION_SETS))
def test_a_set_keeps_to_what_own_questions_have_to(questions: QuestionSet) -> None:
    asked = questions.questions

    assert 4 <= len(set(asked)) == len(asked) <= MOST_QUESTIONS
    assert [one for one in asked if not 0 < len(one) <= LONGEST_QUESTION or not is_question(one)] == []
    assert [one for one in asked if one != " ".join(one.split())] == []  # a marker's text stays as it is


def test_the_calm_seconds_are_no_question() -> None:
    assert not is_question(CALM)
