"""Reports as HTML: whole pages that open anywhere, and the same inside of the site."""

from __future__ import annotations

from functools import cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from fer_web.core import Emotion
from fer_web.reports import svg, words
from fer_web.reports.card_text import CardText
from fer_web.reports.comparison import Comparison
from fer_web.reports.summary import Summary
from fer_web.reports.usual import Usual
from fer_web.reports.views import ReportView
from fer_web.resources import STATIC, TEMPLATES

STYLE = STATIC / "report.css"


def report_html(summary: Summary, card: CardText, usual: Usual | None = None) -> str:
    """A page of its own: no scripts, no inline `style` attributes, nothing loaded from elsewhere.

    Its policy may be `default-src 'none'; style-src 'unsafe-inline'`.
    """
    return _page("report.html", card, report=ReportView(summary, usual=usual))


def report_fragment(summary: Summary, card: CardText, usual: Usual | None = None) -> Markup:
    """The same without the page around it and its first heading, for a page of the site that links report.css."""
    template = _environment().get_template("report_body.html")
    return Markup(template.render(report=ReportView(summary, usual=usual), card=card))  # noqa: S704


def comparison_html(a: Summary, b: Summary, card: CardText) -> str:
    """Two recordings side by side, and how they differ; a page of its own."""
    return _page("report_comparison.html", card, comparison=Comparison.of(a, b))


def comparison_fragment(a: Summary, b: Summary, card: CardText) -> Markup:
    """The comparison without the page around it and its first heading."""
    template = _environment().get_template("report_comparison_body.html")
    return Markup(template.render(comparison=Comparison.of(a, b), card=card))  # noqa: S704


def _page(template: str, card: CardText, **values: object) -> str:
    return page_of(template, f"{card.name} {card.version}", card=card, **values)


def page_of(template: str, model: str, **values: object) -> str:
    """A page of its own; `model` stands at the foot of each printed page."""
    style = Markup(STYLE.read_text(encoding="utf-8"))  # noqa: S704 - ours
    return _environment().get_template(template).render(style=style, model=_css_text(model), **values)


def _css_text(text: str) -> Markup:
    """A text as a style sheet writes it, whatever it holds; the foot of each printed page shows it."""
    safe = (sign if sign.isascii() and sign.isalnum() else f"\\{ord(sign):x} " for sign in text)
    return Markup('"' + "".join(safe) + '"')  # noqa: S704 - letters, digits and escapes


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(emotions=tuple(Emotion), svg=svg, words=words)
    return environment
