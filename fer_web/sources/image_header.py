"""What an uploaded file claims to be: decided from its first bytes, before anything is decoded."""

from __future__ import annotations

import io
import threading
import warnings

from PIL import Image, features

from fer_web.errors import ImageError

# Decoders that run no program and read no other file; Pillow can do more (EPS starts Ghostscript).
FORMATS = ("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM", *(("AVIF",) if features.check("avif") else ()))
_NAMES = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}"

# Real pictures that are not taken, so that the refusal can say what the file is: offset, first bytes, name.
_OTHERS: tuple[tuple[int, bytes, str], ...] = (
    (4, b"ftypheic", "HEIC"),
    (4, b"ftypheix", "HEIC"),
    (4, b"ftypmif1", "HEIF"),
    (4, b"ftypmsf1", "HEIF"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftypavis", "AVIF"),
    (0, b"8BPS", "Photoshop (PSD)"),
    (0, b"\x00\x00\x01\x00", "icon (ICO)"),
    (0, b"\x00\x00\x02\x00", "cursor (CUR)"),
    (0, b"icns", "icon (ICNS)"),
    (0, b"%!PS", "PostScript (EPS)"),
    (0, b"\xc5\xd0\xd3\xc6", "PostScript (EPS)"),
    (0, b"%PDF", "PDF"),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000"),
    (0, b"\xff\x0a", "JPEG XL"),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL"),
    (0, b"v/1\x01", "OpenEXR"),
    (0, b"DDS ", "DDS"),
    (0, b"gimp xcf", "GIMP (XCF)"),
    (0, b"qoif", "QOI"),
    (0, b"\x01\xda", "SGI"),
    (0, b"<svg", "SVG"),
)
_ORIENTATION_TAG = 0x0112
# The filters of `warnings` belong to the whole process; Pillow warns while it reads headers only.
_opening = threading.Lock()


def open_header(data: bytes, *, max_bytes: int, max_pixels: int) -> tuple[Image.Image, int]:
    """The picture, not yet decoded, and its EXIF orientation, 1 to 8.

    ImageError with the code `empty`, `image_too_large`, `not_an_image`, `unsupported_format` or `too_many_pixels`.
    """
    if not data:
        raise ImageError("empty", "the picture has no bytes; send the content of an image file")
    if len(data) > max_bytes:
        raise ImageError("image_too_large", f"the picture has {len(data):,} bytes; at most {max_bytes:,} are taken")
    with _opening, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        image = _opened(data, max_pixels)
        _refuse_too_many(image.size, max_pixels)
        return image, _orientation(image)


def _opened(data: bytes, max_pixels: int) -> Image.Image:
    try:
        return Image.open(io.BytesIO(data), formats=FORMATS)
    except Image.DecompressionBombError:
        raise ImageError("too_many_pixels", f"the picture has more than {max_pixels:,} pixels; scale it down") from None
    except Exception as error:  # any header can make any plug-in raise anything
        raise _not_taken(data) from error


def _refuse_too_many(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise ImageError(
            "too_many_pixels",
            f"the picture has {width} x {height} pixels, more than the {max_pixels:,} that are taken; scale it down",
        )


def _not_taken(data: bytes) -> ImageError:
    start = data[:64].lstrip()
    for offset, magic, name in _OTHERS:
        if data.startswith(magic, offset) or (magic == b"<svg" and start.startswith((b"<svg", b"<?xml"))):
            return ImageError("unsupported_format", f"{name} files are not taken; send {_NAMES}")
    return ImageError("not_an_image", f"the file cannot be read as a picture; send {_NAMES}")


def _orientation(image: Image.Image) -> int:
    try:
        value = int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # broken EXIF is common and no reason to refuse a good picture
        return 1
    return value if 1 <= value <= 8 else 1
