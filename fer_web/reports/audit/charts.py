"""An audit's pictures: intervals in tables, and reliability."""

from __future__ import annotations

from collections.abc import Iterator

from markupsafe import Markup

from fer_web.core.proportion import Estimate
from fer_web.reports.audit.measures import Calibration
from fer_web.reports.svg import at, graphic, line, tag, text

HEIGHT = 16
# Reliability: where the plot lies in its width, and its height in px.
LEFT, RIGHT = 0.11, 0.97
TOP, BOTTOM = 10.0, 250.0
TICKS = (0.0, 0.25, 0.5, 0.75, 1.0)


def interval_bar(share: Estimate) -> Markup:
    """Where a share and its interval lie between 0 and 100 %; the numbers stand beside it."""
    middle = HEIGHT / 2
    parts = [
        line(0, 1, middle, middle, "grid"),
        line(max(0.0, share.low), min(1.0, share.high), middle, middle, "whisker"),
        _dot(share.value, middle),
    ]
    return tag("svg", parts, class_="chart", width="100%", height=HEIGHT, aria_hidden="true")


def reliability_figure(name: str, model: str, found: Calibration) -> Markup:
    """How often answers of each confidence were right; on the diagonal, probabilities are worth what they say."""
    points = [part for confidence, share in found.bins for part in _point(confidence, share)]
    diagonal = line(_x(0), _x(1), _y(0), _y(1), "marker")
    described = "; ".join(f"{confidence:.0%}: right in {share.value:.0%}" for confidence, share in found.bins)
    title = f"Reliability of {model}"
    return graphic(name, title, f"Confidence: accuracy. {described}", BOTTOM + 42, list(_axes()), diagonal, points)


def _axes() -> Iterator[Markup]:
    for tick in TICKS:
        yield line(_x(0), _x(1), _y(tick), _y(tick), "grid")
        yield text(LEFT - 0.015, _y(tick) + 4, f"{tick:.0%}", anchor="end", kind="soft")
        yield text(_x(tick), BOTTOM + 18, f"{tick:.0%}", kind="soft")
    yield text(_x(0.5), BOTTOM + 38, "confidence", kind="soft")


def _point(confidence: float, share: Estimate) -> Iterator[Markup]:
    yield line(_x(confidence), _x(confidence), _y(share.high), _y(share.low), "whisker")
    words = f"confidence {confidence:.0%}: right in {share.value:.0%} of {share.count:,}"
    yield tag("circle", tag("title", words), cx=at(_x(confidence)), cy=f"{_y(share.value):.1f}", r="4.5", class_="on")


def _dot(share: float, middle: float) -> Markup:
    return tag("circle", cx=at(share), cy=f"{middle:g}", r="4.5", class_="on")


def _x(share: float) -> float:
    return LEFT + share * (RIGHT - LEFT)


def _y(share: float) -> float:
    return BOTTOM - min(1.0, max(0.0, share)) * (BOTTOM - TOP)
