"""Readings in CSV files: what is written is read again, what is wrong is told."""

from __future__ import annotations

import io
import re
from dataclasses import replace
from pathlib import Path

import pytest

from fer_web.core import Emotion, Pose, Quality
from fer_web.errors import DataError
from fer_web.reports import ReadingsWriter, csv_lines, read_readings_csv, write_readings_csv
from fer_web.reports.table import COLUMNS
from tests.readings import reading_of
from tests.reports.made import HAND_MADE, HAPPY, every, reading

ROOT = Path(__file__).resolve().parents[2]
FULL = reading_of(
    1234.5678,
    42,
    (0.1234567, 0.0, 0.0, 0.5, 0.3765433, 0.0, 0.0),
    17,
    Pose(-12.345, 3.0, 0.006),
    Quality(0.61234, 0.5, 120),
    uncertain=True,
    left_eye_aspect_ratio=0.31234,
    right_eye_aspect_ratio=0.29,
    eyes_open=False,
)
BARE = reading_of(1240.0, 1, HAPPY)


def line_of(**cells: str) -> str:
    """A good line with other cells."""
    good = dict(zip(COLUMNS, next(iter(HAND_MADE.read_text().splitlines()[1:])).split(","), strict=True))
    return ",".join({**good, **cells}.values())


def fault_of(tmp_path: Path, *lines: str) -> str:
    """What is said about a file with these lines under its header."""
    path = tmp_path / "bad.csv"
    path.write_text("\n".join([",".join(COLUMNS), *lines, ""]))
    with pytest.raises(DataError) as caught:
        list(read_readings_csv(path))
    return str(caught.value)


def test_with_semicolons_numbers_have_a_decimal_comma_as_german_excel_reads_them(tmp_path: Path) -> None:
    plain = "".join(csv_lines([FULL, BARE])).splitlines()
    local = "".join(csv_lines([FULL, BARE], ";")).splitlines()

    assert local[0] == plain[0].replace(",", ";")
    for line, other in zip(plain[1:], local[1:], strict=True):
        assert [cell.replace(".", ",") for cell in line.split(",")] == other.split(";")
    assert "1234,568" in local[1]
    assert "-12,35" in local[1]
    assert write_readings_csv(tmp_path / "local.csv", [FULL, BARE], ";") == 2
    assert (tmp_path / "local.csv").read_text(encoding="utf-8").splitlines() == local


def test_what_is_written_is_read_again_to_the_decimals_that_are_kept(tmp_path: Path) -> None:
    assert write_readings_csv(tmp_path / "readings.csv", [FULL, BARE]) == 2

    full, bare = read_readings_csv(tmp_path / "readings.csv")

    assert full == replace(
        FULL,
        time_s=1234.568,
        angry=0.123457,
        sad=0.376543,
        yaw_deg=-12.35,
        roll_deg=0.01,
        sharpness=0.6123,
        left_eye_aspect_ratio=0.3123,
    )
    assert bare == BARE


def test_a_second_round_changes_nothing(tmp_path: Path) -> None:
    first, second = tmp_path / "first.csv", tmp_path / "second.csv"
    write_readings_csv(first, [FULL, BARE])
    write_readings_csv(second, read_readings_csv(first))

    assert first.read_bytes() == second.read_bytes()


def test_an_open_file_and_lines_hold_the_same(tmp_path: Path) -> None:
    text = io.StringIO()
    write_readings_csv(tmp_path / "readings.csv", [FULL, BARE])

    assert write_readings_csv(text, iter([FULL, BARE])) == 2
    assert text.getvalue() == "".join(csv_lines([FULL, BARE])) == (tmp_path / "readings.csv").read_text()


def test_every_batch_reaches_the_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    with ReadingsWriter(path) as writer:
        writer.write(every(0.5, 0, 2))

        assert len(list(read_readings_csv(path))) == 4


