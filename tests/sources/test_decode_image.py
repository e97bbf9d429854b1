"""Uploaded pictures: upright RGB of every kind that is taken, a refusal with a code for everything else."""

from __future__ import annotations

import csv
import io
import random
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, features

from fer_web.core import Pixels
from fer_web.errors import ImageError
from fer_web.sources import decode_image
from fer_web.sources.image_header import FORMATS

# Cut JPEG of which all rows are there; PNG that breaks off at 69 %, of which the manifest does not know.
MORE_OR_LESS_THERE = {"pillow/truncated_jpeg.jpg": "", "pillow/broken_data_stream.png": "image_truncated"}
CODES = {"empty", "not_an_image", "unsupported_format", "image_truncated", "image_too_large", "too_many_pixels"}


def packed(image: Image.Image, kind: str, **options: object) -> bytes:
    file = io.BytesIO()
    image.save(file, kind, **options)
    return file.getvalue()


def scene() -> Image.Image:
    """Four flat quarters, so that turning and lossy compression can be told apart; 96 x 64."""
    pixels = np.zeros((64, 96, 3), np.uint8)
    pixels[:32, :48], pixels[:32, 48:] = (220, 40, 30), (40, 200, 50)
    pixels[32:, :48], pixels[32:, 48:] = (30, 60, 210), (200, 200, 60)
    return Image.fromarray(pixels)


