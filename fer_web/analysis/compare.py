"""Several expression networks asked about the same faces, to see where they disagree and what each looked at."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from threading import Lock

from fer_web.core import DEFAULT_ENGINE, Frame, FrameResult
from fer_web.errors import ModelError, NoModel
from fer_web.registry import ModelCard
from fer_web.registry.card import EXPRESSION
from fer_web.registry.catalog import list_models
from fer_web.vision.analyzer import Analyzer
from fer_web.vision.classify import Classifier
from fer_web.vision.engines import engine_of
from fer_web.vision.hiding import ChipPart, HidePart
from fer_web.vision.pipeline import Pipeline

# The folder, in that of the served models, of the laboratory's.
LAB_MODELS = "lab"


class Classifiers:
    """The expression networks of some folders, each loaded as the engine does when it is first asked for, and kept.

    Any thread may ask. A name that stands in several folders is the first one's. One lock guards the loading, so that
    nothing is loaded twice.
    """

    def __init__(self, folders: Sequence[Path], engine: str = DEFAULT_ENGINE.engine) -> None:
        self._folders, self._engine = tuple(folders), engine
        self._loaded: dict[str, Classifier] = {}
        self._lock = Lock()

    def cards(self) -> dict[str, ModelCard]:
        """What there is to ask, by name. A folder that is missing holds nothing; ModelError for an unreadable card."""
        return {name: card for name, (card, _) in self._places().items()}

    def get(self, name: str) -> Classifier:
        """The network of that name; NoModel when there is none, ModelError when it is damaged."""
        with self._lock:
            if name not in self._loaded:
                places = self._places()
                if name not in places:
                    raise NoModel(f"there is no model {name!r}; there are {', '.join(places)}")
                self._loaded[name] = engine_of(self._engine).classifier(places[name][1], name)
            return self._loaded[name]

    def _places(self) -> dict[str, tuple[ModelCard, Path]]:
        places: dict[str, tuple[ModelCard, Path]] = {}
        for folder in self._folders:
            for card in list_models(folder, EXPRESSION):
                places.setdefault(card.name, (card, folder))
        return places


def compare(
    vision: Analyzer,
    classifiers: Sequence[Classifier],
    frame: Frame,
    upsample: int = 1,
    hidden: ChipPart | None = None,
) -> list[FrameResult]:
    """Each network's result for a picture whose faces are found, marked, cut out and looked over once.

    The time for that stands in every result. The `hidden` part of each crop is kept from the networks. ModelError when
    a network wants other crops than `vision`'s.
    """
    for classifier in classifiers:
        if classifier.card.input != vision.card.input:
            raise ModelError(f"{classifier.card.name} expects different face crops than {vision.card.name}")
    cut = vision.cut(upsample)
    found = (cut if hidden is None else Pipeline((*cut.steps, HidePart(hidden))))(frame)
    results = []
    for classifier in classifiers:
        answer = vision.answers(classifier).resume(frame, found.faces)
        results.append(FrameResult(frame, answer.faces, {**found.timing_ms, **answer.timing_ms}))
    return results
