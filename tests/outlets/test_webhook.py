"""Webhooks against a real receiver that verifies them: refused, busy, slow, gone, led elsewhere."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta, timezone
from email.utils import format_datetime
from threading import Event, Thread

import pytest

from fer_web.cli import main
from fer_web.core.web_address import WebAddress
from fer_web.errors import OutletError, SettingsError
from fer_web.outlets import Feed, webhook, webhook_pace
from fer_web.outlets.webhook import PORTS, WEBHOOK, Webhook
from fer_web.outlets.webhook_host import allowed_address
from fer_web.outlets.webhook_pace import MinuteLimit, pause_after
from fer_web.settings import load_settings
from tests.outlets.receiver import SECRET, Receiver, receiving
from tests.outlets.toys import event
from tests.web.live_server import eventually, free_port, serving

Hook = Callable[..., Webhook]
QUIET = Event()


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with receiving() as running:
        yield running


@pytest.fixture
def hook(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> Iterator[Hook]:
    monkeypatch.setattr(webhook_pace, "FIRST_PAUSE_S", 0.01)
    made: list[Webhook] = []

    def make(url: str = receiver.url, **more: object) -> Webhook:
        made.append(Webhook(WebAddress.parse(url, PORTS), SECRET, per_minute=6000, **more))  # type: ignore[arg-type]
        made[-1].open()
        return made[-1]

    yield make
    for one in made:
        one.close()


def test_an_event_arrives_signed(hook: Hook, receiver: Receiver) -> None:
    hook().send(event(3), QUIET)

    (taken,) = receiver.taken
    assert (taken["type"], taken["timestamp"]) == ("person.appeared", "2026-11-27T12:00:00.000Z")
    assert taken["data"] == event(3).json()
    assert receiver.heads[0]["host"] == f"127.0.0.1:{receiver.port}"


@pytest.mark.parametrize("status", [408, 425, 429, 500, 502, 503, 504])
def test_a_place_that_is_busy_gets_the_same_message_again(hook: Hook, receiver: Receiver, status: int) -> None:
    receiver.answers = [(status, {}), (status, {"Retry-After": "0"}), (200, {})]

    hook().send(event(), QUIET)

    assert len(receiver.taken) == 1
    assert len(receiver.ids) == 3
    assert len(set(receiver.ids)) == 1


def test_a_place_that_stays_busy_is_given_up(hook: Hook, receiver: Receiver) -> None:
    receiver.answers = [(503, {})]

    with pytest.raises(OutletError, match="answers 503 Service Unavailable; given up after 6 attempts"):
        hook().send(event(), QUIET)

    assert len(receiver.ids) == webhook.ATTEMPTS


@pytest.mark.parametrize("status", [400, 401, 404, 410])
def test_a_refusal_is_not_tried_again(hook: Hook, receiver: Receiver, status: int) -> None:
    receiver.answers = [(status, {})]

    with pytest.raises(OutletError, match=rf"answers {status} .*refusal"):
        hook().send(event(), QUIET)

    assert len(receiver.ids) == 1


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_followed_nowhere(hook: Hook, receiver: Receiver, status: int) -> None:
    with receiving() as other:
        receiver.answers = [(status, {"Location": other.url})]

        with pytest.raises(OutletError, match="redirects are not followed"):
            hook().send(event(), QUIET)

        assert (len(receiver.ids), other.ids) == (1, [])


def test_a_place_that_is_gone_is_named_without_its_secrets(hook: Hook) -> None:
    port = free_port()
    gone = hook(f"http://anna:s3cret@127.0.0.1:{port}/hooks/s3cret?key=s3cret")

    with pytest.raises(OutletError, match=rf"http://127.0.0.1:{port} cannot be reached") as told:
        gone.send(event(), QUIET)

    assert "s3cret" not in f"{told.value} {gone!r} {gone.place}"


def test_a_login_in_the_address_is_sent_as_basic(hook: Hook, receiver: Receiver) -> None:
    hook(f"http://anna:s3cret@127.0.0.1:{receiver.port}/").send(event(), QUIET)

    assert receiver.heads[0]["authorization"] == "Basic YW5uYTpzM2NyZXQ="


def test_a_place_that_does_not_answer_is_given_up(
    hook: Hook, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(webhook, "TIMEOUT_S", 0.05)
    monkeypatch.setattr(webhook, "ATTEMPTS", 2)
    receiver.gate.clear()

    with pytest.raises(OutletError, match="has not answered within"):
        hook().send(event(), QUIET)


def test_nobody_waits_for_a_slow_place_and_the_oldest_events_go(hook: Hook, receiver: Receiver) -> None:
    receiver.gate.clear()
    feed = Feed(WEBHOOK, hook(), most_events=2)
    feed.start()
    feed.put(event(0))
    assert receiver.asked.wait(10)

    for number in range(1, 6):
        feed.put(event(number))
    assert feed.counts()["dropped"] == 3
    receiver.gate.set()

    assert eventually(lambda: [taken["data"]["track_id"] for taken in receiver.taken] == [0, 4, 5])
    feed.stop()
    assert feed.wait(10)


def test_the_end_of_the_service_ends_a_pause(hook: Hook, receiver: Receiver) -> None:
    receiver.answers = [(503, {"Retry-After": "500"})]
    stop, ends = Event(), list[BaseException]()

    def send() -> None:
        try:
            sending.send(event(), stop)
        except OutletError as error:
            ends.append(error)

    sending = hook()
    thread = Thread(target=send)
    thread.start()
    assert receiver.asked.wait(10)
    stop.set()
    thread.join(10)

    assert [str(end) for end in ends] == ["the service is stopping"]


# where it may lead


def names(*addresses: str) -> Callable[[str, int], Sequence[str]]:
    return lambda *_: addresses


PRIVATE = ("127.0.0.1", "10.1.2.3", "192.168.1.5", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "::1")
PRIVATE_6 = ("fe80::1", "fd00::1", "::ffff:127.0.0.1", "64:ff9b::7f00:1", "2002:7f00:1::")


@pytest.mark.parametrize("address", [*PRIVATE, *PRIVATE_6])
def test_a_name_that_leads_into_a_private_network_is_refused_unless_listed(address: str) -> None:
    with pytest.raises(OutletError, match="FER_WEBHOOK_PRIVATE_HOSTS"):
        allowed_address("hooks.example.org", 443, (), names("93.184.215.14", address))

    assert allowed_address("hooks.example.org", 443, ("hooks.example.org",), names(address)) == address


@pytest.mark.parametrize("host", ["127.0.0.1", "192.168.1.5", "::1"])
def test_an_address_in_the_setting_says_itself_where_it_leads(host: str) -> None:
    assert allowed_address(host, 80, (), names()) == host


def test_a_name_in_the_wide_world_needs_no_listing() -> None:
    assert allowed_address("hooks.example.org", 443, (), names("93.184.215.14")) == "93.184.215.14"


def test_a_name_is_looked_up_once_and_the_checked_address_gets_the_request(hook: Hook, receiver: Receiver) -> None:
    """Rebinding: the second answer leads elsewhere, but is never asked for."""
    asked: list[str] = []

    def resolve(host: str, port: int) -> Sequence[str]:
        asked.append(host)
        return ("127.0.0.1",) if len(asked) == 1 else ("10.255.255.1",)

    bound = hook(f"http://hooks.example.org:{receiver.port}/", private_hosts=("hooks.example.org",), resolve=resolve)
    bound.send(event(), QUIET)

    assert asked == ["hooks.example.org"]
    assert receiver.heads[0]["host"] == f"hooks.example.org:{receiver.port}"


def test_a_rebound_name_gets_nothing(hook: Hook, receiver: Receiver) -> None:
    bound = hook(f"http://hooks.example.org:{receiver.port}/", resolve=names("127.0.0.1"))

    with pytest.raises(OutletError, match="an address of a private network"):
        bound.send(event(), QUIET)

    assert receiver.ids == []


# how often


def test_at_most_so_many_a_minute() -> None:
    now = [0.0]
    limit = MinuteLimit(2, lambda: now[0])
    limit.count()
    now[0] = 10.0
    assert limit.pause_s() == 0.0
    limit.count()

    assert limit.pause_s() == 50.0
    now[0] = 60.0
    assert limit.pause_s() == 0.0
    limit.count()
    assert limit.pause_s() == 10.0


def test_pauses_grow_and_a_place_may_ask_for_another_one() -> None:
    now = datetime(2026, 11, 27, 12, tzinfo=timezone.utc)

    assert [pause_after(attempt, "") for attempt in (1, 2, 3, 9)] == [1.0, 2.0, 4.0, 60.0]
    assert pause_after(1, "7") == 7.0
    assert pause_after(1, format_datetime(now + timedelta(seconds=90)), lambda: now) == 90.0
    assert pause_after(1, format_datetime(now - timedelta(seconds=90)), lambda: now) == 0.0
    assert pause_after(1, "99999999") == webhook_pace.MOST_ASKED_S
    assert pause_after(2, "soon") == pause_after(2, "9" * 4000) == pause_after(2, "-5") == 2.0


# settings and commands


def test_settings_say_what_is_missing_and_wrong_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as told:
        load_settings({"outlets": "webhook"})
    assert "FER_WEBHOOK_URLS" in str(told.value)
    assert "FER_WEBHOOK_SECRET" in str(told.value)

    for url in ("ftp://h/s3cret", "s3cret", "http:///s3cret", "http://h:port/s3cret", "https://h/a b?s3cret"):
        with pytest.raises(SettingsError, match="address 1 must begin with http:// or https://") as told:
            load_settings({"webhook_urls": url})
        assert "s3cret" not in str(told.value)
    with pytest.raises(SettingsError, match=r"FER_WEBHOOK_SECRET.*whsec_"):
        load_settings({"webhook_secret": "whsec_c2hvcnQ="})


def test_addresses_and_secret_are_shown_nowhere(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FER_OUTLETS", "webhook")
    monkeypatch.setenv("FER_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("FER_WEBHOOK_URLS", "https://anna:s3cret@hooks.example.org/T/s3cret?key=s3cret")

    settings = load_settings()
    for command in (["settings"], ["settings", "--json"], ["outlets", "list"]):
        assert main(command) == 0
    shown = capsys.readouterr().out + repr(settings) + str(settings)

    assert "https://hooks.example.org" in shown
    assert "s3cret" not in shown
    assert SECRET not in shown


def test_the_command_sends_a_test_and_says_what_happened(
    receiver: Receiver, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("FER_OUTLETS", "webhook")
    monkeypatch.setenv("FER_WEBHOOK_SECRET", SECRET)
    monkeypatch.setenv("FER_WEBHOOK_URLS", receiver.url)

    assert main(["outlets", "test"]) == 0
    assert f"webhook: http://127.0.0.1:{receiver.port} has taken the test event msg_" in capsys.readouterr().out
    assert [taken["type"] for taken in receiver.taken] == ["test"]

    receiver.answers = [(401, {})]
    assert main(["outlets", "test"]) == 1
    assert "answers 401 Unauthorized, which is a refusal" in capsys.readouterr().out


@pytest.mark.server
def test_a_running_service_calls_its_webhook(receiver: Receiver) -> None:
    settings = {"FER_OUTLETS": "webhook", "FER_WEBHOOK_SECRET": SECRET, "FER_WEBHOOK_URLS": receiver.url}
    with serving("tests.outlets.people_app:app", **settings) as server:
        assert eventually(lambda: len(receiver.taken) >= 3)
        assert server.json("/state")["open"] == {"main": True}
        with server.open("/metrics") as answer:
            assert b'fer_outlet_sent_total{outlet="webhook"}' in answer.read()
        log = server.log.read_text()

    assert "s3cret" not in log
    assert receiver.taken[0]["data"]["event"] == "appeared"
