"""Vector graphics that need no styles of their own: everything is an attribute or a class."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup, escape

from fer_web.core import Emotion
from fer_web.core.palette import EMOTION_COLORS

# Fills of what is not one expression, defined once a page by `patterns`: nobody, a face that cannot be read, two
# expressions.
HATCH, DOTS, MIXED_FILL = "url(#report-away)", "url(#report-unreadable)", "url(#report-mixed)"
# Luminance under which letters on a color are white (WCAG 2.2, where both have the same contrast).
_DARK = 0.179


def tag(name: str, *children: str | Iterable[str], **attributes: object) -> Markup:
    """An element; underscores in names become hyphens, a trailing one goes, None is left out. Text is escaped."""
    pairs = ((key.rstrip("_").replace("_", "-"), value) for key, value in attributes.items() if value is not None)
    written = Markup("").join(Markup(' {}="{}"').format(key, value) for key, value in pairs)
    inside = Markup("").join(escape(child) if isinstance(child, str) else Markup("").join(child) for child in children)
    return Markup("<{0}{1}>{2}</{0}>").format(Markup(name), written, inside)  # noqa: S704 - names are ours


def graphic(name: str, title: str, description: str, height: float, *parts: Iterable[str]) -> Markup:
    """A picture as wide as its place and `height` px high; a screen reader hears its title and description.

    Horizontal places are percents of its width, so that letters keep their size on every screen.
    """
    names = f"{name}-title", f"{name}-desc"
    return tag(
        "svg",
        tag("title", title, id=names[0]),
        tag("desc", description, id=names[1]),
        *parts,
        class_="chart",
        role="img",
        aria_labelledby=names[0],
        aria_describedby=names[1],
        width="100%",
        height=_number(height),
    )


def rect(left: float, right: float, top: float, height: float, fill: str | None = None, **more: object) -> Markup:
    """A box between two shares of the width, 0 to 1."""
    children = (tag("title", str(more.pop("title"))),) if "title" in more else ()
    return tag(
        "rect",
        *children,
        x=at(left),
        width=at(max(0.0, right - left)),
        y=_number(top),
        height=_number(height),
        fill=fill,
        **more,
    )


def line(left: float, right: float, top: float, bottom: float, kind: str, **more: object) -> Markup:
    return tag("line", x1=at(left), x2=at(right), y1=_number(top), y2=_number(bottom), class_=kind, **more)


def text(place: float, y: float, words: str, *, anchor: str = "middle", kind: str | None = None) -> Markup:
    return tag("text", words, x=at(place), y=_number(y), text_anchor=anchor, class_=kind)


def stretched(top: float, height: float, paths: Iterable[str]) -> Markup:
    """Paths in a square of 1000 x 100 that is stretched over the whole width; their lines keep their width."""
    return tag(
        "svg",
        paths,
        x="0",
        y=_number(top),
        width="100%",
        height=_number(height),
        viewBox="0 0 1000 100",
        preserveAspectRatio="none",
    )


def path(places: Iterable[tuple[float, float]], *, kind: str, fill: str | None = None, close: bool = False) -> Markup:
    """Through places (x, y) with both 0 to 1, y upward; closed along the bottom when it is an area."""
    steps = [f"{_number(1000 * x)} {_number(100 * (1 - y))}" for x, y in places]
    if close and steps:
        first, last = steps[0].split()[0], steps[-1].split()[0]
        steps = [f"{first} 100", *steps, f"{last} 100"]
    shape = "M" + "L".join(steps) + ("Z" if close else "")
    return tag("path", d=shape, class_=kind, fill=fill or "none", vector_effect="non-scaling-stroke")


def bar(share: float, fill: Emotion | str) -> Markup:
    """A share of the width; the number stands beside it."""
    shown = color(fill) if isinstance(fill, Emotion) else fill
    box = tag("rect", x="0", y="0", width=at(share), height="12", fill=shown, class_="edge")
    return tag("svg", box, class_="share", width="100%", height="12", aria_hidden="true")


def swatch(fill: Emotion | str) -> Markup:
    """An expression's color, or another fill, beside its name."""
    shown = color(fill) if isinstance(fill, Emotion) else fill
    box = tag("rect", x="1", y="1", width="12", height="12", rx="2", fill=shown, class_="edge")
    return tag("svg", box, class_="swatch", width="14", height="14", aria_hidden="true")


def color(emotion: Emotion) -> str:
    return "#{:02x}{:02x}{:02x}".format(*EMOTION_COLORS[emotion])


def ink_on(emotion: Emotion) -> str:
    """Black or white, whichever is read better on the expression's color."""
    channels = (value / 255 for value in EMOTION_COLORS[emotion])
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels]
    luminance = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    return "#fff" if luminance < _DARK else "#111"


def patterns() -> Markup:
    """What hatches, dots and stripes; once a page."""
    hatch = tag("path", d="M-1 1l2-2M0 8l8-8M7 9l2-2", class_="hatch")
    dots = [tag("circle", cx=x, cy=y, r="1", class_="dot") for x, y in ((2, 2), (6, 6))]
    stripes = [tag("rect", width="8", height="8", class_="ground"), tag("rect", width="4", height="8", class_="stripe")]
    marks = {"away": [hatch], "unreadable": dots, "mixed": stripes}
    definitions = [
        tag("pattern", mark, id=f"report-{name}", width="8", height="8", patternUnits="userSpaceOnUse")
        for name, mark in marks.items()
    ]
    return tag("svg", tag("defs", definitions), class_="patterns", width="0", height="0", aria_hidden="true")


def at(share: float) -> str:
    """A place as SVG writes it."""
    return f"{_number(100 * share)}%"


def _number(value: float) -> str:
    return f"{value:.2f}".rstrip("0").rstrip(".")
