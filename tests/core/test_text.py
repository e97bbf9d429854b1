from __future__ import annotations

import io
import json
import logging
from datetime import datetime, timedelta

import pytest

from fer_web.core.text import OneLineFormatter, harmless_cell, log_formatter, one_line


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/café x", "/café x"),
        ("a\r\nb", "a\\r\\nb"),
        ("\x1b[2J\x00\x7f\x9b", "\\x1b[2J\\x00\\x7f\\x9b"),
        ("a\u2028b\u202ec", "a\\u2028b\\u202ec"),
        ("caf\udce9", "caf\\xe9"),
    ],
)
def test_text_from_outside_stays_on_its_line(text: str, shown: str) -> None:
    assert one_line(text) == shown


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "\uff1d1"])
def test_a_text_that_a_spreadsheet_would_calculate_stays_a_text(text: str) -> None:
    assert harmless_cell(text) == f"'{text}"


@pytest.mark.parametrize("value", [-1, -0.5, 3.0, True, None, "", "happy", "a=b", "1 - 2", " =1"])
def test_numbers_and_other_texts_are_written_as_they_are(value: object) -> None:
    assert harmless_cell(value) is value


def test_no_line_of_a_log_is_forged_by_what_a_message_or_a_traceback_quotes() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(OneLineFormatter("%(levelname)s %(message)s"))
    log = logging.Logger("test")
    log.addHandler(handler)

    try:
        raise ValueError("a\nERROR forged\x1b[2J")
    except ValueError:
        log.exception("%s failed", "/x\r\nERROR forged")

    first, *rest = written.getvalue().splitlines()
    assert first == "ERROR /x\\r\\nERROR forged failed"
    assert rest
    assert all(line.startswith("    ") and line.isprintable() for line in rest)


def test_json_holds_a_message_with_its_traceback_in_one_object_on_one_line() -> None:
    written = io.StringIO()
    handler = logging.StreamHandler(written)
    handler.setFormatter(log_formatter("json"))
    log = logging.Logger("test.part")
    log.addHandler(handler)

    try:
        raise ValueError("a\nb")
    except ValueError:
        log.exception("%s failed", "/x\r\n{")

    lines = written.getvalue().splitlines()
    told = json.loads(lines[0])
    assert len(lines) == 1
    assert (told["level"], told["logger"], told["message"]) == ("error", "test.part", "/x\r\n{ failed")
    assert "ValueError: a" in told["exception"]
    assert datetime.fromisoformat(told["time"]).utcoffset() == timedelta(0)
