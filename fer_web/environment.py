"""Where the values of settings come from besides the command line: the environment, `.env`, and files of secrets.

Whatever is not meant for this program, or cannot be meant as it stands, is reported in a sentence: links that
Kubernetes sets for a service called `fer`, quotes that docker keeps, files in another encoding.
"""

from __future__ import annotations

import codecs
import io
import os
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from dotenv import dotenv_values

from fer_web.core.text import one_line
from fer_web.errors import SettingsError

PREFIX = "FER_"
ENV_FILE = Path(".env")
FILE_SUFFIX = "_FILE"
# What hosting platforms and WSGI servers call the same; a variable of ours beats it.
OTHER_NAMES = {"port": "PORT", "path_prefix": "SCRIPT_NAME"}
# A secret is a line; more than this is another file that was named by mistake.
SECRET_BYTES = 65_536
MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark its own begins with
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
QUOTES = ('""', "''", "\u201c\u201d", "\u201e\u201c", "\u2018\u2019")  # straight ones, and those of word processors
# What Kubernetes, and docker's old links, tell every container about a service called `fer`, or `fer-…`.
_LINK_ADDRESS = re.compile(r"(tcp|udp|sctp)://\S*", re.IGNORECASE)
_LINK = re.compile(r"FER_(\w+_)?(SERVICE_HOST|SERVICE_PORT(_\w+)?|PORT_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)")
_LINK_PORT = re.compile(r"FER_(\w+_)?PORT")

Place = Literal["environment", ".env"]


@dataclass(frozen=True, slots=True)
class GivenValue:
    """A setting's value, the variable that gave it, and where that stands."""

    variable: str
    place: Place
    value: str = field(repr=False)

    @property
    def quotes(self) -> str:
        """A sentence about quotes around it; "" when there are none."""
        if len(self.value) < 2 or self.value[0] + self.value[-1] not in QUOTES:
            return ""
        return (
            f"the {self.value[0]} at its beginning and end is part of the value, because docker's --env-file keeps "
            "quotes: remove it"
        )


@dataclass(frozen=True, slots=True)
class GivenValues:
    """By a setting's name; `problems` keep the program from starting, `warnings` do not."""

    values: Mapping[str, GivenValue]
    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


def given_values(settings: Collection[str], secrets: Collection[str], env_file: Path = ENV_FILE) -> GivenValues:
    """What environment and `.env` say about `settings`; those of `secrets` may also be in a file, as FER_TOKEN_FILE.

    The environment beats the file; an empty value counts as none.
    """
    problems: list[str] = []
    places: dict[Place, dict[str, str]] = {"environment": _ours(os.environ), ".env": {}}
    try:
        places[".env"] = _ours(read_env_file(env_file))
    except SettingsError as error:
        problems.append(str(error))
    links = {name: value for place in places.values() for name, value in place.items() if is_service_link(name, value)}
    own = {place: _without(links, variables) for place, variables in places.items()}
    found: dict[str, GivenValue] = {}
    for name in settings:
        try:
            found |= _first_given(name, name in secrets, own)
        except SettingsError as error:  # noqa: PERF203 - everything that is wrong is reported at once
            problems.append(str(error))
    found = {**_by_other_names(settings), **found}
    quoted = [f"{given.variable}: {given.quotes}" for given in found.values() if given.quotes]
    return GivenValues(found, tuple(problems), (*_about_links(links), *quoted))


def _ours(variables: Mapping[str, str | None]) -> dict[str, str]:
    """Those with our prefix and a value, by name in capitals."""
    return {name.upper(): value for name, value in variables.items() if value and name.upper().startswith(PREFIX)}


def _without(links: Mapping[str, str], variables: Mapping[str, str]) -> dict[str, str]:
    return {name: value for name, value in variables.items() if links.get(name) != value}


