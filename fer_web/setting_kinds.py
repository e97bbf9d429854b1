"""Kinds of settings' values: how people write them, and what is none."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Annotated, Any, Literal
from urllib.parse import urlsplit

from pydantic import AfterValidator, BeforeValidator, SecretStr
from pydantic_settings import NoDecode

from fer_web.core import DEFAULT_ENGINE, Landmarks
from fer_web.core.host_port import HostPort
from fer_web.core.web_address import WebAddress
from fer_web.core.webhook_key import key_problem
from fer_web.errors import ModelError, SourceError, StoreError
from fer_web.sources.address import masked
from fer_web.sources.credentials import with_encoded_credentials
from fer_web.sources.drivers import parse
from fer_web.sources.drivers.webcam import device_of
from fer_web.web.http.prefix import is_prefix

# Guessing has to be hopeless, as nothing else keeps the world from an open port: 16 letters and digits are 95 bits.
TOKEN_LENGTH = 16
# A name stands in addresses and on the page.
CAMERA_NAME_LENGTH = 40
_CAMERA_NAME = re.compile(rf"[A-Za-z0-9_-]{{1,{CAMERA_NAME_LENGTH}}}")
# A comma after which another camera begins; one in an address has something else than a name and = behind it.
_NEXT_CAMERA = re.compile(r",(?=[^,=/?&]*=)")
MAKE_TOKEN = "python -c 'import secrets; print(secrets.token_urlsafe(32))'"  # noqa: S105 - makes one


def split_list(value: object) -> object:
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


def lowered(value: object) -> object:
    return value.lower() if isinstance(value, str) else value


def parsed_size(value: object) -> object:
    if isinstance(value, str):
        found = re.fullmatch(r"\s*(\d{2,5})\s*x\s*(\d{2,5})\s*", value.lower())
        if found is None:
            raise ValueError("use width x height, such as 640x480")
        return int(found[1]), int(found[2])
    return value


def checked_token(value: SecretStr | None) -> SecretStr | None:
    text = "" if value is None else value.get_secret_value()
    if value is not None and len(text) < TOKEN_LENGTH:
        raise ValueError(f"it has {len(text)} characters, but needs at least {TOKEN_LENGTH}; to make one: {MAKE_TOKEN}")
    if text != text.strip() or not text.isprintable():
        raise ValueError("it starts or ends with a space, or contains a character that HTTP headers cannot carry")
    return value


def checked_prefix(value: str) -> str:
    if value.strip("/") and not is_prefix(value.rstrip("/")):
        raise ValueError("use a path such as /faces")
    return value.rstrip("/")


def redis_address(value: SecretStr | None) -> SecretStr | None:
    """Its password is encoded here, once: neither redis nor Celery would find the host behind some characters."""
    if value is None:
        return None
    url = with_encoded_credentials(value.get_secret_value())
    if not re.match(r"(rediss?://|redis\+socket://)\S", url) or not _has_port(url):
        raise ValueError("use an address such as redis://host:6379/0, or rediss://… with TLS")
    return SecretStr(url)


def _has_port(url: str) -> bool:
    """Whether the port, if there is one, is a number."""
    try:
        return urlsplit(url).port is None or True
    except ValueError:
        return False


def database_address(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        from fer_web.store.address import parse_address

        try:
            parse_address(value.get_secret_value())
        except StoreError as error:
            raise ValueError(str(error)) from None
    return value


@dataclass(frozen=True, slots=True)
class NamedSource:
    """A camera's name and its address, which may hold credentials."""

    name: str
    address: str = field(repr=False)

    def __str__(self) -> str:
        return f"{self.name}={masked(self.address)}"


def named_sources(value: object) -> object:
    """The cameras of `door=rtsp://…,desk=webcam:0`; ValueError names all that are wrong, and shows no address."""
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in _NEXT_CAMERA.split(value) if part.strip()]
    cameras = [NamedSource(*(half.strip() for half in part.partition("=")[::2])) for part in parts]
    names = [camera.name for camera in cameras]
    problems = [problem for number, camera in enumerate(cameras, start=1) for problem in _wrong_in(camera, number)]
    problems += [f"{name} is there twice" for name in dict.fromkeys(names) if names.count(name) > 1]
    problems += _shared_webcams(cameras)
    if problems:
        raise ValueError("; ".join(problems))
    return tuple(cameras)


def _shared_webcams(cameras: Sequence[NamedSource]) -> Iterator[str]:
    """What is wrong where two names are one webcam, which can be opened only once."""
    owners: dict[str, str] = {}
    for camera in cameras:
        device = _webcam_of(camera.address)
        if device is not None and owners.setdefault(device, camera.name) != camera.name:
            yield (
                f"{owners[device]} and {camera.name} are the same webcam ({device}), which can be opened only once: "
                "remove one of them"
            )


def _webcam_of(address: str) -> str | None:
    """The device of a webcam's address; None for other sources, and for what is wrong in another way."""
    try:
        parsed = parse(address)
    except SourceError:
        return None
    return device_of(parsed.target) if parsed.kind == "webcam" else None


def shared_name(address: str) -> str | None:
    """The name that a camera of another process has there; None for other sources, and for what is no address."""
    try:
        parsed = parse(address)
    except SourceError:
        return None
    return parsed.target if parsed.kind == "shared" else None


