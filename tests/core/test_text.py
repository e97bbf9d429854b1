from __future__ import annotations

import io
import logging

import pytest

from fer_web.core.text import OneLineFormatter, one_line


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
