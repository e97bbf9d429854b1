"""An application with threads in native code that nobody can end, as a driver's that does not return."""

from __future__ import annotations

from threading import Thread

import cv2
import numpy as np

from tests.web.client import make_app

app = make_app()


def _work() -> None:
    image = np.zeros((2000, 2000, 3), np.uint8)
    while True:
        cv2.GaussianBlur(image, (0, 0), 5)


for _ in range(3):
    Thread(target=_work, daemon=True, name="stubborn").start()
