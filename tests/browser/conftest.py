"""A real server with the demo, and real headless Chromium.

`server` is shared by all tests of a run; `serve(FER_X="…")` starts one with other settings for one test. `browser` is
an ordinary Chromium with a clean profile for each test's site data; `browse("--flag", …)` starts one with further
arguments. All of them are ended with their test or run.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from selenium.webdriver import Chrome

from tests.browser.chromium import Programs, find_programs, open_chromium
from tests.browser.page import Waiting, waiting
from tests.browser.server import Service

Serve = Callable[..., Service]
Browse = Callable[..., Chrome]
Wait = Callable[[Chrome], Waiting]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Everything in this folder needs a browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def programs() -> Programs:
    """Where Chromium and its driver are; the tests are skipped where one of them is missing."""
    if os.name == "nt":
        pytest.skip("the server of these tests, gunicorn, does not run on Windows")
    found = find_programs()
    if isinstance(found, str):
        pytest.skip(found)
    return found


@pytest.fixture(scope="session")
def server(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """One server for all tests that do not harm it: no token, the demo, the published model."""
    service = Service(tmp_path_factory.mktemp("server"))
    try:
        service.start()
        yield service
    finally:
        service.stop()


@pytest.fixture
def serve(programs: Programs, tmp_path: Path) -> Iterator[Serve]:
    """Starts servers of a test's own, with settings: `serve(FER_TOKEN="…")`."""
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
def browse(programs: Programs, tmp_path: Path) -> Iterator[Browse]:
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
def shared_browser(programs: Programs, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Chrome]:
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
    shared_browser.get_log("browser")  # complaints of other tests' pages
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
    return waiting
