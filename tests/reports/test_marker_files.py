"""Markers from CSV files."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest

from fer_web.core import Marker
from fer_web.errors import BadMarkers
from fer_web.reports.marker_files import MarkerFile, clocks, read_markers

BEGAN = datetime(2026, 11, 27, 9, 30, 0, 250_000, tzinfo=timezone.utc)


def read(text: str, offset_s: float = 0.0, most: int = 1000) -> MarkerFile:
    return read_markers(text, BEGAN, 60.0, offset_s=offset_s, most=most)


@pytest.mark.parametrize(
    "text",
    [
        "time_s,label\n12.5,second\n3,first\n",
        "\ufefftime_s;label\r\n12,5;second\r\n3;first\r\n",
        "label\ttime_s\tnote\n second \t12.5\tx\n\nfirst\t3\ty",
        'utc,label\n2026-11-27T09:30:12.75Z,"second"\n2026-11-27 10:30:03.250+01:00,first',
        "utc,label\n2026-11-27T09:30:12.750000001,second\n2026-11-27T09:30:03.25,first",
    ],
)
def test_files_as_programs_write_them(text: str) -> None:
    assert read(text).markers == (Marker(3.0, "first"), Marker(12.5, "second"))


def test_a_label_may_hold_separators_and_becomes_one_line() -> None:
    assert read('time_s,label\n1,"a, ""b""\tc"\n').markers == (Marker(1.0, 'a, "b" c'),)


def test_an_offset_moves_all() -> None:
    assert read("time_s,label\n1,a\n2,b", offset_s=-0.5).markers == (Marker(0.5, "a"), Marker(1.5, "b"))


def test_a_rounding_outside_is_put_inside() -> None:
    assert read("time_s,label\n-0.2,a\n60.3,b").markers == (Marker(0.0, "a"), Marker(60.0, "b"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("", "line 1: name the columns time_s or utc, and label"),
        ("time,label\n1,a", "line 1: name the columns"),
        ("time_s,utc,label\n1,2,a", "line 1: name the columns"),
        ("time_s,label\n", "no markers"),
        ("time_s,label\n1,a\nsoon,b", "line 3: time_s 'soon' is not a number of seconds"),
        ("time_s,label\n1,a\n\nnan,b", "line 4: time_s 'nan'"),
        ("time_s,label\n1", "line 2: label is empty"),
        ("time_s,label\n,a", "line 2: time_s is empty"),
        ("time_s,label\n-3,a\n75.5,b", "line 2: 3.0 s before the recording began; line 3: 15.5 s after"),
        ("utc,label\nyesterday,a", "line 2: utc 'yesterday' is no time such as"),
        ("utc,label\n2026-11-27T09:29:00Z,a", "line 2: 60.2 s before the recording began"),
        ("time_s,label\n1," + "x" * 501, "line 2: label has 501 characters; 500 are allowed"),
        ("time_s,label\n" + "x,y\n" * 9, "line 6: time_s 'x' is not a number of seconds; …"),
        ('time_s,label\n1,"' + "x" * 200_000, "line 2: not CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(text: str, sentence: str) -> None:
    with pytest.raises(BadMarkers) as refused:
        read(text)
    assert sentence in str(refused.value)


def test_there_is_a_limit() -> None:
    lines = "".join(f"{n / 100},m{n}\n" for n in range(11))

    assert len(read(f"time_s,label\n{lines}", most=11).markers) == 11
    with pytest.raises(BadMarkers, match="more than 10 markers"):
        read(f"time_s,label\n{lines}", most=10)


def test_how_clocks_were_matched_is_told() -> None:
    utc = read(f"utc,label\n{(BEGAN + timedelta(seconds=2)).isoformat()},a", offset_s=1.5)

    assert (
        "by this server's clock the recording began at 2026-11-27 09:30:00.250 utc" in clocks(utc, BEGAN, 1.5).lower()
    )
    assert "the first marker is at 2026-11-27 09:30:03.750 UTC, 3.500 s after it, moved by +1.5 s" in clocks(
        utc, BEGAN, 1.5
    )
    assert clocks(read("time_s,label\n1,a"), BEGAN, 0.0) == "time_s counts from the beginning of the recording."
