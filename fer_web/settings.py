"""Every setting: its name, type, default and meaning. Read once, by whoever starts the program, and handed down.

A setting comes from, in this order: an option of the command line, an environment variable `FER_…`, a line of the file
`.env` in the working directory, its default. What both may hold is `environment.py`'s subject.
"""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
)

from fer_web.core import DEFAULT_ENGINE, MAIN_CAMERA, EngineChoice
from fer_web.core.hosts import is_loopback
from fer_web.core.webhook_key import MAKE_KEY
from fer_web.environment import (
    ENV_FILE,
    FILE_SUFFIX,
    PREFIX,
    GivenValues,
    given_values,
    is_service_link,
    read_env_file,
)
from fer_web.errors import SettingsError
from fer_web.resources import MODELS, data_folder
from fer_web.setting_kinds import (
    MAKE_TOKEN,
    TOKEN_LENGTH,
    Cameras,
    DatabaseAddress,
    EngineName,
    HostPorts,
    LandmarksName,
    LiveVideoName,
    LogForm,
    LogLevel,
    LslScopeName,
    MqttAddress,
    MqttTopic,
    Names,
    OutletNames,
    PathPrefix,
    RedisAddress,
    Size,
    Token,
    WebAddresses,
    WebhookSecret,
    needed_by,
)

log = logging.getLogger(__name__)

# Threads that viewers can never take: uploads, health checks and pages always find one.
RESERVED_THREADS = 16
# Variables of ours that are not settings: the tests read them.
OTHER_VARIABLES = frozenset({"FER_TEST_DATA"})


