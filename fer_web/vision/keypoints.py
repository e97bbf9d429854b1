"""The 15 keypoints of a face, by a network of its own: a second opinion beside the 68 landmarks.

Loaded when somebody first asks for it. It needs eyes and mouth only to crop the face as its training pictures were.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from threading import Lock, Thread
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Faces, Frame, Pixels, Points
from fer_web.errors import ModelError
from fer_web.registry import KEYPOINTS, ModelCard
from fer_web.vision.align import chip_at, onto
from fer_web.vision.runtimes import Run, load_keras, load_lite

log = logging.getLogger(__name__)

NAME = "keypoints"  # of the model
# Where the right eye, the left eye and the mouth (as dlib sees them) lie in the training pictures, in 96ths of their
# side; `python -m fer_web lab keypoints framing` measures it.
KEYPOINT_FRAMING: Points = np.array([[32.2, 36.9], [62.0, 36.1], [47.9, 70.9]], np.float32) / np.float32(96)


class KeypointNetwork:
    """A network for keypoints and its card; any thread may call it."""

    def __init__(self, run: Run, card: ModelCard) -> None:
        self.card, self._run = card, run

    @classmethod
    def load_lite(cls, models_dir: Path) -> KeypointNetwork:
        """The folder's model by LiteRT; ModelError when it is missing, damaged or not what its card says."""
        return cls(*load_lite(models_dir, NAME, KEYPOINTS))

    @classmethod
    def load_keras(cls, models_dir: Path) -> KeypointNetwork:
        """The same by TensorFlow."""
        return cls(*load_keras(models_dir, NAME, KEYPOINTS))

    def points(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Points (n, 15, 2) in the pixels of gray chips (n, 96, 96) uint8."""
        return self._run(self.card.input.prepare(chips))[0]

    def place(self, pixels: Pixels, faces: list[Points]) -> list[Points]:
        """The keypoints (15, 2) in pixels of the picture, for the anchors (3, 2) of each of its faces."""
        spec = self.card.input
        chips = np.stack([chip_at(pixels, places, spec, KEYPOINT_FRAMING) for places in faces])
        maps = [onto(places, spec, KEYPOINT_FRAMING) for places in faces]
        return [back(points, matrix) for points, matrix in zip(self.points(chips), maps, strict=True)]


def back(points: Points, matrix: NDArray[np.float64]) -> Points:
    """Points (n, 2) under the inverse of a similarity (2, 3)."""
    return np.asarray(np.linalg.solve(matrix[:, :2], (points - matrix[:, 2]).T).T, np.float32)


class Later:
    """What is loaded when it is first needed, once; any thread may ask. One lock guards the loading."""

    def __init__(self, load: Callable[[], KeypointNetwork]) -> None:
        self._load = load
        self._lock = Lock()
        self._network: KeypointNetwork | None = None
        self._refusal: ModelError | None = None
        self._is_begun = False

    def get(self) -> KeypointNetwork:
        """The network, loading it if need be; ModelError when that fails, the same one ever after."""
        with self._lock:
            if self._network is None and self._refusal is None:
                try:
                    self._network = self._load()
                except ModelError as error:
                    self._refusal = error
        if self._network is None:
            raise ModelError(str(self._refusal)) from self._refusal
        return self._network

    def peek(self) -> KeypointNetwork | None:
        """The network if it is there; otherwise loading begins behind the caller's back, and it comes some time later.

        A failure is logged and goes no further: a live picture is shown without keypoints rather than not at all.
        """
        if self._network is None and not self._is_begun:
            self._is_begun = True
            Thread(target=self._quietly, name="keypoints", daemon=True).start()
        return self._network

    def _quietly(self) -> None:
        try:
            self.get()
        except ModelError as error:
            log.error("No keypoints on the stream: %s", error)


class PlaceKeypoints:
    """Adds the keypoints to every face whose anchors are known, while they are wanted and their network is there."""

    name = "keypoints"

    def __init__(
        self, network: Callable[[], KeypointNetwork | None], is_wanted: Callable[[], bool] = lambda: True
    ) -> None:
        self._network, self._is_wanted = network, is_wanted

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        known = [middles for face in faces if (middles := face.middles) is not None]
        if not known or not self._is_wanted():
            return faces
        network = self._network()
        if network is None:
            return faces
        places = iter(network.place(frame.pixels, known))
        return tuple(_with(face, places) for face in faces)


def _with(face: Face, places: Any) -> Face:
    return face if face.middles is None else replace(face, keypoints=next(places))
