"""Pictures of machine vision and medicine: 10 or 12 bits in 16 are as bright as they were taken."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Callable

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from fer_web.sources import decode_image
from tests.sources.test_decode_image import packed

Samples = NDArray[np.uint16]


def ramp(bits: int) -> Samples:
    """From black to the largest number of so many bits, 256 columns."""
    return np.tile(np.linspace(0, 2**bits - 1, 256).round().astype(np.uint16), (40, 1))


def by_pillow(kind: str) -> Callable[[Samples], bytes]:
    return lambda samples: packed(Image.fromarray(samples), kind)


def by_opencv(ending: str) -> Callable[[Samples], bytes]:
    """In color."""
    return lambda samples: bytes(cv2.imencode(ending, np.dstack([samples] * 3))[1])


def pgm(samples: Samples) -> bytes:
    return b"P5 256 40 65535\n" + samples.astype(">u2").tobytes()


def ppm(samples: Samples) -> bytes:
    return b"P6 256 40 65535\n" + np.dstack([samples] * 3).astype(">u2").tobytes()


def plain_pgm(samples: Samples) -> bytes:
    return b"P2 256 40 # camera 7\n65535\n" + b" ".join(b"%d" % value for value in samples.ravel())


GRAY = {"png": by_pillow("PNG"), "tiff": by_pillow("TIFF"), "jp2": by_pillow("JPEG2000"), "pgm": pgm, "text": plain_pgm}
COLOR = {"png48": by_opencv(".png"), "tiff48": by_opencv(".tiff"), "jp2 color": by_opencv(".jp2"), "ppm": ppm}
WRITERS = GRAY | COLOR


@pytest.mark.parametrize("bits", [8, 10, 12, 14, 16])
@pytest.mark.parametrize("kind", WRITERS)
def test_white_is_the_largest_value_of_the_bits_that_are_used(kind: str, bits: int) -> None:
    pixels = decode_image(WRITERS[kind](ramp(bits)))

    assert pixels.shape == (40, 256, 3)
    assert np.abs(pixels[20].astype(int) - np.arange(256)[:, None]).max() <= 1


@pytest.mark.parametrize("kind", WRITERS)
def test_a_picture_that_is_nearly_black_stays_dark(kind: str) -> None:
    assert decode_image(WRITERS[kind](ramp(3))).max() == 7


@pytest.mark.parametrize("white", [1, 15, 100, 255, 1000, 1023, 4095])
@pytest.mark.parametrize("form", [b"P2", b"P3", b"P5", b"P6"])
def test_a_netpbm_picture_says_what_is_white(form: bytes, white: int) -> None:
    values = np.tile(np.linspace(0, white, 256).round().astype(np.uint16), (40, 1))
    samples = np.dstack([values] * 3) if form in (b"P3", b"P6") else values
    raw = samples.astype(">u2" if white > 255 else np.uint8).tobytes()
    body = b" ".join(b"%d" % value for value in samples.ravel()) if form in (b"P2", b"P3") else raw

    pixels = decode_image(form + b" 256 40 %d\n" % white + body)

    assert np.abs(pixels[20, :, 0] - values[20] * (255 / white)).max() <= 1


@pytest.mark.parametrize("body", [b"0110" * 16, b"0 1 1 0\n" * 16])
def test_a_bitmap_as_text_has_black_ones(body: bytes) -> None:
    assert decode_image(b"P1\n# drawn by hand\n8 8\n" + body)[0, :4, 0].tolist() == [255, 0, 0, 255]


@pytest.mark.parametrize("ending", [".png", ".tiff"])
def test_transparent_parts_of_deep_colors_lie_over_white(ending: str) -> None:
    alpha = np.full((40, 256), 65535, np.uint16)
    alpha[:, 128:] = 0
    data = bytes(cv2.imencode(ending, np.dstack([*[ramp(10)] * 3, alpha]))[1])

    assert decode_image(data)[20, [0, 100, 200], 0].tolist() == [0, 100, 255]


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_a_deep_picture_is_turned_upright_as_well(orientation: int) -> None:
    turns = {1: 0, 3: 2, 6: 1, 8: 3}[orientation]
    stored = np.ascontiguousarray(np.rot90(np.dstack([ramp(10)] * 3), turns))
    data = bytes(cv2.imencode(".png", stored)[1])
    exif = b"MM\0*\0\0\0\x08\0\1" + struct.pack(">HHIHH", 0x0112, 3, 1, orientation, 0) + bytes(4)
    chunk = b"eXIf" + exif

    pixels = decode_image(
        data[:33] + struct.pack(">I", len(exif)) + chunk + struct.pack(">I", zlib.crc32(chunk)) + data[33:]
    )

    assert pixels.shape == (40, 256, 3)
    assert np.abs(pixels[20, :, 0].astype(int) - np.arange(256)).max() <= 1


@pytest.mark.parametrize("bits", [8, 10, 12])
def test_ten_bits_of_a_phone_are_as_bright_as_eight(bits: int) -> None:
    pillow_heif = pytest.importorskip("pillow_heif")
    samples = (ramp(16) >> (16 - bits)) << (16 - bits)
    if bits == 8:
        data = packed(Image.fromarray((samples >> 8).astype(np.uint8)).convert("RGB"), "HEIF", quality=95)
    else:
        import io

        file = io.BytesIO()
        heif = pillow_heif.from_bytes("RGB;16", (256, 40), np.dstack([samples] * 3).tobytes())
        heif.save(file, quality=95, save_to_12bit=bits == 12)
        data = file.getvalue()

    pixels = decode_image(data)

    assert np.abs(pixels[20, :, 0].astype(int) - np.arange(256)).max() <= 4
