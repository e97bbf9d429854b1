"""Pictures with more than 8 bits a sample: white is the largest value of as many bits as are used.

Machine vision, thermal cameras and DICOM exports store 10, 12 or 14 bits in 16; taken as 16 they would be black.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray
from PIL import Image

LEAST_BITS, MOST = 8, 65535


def white_of(largest: int, declared: int = MOST) -> int:
    """The value that becomes white where `largest` is the largest one, at most the one that the file declares."""
    return min(declared, (1 << max(LEAST_BITS, int(largest).bit_length())) - 1)


def eight_bits(values: NDArray[Any], white: int) -> NDArray[np.uint8]:
    """Samples of 0 to `white`, of any shape, as 0 to 255."""
    table = (np.arange(MOST + 1) * (255 / white)).round().clip(0, 255).astype(np.uint8)
    return np.asarray(table[values])


def deep_image(samples: NDArray[Any], declared: int = MOST) -> Image.Image:
    """Samples, (H, W) gray or (H, W, 3 or 4) RGB with or without alpha, uint8 or uint16, as a picture of 8 bits."""
    if samples.dtype == np.uint8 and declared == MOST:
        return Image.fromarray(samples)
    color = samples[..., :3] if samples.ndim == 3 else samples
    shown = eight_bits(color, white_of(int(color.max(initial=0)), declared))
    if samples.ndim == 3 and samples.shape[2] == 4:
        shown = np.dstack([shown, eight_bits(samples[..., 3], declared)])
    return Image.fromarray(shown)
