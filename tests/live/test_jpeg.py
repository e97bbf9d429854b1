from __future__ import annotations

from io import BytesIO

import numpy as np
from PIL import Image

from fer_web.live import encode_jpeg


def test_red_stays_red_and_the_size_stays_the_size() -> None:
    pixels = np.zeros((16, 24, 3), np.uint8)
    pixels[..., 0] = 255
    image = Image.open(BytesIO(encode_jpeg(pixels)))
    assert image.format == "JPEG"
    assert image.size == (24, 16)
    red, green, blue = image.convert("RGB").getpixel((5, 5))  # type: ignore[misc]
    assert red > 240
    assert max(green, blue) < 15


def test_less_quality_is_fewer_bytes() -> None:
    noise = np.random.default_rng(7).integers(0, 256, (64, 64, 3), np.uint8)
    assert len(encode_jpeg(noise, quality=30)) < len(encode_jpeg(noise)) < len(encode_jpeg(noise, quality=95))
