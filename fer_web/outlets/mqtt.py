"""Events of people and how many there are now, at an MQTT broker, where Home Assistant finds them by itself."""

from __future__ import annotations

import json
import logging
import socket
import ssl
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Event, Lock
from typing import TYPE_CHECKING, Any, Protocol
from urllib.parse import unquote, urlsplit
from uuid import uuid4

from fer_web.core.person_events import PersonEvent
from fer_web.core.web_address import WebAddress
from fer_web.errors import OutletError
from fer_web.outlets.camera_numbers import CameraNumbers
from fer_web.outlets.home_assistant import discovery, discovery_topic
from fer_web.outlets.outlet import Delivery, FrameReadings, OutletKind

if TYPE_CHECKING:
    from paho.mqtt.client import Client
    from pydantic import SecretStr

log = logging.getLogger(__name__)

PORTS = {"mqtt": 1883, "mqtts": 8883}
TIMEOUT_S = 10.0
KEEPALIVE_S = 30
# Pauses between attempts to reach a broker that was there before.
FIRST_PAUSE_S, LONGEST_PAUSE_S = 1, 60
# How often whoever waits for the broker looks whether the service is stopping.
LOOK_S = 0.1
# A state that changes faster is published once a second.
STATE_EVERY_S = 1.0
MOST_QUEUED = 100


class MqttSettings(Protocol):
    """What this outlet is told."""

    mqtt_url: SecretStr | None
    mqtt_ca_file: Path | None
    mqtt_topic: str


class _PromptContext(ssl.SSLContext):
    """Shakes hands as soon as a socket is wrapped, and so closes it when that fails; paho would leave it open."""

    def wrap_socket(self, sock: socket.socket, *values: Any, **named: Any) -> ssl.SSLSocket:
        return super().wrap_socket(sock, *values, **{**named, "do_handshake_on_connect": True})


