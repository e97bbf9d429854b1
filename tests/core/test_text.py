from __future__ import annotations

import pytest

from fer_web.core.text import one_line


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
