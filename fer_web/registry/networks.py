"""Other people's networks in the models' folder: a card beside them says where they come from, and their hashes."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from fer_web.errors import ModelError
from fer_web.registry.catalog import sha256_of
from fer_web.registry.litert import LiteModel
from fer_web.resources import MODELS

# The cards' names.
NETWORK_CARDS = ("face-mesh", "yunet")


@dataclass(frozen=True, slots=True)
class NetworkCard:
    """What a network does, who made it under which license, which package it was taken from, and its files' SHA-256.

    `changed` says what was done to the published file.
    """

    name: str
    version: str
    does: str
    author: str
    license: str
    source: str
    source_sha256: str
    changed: str
    files: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> NetworkCard:
        """The card in a JSON file; ModelError when it is missing or damaged."""
        try:
            return cls(**json.loads(path.read_text(encoding="utf-8")))
        except FileNotFoundError as error:
            raise ModelError(f"{path} does not exist: get the models' folder anew") from error
        except (TypeError, ValueError) as error:
            raise ModelError(f"{path} is no network's card: {error}") from error

    def write(self, path: Path) -> None:
        """The card as indented JSON."""
        path.write_text(json.dumps(asdict(self), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")


def folder_of(models_dir: Path, name: str) -> Path:
    """Where a card lies: in the folder given, or, if that holds models of somebody's own alone, in the program's."""
    return models_dir if (models_dir / f"{name}.json").is_file() else MODELS


def verify_networks(models_dir: Path, name: str) -> NetworkCard:
    """The card of networks whose files are unchanged; ModelError names the one that is missing or has another hash."""
    folder = folder_of(models_dir, name)
    card = NetworkCard.read(folder / f"{name}.json")
    for file, expected in card.files.items():
        path = folder / file
        if not path.is_file():
            raise ModelError(f"{path} is missing: get the models' folder anew")
        if sha256_of(path) != expected:
            raise ModelError(f"{file} was changed or damaged: its hash is not the one in {name}.json; get it anew")
    return card


def load_networks(models_dir: Path, name: str) -> dict[str, LiteModel]:
    """The networks of a card by their files' stems, once their hashes have matched; ModelError."""
    card = verify_networks(models_dir, name)
    folder = folder_of(models_dir, name)
    return {Path(file).stem: LiteModel.read(folder / file) for file in card.files}
