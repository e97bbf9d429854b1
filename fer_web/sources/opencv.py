"""OpenCV as webcams are read with it: silent, RGB. Import cv2 for capturing from here and nowhere else."""

from __future__ import annotations

import os
import sys
from typing import Any

from fer_web.core import Pixels

__all__ = ["CAMERA_BACKEND", "capture", "cv2", "read_rgb"]

# macOS asks for the camera only on the main thread, or leaves it to the system when told so; we open on others.
os.environ.setdefault("OPENCV_AVFOUNDATION_SKIP_AUTH", "1")
# Media Foundation otherwise takes up to a minute to open a camera.
os.environ.setdefault("OPENCV_VIDEOIO_MSMF_ENABLE_HW_TRANSFORMS", "0")

import cv2
import numpy as np

cv2.utils.logging.setLogLevel(cv2.utils.logging.LOG_LEVEL_SILENT)  # what went wrong reaches people as a SourceError

CAMERA_BACKEND: int = {"linux": cv2.CAP_V4L2, "darwin": cv2.CAP_AVFOUNDATION, "win32": cv2.CAP_DSHOW}.get(
    sys.platform, cv2.CAP_ANY
)


def capture(target: int | str, backend: int) -> Any:
    """An opened or unopened `cv2.VideoCapture`; whoever asks for it releases it."""
    return cv2.VideoCapture(target, backend)


def read_rgb(source: Any) -> Pixels | None:
    """The next picture in RGB; None when there is none any more."""
    ok, picture = source.read()
    if not ok or picture is None:
        return None
    if picture.ndim == 2:
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_GRAY2RGB))
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2RGB if picture.shape[2] == 3 else cv2.COLOR_BGRA2RGB))
