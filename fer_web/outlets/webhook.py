"""Events of people by HTTP, signed as Standard Webhooks says (https://www.standardwebhooks.com)."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from datetime import datetime, timezone
from threading import Event
from typing import TYPE_CHECKING, Any, Protocol
from uuid import uuid4

from fer_web import __version__
from fer_web.core.person_events import PersonEvent
from fer_web.core.web_address import WebAddress
from fer_web.core.webhook_key import MAKE_KEY
from fer_web.errors import OutletError
from fer_web.outlets.outlet import Delivery, OutletKind
from fer_web.outlets.webhook_host import Resolve, addresses_of, allowed_address
from fer_web.outlets.webhook_pace import MinuteLimit, pause_after

if TYPE_CHECKING:
    from httpx import Client, Response
    from pydantic import SecretStr

PORTS = {"http": 80, "https": 443}
ATTEMPTS = 6
TIMEOUT_S = 10.0
# A place that answers one of these may take the same later; any other refusal is for good.
LATER = frozenset({408, 425, 429, 500, 502, 503, 504})


class WebhookSettings(Protocol):
    """What a webhook is told."""

    webhook_urls: tuple[WebAddress, ...]
    webhook_secret: SecretStr | None
    webhook_private_hosts: tuple[str, ...]
    webhook_per_minute: int


class Webhook:
    """One address. What it refuses for now is sent again, `ATTEMPTS` times in all; belongs to its feed's thread."""

    def __init__(
        self,
        address: WebAddress,
        secret: str,
        *,
        private_hosts: tuple[str, ...] = (),
        per_minute: int = 60,
        resolve: Resolve = addresses_of,
    ) -> None:
        self._address, self._secret = address, secret
        self._private_hosts, self._resolve = private_hosts, resolve
        self._limit = MinuteLimit(per_minute)
        self._client: Client | None = None

    def __repr__(self) -> str:
        return f"Webhook({self.place})"

    @property
    def place(self) -> str:
        return self._address.place

    def open(self) -> None:
        """Connections are made when there is something to send."""

    def send(self, delivery: Delivery, stop: Event) -> None:
        """A place that is slow or busy is waited for; OutletError when it does not take the event in the end."""
        message = _Message.of(delivery)
        for attempt in range(1, ATTEMPTS + 1):
            self._wait(self._limit.pause_s(), stop)
            trouble, asked = self._attempt(message)
            if trouble is None:
                return
            if attempt < ATTEMPTS:
                self._wait(pause_after(attempt, asked), stop)
        raise OutletError(f"{trouble}; given up after {ATTEMPTS} attempts")

    def close(self) -> None:
        if self._client is not None:
            self._client.close()

    def test(self) -> str:
        """One attempt, with an event that says that it is a test."""
        now = datetime.now(timezone.utc).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        message = _Message({"type": "test", "timestamp": now, "data": {"message": "A test of FER Web's webhook."}})
        try:
            trouble, _ = self._attempt(message)
        finally:
            self.close()
        if trouble is not None:
            raise OutletError(trouble)
        return f"{self.place} has taken the test event {message.id}"

    def _wait(self, pause_s: float, stop: Event) -> None:
        if stop.wait(pause_s) if pause_s > 0 else stop.is_set():
            raise OutletError("the service is stopping")

    def _attempt(self, message: _Message) -> tuple[str | None, str]:
        """Why it has not arrived yet, and what the place says about when to come back; OutletError for a refusal."""
        import httpx

        self._limit.count()
        try:
            answer = self._post(message)
        except httpx.TimeoutException:
            return f"{self.place} has not answered within {TIMEOUT_S:.0f} seconds", ""
        except httpx.HTTPError as error:
            return f"{self.place} cannot be reached: {str(error) or type(error).__name__}", ""
        if answer.is_success:
            return None, ""
        said = f"{self.place} answers {answer.status_code} {answer.reason_phrase}".rstrip()
        if answer.status_code in LATER:
            return said, answer.headers.get("Retry-After", "")
        if answer.is_redirect:
            raise OutletError(f"{said}: redirects are not followed; set the address that it leads to")
        raise OutletError(f"{said}, which is a refusal: check the address, and what the receiver says")

    @property
    def _http(self) -> Client:
        """It never goes by way of a proxy that nobody listed."""
        if self._client is None:
            import httpx

            logging.getLogger("httpx").setLevel(logging.WARNING)  # else it writes each address, with its secrets
            self._client = httpx.Client(timeout=TIMEOUT_S, follow_redirects=False, trust_env=False)
        return self._client

    def _post(self, message: _Message) -> Response:
        """The head of the answer; what follows is not read. The connection goes to the address that was checked."""
        import httpx

        url = httpx.URL(self._address.url)
        port = url.port or PORTS[url.scheme]
        address = allowed_address(self._address.host, port, self._private_hosts, self._resolve)
        request = self._http.build_request(
            "POST",
            url.copy_with(host=address),
            content=message.body,
            headers={**message.signed(self._secret), "Host": url.netloc.decode("ascii")},
            extensions={"sni_hostname": url.raw_host.decode("ascii")},
        )
        with_login = httpx.BasicAuth(url.username, url.password) if url.username else None
        answer = self._http.send(request, stream=True, auth=with_login)
        answer.close()
        return answer


class _Message:
    """One event, with an id that stays the same from attempt to attempt, so that a receiver can tell a second copy."""

    def __init__(self, content: dict[str, Any]) -> None:
        self.id = f"msg_{uuid4().hex}"
        self.body = json.dumps(content, separators=(",", ":"), allow_nan=False).encode()

    @classmethod
    def of(cls, delivery: Delivery) -> _Message:
        """Of an event of a person, the only kind of delivery that a webhook takes."""
        if not isinstance(delivery, PersonEvent):
            raise TypeError(f"a webhook takes events of people, no {type(delivery).__name__}")
        event = delivery.json()
        return cls({"type": f"person.{delivery.kind}", "timestamp": event["time_utc"], "data": event})

    def signed(self, secret: str) -> dict[str, str]:
        """The headers of an attempt that is made now."""
        from standardwebhooks import Webhook as Signer

        now = datetime.now(timezone.utc)
        return {
            "Content-Type": "application/json",
            "User-Agent": f"FER-Web/{__version__}",
            "webhook-id": self.id,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": Signer(secret).sign(self.id, now, self.body.decode()),
        }


def _make(settings: WebhookSettings) -> tuple[Webhook, ...]:
    secret = "" if settings.webhook_secret is None else settings.webhook_secret.get_secret_value()
    hosts, per_minute = settings.webhook_private_hosts, settings.webhook_per_minute
    return tuple(
        Webhook(address, secret, private_hosts=hosts, per_minute=per_minute) for address in settings.webhook_urls
    )


def _problems(settings: WebhookSettings) -> Iterator[str]:
    if not settings.webhook_urls:
        yield "FER_OUTLETS=webhook needs FER_WEBHOOK_URLS: the addresses that get the events"
    if settings.webhook_secret is None:
        yield f"FER_OUTLETS=webhook needs FER_WEBHOOK_SECRET, which signs the events; to make one: {MAKE_KEY}"


WEBHOOK = OutletKind(
    "webhook",
    "any program with an address, by signed HTTP requests",
    _make,
    (PersonEvent,),
    package="standardwebhooks",
    extra="webhook",
    problems=_problems,
)