def _first_given(name: str, is_secret: bool, places: Mapping[Place, Mapping[str, str]]) -> dict[str, GivenValue]:
    """The value of a setting from the first place that has one, by the setting's name."""
    variable = f"{PREFIX}{name.upper()}"
    for place, variables in places.items():
        value = variables.get(variable)
        file = variables.get(variable + FILE_SUFFIX) if is_secret else None
        if value is not None and file is not None:
            raise SettingsError(f"{variable} and {variable}{FILE_SUFFIX} are both set: remove one of them")
        if file is not None:
            return {name: GivenValue(variable + FILE_SUFFIX, place, _secret_in(variable + FILE_SUFFIX, Path(file)))}
        if value is not None:
            return {name: GivenValue(variable, place, value)}
    return {}


def _by_other_names(settings: Collection[str]) -> dict[str, GivenValue]:
    values = {name: os.environ.get(other, "") for name, other in OTHER_NAMES.items() if name in settings}
    return {name: GivenValue(OTHER_NAMES[name], "environment", value) for name, value in values.items() if value}


def is_service_link(name: str, value: str) -> bool:
    """Whether a variable tells of a service called `fer`, as Kubernetes and docker do, and is no setting of ours."""
    is_address = _LINK_ADDRESS.fullmatch(value) is not None
    return _LINK.fullmatch(name) is not None or (is_address and _LINK_PORT.fullmatch(name) is not None)


def _about_links(links: Mapping[str, str]) -> tuple[str, ...]:
    if not links:
        return ()
    name, value = min(links.items(), key=lambda link: len(link[0]))
    more = f" and {len(links) - 1} more like it are" if len(links) > 1 else " is"
    return (
        f"{name}={one_line(value)}{more} ignored: Kubernetes sets this for a service called fer. "
        "enableServiceLinks: false in the pod's spec turns this off",
    )


def read_env_file(path: Path) -> dict[str, str | None]:
    """The lines of a file like `.env`; empty when there is none. SettingsError when it is no text."""
    if not path.is_file():
        return {}
    try:
        data = path.read_bytes()
    except OSError as error:
        raise SettingsError(f"{_shown(path)} cannot be read: {error.strerror}") from error
    return dotenv_values(stream=io.StringIO(decoded(data, path)))


def _secret_in(variable: str, path: Path) -> str:
    """A secret's only line, without its end."""
    try:
        with path.open("rb") as file:
            data = file.read(SECRET_BYTES + 1)
    except OSError as error:
        raise SettingsError(f"{variable}: {_shown(path)} cannot be read: {error.strerror}") from error
    if len(data) > SECRET_BYTES:
        raise SettingsError(
            f"{variable}: {_shown(path)} has more than {SECRET_BYTES:,} bytes, too many for a secret: check the path"
        )
    text = decoded(data, path).rstrip("\r\n")
    if not text or "\n" in text:
        raise SettingsError(
            f"{variable}: {_shown(path)} must have exactly one line, but {'is empty' if not text else 'has more'}"
        )
    return text


def decoded(data: bytes, path: Path) -> str:
    """The text of a file of settings: UTF-8, or whatever its mark says. SettingsError names encoding and remedy."""
    encoding = next((name for mark, name in MARKS if data.startswith(mark)), "utf-8")
    try:
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        raise SettingsError(_about_encoding(data, encoding, error.start, path)) from error
    if "\0" in text:
        raise SettingsError(_about_encoding(data, encoding, data.find(b"\0"), path))
    return text


def _about_encoding(data: bytes, encoding: str, wrong: int, path: Path) -> str:
    shown = _shown(path)
    if encoding != "utf-8":
        return (
            f"{shown} is damaged: it has the byte-order mark of {encoding.upper()}, but other content; save it as UTF-8"
        )
    if b"\0" in data:
        guess = "UTF-16BE" if data.find(b"\0") % 2 == 0 else "UTF-16LE"
        name = "UTF-16 without a byte-order mark"
    else:
        guess, name = "WINDOWS-1252", "latin-1 (Windows-1252)"
    line = data.count(b"\n", 0, wrong) + 1
    return (
        f"{shown} is not UTF-8 (line {line}), but probably {name}: save it as UTF-8, for example with "
        f"iconv -f {guess} -t UTF-8 {path.name} > new && mv new {path.name}"
    )


def _shown(path: Path) -> str:
    return one_line(str(path.absolute()))
