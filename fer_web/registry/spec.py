"""How a face becomes a network's input. Training and serving both come through here."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import ModelError


@dataclass(frozen=True, slots=True)
class InputSpec:
    """A network's input: `width` by `height` pixels, one gray channel, black as `low` and white as `high`.

    ModelError when it describes something that cannot be prepared.
    """

    width: int = 48
    height: int = 48
    color: str = "gray"
    low: float = -1.0
    high: float = 1.0

    def __post_init__(self) -> None:
        if self.color != "gray":
            raise ModelError(f"the input's color is {self.color!r}, but only 'gray' is supported")
        if self.width < 1 or self.height < 1 or self.low >= self.high:
            raise ModelError(f"the input {self} has no size or no range")

    def prepare(self, chips: NDArray[np.uint8]) -> NDArray[np.float32]:
        """Gray chips (n, height, width) uint8 as the network's (n, height, width, 1) float32, `low` to `high`.

        ValueError for another size: cropping and scaling are the aligner's work, not done silently here.
        """
        if chips.ndim != 3 or chips.shape[1:] != (self.height, self.width) or chips.dtype != np.uint8:
            wanted = f"(n, {self.height}, {self.width}) uint8"
            raise ValueError(f"chips must be {wanted}, not {chips.shape} {chips.dtype}")
        scale = np.float32((self.high - self.low) / 255)
        return np.asarray(chips.astype(np.float32) * scale + np.float32(self.low))[..., np.newaxis]
