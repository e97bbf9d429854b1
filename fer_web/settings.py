"""The settings that the program runs with: read once, where it starts, checked together, and handed down.

A setting comes from, in this order: an option of the command line, an environment variable `FER_…`, a line of the file
`.env` in the working directory, its default. What both may hold is `environment.py`'s subject.
"""

from __future__ import annotations

import difflib
import logging
import os
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any, get_args

from pydantic import SecretStr, ValidationError, model_validator
from pydantic_settings import (
    BaseSettings,
    InitSettingsSource,
    PydanticBaseSettingsSource,
)

from fer_web.core import MAIN_CAMERA, EngineChoice
from fer_web.core.hosts import is_loopback
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
from fer_web.setting_fields import RESERVED_THREADS, SettingFields
from fer_web.setting_kinds import (
    MAKE_TOKEN,
    needed_by,
    shared_name,
)

log = logging.getLogger(__name__)

# Variables of ours that are not settings: the tests read them.
OTHER_VARIABLES = frozenset({"FER_TEST_DATA"})


class Settings(SettingFields):
    """The values that the program runs with; they fit together, or there is none of these."""

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

    def shared_name(self, camera: str) -> str | None:
        """The name that a camera of another process has there; None for this process's own."""
        address = self.sources[camera]
        return None if address is None else shared_name(address)

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
    found += [*_wrong_origins(settings), *_without_redis(settings)]
    if settings.outlets:
        from fer_web.outlets import outlet_problems

        found += outlet_problems(settings.outlets, settings)
    return found


def _wrong_origins(settings: Settings) -> Iterator[str]:
    for origin in settings.origins:
        scheme, mark, rest = origin.partition("://")
        if scheme not in ("http", "https") or not mark or not rest or "/" in rest or "*" in rest:
            yield f"FER_ORIGINS holds {origin!r}: an origin looks like https://app.example.org"


def _without_redis(settings: Settings) -> Iterator[str]:
    """What is shared with other processes, and has no way to them."""
    if settings.redis_url is not None:
        return
    if settings.share_cameras:
        yield "FER_SHARE_CAMERAS is on, but FER_REDIS_URL is not set: pictures are handed on through Redis"
    for name in filter(settings.shared_name, settings.sources):
        yield f"{name} is a camera of another process, but FER_REDIS_URL is not set: its pictures come through Redis"


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
