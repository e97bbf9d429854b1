"""What a browser needs to analyze as this program does: the networks of a model and the rules of every step.

The rules are the constants of the modules themselves, by their names, so that static/ondevice never has numbers of its
own.
"""

from __future__ import annotations

from dataclasses import asdict, is_dataclass
from pathlib import Path
from types import ModuleType
from typing import Any

import numpy as np

from fer_web.core import mesh as mesh_points
from fer_web.core import movements, values
from fer_web.registry import networks_of, verify_lite
from fer_web.registry.catalog import sha256_of
from fer_web.registry.networks import folder_of, verify_networks
from fer_web.vision import (
    align,
    blink,
    blink_detector,
    classify_due,
    eye_baseline,
    eyes,
    gaze,
    judge,
    landmarkers,
    mesh,
    people,
    person,
    pose,
    quality,
    smooth,
    yunet,
)
from fer_web.vision.memory import KEEP_S

Json = dict[str, Any]

# Where movements' names are pairs: to the person's left less to their right, and up less down.
LOOK = (movements.LOOK_LEFT, movements.LOOK_RIGHT), (movements.LOOK_UP, movements.LOOK_DOWN)
MOVES = {
    "smile": movements.SMILE,
    "brow_raise": movements.BROW_RAISE,
    "brow_lower": movements.BROW_LOWER,
    "jaw_open": movements.JAW_OPEN,
    "squint": movements.SQUINT,
}
_STEPS = {"align": align, "baseline": eye_baseline, "classify": classify_due, "detector": blink_detector, "eyes": eyes}
_STEPS |= {"gaze": gaze, "judge": judge, "landmarkers": landmarkers, "movements": movements, "people": people}
_STEPS |= {"person": person, "pose": pose, "quality": quality, "smooth": smooth, "values": values}


def manifest_of(models_dir: Path, name: str) -> Json:
    """What to load for the model of that name, and how to use it; ModelError when a file is missing or damaged."""
    card = verify_lite(models_dir, name)
    parts = card.parts or {card.name: 1.0}
    spec = card.input
    files = [
        _network(models_dir / f"{one.name}.tflite", (1, spec.height, spec.width, 1))
        for one in networks_of(models_dir, card)
    ]
    mesh_card, yunet_card = (verify_networks(models_dir, other) for other in ("face-mesh", "yunet"))
    meshes = {
        "face-mesh.tflite": (1, mesh.SIDE, mesh.SIDE, 3),
        "movements.tflite": (1, len(mesh_points.OF_MOVEMENTS), 2),
    }
    files += [_network(folder_of(models_dir, mesh_card.name) / file, shape) for file, shape in meshes.items()]
    shapes = [landmarkers.shape_of(Path(file).stem) for file in yunet_card.files]
    files += [
        _network(folder_of(models_dir, yunet_card.name) / file, (1, shape[1], shape[0], 3))
        for file, shape in zip(yunet_card.files, shapes, strict=True)
    ]
    return {
        "model": {
            "name": card.name,
            "version": card.version,
            "labels": card.labels,
            "input": asdict(spec),
            "parts": [{"name": part, "temperature": temperature} for part, temperature in parts.items()],
            "temperature": card.temperature,
            "priors": card.priors,
            "prior_exponent": card.prior_exponent,
            "uncertain_below": card.uncertain_below,
        },
        "networks": files,
        "rules": rules(shapes),
    }


def rules(shapes: list[tuple[int, int]]) -> Json:
    """The constants of every step, by the step's name and their own."""
    return {
        **{step: constants(module) for step, module in _STEPS.items()},
        "mesh": constants(mesh_points) | constants(mesh),
        "detect": constants(yunet) | {"shapes": shapes},
        "blink": constants(blink) | {"MESH_RULES": asdict(blink.for_mesh(blink_detector.RULES))},
        "look": LOOK,
        "moves": MOVES,
        "FORGET_S": KEEP_S,
    }


def constants(module: ModuleType) -> Json:
    """A module's public constants that are numbers, words, lists or tables of them."""
    named = {name: value for name, value in vars(module).items() if name.isupper() and not name.startswith("_")}
    plain = {name: _plain(value) for name, value in named.items()}
    return {name: value for name, value in plain.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, np.ndarray):
        return value.tolist()
    if is_dataclass(value) and not isinstance(value, type):
        return {name: _plain(part) for name, part in asdict(value).items()}
    if isinstance(value, (tuple, list)):
        return [_plain(part) for part in value]
    if hasattr(value, "items"):
        known = {str(key): _plain(part) for key, part in value.items()}
        return known if all(part is not None for part in known.values()) else None
    return value if isinstance(value, (bool, int, float, str)) else None


def _network(path: Path, shape: tuple[int, ...]) -> Json:
    return {
        "name": path.stem,
        "file": f"models/{path.name}",
        "bytes": path.stat().st_size,
        "sha256": sha256_of(path),
        "shape": shape,
    }


def file_of(models_dir: Path, file: str) -> Path:
    """Where a network of the manifest lies."""
    own = models_dir / file
    return own if own.is_file() else folder_of(models_dir, "yunet") / file
