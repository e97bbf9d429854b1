"""Labeled pictures asked about, one after the other; a file that cannot be read is named and stops nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from fer_web.analysis.compare import compare
from fer_web.core import Frame, largest_first
from fer_web.errors import ImageError
from fer_web.reports.audit import AuditedImage, LabeledImage, ModelAnswer
from fer_web.sources import decode_image
from fer_web.vision import Analyzer
from fer_web.vision.classify import Classifier


def audited(
    vision: Analyzer,
    classifiers: Sequence[Classifier],
    images: Iterable[LabeledImage],
    *,
    max_bytes: int,
    max_pixels: int,
) -> Iterator[AuditedImage]:
    """What each network answers for each picture's largest face, whose faces are found once.

    ModelError when a network wants other face crops than `vision`'s.
    """
    for image in images:
        yield _told(partial(_audited, vision, classifiers, image, max_bytes, max_pixels), image)


def _told(ask: Callable[[], AuditedImage], image: LabeledImage) -> AuditedImage:
    """The answer, or why there is none."""
    try:
        return ask()
    except OSError as error:
        return AuditedImage(image, trouble=f"it cannot be read: {error.strerror}")
    except ImageError as error:
        return AuditedImage(image, trouble=str(error))


def _audited(
    vision: Analyzer, classifiers: Sequence[Classifier], image: LabeledImage, max_bytes: int, max_pixels: int
) -> AuditedImage:
    pixels = decode_image(image.path.read_bytes(), max_bytes=max_bytes, max_pixels=max_pixels)
    answers, faces = {}, 0
    for classifier, result in zip(classifiers, compare(vision, classifiers, Frame(0, 0.0, pixels)), strict=True):
        found = [face for face in largest_first(result.faces) if face.scores is not None]
        faces = len(found)
        for face in found[:1]:
            assert face.scores is not None  # noqa: S101 - for mypy
            answers[classifier.card.name] = ModelAnswer(face.scores, face.uncertain, face.uncertain_because)
    return AuditedImage(image, faces, answers)
