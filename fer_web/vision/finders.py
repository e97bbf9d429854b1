"""The first steps of a pipeline, by engine: who is in the picture, where their points are, and their chips."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Protocol

from fer_web.core import Faces, Frame, Rect
from fer_web.registry import InputSpec
from fer_web.vision.align import Align, to_gray
from fer_web.vision.blur_areas import Search
from fer_web.vision.crew import each
from fer_web.vision.detect import SECOND_THRESHOLD, Detect, HogDetector
from fer_web.vision.follow import DetectWhenDue, Follow
from fer_web.vision.landmarkers import Landmarker, NoLandmarker, WithFallback
from fer_web.vision.landmarks import FindLandmarks
from fer_web.vision.people import People
from fer_web.vision.pipeline import Step
from fer_web.vision.track import Tracker
from fer_web.vision.yunet import EAGER_SCORE, KEPT_SCORE, YuNet, pieces_of

# The largest pictures that the HOG detector searches. Live: 960x540, so that a face 160 pixels wide in full HD is
# found. Single pictures may take longer: 4 megapixels with enlargement, a quarter of that without.
LIVE_PIXELS = 960 * 540
STILL_PIXELS = {0: 1_000_000, 1: 4_000_000}
# A picture up to this many pixels is likely somebody's crop of a face, when it seems to hold none.
CROP_PIXELS = 256 * 256


class FaceFinder(Protocol):
    """What an engine puts at the beginning of pipelines."""

    @property
    def landmarks(self) -> str:
        """What places landmarks: mesh, dlib or off."""

    def live(self, spec: InputSpec) -> tuple[Step, ...]:
        """Steps with a memory, for the frames of one camera."""

    def still(self, spec: InputSpec, upsample: int) -> tuple[Step, ...]:
        """Steps for single pictures, from any thread; `upsample` is 0 or 1."""

    def search(self) -> Search:
        """Finds what might be a face in the frames of one camera: rather too much than too little."""


@dataclass(frozen=True, slots=True, eq=False)
class ClassicFinder:
    """dlib's HOG detector and its 68 landmarks."""

    detector: HogDetector
    predictor: Any
    landmarks: str = "dlib"

    def live(self, spec: InputSpec) -> tuple[Step, ...]:
        tracker = Tracker(self.detector, self.predictor, spec, LIVE_PIXELS)
        detect = DetectWhenDue(tracker)
        return (detect, Follow(tracker, detect))

    def still(self, spec: InputSpec, upsample: int) -> tuple[Step, ...]:
        detect = Detect(self.detector, upsample, STILL_PIXELS[upsample])
        return (detect, FindLandmarks(self.predictor), Align(spec))

    def search(self) -> Search:
        return self._search

    def _search(self, frame: Frame) -> list[Rect]:
        found = self.detector.find(to_gray(frame.pixels), 1.0, LIVE_PIXELS, SECOND_THRESHOLD)
        return [face.region for face in found]


@dataclass(frozen=True, slots=True, eq=False)
class ModernFinder:
    """YuNet and a landmarker."""

    detector: YuNet
    landmarker: Landmarker
    landmarks: str = "mesh"

    def live(self, spec: InputSpec) -> tuple[Step, ...]:
        return (People(self.detector, self.landmarker, spec),)

    def still(self, spec: InputSpec, upsample: int) -> tuple[Step, ...]:
        return (FindFaces(self.detector, upsample), MarkFaces(self.landmarker, spec))

    def search(self) -> Search:
        return EagerSearch(self.detector)


class EagerSearch:
    """Looks at the whole of every frame, and closely at a piece of large ones, in turn; belongs to one thread."""

    def __init__(self, detector: YuNet) -> None:
        self._detector = detector
        self._turn = 0

    def __call__(self, frame: Frame) -> list[Rect]:
        found = [face.region for face in self._detector.find(frame.pixels, EAGER_SCORE)]
        pieces = pieces_of(frame.size)
        if pieces:
            self._turn = (self._turn + 1) % len(pieces)
            piece = pieces[self._turn]
            part = frame.pixels[piece.top : piece.bottom, piece.left : piece.right]
            near = self._detector.find(part, EAGER_SCORE)
            found += [face.region.moved(piece.left, piece.top) for face in near]
        return found


class FindFaces:
    """Finds the faces of a single picture; in pieces too, with `upsample`, when it is large."""

    name = "detect"

    def __init__(self, detector: YuNet, upsample: int) -> None:
        self._detector, self._upsample = detector, upsample

    def __call__(self, frame: Frame, faces: Faces) -> Faces:  # noqa: ARG002
        pixels = frame.pixels
        found = self._detector.find_closely(pixels) if self._upsample else self._detector.find(pixels)
        if found or frame.size[0] * frame.size[1] > CROP_PIXELS:
            return found
        return self._detector.find_crop(pixels)


class MarkFaces:
    """Adds points and chips; who is in doubt is no face unless the landmarker sees one too."""

    name = "landmarks"

    def __init__(self, landmarker: Landmarker, spec: InputSpec) -> None:
        self._landmarker = WithFallback(landmarker, NoLandmarker(spec))

    def __call__(self, frame: Frame, faces: Faces) -> Faces:
        # Somebody's crop of a face is likely one.
        sure = KEPT_SCORE if frame.size[0] * frame.size[1] <= CROP_PIXELS else None
        marked = each(lambda face: self._landmarker.begin(frame, face, sure), faces)
        return tuple(face for face in marked if face is not None)
