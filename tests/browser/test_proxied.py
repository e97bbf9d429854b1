"""The pages behind a real nginx that serves them on a path, and the stream in a page of another website."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from selenium.webdriver import Chrome, Keys

from tests.browser.conftest import Browse, Serve, Wait
from tests.browser.page import complaints, every, frame, one, text
from tests.web.nginx import proxied

TOKEN = "correct horse battery staple"
FAKE_CAMERA = ("--use-fake-ui-for-media-stream", "--use-fake-device-for-media-stream")
PAGES = ("try", "videos", "recordings", "lab", "about", "privacy", "docs")
LINKS = "return [...document.querySelectorAll('a[href]')].map((link) => link.getAttribute('href'))"
WIDTH = "return document.querySelector('img').naturalWidth"


def test_behind_a_proxy_on_a_path_the_pages_work(serve: Serve, browse: Browse, wait: Wait, tmp_path: Path) -> None:
    server = serve(FER_TOKEN=TOKEN, FER_TRUSTED_PROXIES="1")
    with proxied(tmp_path, server.port, "/faces") as port:
        browser, home = browse(*FAKE_CAMERA), f"http://localhost:{port}/faces"
        browser.get(f"{home}/")
        assert browser.current_url == f"{home}/login?next=/faces/"
        one(browser, "#token").send_keys(TOKEN, Keys.ENTER)

        wait(browser).until(lambda _: every(browser, ".person[data-emotion]") and frame(browser))
        assert browser.current_url == f"{home}/"
        assert {cookie["path"] for cookie in browser.get_cookies()} == {"/faces"}
        for page in PAGES:
            browser.get(f"{home}/{page}")
            own = [link for link in browser.execute_script(LINKS) if not link.startswith(("#", "http"))]
            assert own
            assert all(link.startswith("/faces/") for link in own), own
            assert complaints(browser) == [], page

        browser.get(f"{home}/my-camera")
        one(browser, "#start").click()
        wait(browser).until(lambda _: "WebSocket" in text(browser, "main"))
        assert complaints(browser) == []

        one(browser, ".bar form button").click()
        wait(browser).until(lambda _: browser.current_url == f"{home}/login")
        browser.get(f"{home}/recordings")
        assert browser.current_url.startswith(f"{home}/login")


def test_a_listed_website_shows_the_stream_and_any_other_does_not(serve: Serve, browser: Chrome, wait: Wait) -> None:
    with website() as listed, website() as other:
        server = serve(FER_ORIGINS=f"http://localhost:{listed},https://app.example.org")
        shown = f"http://127.0.0.1:{server.port}/stream"

        browser.get(f"http://localhost:{listed}/?{shown}")
        wait(browser).until(lambda _: browser.execute_script(WIDTH))

        browser.get(f"http://localhost:{other}/?{shown}")
        wait(browser).until(lambda _: one(browser, "img").get_attribute("data-failed"))
        assert not browser.execute_script(WIDTH)


@contextmanager
def website() -> Iterator[int]:
    """The port of a website whose only page shows the picture that its address names behind the question mark."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = f'<!doctype html><title>x</title><img src="{self.path.partition("?")[2]}">'
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            script = "<script>document.images[0].onerror = ({target}) => { target.dataset.failed = 'yes'; }</script>"
            self.wfile.write((page + script).encode())

        def log_message(self, *arguments: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.05,))
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()
