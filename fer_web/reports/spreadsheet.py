"""CSV as spreadsheets open it where a comma is the decimal sign, as in German: with semicolons between cells."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

COMMA, SEMICOLON = ",", ";"
SEPARATORS = (COMMA, SEMICOLON)
_LOCAL = str.maketrans(",.", ";,")


def separated(lines: Iterable[str], separator: str) -> Iterator[str]:
    """Lines of readings.csv, whose cells hold neither commas nor quotes, with this separator; with semicolons, numbers
    have a decimal comma.
    """
    return iter(lines) if separator == COMMA else (line.translate(_LOCAL) for line in lines)