@pytest.mark.parametrize("cut", [2, 30, 130])
def test_a_half_written_last_line_is_cut_before_going_on(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "readings.csv"
    write_readings_csv(path, every(0.5, 0, 2))
    whole = path.read_bytes()
    path.write_bytes(whole[:-cut])

    with pytest.raises(DataError, match="line 5: the file ends in the middle of a line"):
        list(read_readings_csv(path))
    with ReadingsWriter(path, resume=True) as writer:
        assert writer.last is not None
        assert writer.last.time_s == 1.0
        writer.write(every(0.5, 1.5, 2))

    assert path.read_bytes() == whole


def test_a_missing_last_line_feed_is_no_fault_but_mended(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    write_readings_csv(path, every(0.5, 0, 2))
    whole = path.read_bytes()
    path.write_bytes(whole[:-1])

    assert len(list(read_readings_csv(path))) == 4
    with ReadingsWriter(path, resume=True) as writer:
        writer.write(every(0.5, 1.5, 2))
    assert path.read_bytes() == whole


def test_a_file_that_breaks_off_can_be_read_without_its_last_line(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    write_readings_csv(path, every(0.5, 0, 2))
    path.write_bytes(path.read_bytes()[:-20])

    assert [one.time_s for one in read_readings_csv(path, mend=True)] == [0, 0.5, 1]


@pytest.mark.parametrize("rest", [b"", b"time_s,tra", b"no readings at all\n"])
def test_going_on_with_a_file_that_hardly_began(tmp_path: Path, rest: bytes) -> None:
    path = tmp_path / "readings.csv"
    path.write_bytes(rest)

    if rest.endswith(b"\n"):
        with pytest.raises(DataError, match="expected the columns time_s,track_id"):
            ReadingsWriter(path, resume=True)
        assert path.read_bytes() == rest
        return
    with ReadingsWriter(path, resume=True) as writer:
        assert writer.last is None
        writer.write([BARE])
    assert list(read_readings_csv(path)) == [BARE]


def test_without_resuming_a_file_is_begun_anew(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    write_readings_csv(path, every(0.5, 0, 2))
    write_readings_csv(path, [BARE])

    assert list(read_readings_csv(path)) == [BARE]


def test_windows_line_ends_and_a_byte_order_mark_do_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "readings.csv"
    path.write_bytes(b"\xef\xbb\xbf" + HAND_MADE.read_bytes().replace(b"\n", b"\r\n"))

    assert list(read_readings_csv(path)) == list(read_readings_csv(HAND_MADE))


@pytest.mark.parametrize(
    ("cells", "complaint"),
    [
        ({"happy": "much"}, "column happy: 'much' is not a number"),
        ({"happy": "nan"}, "column happy: 'nan' is not a number"),
        ({"happy": "1.5"}, "column happy: '1.5' is outside 0 to 1"),
        ({"happy": "0.9"}, "the seven scores sum to 1.7000"),
        ({"time_s": "-1"}, "column time_s: '-1' is under 0"),
        ({"track_id": "1.0"}, "column track_id: '1.0' is not a whole number"),
        ({"blink_count": "-2"}, "column blink_count: '-2' is not a whole number"),
        ({"uncertain": "yes"}, "column uncertain: 'yes' is neither true nor false"),
        ({"uncertain": ""}, "column uncertain: '' is neither"),
        ({"dominant_emotion": "joy"}, "column dominant_emotion: 'joy' is none of angry, disgust"),
        ({"dominant_emotion": "happy"}, "column dominant_emotion: 'happy' does not have the highest score"),
        ({"yaw_deg": "left"}, "column yaw_deg: 'left' is not a number"),
        ({"poor": "no"}, "column poor: 'no' is neither"),
        ({"sharpness": "x" * 99}, f"column sharpness: '{'x' * 40}' is not a number"),
    ],
)
def test_a_bad_cell_is_named_with_its_line(tmp_path: Path, cells: dict[str, str], complaint: str) -> None:
    fault = fault_of(tmp_path, line_of(), line_of(**{"time_s": "1.0", **cells}))

    assert fault.startswith("bad.csv, line 3: ")
    assert complaint in fault


def test_lines_out_of_order_are_told(tmp_path: Path) -> None:
    assert "line 3: column time_s: 1.0 comes after 2.0" in fault_of(
        tmp_path, line_of(time_s="2.0"), line_of(time_s="1.0")
    )
    assert "line 3: column track_id: 1 appears twice at 2.0 s" in fault_of(
        tmp_path, line_of(time_s="2.0"), line_of(time_s="2.0")
    )


def test_lines_of_another_length_are_told(tmp_path: Path) -> None:
    assert "line 2: has 33 cells instead of 34" in fault_of(tmp_path, line_of().rpartition(",")[0])
    assert "line 2: has 1 cells" in fault_of(tmp_path, "")
    assert "line 2: has 4097 cells" in fault_of(tmp_path, "," * 100_000)


@pytest.mark.parametrize(
    ("content", "complaint"),
    [
        (b"", "expected the columns"),
        (b"time_s;track;angry\n", "separated by commas"),
        (",".join(COLUMNS[:-1]).encode() + b"\n", "the column center_y is missing"),
        (",".join([*COLUMNS, "name"]).encode() + b"\n", "expected exactly the columns"),
        (b"\xff\xd8\xff\xe0 a picture", "is not UTF-8 text"),
    ],
)
def test_a_file_of_something_else_is_told(tmp_path: Path, content: bytes, complaint: str) -> None:
    path = tmp_path / "other.csv"
    path.write_bytes(content)

    with pytest.raises(DataError, match=re.escape("other.csv")) as caught:
        list(read_readings_csv(path))
    assert complaint in str(caught.value)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(DataError, match=r"none\.csv cannot be read"):
        list(read_readings_csv(tmp_path / "none.csv"))


def test_reading_does_not_wait_for_the_end(tmp_path: Path) -> None:
    path = tmp_path / "bad.csv"
    path.write_text("\n".join([",".join(COLUMNS), line_of(), "nonsense", ""]))

    assert next(read_readings_csv(path)).time_s == 0


def test_the_columns_are_documented_in_their_order() -> None:
    document = (ROOT / "docs" / "reports.md").read_text(encoding="utf-8")
    part = document.split("## readings.csv")[1].split("\n## ")[0]

    assert tuple(re.findall(r"^\| `(\w+)` \|", part, re.MULTILINE)) == COLUMNS


def test_two_scores_that_rounding_made_equal_are_no_fault(tmp_path: Path) -> None:
    close = reading(0, (0.3, 0, 0, 0.35000004, 0.34999996, 0, 0))
    write_readings_csv(tmp_path / "readings.csv", [close])

    assert next(read_readings_csv(tmp_path / "readings.csv")).dominant_emotion is Emotion.HAPPY
