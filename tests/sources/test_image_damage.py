"""Pictures that were cut: nearly all is enough, less is told as what it is."""

from __future__ import annotations

import io
from typing import Any

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from fer_web.sources import decode_image
from tests.sources.test_decode_image import packed, refusal

PORTRAIT = Image.fromarray(astronaut())
BY_ROWS: dict[str, tuple[str, dict[str, Any]]] = {
    "baseline": ("JPEG", {}),
    "full color": ("JPEG", {"subsampling": 0}),
    "gray": ("JPEG", {}),
    "progressive": ("JPEG", {"progressive": True}),
    "restarts": ("JPEG", {"restart_marker_rows": 2}),
    "png": ("PNG", {}),
    "gif": ("GIF", {}),
    "bmp": ("BMP", {}),
    "tiff": ("TIFF", {}),
    "tga": ("TGA", {}),
    "tga packed": ("TGA", {"compression": "tga_rle"}),
    "ppm": ("PPM", {}),
}
AT_ONCE = {"webp": ("WEBP", {}), "tiff lzw": ("TIFF", {"compression": "tiff_lzw"}), "jp2": ("JPEG2000", {})}


def written(name: str) -> bytes:
    kind, options = (BY_ROWS | AT_ONCE)[name]
    return packed(PORTRAIT.convert("L") if name == "gray" else PORTRAIT, kind, **options)


def whole(name: str) -> np.ndarray[Any, np.dtype[np.uint8]]:
    return np.asarray(Image.open(io.BytesIO(written(name))).convert("RGB"))


@pytest.mark.parametrize("cut", [1, 2, 3, 10, 100])
@pytest.mark.parametrize("name", BY_ROWS)
def test_a_picture_that_lacks_its_last_bytes_is_taken(name: str, cut: int) -> None:
    pixels = decode_image(written(name)[:-cut])

    same = (pixels == whole(name)).all(axis=(1, 2))
    assert same.mean() >= 0.93  # some of the rows of the last blocks are decoded and filtered otherwise


@pytest.mark.parametrize("name", BY_ROWS)
def test_a_picture_that_lacks_a_tenth_says_how_much_is_there(name: str) -> None:
    data = written(name)
    error = refusal(data[: len(data) * 88 // 100])

    assert error.code == "image_truncated"
    assert "of it can be read" in str(error)
    assert "send the whole file" in str(error)


@pytest.mark.parametrize("name", AT_ONCE)
@pytest.mark.parametrize("cut", [20, 2000])
def test_a_picture_that_is_decoded_only_as_a_whole_says_that_it_is_cut(name: str, cut: int) -> None:
    error = refusal(written(name)[:-cut])

    assert error.code == "image_truncated"
    assert "cut short" in str(error)


def test_a_progressive_picture_without_its_finest_detail_is_not_taken_for_whole() -> None:
    """All of its rows are there from the first scan on, of blocks of 8 x 8 pixels in one color."""
    data = packed(PORTRAIT, "JPEG", progressive=True)
    scans = [at for at in range(len(data)) if data.startswith(b"\xff\xda", at)]

    for end in scans[1:]:
        assert refusal(data[:end]).code == "image_truncated"


def test_black_bars_at_the_bottom_are_not_missing() -> None:
    framed = Image.new("RGB", (320, 400))
    framed.paste(PORTRAIT.resize((320, 300)))

    assert decode_image(packed(framed, "JPEG")[:-2]).shape == (400, 320, 3)
    assert decode_image(packed(framed, "PNG")[:-20]).shape == (400, 320, 3)


def test_a_transparent_gif_that_is_cut_is_told_as_well() -> None:
    clear = PORTRAIT.quantize(64)
    data = packed(clear, "GIF", transparency=3)

    assert decode_image(data[:-3]).shape == (512, 512, 3)
    assert refusal(data[: len(data) // 2]).code == "image_truncated"


def test_an_interlaced_png_is_whole_or_cut() -> None:
    import cv2

    ok, data = cv2.imencode(".png", astronaut())
    assert ok
    assert refusal(bytes(data)[: len(data) * 3 // 4]).code == "image_truncated"
