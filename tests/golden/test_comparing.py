from __future__ import annotations

import pytest

from tests.golden.comparing import first_difference


@pytest.mark.parametrize(("kept", "found"), [
    ("a,0.3012\n", "a,0.3013\n"), ('<path d="M12.31 4">', '<path d="M12.30 4">'), ("1e-05", "0.0"), ("x 211", "x 212"),
])  # fmt: skip
def test_the_last_digits_may_differ(kept: str, found: str) -> None:
    assert first_difference(kept, found) == ""


@pytest.mark.parametrize(("kept", "found"), [
    ("2 blinks", "3 blinks"), ("happy 0.5", "angry 0.5"), ("0.30", "0.35"),
    ("1,2", "1,2,3"), ("1,2,3", "1,2"), ("a", "b"),
])  # fmt: skip
def test_words_and_counts_may_not(kept: str, found: str) -> None:
    assert "it was" in first_difference(kept, found)
