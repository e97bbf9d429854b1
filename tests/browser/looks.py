"""How a page is looked at: a window's size, a light or dark theme."""

from __future__ import annotations

from selenium.webdriver import Chrome

Size = tuple[int, int]


def look(browser: Chrome, size: Size, scheme: str = "light", scale: float = 1.0) -> None:
    """Give the page a window of `size` in CSS pixels, with `scale` pixels of a picture each, and a theme."""
    width, height = size
    metrics = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    browser.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", metrics)
    features = [{"name": "prefers-color-scheme", "value": scheme}]
    browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": features})
