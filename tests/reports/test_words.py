"""Numbers as people read them."""

from __future__ import annotations

import pytest

from fer_web.reports import words

NBSP = words.NO_BREAK


@pytest.mark.parametrize(
    ("time_s", "text"), [(0, "0:00"), (65.9, "1:05"), (3599, "59:59"), (3665, "1:01:05"), (36_000, "10:00:00")]
)
def test_clock(time_s: float, text: str) -> None:
    assert words.clock(time_s) == text


@pytest.mark.parametrize(
    ("time_s", "text"),
    [(4.21, "4.2 s"), (9.96, "10 s"), (59.6, "1 min"), (185, "3 min 5 s"), (7800, "2 h 10 min"), (3600, "1 h")],
)
def test_length(time_s: float, text: str) -> None:
    assert words.length(time_s).replace(NBSP, " ") == text


def test_shares_and_differences() -> None:
    assert [words.percent(share).replace(NBSP, " ") for share in (None, 0, 0.001, 0.126, 1)] == [
        words.NOTHING,
        "0 %",
        "<1 %",
        "13 %",
        "100 %",
    ]
    assert [words.signed(value) for value in (0.126, -0.126, 0.001, -0.001)] == [
        "+0.13",
        f"{words.MINUS}0.13",
        "0.00",
        "0.00",
    ]
    assert words.points(-0.2) == f"{words.MINUS}20"


def test_lists_and_counts() -> None:
    assert [words.listed(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
    assert (words.count(1, "person", "people"), words.count(2, "person", "people")) == ("1 person", "2 people")


def test_an_end_agrees_with_the_length_beside_it() -> None:
    assert (words.clock(14.93), words.end_clock(14.93), words.length(14.93)) == ("0:14", "0:15", f"15{words.NO_BREAK}s")


def test_halves_are_rounded_up_and_in_the_same_way_everywhere() -> None:
    assert [words.percent(share) for share in (0.125, 0.285, 0.124999, 0.004999)] == [
        f"{told}{words.NO_BREAK}%" for told in ("13", "29", "13", "1")
    ]
    assert [words.number(value) for value in (0.25, 2.349999, -0.05)] == ["0.3", "2.4", f"{words.MINUS}0.1"]
    assert words.points(0.005) == "+1"
