from __future__ import annotations

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.study.lab.expressions import parse_expressions, subset
from tests.study.lab.conftest import made_up


def test_ids_and_names_mean_the_same() -> None:
    assert parse_expressions("0,3,4,5,6") == (0, 3, 4, 5, 6)
    assert parse_expressions("angry, happy,sad,surprise,neutral") == (0, 3, 4, 5, 6)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("0,7", "'7' is no expression; there are 0 angry"),
        ("0,bored", "'bored' is no expression"),
        ("", "'' is no expression"),
        ("3,4,3", "twice"),
        ("3,happy", "twice"),
        ("3", "fewer than 2"),
    ],
)
def test_what_is_no_subset_is_refused(text: str, message: str) -> None:
    with pytest.raises(DataError, match=message):
        parse_expressions(text)


def test_a_subset_is_relabeled_in_the_given_order() -> None:
    table = made_up()

    part = subset(table, (6, 0))

    kept = np.isin(table.rows.labels, [0, 6])
    assert np.array_equal(part.rows.labels, np.where(table.rows.labels[kept] == 6, 0, 1))
    assert np.array_equal(part.rows.pixels, table.rows.pixels[kept])
    assert np.array_equal(part.usage, table.usage[kept])


def test_all_seven_are_the_table_itself() -> None:
    table = made_up()

    assert subset(table, tuple(range(7))) is table


def test_all_seven_in_another_order_are_relabeled() -> None:
    table = made_up()

    assert np.array_equal(subset(table, (6, 5, 4, 3, 2, 1, 0)).rows.labels, 6 - table.rows.labels)
