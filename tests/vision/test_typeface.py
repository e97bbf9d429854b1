"""Labels: drawn once, kept while there is room."""

from __future__ import annotations

from fer_web.core.palette import Color
from fer_web.vision import typeface
from fer_web.vision.typeface import KEPT_BYTES, pill

GREEN: Color = (60, 160, 90)


def test_a_label_that_was_seen_lately_is_not_drawn_again() -> None:
    assert pill("1 · Happy 94 %", 14, GREEN) is pill("1 · Happy 94 %", 14, GREEN)


def test_large_labels_take_no_more_memory_than_small_ones() -> None:
    """Full HD that somebody shows 160 pixels wide has letters of 168: all percentages would take 160 MB."""
    for share in range(30):
        last = pill(f"1 · Surprise {share} %", 168, GREEN)

    assert 30 * last.nbytes > 2 * KEPT_BYTES
    assert sum(stamp.nbytes for stamp in typeface._KEPT._stamps.values()) == typeface._KEPT.nbytes <= KEPT_BYTES
    assert pill("1 · Surprise 29 %", 168, GREEN) is last


def test_a_label_larger_than_all_that_is_kept_is_drawn_all_the_same() -> None:
    huge = pill("1 · Surprise 12 %", 600, GREEN)

    assert huge.nbytes > KEPT_BYTES
    assert typeface._KEPT.nbytes == 0
