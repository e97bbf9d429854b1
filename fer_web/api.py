"""FER Web from Python: `analyze_image` and `analyze_video`, whose results are lists of values and fit into tables.

from fer_web import analyze_image, analyze_video

for face in analyze_image("photo.jpg"):
    print(face.dominant_emotion, face.scores)
readings = analyze_video("talk.mp4")
readings.to_csv("talk.csv")
table = pandas.DataFrame(readings.to_records())
"""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypeAlias

import numpy as np
from numpy.typing import NDArray

from fer_web.analysis.rate import DEFAULT_FPS
from fer_web.analysis.results import FaceResult, ImageResult, PathLike, VideoResult
from fer_web.core import DEFAULT_ENGINE, EngineChoice, Frame, Landmarks, Pixels, Reading, largest_first
from fer_web.core.text import shown_path
from fer_web.errors import ImageError
from fer_web.resources import MODELS

if TYPE_CHECKING:
    from PIL import Image

    from fer_web.vision import Analyzer

__all__ = ["FaceResult", "ImageResult", "VideoResult", "analyze_image", "analyze_video"]

MODEL = "xception-pair"
Channels: TypeAlias = Literal["rgb", "bgr"]


def analyze_image(
    image: PathLike | bytes | Image.Image | NDArray[np.uint8],
    *,
    channels: Channels = "rgb",
    upsample: int = 1,
    model: str = MODEL,
    models_dir: PathLike = MODELS,
    engine: str = DEFAULT_ENGINE.engine,
    landmarks: Landmarks = DEFAULT_ENGINE.landmarks,
) -> ImageResult:
    """The faces of a picture: a file, its bytes, Pillow's image, or pixels, (height, width, 3) or (height, width) gray
    uint8.

    OpenCV's pixels are BGR: `analyze_image(cv2.imread("photo.jpg"), channels="bgr")`. Nothing in the
    pixels tells, and with red and blue exchanged the answers are others. `channels` is about arrays alone. `upsample` 1
    finds smaller faces, 0 is faster. `engine` and `landmarks` are as FER_ENGINE and FER_LANDMARKS; the first call
    loads their models. ImageError for what is no picture, ModelError; ValueError for other `channels`.
    """
    pixels = _pixels(image, channels)
    vision = _vision(str(models_dir), model, EngineChoice(engine, landmarks))
    faces = largest_first(vision.still(upsample)(Frame(0, 0.0, pixels)).faces)
    height, width = pixels.shape[:2]
    return ImageResult(tuple(map(FaceResult.of, faces)), width, height, _named(vision))


def analyze_video(
    path: PathLike,
    *,
    fps: float | None = DEFAULT_FPS,
    annotated: PathLike | None = None,
    model: str = MODEL,
    models_dir: PathLike = MODELS,
    engine: str = DEFAULT_ENGINE.engine,
    landmarks: Landmarks = DEFAULT_ENGINE.landmarks,
    on_progress: Callable[[float, float | None], None] = lambda *_: None,
    should_stop: Callable[[], bool] = lambda: False,
) -> VideoResult:
    """Everybody's readings over a video file, `fps` pictures a second at most, None for every one.

    `annotated` is where a copy with the overlay drawn on it goes, an MP4 with the sound. `on_progress` gets the
    seconds done and in all, None where the file does not say; when `should_stop` says True, the readings so far are
    answered. They are all kept in memory: some 50 MB for an hour of two people. SourceError for what is no video,
    ModelError.
    """
    from fer_web.analysis.video import AnalysisOptions, analyze_file

    options = AnalysisOptions(fps=fps)
    readings: list[Reading] = []
    analysis = analyze_file(
        Path(path),
        _vision(str(models_dir), model, EngineChoice(engine, landmarks)),
        lambda new, _: readings.extend(new),
        options=options,
        annotated=None if annotated is None else Path(annotated),
        on_progress=on_progress,
        should_stop=should_stop,
    )
    return VideoResult(tuple(readings), analysis.recording)


@lru_cache(maxsize=1)
def _vision(models_dir: str, model: str, engine: EngineChoice) -> Analyzer:
    """Loaded once, for all calls with the same model and engine."""
    from fer_web.vision import Analyzer

    return Analyzer.load(Path(models_dir), model, engine)


def _named(vision: Analyzer) -> str:
    return f"{vision.card.name} {vision.card.version}"


def _pixels(image: PathLike | bytes | Image.Image | NDArray[np.uint8], channels: Channels) -> Pixels:
    from PIL import Image

    from fer_web.sources import decode_image, pixels_of_image

    if channels not in ("rgb", "bgr"):
        raise ValueError(f"channels must be 'rgb' or 'bgr', not {channels!r}")
    if isinstance(image, np.ndarray):
        return _rgb(image, channels)
    if isinstance(image, Image.Image):
        return pixels_of_image(image)
    if isinstance(image, (bytes, bytearray, memoryview)):
        return decode_image(bytes(image))
    try:
        return decode_image(Path(image).read_bytes())
    except OSError as error:
        raise ImageError("unreadable", f"{shown_path(image)} cannot be read: {error.strerror}") from error


def _rgb(pixels: NDArray[Any], channels: Channels) -> Pixels:
    is_gray, is_color = pixels.ndim == 2, pixels.ndim == 3 and pixels.shape[2:] == (3,)
    if pixels.dtype != np.uint8 or not (is_gray or is_color) or not pixels.size:
        raise ImageError(
            "not_an_image",
            f"pixels are (height, width, 3) RGB or (height, width) gray, uint8, not {pixels.shape} {pixels.dtype}",
        )
    if is_gray:
        return np.ascontiguousarray(np.repeat(pixels[:, :, None], 3, axis=2))
    return np.ascontiguousarray(pixels[:, :, ::-1] if channels == "bgr" else pixels)
