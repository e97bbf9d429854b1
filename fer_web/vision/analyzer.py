"""The one way in which faces are analyzed, for live pictures and for single ones."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path

from fer_web.core import DEFAULT_ENGINE
from fer_web.registry import ModelCard
from fer_web.vision.align import Align
from fer_web.vision.blink import Blinks
from fer_web.vision.classify import Classifier, Classify
from fer_web.vision.detect import Detect
from fer_web.vision.engines import EngineParts, engine_of
from fer_web.vision.follow import DetectWhenDue, Follow
from fer_web.vision.judge import Judge
from fer_web.vision.keypoints import KeypointNetwork, Later, PlaceKeypoints
from fer_web.vision.landmarks import FindLandmarks
from fer_web.vision.pipeline import Pipeline
from fer_web.vision.pose import EstimatePose
from fer_web.vision.quality import AssessQuality
from fer_web.vision.smooth import Smooth
from fer_web.vision.track import Tracker

# The largest pictures that are searched for faces. Live: 960x540, so that a face 160 pixels wide in full HD is found.
# Single pictures may take longer: 4 megapixels with enlargement, a quarter of that without.
LIVE_PIXELS = 960 * 540
STILL_PIXELS = {0: 1_000_000, 1: 4_000_000}


class Analyzer:
    """The loaded models, shared by all pipelines. Building one reads and warms them (about 5 s).

    The network for keypoints is loaded when a pipeline first wants them.
    """

    def __init__(self, parts: EngineParts, models_dir: Path) -> None:
        self._classifier, self._detector, self._predictor = parts.classifier, parts.detector, parts.predictor
        self._keypoints = Later(partial(KeypointNetwork.load, models_dir))

    @classmethod
    def load(cls, models_dir: Path, name: str, engine: str = DEFAULT_ENGINE) -> Analyzer:
        """With the expression network of that name; ModelError when that or another of the engine's files is no use."""
        return cls(engine_of(engine).load(models_dir, name), models_dir)

    @property
    def card(self) -> ModelCard:
        """The expression network's card."""
        return self._classifier.card

    @property
    def classifier(self) -> Classifier:
        """The expression network."""
        return self._classifier

    def live(self, wants_keypoints: Callable[[], bool] | None = None) -> Pipeline:
        """For the frames of one camera, in their order, on one thread: people are followed and their blinks counted.

        Keypoints are placed in those frames for which they are wanted; without the argument never.
        """
        tracker = Tracker(self._detector, self._predictor, self.card.input, LIVE_PIXELS)
        detect = DetectWhenDue(tracker)
        return Pipeline(
            (
                detect,
                Follow(tracker, detect),
                Classify(self._classifier),
                Smooth(),
                AssessQuality(),
                EstimatePose(),
                Blinks(),
                Judge(self.card.uncertain_below),
                *([] if wants_keypoints is None else [PlaceKeypoints(self._keypoints.peek, wants_keypoints)]),
            )
        )

    def still(self, upsample: int = 1, keypoints: bool = False) -> Pipeline:
        """For single pictures, from any thread; `upsample` 1 finds faces from 40 pixels, 0 from 80 but faster.

        ValueError for another `upsample`; ModelError, as the pipeline runs, where there are no `keypoints` to be had.
        """
        more = (PlaceKeypoints(self._keypoints.get),) if keypoints else ()
        return Pipeline((*self.cut(upsample).steps, *self.answers(self._classifier).steps, *more))

    def cut(self, upsample: int = 1) -> Pipeline:
        """The first part of `still`, the same for every network: faces are found, marked, cut out and looked over.

        ValueError for another `upsample`.
        """
        if upsample not in STILL_PIXELS:
            raise ValueError(f"upsample must be 0 or 1, not {upsample}")
        detect = Detect(self._detector, upsample, STILL_PIXELS[upsample])
        align = Align(self.card.input)
        return Pipeline((detect, FindLandmarks(self._predictor), align, AssessQuality(), EstimatePose(), Blinks()))

    def answers(self, classifier: Classifier) -> Pipeline:
        """The second part of `still`, by any network: what the faces express, and whether that can be trusted."""
        return Pipeline((Classify(classifier, mirrored=True), Judge(classifier.card.uncertain_below)))
