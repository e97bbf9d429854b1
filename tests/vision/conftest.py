"""The people of `scenes`, and the modern engine's networks."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from fer_web.core import Frame, Pixels
from fer_web.registry.networks import load_networks
from fer_web.vision.landmarkers import load_yunet
from fer_web.vision.mesh import FaceMesh
from fer_web.vision.yunet import YuNet

MODELS = Path(__file__).resolve().parents[2] / "models"


@pytest.fixture(scope="session")
def person(astronaut: Frame) -> Pixels:
    """Head and shoulders, the face about FACE_PX wide."""
    return np.ascontiguousarray(cv2.resize(astronaut.pixels[20:260, 110:340], None, fx=1.3, fy=1.3))


@pytest.fixture(scope="session")
def other_person(person: Pixels) -> Pixels:
    """The same face mirrored, in another light and color: somebody else as far as colors go."""
    tinted = person[:, ::-1].astype(np.float32) * np.array([0.45, 0.8, 1.0])
    return np.ascontiguousarray(np.clip(tinted, 0, 255).astype(np.uint8))


@pytest.fixture(scope="session")
def yunet() -> YuNet:
    return load_yunet(MODELS)


@pytest.fixture(scope="session")
def face_mesh() -> FaceMesh:
    networks = load_networks(MODELS, "face-mesh")
    return FaceMesh(networks["face-mesh"], networks["movements"])
