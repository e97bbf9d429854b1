"""An audit's report in a real browser, from a file as it is handed on."""

from __future__ import annotations

from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from fer_web.reports.audit import AuditedImage, audit_html
from tests.browser.page import complaints
from tests.browser.test_accessible import check
from tests.reports.audit.made import CARD, FEAR, HAPPY, OTHER, SAD, answer, audit_of, image

LONG = "A_name_without_any_space_" * 6


def images() -> list[AuditedImage]:
    """Of two groups, one with a long name, and two models; and a file that could not be read."""
    answers = {"one": answer(HAPPY, 0.8), "two": answer(SAD, 0.5, uncertain=True)}
    groups = ("young", LONG)
    found = [
        AuditedImage(image(label, {"age": name}), 1, answers) for label in (HAPPY, SAD, FEAR) for name in groups * 40
    ]
    return [*found, AuditedImage(image(SAD, name=f"{LONG}.jpg"), trouble="it is broken")]


@pytest.mark.parametrize("width", [1280, 390])
def test_the_report_is_for_everybody_and_fits_its_window(browser: Chrome, tmp_path: Path, width: int) -> None:
    path = tmp_path / "report.html"
    path.write_text(audit_html(audit_of(images(), (CARD, OTHER))), encoding="utf-8")
    browser.execute_cdp_cmd(
        "Emulation.setDeviceMetricsOverride", {"width": width, "height": 900, "deviceScaleFactor": 1, "mobile": False}
    )
    browser.get(path.as_uri())

    assert browser.execute_script("return document.documentElement.scrollWidth") == width
    check(browser)
    assert complaints(browser) == []
