"""The loop to compare with: what the program that this one descends from does with every frame.

HOG with one upsampling on the whole frame, 68 landmarks, `model.predict` for each face on its own, drawing, JPEG.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import dlib
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Emotion, Frame
from fer_web.registry import load_model, networks_of, verify_model
from fer_web.vision.landmarks import load_predictor

BOX = (0, 255, 0)


class ReferenceLoop:
    """One frame in, one JPEG out, nothing remembered."""

    def __init__(self, models_dir: Path, name: str) -> None:
        first = networks_of(models_dir, verify_model(models_dir, name))[0]  # the original had one network
        self._model, self._card = load_model(models_dir, first.name)
        self._detector, self._predictor = dlib.get_frontal_face_detector(), load_predictor()

    def __call__(self, frame: Frame) -> bytes:
        picture = cv2.cvtColor(frame.pixels, cv2.COLOR_RGB2BGR)
        gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY)
        for box in self._detector(gray, 1):
            points = self._predictor(gray, box).parts()
            emotion = Emotion.at(int(self._scores(gray, box).argmax()))
            self._draw(picture, box, points, emotion)
        return bytes(cv2.imencode(".jpg", picture)[1].tobytes())

    def _scores(self, gray: NDArray[np.uint8], box: Any) -> NDArray[np.float32]:
        left, top = max(box.left(), 0), max(box.top(), 0)
        crop = gray[top : box.bottom() + 1, left : box.right() + 1]
        spec = self._card.input
        chip = np.asarray(cv2.resize(crop, (spec.width, spec.height)), np.uint8)
        return np.asarray(self._model.predict(spec.prepare(chip[np.newaxis]), verbose=0)[0])

    def _draw(self, picture: NDArray[np.uint8], box: Any, points: Any, emotion: Emotion) -> None:
        cv2.rectangle(picture, (box.left(), box.top()), (box.right(), box.bottom()), BOX, 2)
        cv2.putText(picture, emotion.value, (box.left(), box.top() - 10), cv2.FONT_HERSHEY_SIMPLEX, 0.7, BOX, 2)
        for point in points:
            cv2.circle(picture, (point.x, point.y), 1, (0, 0, 255), -1)
