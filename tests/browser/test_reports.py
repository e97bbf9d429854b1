"""Reports in a real browser, opened from a file as they are handed on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from fer_web.reports import CardText, comparison_html, report_html, summarize
from tests.browser.test_accessible import check
from tests.reports.made import ANGRY, HAPPY, every, recording, together

CARD = CardText("xception", "2026-11-21", "69.4 % on FER2013's PrivateTest", 0.55, "research only")


def talk(name: str) -> str:
    readings = together([*every(0.5, 0, 60), *every(0.5, 60, 120, HAPPY)], every(0.5, 30, 110, ANGRY, track=2))
    summary = summarize(recording(120, name=name, markers=[(50, "question 2 " + "und " * 30)]), readings)
    return report_html(summary, CARD)


def comparison(name: str) -> str:
    one, other = (summarize(recording(90, name=name), every(0.5, 0, 90, scores)) for scores in (HAPPY, ANGRY))
    return comparison_html(one, other, CARD)


@pytest.mark.parametrize("make", [talk, comparison])
def test_reports_are_for_everybody_and_obey_their_own_policy(
    browser: Chrome, tmp_path: Path, make: Callable[[str], str]
) -> None:
    path = tmp_path / "report.html"
    path.write_text(make("A_name_without_any_space_" * 6), encoding="utf-8")
    browser.get(path.as_uri())

    check(browser)