class MqttBroker:
    """One broker. `open`, `send` and `close` belong to its feed's thread; paho answers in another one.

    One lock guards what is said again after every connection: the devices and their last states.
    """

    def __init__(self, url: str, topic: str = "fer_web", ca_file: Path | None = None) -> None:
        self._address, self._topic, self._ca_file = WebAddress.parse(url, PORTS), topic, ca_file
        self._numbers: dict[str, CameraNumbers] = {}
        self._lock = Lock()
        self._retained: dict[str, str] = {}
        self._told_s: dict[str, float] = {}
        self._client: Client | None = None
        self._answered, self._online = Event(), Event()
        self._refusal: str | None = None

    @property
    def place(self) -> str:
        return self._address.place

    def open(self) -> None:
        """Connect, with a last will; OutletError when the broker cannot be reached, or refuses."""
        self._connect(self._new_client(announce=True))

    def send(self, delivery: Delivery, stop: Event) -> None:
        """An event goes to the camera's topic `person`, and whatever it changes to `state`."""
        camera, now_s = delivery.camera, time.monotonic()
        told: dict[str, str] = {}
        if camera not in self._numbers:
            self._numbers[camera] = CameraNumbers()
            told |= self._keep(discovery_topic(self._topic, camera), discovery(self._topic, camera))
        numbers = self._numbers[camera]
        if isinstance(delivery, PersonEvent):
            numbers.take(delivery)
        if isinstance(delivery, PersonEvent) or now_s - self._told_s.get(camera, -STATE_EVERY_S) >= STATE_EVERY_S:
            self._told_s[camera] = now_s
            told |= self._keep(f"{self._topic}/{camera}/state", numbers.at(now_s))
        for topic, text in told.items():
            self._publish(topic, text, stop, retain=True)
        if isinstance(delivery, PersonEvent):
            self._publish(f"{self._topic}/{camera}/person", _json(delivery.json()), stop)

    def close(self) -> None:
        """Say goodbye, because the last will is only for a connection that is lost."""
        client, self._client = self._client, None
        if client is None:
            return
        if self._online.is_set():
            client.publish(f"{self._topic}/status", "offline", qos=1, retain=True).wait_for_publish(1.0)
        client.disconnect()
        client.loop_stop()

    def test(self) -> str:
        """A message of its own topic; what a running service has said stays as it is."""
        topic = f"{self._topic}/test"
        try:
            self._connect(self._new_client(announce=False))
            self._publish(topic, _json({"message": "A test of FER Web's MQTT outlet."}), Event())
        finally:
            client, self._client = self._client, None
            if client is not None:
                client.disconnect()
                client.loop_stop()
        return f"{self.place} has taken a test message on the topic {topic}"

    def _new_client(self, *, announce: bool) -> Client:
        from paho.mqtt.client import Client
        from paho.mqtt.enums import CallbackAPIVersion

        client = Client(CallbackAPIVersion.VERSION2, client_id=f"fer-{uuid4().hex[:16]}")
        parts = urlsplit(self._address.url)
        if parts.username:
            client.username_pw_set(unquote(parts.username), unquote(parts.password or ""))
        if self._address.scheme == "mqtts":
            client.tls_set_context(self._tls())
        client.reconnect_delay_set(FIRST_PAUSE_S, LONGEST_PAUSE_S)
        client.max_queued_messages_set(MOST_QUEUED)
        client.connect_timeout = TIMEOUT_S
        if announce:
            client.will_set(f"{self._topic}/status", "offline", qos=1, retain=True)

        def connected(client: Client, _: Any, __: Any, reason: Any, ___: Any) -> None:
            self._refusal = str(reason) if reason.is_failure else None
            if not reason.is_failure:
                if announce:
                    self._say_again(client)
                self._online.set()
            self._answered.set()

        def disconnected(_: Client, __: Any, ___: Any, reason: Any, ____: Any) -> None:
            if self._online.is_set() and reason.is_failure:
                log.warning("The MQTT broker %s is gone: %s", self.place, reason)
            self._online.clear()

        client.on_connect, client.on_disconnect = connected, disconnected
        return client

    def _tls(self) -> ssl.SSLContext:
        try:
            context = _PromptContext(ssl.PROTOCOL_TLS_CLIENT)
            if self._ca_file is None:
                context.load_default_certs()
            else:
                context.load_verify_locations(self._ca_file)
            return context
        except (OSError, ssl.SSLError) as error:
            raise OutletError(f"FER_MQTT_CA_FILE {self._ca_file} cannot be used: {error}") from error

    def _connect(self, client: Client) -> None:
        self._answered.clear()
        try:
            client.connect(self._address.host, self._address.port or PORTS[self._address.scheme], KEEPALIVE_S)
        except ssl.SSLCertVerificationError as error:
            raise OutletError(
                f"{self.place} has a certificate that is not trusted ({error.verify_message}): set FER_MQTT_CA_FILE "
                "to the file of the authority that has signed it"
            ) from error
        except OSError as error:
            raise OutletError(f"{self.place} cannot be reached: {error.strerror or error}") from error
        client.loop_start()
        if self._answered.wait(TIMEOUT_S) and self._refusal is None:
            self._client = client
            return
        refusal = self._refusal
        client.disconnect()
        client.loop_stop()
        if refusal is None:
            raise OutletError(f"{self.place} has not answered within {TIMEOUT_S:.0f} seconds: is it an MQTT broker?")
        raise OutletError(f"{self.place} refuses the connection ({refusal}): check user and password in FER_MQTT_URL")

    def _say_again(self, client: Client) -> None:
        """What a broker that was started anew may have forgotten."""
        client.publish(f"{self._topic}/status", "online", qos=1, retain=True)
        with self._lock:
            retained = dict(self._retained)
        for topic, text in retained.items():
            client.publish(topic, text, qos=1, retain=True)

    def _keep(self, topic: str, value: dict[str, Any]) -> dict[str, str]:
        """What is to be told of it, by topic: nothing, when it is the same as before. It is said again after every
        connection, whatever becomes of telling it now.
        """
        text = _json(value)
        with self._lock:
            if self._retained.get(topic) == text:
                return {}
            self._retained[topic] = text
        return {topic: text}

    def _publish(self, topic: str, text: str, stop: Event, *, retain: bool = False) -> None:
        """Wait for the broker, also one that is gone for now, until it has confirmed the message."""
        while not self._online.wait(LOOK_S):
            if stop.is_set():
                raise OutletError("the service is stopping")
        client = self._client
        if client is None:
            raise OutletError("the connection is closed")
        from paho.mqtt.enums import MQTTErrorCode

        info, limit_s = client.publish(topic, text, qos=1, retain=retain), time.monotonic() + TIMEOUT_S
        if info.rc == MQTTErrorCode.MQTT_ERR_NO_CONN:
            info.rc = MQTTErrorCode.MQTT_ERR_SUCCESS  # lost this moment: paho keeps it, for the next connection
        try:
            while not info.is_published():
                if stop.is_set():
                    raise OutletError("the service is stopping")
                if not self._online.is_set():
                    limit_s = time.monotonic() + TIMEOUT_S
                elif time.monotonic() > limit_s:
                    raise OutletError(f"{self.place} has not confirmed a message within {TIMEOUT_S:.0f} seconds")
                info.wait_for_publish(LOOK_S)
        except (RuntimeError, ValueError) as error:  # the connection was lost meanwhile, or too much waits
            raise OutletError(f"{self.place} has not taken a message: {error}") from error


def _json(value: dict[str, Any]) -> str:
    return json.dumps(value, separators=(",", ":"), allow_nan=False)


def _make(settings: MqttSettings) -> tuple[MqttBroker, ...]:
    if settings.mqtt_url is None:
        return ()
    return (MqttBroker(settings.mqtt_url.get_secret_value(), settings.mqtt_topic, settings.mqtt_ca_file),)


def _problems(settings: MqttSettings) -> Iterator[str]:
    if settings.mqtt_url is None:
        yield "FER_OUTLETS=mqtt needs FER_MQTT_URL: the broker's address, mqtt://user:password@host"
    if settings.mqtt_ca_file is not None and not settings.mqtt_ca_file.is_file():
        yield f"FER_MQTT_CA_FILE={settings.mqtt_ca_file} does not exist"


MQTT = OutletKind(
    "mqtt",
    "an MQTT broker, for Home Assistant, Node-RED and others",
    _make,
    (PersonEvent, FrameReadings),
    package="paho",
    extra="mqtt",
    problems=_problems,
    told="events of people, and how many there are, their expression and their blinks",
)
