"""`python -m fer_web outlets`: where results can go, what is on, and whether it arrives."""

from __future__ import annotations

import argparse

from fer_web.cli.settings import add_setting_options, setting_options
from fer_web.errors import OutletError, SettingsError
from fer_web.outlets import OUTLETS, Outlet, made
from fer_web.settings import Settings, load_settings


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    add_setting_options(parser)


def run_list(args: argparse.Namespace) -> int:
    """Print every outlet: on or off, what it sends, and where."""
    settings = load_settings(setting_options(args))
    for name, kind in OUTLETS.items():
        places = [outlet.place for outlet in _made(settings, name)] if name in settings.outlets else []
        where = f"on: to {', '.join(places)}" if places else "off"
        print(f"{name:<8} {where}\n         {kind.meaning}: {kind.sends}")
    return 0


def add_test_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these outlets; all that are on if none is named")
    add_setting_options(parser)


def run_test(args: argparse.Namespace) -> int:
    """Send a test to every outlet that is on, and say what happened; 1 when one of them has failed."""
    settings = load_settings(setting_options(args))
    off = [name for name in args.names if name not in settings.outlets]
    if off or not settings.outlets:
        named = ",".join([*settings.outlets, *off]) or "NAME"
        raise SettingsError(f"{', '.join(off) or 'every outlet'} is off: turn it on with FER_OUTLETS={named}")
    names = dict.fromkeys(args.names or settings.outlets)
    arrived = [_arrives(name, outlet) for name in names for outlet in _made(settings, name)]
    return 0 if all(arrived) else 1


def _arrives(name: str, outlet: Outlet) -> bool:
    """Whether a test does, with a sentence about it on the terminal."""
    try:
        print(f"{name}: {outlet.test()}", flush=True)
    except OutletError as error:
        print(f"{name}: {error}", flush=True)
        return False
    return True


def _made(settings: Settings, name: str) -> list[Outlet]:
    return [outlet for _, outlet in made((name,), settings)]
