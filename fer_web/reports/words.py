"""Numbers as people read them. All are rounded in one way, which `static/figures.js` repeats: to the four decimals of
summary.json, then half up."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
NO_BREAK = "\N{NO-BREAK SPACE}"
# Of summary.json, and of everything that is shown.
DECIMALS = 4


def rounded(value: float, digits: int = 0, times: int = 1) -> Decimal:
    """A value, or so many times that, with so many digits behind the point."""
    exact = Decimal(repr(round(float(value), DECIMALS))) * times
    return exact.quantize(Decimal(1).scaleb(-digits), ROUND_HALF_UP)


def clock(time_s: float) -> str:
    """A time in a recording: 1:05, or 1:01:05 from the first hour on."""
    whole = int(time_s)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def end_clock(time_s: float) -> str:
    """When something ended, to the nearest second: what lasts 14.9 s from 0:00 on ends at 0:15."""
    return clock(float(rounded(time_s)))


def length(time_s: float) -> str:
    """How long something took: 4.2 s, 48 s, 3 min 5 s, 2 h 10 min."""
    if rounded(time_s, 1) < 10:
        return f"{rounded(time_s, 1)}{NO_BREAK}s"
    whole = int(rounded(time_s))
    if whole < 60:
        return f"{whole}{NO_BREAK}s"
    large, small, names = (whole // 60, whole % 60, ("min", "s"))
    if whole >= 3600:
        large, small, names = (whole // 3600, whole // 60 % 60, ("h", "min"))
    rest = f" {small}{NO_BREAK}{names[1]}" if small else ""
    return f"{large}{NO_BREAK}{names[0]}{rest}"


def whole(value: float) -> str:
    """Without decimals."""
    return str(rounded(value))


def percent(share: float | None) -> str:
    """A share in whole percents; `<1 %` is not nothing."""
    if share is None:
        return NOTHING
    whole = rounded(share, times=100)
    return f"{'<1' if share > 0 and not whole else abs(whole)}{NO_BREAK}%"


def points(difference: float | None) -> str:
    """A difference of two shares, in percentage points, with its sign."""
    if difference is None:
        return NOTHING
    whole = rounded(difference, times=100)
    return f"{'+' if whole > 0 else MINUS if whole < 0 else ''}{abs(whole)}"


def number(value: float | None, digits: int = 1) -> str:
    return NOTHING if value is None else str(rounded(value, digits)).replace("-", MINUS)


def signed(value: float | None, digits: int = 2) -> str:
    """With a plus or a minus, unless it rounds to nothing."""
    if value is None:
        return NOTHING
    text = str(abs(rounded(value, digits)))
    if not float(text):
        return text
    return ("+" if value > 0 else MINUS) + text


def count(amount: int, one: str, many: str | None = None) -> str:
    """`1 person`, `3 people`"""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def times(amount: int) -> str:
    """`once`, `twice`, `3 times`"""
    return {1: "once", 2: "twice"}.get(amount, f"{amount:,} times")


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def listed(items: Sequence[str]) -> str:
    """a, b and c"""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1] if items else "")))
