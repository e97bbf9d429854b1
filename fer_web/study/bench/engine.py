"""Which engine a bench measures: `--engine` and `--landmarks`, as FER_ENGINE and FER_LANDMARKS."""

from __future__ import annotations

import argparse

from fer_web.core import DEFAULT_ENGINE, EngineChoice

# Each engine with each kind of landmarks, by what distinguishes it.
EVERY_ENGINE = {
    "mesh": EngineChoice("modern", "mesh"),
    "dlib": EngineChoice("modern", "dlib"),
    "off": EngineChoice("modern", "off"),
    "classic": EngineChoice("classic"),
}


def add_engine_arguments(parser: argparse.ArgumentParser) -> None:
    """Adds both options."""
    parser.add_argument(
        "--engine", choices=("modern", "classic"), default=DEFAULT_ENGINE.engine, help="which engine (%(default)s)"
    )
    parser.add_argument(
        "--landmarks",
        choices=("mesh", "dlib", "off"),
        default=DEFAULT_ENGINE.landmarks,
        help="what places the modern engine's landmarks (%(default)s)",
    )


def engine_choice(args: argparse.Namespace) -> EngineChoice:
    """What the options say."""
    return EngineChoice(args.engine, args.landmarks)
