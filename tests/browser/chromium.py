"""Headless Chromium, as the tests and scripts/screenshots.py drive it."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service as Driver

Programs = tuple[str, str]  # Chromium, its driver

# Conditions come true in a second on a quiet machine; a busy one may take its time.
PATIENCE_S = 60.0
ARGUMENTS = (
    "--headless=new",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-extensions",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
)


def find_programs() -> Programs | str:
    """Where Chromium and its driver are, or a sentence about the one that is missing."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        missing = "chromium" if chromium is None else "chromedriver"
        return f"{missing} is not installed (Debian: apt-get install chromium chromium-driver)"
    return chromium, driver


def open_chromium(programs: Programs, profile: Path, arguments: tuple[str, ...]) -> Chrome:
    """Headless Chromium with a profile in an empty folder; whoever opens it quits it."""
    chromium, driver = programs
    options = ChromeOptions()
    options.binary_location = chromium
    options.page_load_strategy = "eager"  # a page with a stream in it never finishes loading
    for argument in (*ARGUMENTS, f"--user-data-dir={profile}", *arguments):
        options.add_argument(argument)
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        options.add_argument("--no-sandbox")  # Chromium's sandbox refuses root
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    opened = Chrome(options, Driver(driver))
    opened.set_page_load_timeout(PATIENCE_S)
    opened.set_script_timeout(PATIENCE_S)
    return opened