def _wrong_in(camera: NamedSource, number: int) -> Iterator[str]:
    if not _CAMERA_NAME.fullmatch(camera.name):
        # It is not shown: without its name, a camera's address stands in this place.
        yield (
            f"camera {number} is written as name=address, with a name of up to {CAMERA_NAME_LENGTH} letters, digits, "
            "- and _ (door=rtsp://camera/stream)"
        )
        return
    try:
        parse(camera.address)
    except SourceError as error:
        yield f"{camera.name}: {error}"


def known_engine(value: str) -> str:
    if value == DEFAULT_ENGINE.engine:
        return value
    from fer_web.vision.engines import engine_of

    try:
        return engine_of(value).name
    except ModelError as error:
        raise ValueError(str(error)) from None


def known_outlets(value: tuple[str, ...]) -> tuple[str, ...]:
    if value:
        from fer_web.outlets import unknown_outlets

        wrong = unknown_outlets(value)
        if wrong:
            raise ValueError(wrong)
    return value


def web_addresses(value: object) -> object:
    if not isinstance(value, str):
        return value
    parts = [part.strip() for part in value.split(",") if part.strip()]
    return tuple(_web_address(part, number) for number, part in enumerate(parts, start=1))


def _web_address(url: str, number: int) -> WebAddress:
    try:
        return WebAddress.parse(url, {"http": 80, "https": 443})
    except ValueError as error:
        raise ValueError(f"address {number} {error}") from None


def webhook_secret(value: SecretStr | None) -> SecretStr | None:
    if value is not None:
        problem = key_problem(value.get_secret_value())
        if problem:
            raise ValueError(f"it {problem}")
    return value


def mqtt_address(value: SecretStr | None) -> SecretStr | None:
    """Its password is encoded here, as Redis' is."""
    if value is None:
        return None
    url = with_encoded_credentials(value.get_secret_value())
    try:
        WebAddress.parse(url, {"mqtt": 1883, "mqtts": 8883})
    except ValueError as error:
        raise ValueError(f"it {error}") from None
    return SecretStr(url)


def mqtt_topic(value: str) -> str:
    if not _CAMERA_NAME.fullmatch(value):
        raise ValueError(f"use up to {CAMERA_NAME_LENGTH} letters, digits, - and _")
    return value


def host_ports(value: object) -> object:
    """Of a text with commas; a malformed one is named."""
    if not isinstance(value, str):
        return value
    return tuple(HostPort.parse(part.strip()) for part in value.split(",") if part.strip())


Size = Annotated[tuple[int, int], NoDecode, BeforeValidator(parsed_size)]
Cameras = Annotated[tuple[NamedSource, ...], NoDecode, BeforeValidator(named_sources)]
Names = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_list)]
OutletNames = Annotated[tuple[str, ...], NoDecode, BeforeValidator(split_list), AfterValidator(known_outlets)]
WebAddresses = Annotated[tuple[WebAddress, ...], NoDecode, BeforeValidator(web_addresses)]
WebhookSecret = Annotated[SecretStr | None, AfterValidator(webhook_secret)]
MqttAddress = Annotated[SecretStr | None, AfterValidator(mqtt_address)]
MqttTopic = Annotated[str, AfterValidator(mqtt_topic)]
HostPorts = Annotated[tuple[HostPort, ...], NoDecode, BeforeValidator(host_ports)]
LslScopeName = Annotated[Literal["machine", "link", "site"], BeforeValidator(lowered)]
LandmarksName = Annotated[Landmarks, BeforeValidator(lowered)]
EngineName = Annotated[str, BeforeValidator(lowered), AfterValidator(known_engine)]
LiveVideoName = Annotated[Literal["auto", "mp4", "mjpeg"], BeforeValidator(lowered)]
LogForm = Annotated[Literal["text", "json"], BeforeValidator(lowered)]
LogLevel = Annotated[Literal["debug", "info", "warning", "error"], BeforeValidator(lowered)]
Token = Annotated[SecretStr | None, AfterValidator(checked_token)]
PathPrefix = Annotated[str, AfterValidator(checked_prefix)]
RedisAddress = Annotated[SecretStr | None, AfterValidator(redis_address)]
DatabaseAddress = Annotated[SecretStr | None, AfterValidator(database_address)]


def needed_by(kind: str, facts: Mapping[str, Any]) -> str:
    """What a value must be, by pydantic's name for what is wrong and its facts; empty for sentences of our own."""
    return _NEEDED.get(kind, "").format(**facts).replace("'", "")


_NEEDED = {
    **dict.fromkeys(("int_parsing", "int_type", "int_from_float", "int_parsing_size"), "a whole number"),
    **dict.fromkeys(("float_parsing", "float_type", "finite_number"), "a number"),
    **dict.fromkeys(("bool_parsing", "bool_type"), "yes or no"),
    "string_too_short": "at least {min_length} character",
    "greater_than_equal": "{ge:,.10g} or more",
    "greater_than": "more than {gt:,.10g}",
    "less_than_equal": "{le:,.10g} or less",
    "literal_error": "{expected}",
}