class Settings(BaseSettings):
    """The values that the program runs with; they fit together, or there is none of these."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX,
        hide_input_in_errors=True,
        extra="ignore",
        frozen=True,
        protected_namespaces=(),
    )

    source: str | None = Field(
        None,
        repr=False,  # it may hold a camera's password
        description="What to watch: webcam:0, /dev/video0, a video file, rtsp://…, http://… or demo:. If unset: "
        "the first "
        "webcam if it delivers a frame within 3 seconds, otherwise the demo.",
    )
    cameras: Cameras = Field(
        (),
        repr=False,
        description="Several named sources instead of FER_SOURCE, separated by commas: "
        "door=rtsp://…,desk=webcam:0. Names may contain letters, digits, - and _.",
    )
    loop: bool = Field(True, description="Play a video file again from the beginning when it ends.")
    capture_size: Size = Field((640, 480), description="The frame size to request from webcams, width x height.")
    host: str = Field(
        "127.0.0.1",
        min_length=1,
        description="The address to listen on. Anything but a loopback address needs FER_TOKEN.",
    )
    port: int = Field(
        5000, ge=1, le=65535, description="The port to listen on. If unset: PORT, which hosting platforms set."
    )
    token: Token = Field(
        None,
        description="The secret that gives access: programs send it as 'Authorization: Bearer …' or as the Basic "
        "password, "
        f"people type it at /login. At least {TOKEN_LENGTH} characters; to make one: {MAKE_TOKEN}",
    )
    guest_token: Token = Field(
        None,
        description="A second secret, for guests: whoever enters with it sees only what they recorded or uploaded "
        "themselves, and whoever enters with FER_TOKEN everything.",
    )
    insecure_no_token: bool = Field(
        False,
        description="Listen on other addresses and let in everybody without a token, as a guest: EVERYBODY who can "
        "reach them sees the camera. With FER_TOKEN, that makes its holder the operator.",
    )
    hosts: Names = Field(
        (),
        description="More host names that this service answers to, separated by commas (faces.example.org). "
        "Requests for any other name are refused.",
    )
    origins: Names = Field(
        (),
        description="Other websites whose pages may call this service with its token, separated by commas "
        "(https://app.example.org). None by default.",
    )
    trusted_proxies: int = Field(
        0,
        ge=0,
        le=10,
        description="How many proxies in front of this service set X-Forwarded-For, -Proto, -Host and -Prefix.",
    )
    requests_per_minute: int = Field(
        1200,
        ge=0,
        le=1_000_000,
        description="How many requests per minute one address may send. Static files, health checks, visitors' "
        "frames and "
        "requests from this machine do not count. 0 means no limit.",
    )
    path_prefix: PathPrefix = Field(
        "",
        description="The path under which a proxy serves this service (/faces), if the proxy does not send "
        "X-Forwarded-Prefix. If unset: SCRIPT_NAME.",
    )
    threads: int = Field(
        128, ge=RESERVED_THREADS + 1, le=4096, description="Threads that answer requests; every viewer keeps one busy."
    )
    connections: int = Field(
        1000,
        ge=100,
        le=100_000,
        description="How many connections may be open at once. When there are more, the longest-waiting "
        "connection of the "
        "address with the most connections is closed.",
    )
    patience_s: float = Field(
        20.0,
        ge=1,
        le=600,
        description="How many seconds a client may pause in the middle of a request or an answer. Request "
        "headers must be "
        "complete within half of that.",
    )
    max_viewers: int = Field(
        100,
        ge=1,
        description="How many viewers may watch at once; an open page counts as two (stream and events). Viewers and "
        f"visitors together must be at least {RESERVED_THREADS} fewer than threads.",
    )
    max_visitors: int = Field(
        8,
        ge=0,
        le=1000,
        description="How many visitors may have their own camera analyzed at once (pages /my-camera and /practice); "
        "each keeps a thread busy, as a viewer does. 0 turns it off.",
    )
    live_video: LiveVideoName = Field(
        "auto",
        description="How the live page gets its video: mp4 (H.264, a seventh of the bytes), mjpeg (JPEGs, a little "
        "sooner) or auto (JPEGs in browsers on this machine, H.264 in all others).",
    )
    notice: str | None = Field(
        None,
        description="A text that people must acknowledge, once per browser session, before a page shows or uses a "
        "camera: who is filming, why, whom to ask. \\n starts a new paragraph.",
    )
    model: str = Field("xception-pair", min_length=1, description="The expression model's name in FER_MODELS_DIR.")
    engine: EngineName = Field(
        DEFAULT_ENGINE.engine,
        description="What finds and reads faces: modern (YuNet and LiteRT) or classic (dlib and TensorFlow, "
        "which needs pip install -r requirements.txt).",
    )
    landmarks: LandmarksName = Field(
        DEFAULT_ENGINE.landmarks,
        description="What places landmarks with the modern engine: mesh (478 points and 52 facial movements), dlib "
        "(68 points, four times as fast, not for commercial use, needs pip install -r requirements.txt) or off "
        "(expressions alone, fastest).",
    )
    models_dir: Path = Field(MODELS, description="The folder that holds the models and their cards.")
    image_max_bytes: int = Field(
        25_000_000, ge=1_000, description="The largest request that /predict accepts, in bytes."
    )
    image_max_pixels: int = Field(
        50_000_000, ge=1_000, description="The largest image that /predict accepts, in pixels (width x height)."
    )
    request_max_images: int = Field(16, ge=1, le=1_000, description="How many images one request may contain.")
    predict_parallel: int = Field(
        2, ge=1, le=64, description="How many images are decoded and analyzed at once; the others wait."
    )
    predict_wait_s: float = Field(
        15.0, gt=0, le=300, description="How many seconds an upload waits for its turn before it is answered 503."
    )
    data_dir: Path = Field(
        data_folder(),
        description="The folder for recordings, uploaded videos and annotated copies. "
        "It is created when there is something to store.",
    )
    masks: Path | None = Field(
        None,
        description="The file that holds which parts of the cameras' pictures are hidden, as JSON. If unset: "
        "masks.json in FER_DATA_DIR.",
    )
    database_url: DatabaseAddress = Field(
        None,
        description="Where recordings and jobs are stored: postgresql://user:password@host/name, or sqlite:///PATH. "
        "If unset: an SQLite file in FER_DATA_DIR.",
    )
    recording_max_minutes: int = Field(
        240,
        ge=1,
        le=10_080,
        description="The longest recording, in minutes; it then stops by itself.",
    )
    retention_days: int = Field(
        30,
        ge=0,
        le=36_500,
        description="How many days recordings are kept before they are deleted. 0 keeps them forever.",
    )
    video_max_bytes: int = Field(
        2_000_000_000, ge=1_000, description="The largest video that can be uploaded at /videos, in bytes."
    )
    redis_url: RedisAddress = Field(
        None,
        description="The Redis server through which separate workers (python -m fer_web worker) get videos: "
        "redis://host:6379/0. If unset, the service starts one worker process itself.",
    )
    outlets: OutletNames = Field(
        (),
        description="Where else results go, as numbers: names of outlets, separated by commas (docs/outlets.md lists "
        "them). None by default: nothing leaves this machine.",
    )
    webhook_urls: WebAddresses = Field(
        (),
        description="The addresses that events of people are sent to with FER_OUTLETS=webhook, separated by commas: "
        "https://example.org/hook.",
    )
    webhook_secret: WebhookSecret = Field(
        None,
        description="The key that signs what webhooks are sent (Standard Webhooks), so that receivers know the sender; "
        f"to make one: {MAKE_KEY}",
    )
    webhook_private_hosts: Names = Field(
        (),
        description="Names in FER_WEBHOOK_URLS that may lead to a private network, separated by commas "
        "(homeassistant.local). IP addresses and localhost need not be listed.",
    )
    webhook_per_minute: int = Field(
        60, ge=1, le=6000, description="How many requests a minute each address of FER_WEBHOOK_URLS gets at most."
    )
    mqtt_url: MqttAddress = Field(
        None,
        description="The MQTT broker that FER_OUTLETS=mqtt sends to: mqtt://user:password@host, or mqtts://… with TLS.",
    )
    mqtt_ca_file: Path | None = Field(
        None,
        description="The certificate (PEM) of the authority that has signed the broker's, if it is one of your own.",
    )
    mqtt_topic: MqttTopic = Field("fer_web", description="What the topics at the MQTT broker begin with.")
    osc_hosts: HostPorts = Field(
        (),
        description="Where FER_OUTLETS=osc sends readings: hosts and ports, separated by commas (localhost:9000).",
    )
    osc_fps: float = Field(
        30.0, gt=0, le=240, description="How many frames a second of each camera are sent by FER_OUTLETS=osc at most."
    )
    lsl_scope: LslScopeName = Field(
        "machine",
        description="Who is told of the streams of FER_OUTLETS=lsl: machine (programs on this machine), link (the "
        "networks that it is in) or site (all networks of the place). A file named by LSLAPICFG goes first.",
    )
    log_level: LogLevel = Field("info", description="The least severe messages to log: debug, info, warning or error.")
    log: LogForm = Field(
        "text", description="How the log is written: text for people, or json, one object a line, for programs."
    )

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,
        file_secret_settings: PydanticBaseSettingsSource,
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Options, then what `environment.py` finds; pydantic's own readers know no other encoding, link or file."""
        del env_settings, dotenv_settings, file_secret_settings
        given = {name: one.value for name, one in _given().values.items()}
        return init_settings, InitSettingsSource(settings_cls, init_kwargs=given)

    @model_validator(mode="after")
    def _fit_together(self) -> Settings:
        conflicts = list(_conflicts(self))
        if conflicts:
            raise ValueError("\n".join(conflicts))
        return self

    @property
    def engine_choice(self) -> EngineChoice:
        """The engine, and what places its landmarks."""
        return EngineChoice(self.engine, self.landmarks)

    @property
    def sources(self) -> Mapping[str, str | None]:
        """The address of each camera by its name; None where it is chosen when the program starts."""
        return {one.name: one.address for one in self.cameras} or {MAIN_CAMERA: self.source}

    @property
    def token_text(self) -> str | None:
        """The token itself; the field shows only asterisks."""
        return None if self.token is None else self.token.get_secret_value()

    @property
    def guest_token_text(self) -> str | None:
        """The same for guests."""
        return None if self.guest_token is None else self.guest_token.get_secret_value()

    @property
    def database_address(self) -> str:
        """Of the database that is used, with its password."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        from fer_web.store.address import sqlite_address

        return sqlite_address(self.data_dir)

    @property
    def redis_address(self) -> str | None:
        """The address itself, with its password; the field shows only asterisks."""
        return None if self.redis_url is None else self.redis_url.get_secret_value()

    @property
    def retention(self) -> timedelta | None:
        """How long recordings are kept; None for as long as nobody deletes them."""
        return timedelta(days=self.retention_days) if self.retention_days else None


def _conflicts(settings: Settings) -> list[str]:
    """One sentence for every pair of settings that cannot be used together."""
    found = []
    if settings.cameras and settings.source is not None:
        found.append("FER_SOURCE and FER_CAMERAS are both set: remove one of them, or add the source to FER_CAMERAS")
    if not is_loopback(settings.host) and settings.token is None and not settings.insecure_no_token:
        found.append(
            f"FER_HOST={settings.host} can be reached from other machines: set FER_TOKEN to a secret "
            f"({MAKE_TOKEN}), or FER_INSECURE_NO_TOKEN=yes if everybody who can reach it may watch"
        )
    if settings.guest_token is not None and settings.guest_token_text == settings.token_text:
        found.append("FER_GUEST_TOKEN is the same as FER_TOKEN: guests would see everything; choose another secret")
    if settings.guest_token is not None and settings.token is None:
        found.append("FER_GUEST_TOKEN lets guests in, and nobody could enter as the operator: set FER_TOKEN, too")
    most = settings.threads - RESERVED_THREADS
    if settings.max_viewers + settings.max_visitors > most:
        found.append(
            f"FER_MAX_VIEWERS={settings.max_viewers} and FER_MAX_VISITORS={settings.max_visitors} leave fewer "
            f"than {RESERVED_THREADS} of FER_THREADS={settings.threads} for everything else: lower their sum to "
            f"{most}, "
            "or raise FER_THREADS"
        )
    for origin in settings.origins:
        scheme, mark, rest = origin.partition("://")
        if scheme not in ("http", "https") or not mark or not rest or "/" in rest or "*" in rest:
            found.append(f"FER_ORIGINS holds {origin!r}: an origin looks like https://app.example.org")
    if settings.outlets:
        from fer_web.outlets import outlet_problems

        found += outlet_problems(settings.outlets, settings)
    return found


def load_settings(options: Mapping[str, Any] | None = None) -> Settings:
    """The settings of this process; SettingsError names all that are wrong, a sentence a line.

    `options` are those of the command line, by field name; None values mean that an option was not given.
    """
    options = chosen(options)
    given = _given()
    for warning in (*unknown_variables(), *given.warnings):
        log.warning("%s", warning)
    problems, wrong = [*given.problems, *_unreadable(given)], set[str]()
    try:
        settings = Settings(**options)
        if not problems:
            return settings
    except ValidationError as error:
        found, wrong = _problems(error, given)
        problems += found
    if wrong:
        problems += _problems_without(options, wrong, given)
    raise SettingsError("\n".join(dict.fromkeys(problems)))


def given_log_form() -> str:
    """How the log is to be written, known before the settings are checked: their warnings are part of it."""
    form = _given().values.get("log")
    return "text" if form is None else str(form.value).lower()


def chosen(options: Mapping[str, Any] | None) -> dict[str, Any]:
    """The options that were given."""
    return {name: value for name, value in (options or {}).items() if value is not None}


def _given() -> GivenValues:
    return given_values(Settings.model_fields, may_be_in_file())


def _unreadable(given: GivenValues) -> list[str]:
    """A sentence for every value that is no text; names of files may be any bytes."""
    texts = {name: one for name, one in given.values.items() if Settings.model_fields[name].annotation is not Path}
    for name in ("source", "cameras"):  # they may hold names of files
        texts.pop(name, None)
    return [
        f"{one.variable} is not valid UTF-8: write it in UTF-8"
        for one in texts.values()
        if any("\udc80" <= character <= "\udcff" for character in one.value)
    ]


def _problems(error: ValidationError, given: GivenValues) -> tuple[list[str], set[str]]:
    """The sentences of a failed validation, and the fields that have a wrong value of their own."""
    sentences: list[str] = []
    wrong: set[str] = set()
    for problem in error.errors(include_url=False):
        message = problem["msg"].removeprefix("Value error, ")
        if not problem["loc"]:
            sentences += message.splitlines()
            continue
        name = str(problem["loc"][0])
        wrong.add(name)
        value = problem["input"]
        source = given.values.get(name)
        if source is not None and source.value == (value.get_secret_value() if isinstance(value, SecretStr) else value):
            spelled, quotes = source.variable, f"; {source.quotes}" if source.quotes else ""
        else:
            spelled, quotes = variable(name), ""
        is_hidden = name in may_be_in_file()
        needed = needed_by(problem["type"], problem.get("ctx", {}))
        if needed and not is_hidden:
            sentences.append(f"{spelled} must be {needed}, not {value!r}{quotes}")
        else:
            shown = "is hidden here" if is_hidden else f"is {value!r}"
            sentences.append(f"{spelled} {shown}: {message[0].lower()}{message[1:]}{quotes}")
    return sentences, wrong


def _problems_without(options: Mapping[str, Any], wrong: set[str], given: GivenValues) -> list[str]:
    """What else is wrong: the conflicts among the values that are right by themselves."""
    defaults = {name: Settings.model_fields[name].default for name in wrong}
    try:
        Settings(**{**options, **defaults})
    except ValidationError as error:
        return _problems(error, given)[0]
    return []


def secrets() -> frozenset[str]:
    """The settings that are shown to nobody and are no options, because everybody can read a process's options."""
    fields = Settings.model_fields.items()
    return frozenset(name for name, info in fields if SecretStr in (info.annotation, *get_args(info.annotation)))


def may_be_in_file() -> frozenset[str]:
    """The settings that hold a secret, or may, as cameras' addresses do: FER_TOKEN_FILE names the token's file."""
    return secrets() | {"source", "cameras", "webhook_urls"}


def variable(name: str) -> str:
    """The environment variable of a setting."""
    return f"{PREFIX}{name.upper()}"


def unknown_variables() -> list[str]:
    """A sentence for every FER_ variable that is no setting, with the name that was probably meant."""
    known = [variable(name) for name in Settings.model_fields]
    known += [variable(name) + FILE_SUFFIX for name in sorted(may_be_in_file())]
    try:
        variables = {**read_env_file(ENV_FILE), **os.environ}
    except SettingsError:  # told elsewhere
        variables = dict(os.environ)
    ours = {name.upper(): value or "" for name, value in variables.items() if name.upper().startswith(PREFIX)}
    return [
        _guess(name, known)
        for name, value in sorted(ours.items())
        if name not in known and name not in OTHER_VARIABLES and not is_service_link(name, value)
    ]


def _guess(name: str, known: list[str]) -> str:
    near = difflib.get_close_matches(name, known, n=1)
    meant = f" (did you mean {near[0]}?)" if near else ""
    return f"{name} is not a setting and is ignored{meant}"
