"""`python -m fer_web settings`: every setting, what it means, its value and where that came from."""

from __future__ import annotations

import argparse
import json
import textwrap
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from fer_web.environment import given_values
from fer_web.settings import Settings, chosen, load_settings, may_be_in_file, secrets, variable


@dataclass(frozen=True, slots=True)
class Explained:
    """A setting for people; secrets are masked."""

    name: str
    variable: str
    default: str
    value: str
    origin: str  # option, environment, .env or default; with the variable when it has another name
    meaning: str


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--json", action="store_true", help="as JSON")
    add_setting_options(parser)


def run(args: argparse.Namespace) -> int:
    """Print them all; SettingsError when some cannot be used."""
    options = setting_options(args)
    explained = explain(load_settings(options), options)
    if args.json:
        print(json.dumps([asdict(one) for one in explained], indent=2))
    else:
        print("\n\n".join(_paragraph(one) for one in explained))
    return 0


def add_setting_options(parser: argparse.ArgumentParser, without: Collection[str] = ()) -> None:
    """An option for every setting but those `without` one, and secrets, which everybody on the machine could read in
    the process list.
    """
    group = parser.add_argument_group("settings", "each can also be set as an environment variable or a line in .env")
    for name, info in Settings.model_fields.items():
        if name not in secrets() and name not in without:
            meaning = f"{info.description} [{variable(name)}, default {shown(info.default)}]".replace("%", "%%")
            group.add_argument(f"--{name.replace('_', '-')}", dest=f"setting_{name}", metavar="VALUE", help=meaning)


def setting_options(args: argparse.Namespace) -> dict[str, Any]:
    """The settings that were given as options, by field name."""
    given = {name: getattr(args, f"setting_{name}", None) for name in Settings.model_fields}
    return chosen(given)


def explain(settings: Settings, options: Mapping[str, Any] | None = None) -> list[Explained]:
    """Every setting with where its value came from."""
    given = given_values(Settings.model_fields, may_be_in_file()).values

    def origin(name: str) -> str:
        if name in chosen(options):
            return "option"
        if name not in given:
            return "default"
        one = given[name]
        return one.place if one.variable == variable(name) else f"{one.place}: {one.variable}"

    return [
        Explained(
            name=name,
            variable=variable(name),
            default=shown(info.default),
            value=shown(getattr(settings, name)),
            origin=origin(name),
            meaning=info.description or "",
        )
        for name, info in Settings.model_fields.items()
    ]


def shown(value: object) -> str:
    """A value as it would be written in `.env`, without passwords."""
    if value is None or value == ():
        return "(none)"
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return ("x" if isinstance(value[0], int) else ",").join(map(str, value))
    from fer_web.sources.address import masked

    return masked(str(value))


def _paragraph(one: Explained) -> str:
    head = f"{one.variable}={one.value}   ({one.origin}" + (
        f"; default {one.default})" if one.value != one.default else ")"
    )
    return head + "\n" + textwrap.indent(textwrap.fill(one.meaning, 100), "    ")
