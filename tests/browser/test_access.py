"""The log-in and the operator's notice, as a browser meets them."""

from __future__ import annotations

from selenium.webdriver import Chrome, Keys

from tests.browser.conftest import Serve, Wait
from tests.browser.page import attribute, every, frame, one, text

TOKEN = "correct horse battery staple"
NOTICE = "This door is filmed.\\nAsk at the desk."


def test_first_the_token_then_the_notice_then_the_picture(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve(FER_TOKEN=TOKEN, FER_NOTICE=NOTICE)
    browser.get(server.url)
    assert browser.current_url.startswith(f"{server.url}/login")

    one(browser, "#token").send_keys("wrong", Keys.ENTER)
    wait(browser).until(lambda _: "Incorrect token" in text(browser, "[role=alert]"))
    one(browser, "#token").send_keys(TOKEN, Keys.ENTER)

    wait(browser).until(lambda _: [part.text for part in every(browser, ".operator p")] == NOTICE.split("\\n"))
    assert every(browser, "#stream") == []
    one(browser, "main button").click()
    wait(browser).until(lambda _: every(browser, ".person") and frame(browser))

    browser.refresh()  # once a recording is enough
    wait(browser).until(lambda _: every(browser, ".person") and frame(browser))
    one(browser, ".bar form button").click()
    wait(browser).until(lambda _: browser.current_url == f"{server.url}/login")
    browser.get(server.url)
    assert browser.current_url.startswith(f"{server.url}/login")


def test_a_page_whose_log_in_is_over_leads_to_the_log_in(serve: Serve, browser: Chrome, wait: Wait) -> None:
    server = serve(FER_TOKEN=TOKEN)
    browser.get(server.url)
    one(browser, "#token").send_keys(TOKEN, Keys.ENTER)
    wait(browser).until(lambda _: every(browser, ".person"))

    browser.delete_all_cookies()
    server.kill()
    wait(browser).until(lambda _: attribute(browser, "#status", "data-status") == "lost")
    server.start()

    wait(browser).until(lambda _: browser.current_url.startswith(f"{server.url}/login"))
