"""`python -m fer_web models`: what is in the models folder, and whether it is what its cards say."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import TypeAlias

from fer_web.errors import ModelError
from fer_web.registry import ModelCard, list_models, verify_lite, verify_model
from fer_web.registry.networks import NETWORK_CARDS, NetworkCard, folder_of, verify_networks
from fer_web.settings import load_settings

# What it finds, in a sentence; ModelError when a file is not what it should be.
Check: TypeAlias = Callable[[], str]


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action",
        choices=("list", "verify"),
        nargs="?",
        default="list",
        help="list the models (default) or verify their hashes",
    )
    parser.add_argument(
        "--models-dir",
        type=Path,
        default=None,
        help="the folder that holds the models and their cards [FER_MODELS_DIR]",
    )


def run(args: argparse.Namespace) -> int:
    """Print a line for each model or file; 1 when one is not what its card says, or when there is no model."""
    directory = load_settings({"models_dir": args.models_dir}).models_dir
    cards = list_models(directory)
    if not cards:
        raise ModelError(f"there are no models in {directory}")
    if args.action == "list":
        for line in (*map(_model_line, cards), *(_network_line(directory, name) for name in NETWORK_CARDS)):
            print(line)
        return 0
    checks: list[Check] = [
        *(check for card in cards for check in _checks_of(directory, card)),
        *(partial(_networks, directory, name) for name in NETWORK_CARDS),
        _landmarks,
    ]
    return max([_told(check) for check in checks])


def _model_line(card: ModelCard) -> str:
    metrics = ", ".join(f"{name} {value}" for name, value in card.metrics.items() if isinstance(value, (int, float)))
    return (
        f"{card.name:<16} {card.version:<10} {card.network:<16} {card.parameters:>10,} parameters  {metrics}".rstrip()
    )


def _network_line(directory: Path, name: str) -> str:
    card = NetworkCard.read(folder_of(directory, name) / f"{name}.json")
    return f"{card.name:<16} {card.version}: {card.does}; {card.author}, {card.license}"


def _checks_of(directory: Path, card: ModelCard) -> list[Check]:
    """Those of its two files; of the second only where it was exported. A pool has none: its parts' count."""
    if card.parts:
        return [partial(_pool, directory, card.name)]
    checks: list[Check] = [partial(_keras, directory, card.name)]
    return [*checks, partial(_lite, directory, card.name)] if card.tflite_sha256 else checks


def _keras(directory: Path, name: str) -> str:
    return f"{name}.keras: SHA-256 {verify_model(directory, name).sha256} matches its card"


def _lite(directory: Path, name: str) -> str:
    return f"{name}.tflite: SHA-256 {verify_lite(directory, name, None).tflite_sha256} matches its card"


def _pool(directory: Path, name: str) -> str:
    verify_model(directory, name)
    return f"{name}: made of today's {' and '.join(verify_lite(directory, name).parts)}"


def _networks(directory: Path, name: str) -> str:
    card = verify_networks(directory, name)
    return "\n".join(f"{file}: SHA-256 {digest} matches {name}.json" for file, digest in card.files.items())


def _landmarks() -> str:
    from fer_web.vision.landmarks import PREDICTOR_FILE, PREDICTOR_SHA256, is_predictor_installed, verified_predictor

    if not is_predictor_installed():
        return f"{PREDICTOR_FILE}: not installed; only FER_ENGINE=classic and FER_LANDMARKS=dlib need it"
    verified_predictor()
    return f"{PREDICTOR_FILE}: SHA-256 {PREDICTOR_SHA256} matches the published file"


def _told(check: Check) -> int:
    try:
        print(check())
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    return 0