def quarters(pixels: Pixels) -> list[tuple[int, ...]]:
    height, width = pixels.shape[:2]
    return [tuple(map(int, pixels[height * y // 4, width * x // 4])) for y in (1, 3) for x in (1, 3)]


def assert_like(pixels: Pixels, image: Image.Image, tolerance: int = 12) -> None:
    expected = np.asarray(image.convert("RGB"))
    assert pixels.shape == expected.shape
    assert pixels.dtype == np.uint8
    assert pixels.flags.c_contiguous
    assert np.abs(np.array(quarters(pixels)) - np.array(quarters(expected))).max() <= tolerance


@pytest.mark.parametrize("kind", FORMATS)
def test_every_format_comes_out_in_rgb(kind: str) -> None:
    assert_like(decode_image(packed(scene(), kind)), scene())


@pytest.mark.parametrize("kind", [kind for kind in ("JPEG", "PNG", "WEBP", "TIFF", "AVIF", "HEIF") if kind in FORMATS])
@pytest.mark.parametrize("orientation", range(1, 9))
def test_every_exif_orientation_is_turned_upright(kind: str, orientation: int) -> None:
    laid_down = {
        1: None,
        2: Image.Transpose.FLIP_LEFT_RIGHT,
        3: Image.Transpose.ROTATE_180,
        4: Image.Transpose.FLIP_TOP_BOTTOM,
        5: Image.Transpose.TRANSPOSE,
        6: Image.Transpose.ROTATE_90,
        7: Image.Transpose.TRANSVERSE,
        8: Image.Transpose.ROTATE_270,
    }[orientation]
    stored = scene() if laid_down is None else scene().transpose(laid_down)
    assert_like(decode_image(packed(stored, kind, exif=oriented(orientation))), scene())


def oriented(value: int) -> bytes:
    """EXIF with an orientation; writers of HEIF and AVIF turn it into the container's own."""
    exif = Image.Exif()
    exif[0x0112] = value
    return exif.tobytes()


@pytest.mark.parametrize("kind", [kind for kind in ("AVIF", "HEIF") if kind in FORMATS])
def test_a_phones_picture_is_turned_once_by_its_container_and_never_by_exif(kind: str) -> None:
    """ISO/IEC 23008-12: the container's turn counts; phones write EXIF's orientation beside it."""
    laid_down = scene().transpose(Image.Transpose.ROTATE_90)
    plain, turned = (packed(laid_down, kind, exif=oriented(value)) for value in (1, 6))

    assert b"irot" in turned
    assert b"irot" not in plain
    for value in range(1, 9):
        exif = oriented(value)[6:]
        assert_like(decode_image(turned.replace(oriented(6)[6:], exif).replace(oriented(1)[6:], exif)), scene())
        assert_like(decode_image(plain.replace(oriented(1)[6:], exif)), laid_down)


@pytest.mark.parametrize(
    "exif", [b"Exif\0\0", b"Exif\0\0garbage", b"Exif\0\0II*\0\x08\0\0\0\xff\xff", b"Exif\0\0MM\0*" + b"\xff" * 64]
)
def test_broken_exif_is_no_reason_to_refuse(exif: bytes) -> None:
    assert_like(decode_image(packed(scene(), "JPEG", exif=exif)), scene())


@pytest.mark.parametrize("value", [0, 9, 65535])
def test_an_orientation_that_does_not_exist_turns_nothing(value: int) -> None:
    exif = Image.Exif()
    exif[0x0112] = value
    assert_like(decode_image(packed(scene(), "JPEG", exif=exif)), scene())


@pytest.mark.parametrize(("mode", "kind"), [("CMYK", "JPEG"), ("CMYK", "TIFF"), ("YCbCr", "JPEG")])
def test_other_color_models_become_rgb(mode: str, kind: str) -> None:
    assert_like(decode_image(packed(scene().convert(mode), kind)), scene())


@pytest.mark.parametrize("kind", ["PNG", "TIFF", "PPM"])
def test_sixteen_bit_gray_is_scaled_not_clipped(kind: str) -> None:
    ramp = np.linspace(0, 65535, 256).astype(np.uint16)
    pixels = decode_image(packed(Image.fromarray(np.tile(ramp, (80, 1))), kind))
    assert pixels.shape == (80, 256, 3)
    assert np.abs(pixels[40, :, 0].astype(int) - np.arange(256)).max() <= 1


def test_floating_gray_is_scaled_by_its_own_range() -> None:
    ramp = np.linspace(-3, 9, 256, dtype=np.float32)
    ramp[7] = np.nan
    pixels = decode_image(packed(Image.fromarray(np.tile(ramp, (8, 1))), "TIFF"))
    assert pixels[4, [0, 128, 255], 0].tolist() == pytest.approx([0, 128, 255], abs=1)


@pytest.mark.parametrize("compression", [None, "tga_rle"])
def test_a_tga_whose_fourth_byte_means_nothing_is_not_transparent(compression: str | None) -> None:
    clear = scene().convert("RGBA")
    clear.putalpha(0)
    data = bytearray(packed(clear, "TGA", compression=compression))
    data[17] &= 0xF0  # no bits of transparency
    assert_like(decode_image(bytes(data)), scene())


@pytest.mark.parametrize("mode", ["L", "LA", "P", "RGB", "RGBA"])
@pytest.mark.parametrize("kind", ["TGA", "JPEG2000"])
def test_tga_and_jpeg_2000_of_every_color_mode_are_taken(kind: str, mode: str) -> None:
    if kind == "JPEG2000" and mode == "P":
        pytest.skip("has no palettes that Pillow writes")
    made = scene().convert(mode)
    assert_like(decode_image(packed(made, kind)), made.convert("RGB"))


def test_one_bit_is_black_and_white() -> None:
    image = Image.new("1", (8, 8))
    image.paste(1, (4, 0, 8, 8))
    pixels = decode_image(packed(image, "PNG"))
    assert pixels[0].tolist() == [[0, 0, 0]] * 4 + [[255, 255, 255]] * 4


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_lie_over_white(mode: str) -> None:
    image = Image.new("RGBA", (90, 30), (0, 0, 0, 255))
    image.paste((0, 0, 0, 0), (30, 0, 60, 30))
    image.paste((0, 0, 0, 128), (60, 0, 90, 30))
    if mode == "P":
        data = packed(image.quantize(8, method=Image.Quantize.FASTOCTREE), "PNG")
    else:
        data = packed(image.convert(mode), "PNG")
    assert decode_image(data)[15, [15, 45, 75], 0].tolist() == pytest.approx([0, 255, 127], abs=4)


def test_a_transparent_color_of_an_opaque_mode_lies_over_white() -> None:
    data = packed(Image.new("RGB", (4, 4), (10, 20, 30)), "PNG", transparency=(10, 20, 30))
    assert decode_image(data)[0, 0].tolist() == [255, 255, 255]


@pytest.mark.parametrize("kind", ["GIF", "WEBP", "PNG", "TIFF"])
def test_of_an_animation_the_first_picture_counts(kind: str) -> None:
    others = [Image.new("RGB", (96, 64), "black")] * 2
    assert_like(decode_image(packed(scene(), kind, save_all=True, append_images=others)), scene())


def test_bytes_are_counted_before_anything_else() -> None:
    data = packed(scene(), "PNG")
    decode_image(data, max_bytes=len(data))
    assert refusal(data, max_bytes=len(data) - 1).code == "image_too_large"


def test_pixels_are_counted_in_the_header() -> None:
    data = packed(scene(), "PNG")
    decode_image(data, max_pixels=96 * 64)
    assert refusal(data, max_pixels=96 * 64 - 1).code == "too_many_pixels"
    assert "96 x 64" in str(refusal(data, max_pixels=96 * 64 - 1))


@pytest.mark.parametrize("side", [9_000, 12_000, 40_000])
def test_a_picture_that_would_fill_the_memory_is_refused_by_its_header(side: int) -> None:
    """The second and third are beyond the sizes at which Pillow itself warns and refuses."""
    data = bytearray(packed(scene(), "PNG"))
    data[16:24] = struct.pack(">II", side, side)
    data[29:33] = struct.pack(">I", zlib.crc32(data[12:29]))
    assert refusal(bytes(data)).code == "too_many_pixels"


@pytest.mark.parametrize(
    ("data", "code", "word"),
    [
        (b"", "empty", "the image is empty"),
        (b"hello", "not_an_image", "JPEG"),
        (bytes(1000), "not_an_image", "JPEG"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "image_truncated", "HEIC"),
        (b"\0\0\2\0\1\0\x20\x20\0\0\1\0\1\0\x30\1\0\0\x16\0\0\0" + bytes(99), "unsupported_format", "CUR"),
        (b"8BPS\0\1" + bytes(50), "unsupported_format", "Photoshop"),
        (b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 9 9\n", "unsupported_format", "PostScript"),
        (b"%PDF-1.7", "unsupported_format", "PDF"),
        (b"  <svg xmlns='http://www.w3.org/2000/svg'/>", "unsupported_format", "SVG"),
        (packed(scene(), "ICO"), "unsupported_format", "ICO"),
    ],
)
def test_a_refusal_says_why(data: bytes, code: str, word: str) -> None:
    assert refusal(data).code == code
    assert word in str(refusal(data))


@pytest.mark.parametrize("kind", FORMATS)
def test_damage_of_any_kind_is_refused_or_survived(kind: str) -> None:
    random.seed(7)
    noise = Image.fromarray(np.random.default_rng(7).integers(0, 255, (64, 96, 3), np.uint8))
    data = packed(noise, kind)
    for tenth in range(10):
        assert refusal(data[: len(data) * tenth // 10]).code in CODES
    for _ in range(60):
        damaged = bytearray(data)
        for _ in range(random.randint(1, 8)):
            damaged[random.randrange(len(data))] ^= 1 << random.randrange(8)
        survives_or_refuses(bytes(damaged))


def refusal(data: bytes, **limits: int) -> ImageError:
    with pytest.raises(ImageError) as caught:
        decode_image(data, **limits)
    return caught.value


def survives_or_refuses(data: bytes) -> str:
    """The code of the refusal, or nothing; any other exception fails the test."""
    try:
        pixels = decode_image(data, max_pixels=50_000_000)
    except ImageError as error:
        code = error.code
    else:
        code = ""
        assert pixels.shape[2:] == (3,)
    assert code in {*CODES, ""}
    return code


def expected_code(row: dict[str, str]) -> str:
    """What the manifest says about a file, in our codes."""
    if row["bytes"] == "0":
        return "empty"
    if row["file"] in MORE_OR_LESS_THERE:
        return MORE_OR_LESS_THERE[row["file"]]
    if row["note"].startswith("OSError"):
        return "image_truncated"
    if row["note"].startswith("DecompressionBombError") and not row["file"].endswith(".ico"):
        return "too_many_pixels"
    if row["file"].endswith((".ico", ".psd")) or (row["fmt"] == "AVIF" and not features.check("avif")):
        return "unsupported_format"
    return "not_an_image" if row["note"].startswith("Unidentified") else ""


@pytest.mark.media
def test_every_photo_gives_pixels_or_the_right_refusal(media: Path) -> None:
    with (media / "photos" / "manifest.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert len(rows) > 80
    for row in rows:
        data = (media / "photos" / row["file"]).read_bytes()
        code = expected_code(row)
        if code:
            assert refusal(data).code == code, row["file"]
            continue
        pixels = decode_image(data)
        turned = row["exif_orient"] in {"5", "6", "7", "8"}
        size = (int(row["h"]), int(row["w"])) if turned else (int(row["w"]), int(row["h"]))
        assert pixels.shape == (size[1], size[0], 3), row["file"]
        luma = np.asarray(Image.fromarray(pixels).convert("L"))
        if row["mean_luma"] and row["mode"] not in {"I;16", "RGBA", "P"}:
            assert luma.mean() == pytest.approx(float(row["mean_luma"]), abs=1), row["file"]


@pytest.mark.media
def test_damaged_photos_are_refused_or_survived(media: Path) -> None:
    random.seed(11)
    for path in sorted((media / "photos").glob("*/*")):
        data = path.read_bytes()
        if len(data) > 400_000:
            continue
        for tenth in range(1, 10):
            survives_or_refuses(data[: len(data) * tenth // 10])
        damaged = bytearray(data)
        for _ in range(10 if data else 0):
            damaged[random.randrange(len(data))] = random.randrange(256)
        survives_or_refuses(bytes(damaged))
