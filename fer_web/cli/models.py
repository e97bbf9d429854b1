"""`python -m fer_web models`: what is in the models folder, and whether it is what its cards say."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from fer_web.errors import ModelError
from fer_web.registry import ModelCard, list_models, verify_model
from fer_web.settings import load_settings


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
    """Print one line a model; 1 when one is not what its card says, or when there is none."""
    directory = _directory(args)
    cards = list_models(directory)
    if not cards:
        raise ModelError(f"there are no models in {directory}")
    if args.action == "list":
        for card in cards:
            print(_line(card))
        return 0
    return max([*(_verify(directory, card.name) for card in cards), _verify_landmarks()])


def _directory(args: argparse.Namespace) -> Path:
    settings = load_settings({"models_dir": args.models_dir})
    return settings.models_dir


def _line(card: ModelCard) -> str:
    metrics = ", ".join(f"{name} {value}" for name, value in card.metrics.items() if isinstance(value, (int, float)))
    return (
        f"{card.name:<16} {card.version:<10} {card.network:<16} {card.parameters:>10,} parameters  {metrics}".rstrip()
    )


def _verify(directory: Path, name: str) -> int:
    try:
        card = verify_model(directory, name)
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{name}: SHA-256 {card.sha256} matches its card")
    return 0


def _verify_landmarks() -> int:
    from fer_web.vision.landmarks import PREDICTOR_FILE, PREDICTOR_SHA256, verified_predictor

    try:
        verified_predictor()
    except ModelError as error:
        print(f"error: {error}", file=sys.stderr)
        return 1
    print(f"{PREDICTOR_FILE}: SHA-256 {PREDICTOR_SHA256} matches the published file")
    return 0
