"""Numbers as people read them."""

from __future__ import annotations

from collections.abc import Sequence

MINUS = "\N{MINUS SIGN}"
NOTHING = "\N{EN DASH}"
NO_BREAK = "\N{NO-BREAK SPACE}"


def clock(time_s: float) -> str:
    """A time in a recording: 1:05, or 1:01:05 from the first hour on."""
    whole = int(time_s)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def length(time_s: float) -> str:
    """How long something took: 4.2 s, 48 s, 3 min 5 s, 2 h 10 min."""
    if time_s < 9.95:
        return f"{time_s:.1f}{NO_BREAK}s"
    whole = round(time_s)
    if whole < 60:
        return f"{whole}{NO_BREAK}s"
    large, small, names = (whole // 60, whole % 60, ("min", "s"))
    if whole >= 3600:
        large, small, names = (whole // 3600, whole // 60 % 60, ("h", "min"))
    rest = f" {small}{NO_BREAK}{names[1]}" if small else ""
    return f"{large}{NO_BREAK}{names[0]}{rest}"


def whole(value: float) -> str:
    """Without decimals."""
    return f"{value:.0f}"


def percent(share: float | None) -> str:
    """A share in whole percents; `<1 %` is not nothing."""
    if share is None:
        return NOTHING
    if 0 < share < 0.005:
        return f"<1{NO_BREAK}%"
    return f"{100 * share:.0f}{NO_BREAK}%"


def points(difference: float | None) -> str:
    """A difference of two shares, in percentage points, with its sign."""
    return NOTHING if difference is None else signed(100 * difference, 0)


def number(value: float | None, digits: int = 1) -> str:
    return NOTHING if value is None else f"{value:.{digits}f}".replace("-", MINUS)


def signed(value: float | None, digits: int = 2) -> str:
    """With a plus or a minus, unless it rounds to nothing."""
    if value is None:
        return NOTHING
    text = f"{abs(value):.{digits}f}"
    if not float(text):
        return text
    return ("+" if value > 0 else MINUS) + text


def count(amount: int, one: str, many: str | None = None) -> str:
    """`1 person`, `3 people`"""
    return f"{amount:,} {one if amount == 1 else many or one + 's'}"


def capital(sentence: str) -> str:
    return sentence[:1].upper() + sentence[1:]


def listed(items: Sequence[str]) -> str:
    """a, b and c"""
    return " and ".join(filter(None, (", ".join(items[:-1]), items[-1] if items else "")))
