"""Training pictures as the serving path crops them, so that a network can learn from that framing too.

FER2013's own framing varies from picture to picture; what a network is served is the level crop of `vision.align`. A
picture is enlarged as if a camera had seen it, its face is found and cut out as `/predict` does it.
"""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

import cv2
import numpy as np
from numpy.typing import NDArray

from fer_web.core import Face, Frame
from fer_web.registry.spec import InputSpec
from fer_web.vision.align import cut_chip
from fer_web.vision.detect import Detect, HogDetector
from fer_web.vision.landmarks import FindLandmarks, load_predictor

Pictures = NDArray[np.uint8]

# A 48-pixel picture becomes one of 192: dlib finds faces from 80 pixels.
ENLARGEMENT = 4
# Enough for the detector's own enlargement of such pictures.
SEARCHED_PIXELS = 4_000_000
CHUNK = 200


def enlarged(picture: Pictures) -> Pictures:
    """A picture as a camera might have seen it, (4 h, 4 w)."""
    size = (picture.shape[1] * ENLARGEMENT, picture.shape[0] * ENLARGEMENT)
    return np.asarray(cv2.resize(picture, size, interpolation=cv2.INTER_CUBIC), np.uint8)


def faces_of(pictures: Iterable[Pictures]) -> list[Face | None]:
    """The largest face of each picture (48, 48), enlarged, with landmarks, as `/predict` finds it; None without."""
    return faces_in(enlarged(picture) for picture in pictures)


def faces_in(pictures: Iterable[Pictures]) -> list[Face | None]:
    """The same of gray pictures (h, w) of a camera's size."""
    detect, find = Detect(HogDetector(), 1, SEARCHED_PIXELS), FindLandmarks(load_predictor())
    answers: list[Face | None] = []
    for index, picture in enumerate(pictures):
        frame = Frame(index, 0.0, np.repeat(picture[..., np.newaxis], 3, axis=2))
        faces = find(frame, detect(frame, ()))
        answers.append(faces[0] if faces else None)
    return answers


def reframed(pictures: Pictures) -> tuple[Pictures, NDArray[np.bool_]]:
    """The served crops (n, 48, 48) of pictures, and in which of them a face was found; others stay as they are."""
    out, found, spec = pictures.copy(), np.zeros(len(pictures), bool), InputSpec()
    for row, face in enumerate(faces_of(pictures)):
        if face is not None and face.landmarks is not None:
            out[row], found[row] = cut_chip(enlarged(pictures[row]), face.landmarks, spec), True
    return out, found


def reframe_all(pictures: Pictures, jobs: int = 1, *, quiet: bool = False) -> tuple[Pictures, NDArray[np.bool_]]:
    """The same, chunk by chunk in `jobs` processes, with a progress bar."""
    from tqdm import tqdm

    chunks = [pictures[start : start + CHUNK] for start in range(0, len(pictures), CHUNK)]
    parts: list[tuple[Pictures, NDArray[np.bool_]]] = []
    with (
        ProcessPoolExecutor(jobs, mp_context=get_context("spawn")) as pool,
        tqdm(total=len(pictures), desc="crops", unit="picture", disable=quiet) as bar,
    ):
        for part in pool.map(reframed, chunks):
            parts.append(part)
            bar.update(len(part[1]))
    return np.concatenate([crops for crops, _ in parts]), np.concatenate([found for _, found in parts])


def drawn(pictures: Pictures, crops: Pictures, chance: float, rng: np.random.Generator) -> Pictures:
    """Each picture, or with that chance its crop."""
    return np.where((rng.random(len(pictures)) < chance)[:, np.newaxis, np.newaxis], crops, pictures)
