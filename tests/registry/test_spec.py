"""One preparation of the input, for training and serving."""

from __future__ import annotations

import numpy as np
import pytest

from fer_web.errors import ModelError
from fer_web.registry import InputSpec


def test_black_becomes_low_and_white_high() -> None:
    chips = np.zeros((2, 48, 48), np.uint8)
    chips[1] = 255

    prepared = InputSpec(low=-1, high=1).prepare(chips)

    assert prepared.shape == (2, 48, 48, 1)
    assert prepared.dtype == np.float32
    assert (prepared[0].max(), prepared[1].min()) == (-1, 1)


def test_a_chip_of_another_size_is_not_squeezed_silently() -> None:
    with pytest.raises(ValueError, match="48, 48"):
        InputSpec().prepare(np.zeros((1, 64, 64), np.uint8))


@pytest.mark.parametrize("values", [{"color": "rgb"}, {"width": 0}, {"low": 1.0, "high": 1.0}])
def test_an_input_that_cannot_be_prepared_is_refused(values: dict[str, object]) -> None:
    with pytest.raises(ModelError):
        InputSpec(**values)  # type: ignore[arg-type]
