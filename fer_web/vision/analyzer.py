"""The one way in which faces are analyzed, for live pictures and for single ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from fer_web.core import DEFAULT_ENGINE, EngineChoice, Face, Frame, Rect
from fer_web.registry import ModelCard
from fer_web.vision.align import to_gray
from fer_web.vision.blink import Blinks
from fer_web.vision.blur_areas import BlurAreas
from fer_web.vision.classify import Classifier, Classify
from fer_web.vision.classify_due import ClassifyWhenDue
from fer_web.vision.engines import EngineParts, engine_of, load_engine
from fer_web.vision.gaze import EstimateGaze
from fer_web.vision.head_gestures import WatchHead
from fer_web.vision.judge import Judge
from fer_web.vision.keypoints import Later, PlaceKeypoints
from fer_web.vision.letterbox import letterboxed
from fer_web.vision.pipeline import Pipeline
from fer_web.vision.pose import EstimatePose
from fer_web.vision.quality import AssessQuality
from fer_web.vision.smooth import Smooth


class Analyzer:
    """The loaded models, shared by all pipelines. Building one reads and warms them.

    The network for keypoints is loaded when a pipeline first wants them.
    """

    def __init__(self, parts: EngineParts, models_dir: Path, choice: EngineChoice = DEFAULT_ENGINE) -> None:
        self._classifier, self._finder = parts.classifier, parts.finder
        self._models_dir, self.engine = models_dir, choice
        self._keypoints = Later(partial(engine_of(choice.engine).keypoints, models_dir))

    @classmethod
    def load(cls, models_dir: Path, name: str, engine: EngineChoice = DEFAULT_ENGINE) -> Analyzer:
        """With the expression network of that name; ModelError when that or another of the engine's files is no use."""
        return cls(load_engine(engine, models_dir, name), models_dir, engine)

    @property
    def landmarks(self) -> str:
        """What places landmarks: mesh, dlib or off."""
        return self._finder.landmarks

    @property
    def card(self) -> ModelCard:
        """The expression network's card."""
        return self._classifier.card

    @property
    def classifier(self) -> Classifier:
        """The expression network."""
        return self._classifier

    def live(
        self, wants_keypoints: Callable[[], bool] | None = None, wants_blur: Callable[[], bool] | None = None
    ) -> Pipeline:
        """For the frames of one camera, in their order, on one thread: people are followed and their blinks counted.

        Keypoints are placed, and areas to be blurred searched for, in those frames for which they are wanted; without
        the argument never.
        """
        return Pipeline(
            (
                *self._finder.live(self.card.input),
                ClassifyWhenDue(self._classifier),
                Smooth(),
                AssessQuality(),
                EstimatePose(),
                Blinks(),
                EstimateGaze(),
                WatchHead(),
                Judge(self.card.uncertain_below),
                *([] if wants_keypoints is None else [PlaceKeypoints(self._keypoints.peek, wants_keypoints)]),
            ),
            None if wants_blur is None else BlurAreas(self._finder.search(), wants_blur),
        )

    def still(self, upsample: int = 1, keypoints: bool = False) -> Pipeline:
        """For single pictures, from any thread; `upsample` 1 finds smaller faces, 0 is faster.

        ValueError for another `upsample`; ModelError, as the pipeline runs, where there are no `keypoints` to be had.
        """
        more = (PlaceKeypoints(self._keypoints.get),) if keypoints else ()
        return Pipeline((*self.cut(upsample).steps, *self.answers(self._classifier).steps, *more))

    def cut(self, upsample: int = 1) -> Pipeline:
        """The first part of `still`, the same for every network: faces are found, marked, cut out and looked over.

        ValueError for another `upsample`.
        """
        if upsample not in (0, 1):
            raise ValueError(f"upsample must be 0 or 1, not {upsample}")
        found = self._finder.still(self.card.input, upsample)
        return Pipeline((*found, AssessQuality(), EstimatePose(), Blinks(), EstimateGaze()))

    def answers(self, classifier: Classifier) -> Pipeline:
        """The second part of `still`, by any network: what the faces express, and whether that can be trusted."""
        return Pipeline((Classify(classifier, mirrored=True), Judge(classifier.card.uncertain_below)))

    def whole(self, frame: Frame) -> Face:
        """The whole picture as if it were one face, with confidence 0: what the expression network says of it."""
        spec = self.card.input
        chip = to_gray(letterboxed(frame.pixels, (spec.width, spec.height)))
        (face,) = self.answers(self._classifier).resume(frame, (Face(Rect(0, 0, *frame.size), 0.0, chip=chip),)).faces
        return face
