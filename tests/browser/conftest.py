"""A real server with the demo, and real headless Chromium.

`server` is shared by all tests of a run; `serve(FER_X="…")` starts one with other settings for one test. `browser` is
an ordinary Chromium with a clean profile for each test's site data; `browse("--flag", …)` starts one with further
arguments. All of them are ended with their test or run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome, ChromeOptions
from selenium.webdriver.chrome.service import Service as Driver
from selenium.webdriver.support.ui import WebDriverWait

from tests.browser.server import Service

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

Serve = Callable[..., Service]
Browse = Callable[..., Chrome]
Wait = Callable[[Chrome], WebDriverWait[Chrome]]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def programs() -> tuple[str, str]:
    """Where Chromium and its driver are; the tests are skipped where one of them is missing."""
    chromium = shutil.which("chromium") or shutil.which("google-chrome") or shutil.which("chromium-browser")
    driver = shutil.which("chromedriver")
    if chromium is None or driver is None:
        missing = "chromium" if chromium is None else "chromedriver"
        pytest.skip(f"{missing} is not installed (Debian: apt-get install chromium chromium-driver)")
    return chromium, driver


@pytest.fixture(scope="session")
def server(programs: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One server for all tests that do not harm it: no token, the demo, the published model."""
    service = Service(tmp_path_factory.mktemp("server"))
    try:
        service.start()
        yield service
    finally:
        service.stop()


@pytest.fixture
def serve(programs: tuple[str, str], tmp_path: Path) -> Iterator[Serve]:
    """Starts servers of a test's own, with settings: `serve(FER_TOKEN="secret")`."""
    started: list[Service] = []

    def start(**settings: str) -> Service:
        service = Service(tmp_path, **settings)
        started.append(service)
        service.start()
        return service

    try:
        yield start
    finally:
        for service in started:
            service.stop()


@pytest.fixture
def browse(programs: tuple[str, str], tmp_path: Path) -> Iterator[Browse]:
    """Starts browsers with a profile of their own and further arguments: `browse("--use-fake-ui-for-media-stream")`."""
    started: list[Chrome] = []

    def start(*arguments: str) -> Chrome:
        driver = open_chromium(programs, tmp_path / f"profile-{len(started)}", arguments)
        started.append(driver)
        return driver

    try:
        yield start
    finally:
        for driver in started:
            driver.quit()


@pytest.fixture(scope="session")
def shared_browser(programs: tuple[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
    """One browser for all tests that need no arguments of their own: starting one takes seconds."""
    driver = open_chromium(programs, tmp_path_factory.mktemp("profile"), ())
    try:
        yield driver
    finally:
        driver.quit()


@pytest.fixture
def browser(shared_browser: Chrome) -> Iterator[Chrome]:
    """The shared browser with an empty window of 1280x900, without anything that pages of other tests have kept."""
    shared_browser.execute_cdp_cmd("Emulation.clearDeviceMetricsOverride", {})
    shared_browser.execute_cdp_cmd("Emulation.setEmulatedMedia", {"features": []})
    shared_browser.set_window_size(1280, 900)
    try:
        yield shared_browser
    finally:
        if shared_browser.current_url.startswith("http"):
            shared_browser.execute_script("localStorage.clear(); sessionStorage.clear()")
        shared_browser.delete_all_cookies()
        shared_browser.get("about:blank")  # lets go of streams


@pytest.fixture
def wait() -> Wait:
    """`wait(browser).until(condition)`, with the patience that a busy machine needs."""
    return lambda driver: WebDriverWait(driver, PATIENCE_S, poll_frequency=0.1)


def open_chromium(programs: tuple[str, str], profile: Path, arguments: tuple[str, ...]) -> Chrome:
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
