"""What an audit measures, against values computed by hand."""

from __future__ import annotations

import pytest

from fer_web.core.proportion import wilson
from fer_web.reports.audit.measures import AuditMeasures
from tests.reports.audit.made import FEAR, HAPPY, SAD, faced, faceless

# 6 of 8 happy and 1 of 2 sad faces are right, 3 answers are uncertain of which 1 is right; 2 pictures have no face.
IMAGES = [
    *faced(HAPPY, HAPPY, 5, confidence=0.9),
    *faced(HAPPY, HAPPY, 1, confidence=0.4, uncertain=True),
    *faced(HAPPY, SAD, 2, confidence=0.4, uncertain=True),
    *faced(SAD, SAD, 1, confidence=0.9),
    *faced(SAD, FEAR, 1, confidence=0.9),
    *faceless(SAD, 2),
]


def test_shares_are_of_what_they_say() -> None:
    found = AuditMeasures.of(IMAGES, "one")

    assert found.found == wilson(10, 12)
    assert found.accuracy == wilson(7, 10)
    assert found.uncertain == wilson(3, 10)
    assert found.certain_accuracy == wilson(6, 7)


def test_recall_is_of_the_faces_with_that_label() -> None:
    found = AuditMeasures.of(IMAGES, "one")

    assert found.recalls[HAPPY.position] == wilson(6, 8)
    assert found.recalls[SAD.position] == wilson(1, 2)
    assert found.recalls[FEAR.position].count == 0
    assert found.confusion[SAD.position, FEAR.position] == 1
    assert found.confusion.sum() == 10


def test_calibration_is_the_gap_of_each_bin() -> None:
    """7 answers of 0.9, 6 of them right; 3 of 0.4, 1 right: |6.3 - 6| + |1.2 - 1| = 0.5, of 10; both too high."""
    calibration = AuditMeasures.of(IMAGES, "one").calibration

    assert calibration is not None
    assert calibration.error.value == pytest.approx(0.05, abs=1e-6)
    assert calibration.overconfidence.value == pytest.approx(0.05, abs=1e-6)
    assert [(round(mean, 3), share) for mean, share in calibration.bins] == [(0.4, wilson(1, 3)), (0.9, wilson(6, 7))]


def test_without_faces_there_is_nothing_to_calibrate() -> None:
    found = AuditMeasures.of(faceless(HAPPY, 3), "one")

    assert found.found == wilson(0, 3)
    assert (found.accuracy.count, found.calibration) == (0, None)
