"""What an uploaded file claims to be: decided from its first bytes, before anything is decoded."""

from __future__ import annotations

import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager

from PIL import Image, features

from fer_web.errors import ImageError
from fer_web.sources.image_cost import CountedFile

try:
    from pillow_heif import register_heif_opener
except ImportError:  # there is none for this machine
    _HEIF: tuple[str, ...] = ()
else:
    register_heif_opener(thumbnails=False, depth_images=False, aux_images=False, decode_threads=1)
    _HEIF = ("HEIF",)

# Decoders that run no program and read no other file; Pillow can do more (EPS starts Ghostscript). AVIF stands before
# HEIF, whose brands it shares.
FORMATS = (
    *("JPEG", "PNG", "WEBP", "BMP", "TIFF", "GIF", "PPM"),
    *(("AVIF",) if features.check("avif") else ()),
    *_HEIF,
    *(("JPEG2000",) if features.check("jpg_2000") else ()),
    "TGA",
)
_NAMES = f"{', '.join(FORMATS[:-1])} or {FORMATS[-1]}".replace("JPEG2000", "JPEG 2000")

# What a refused file is, where that can be told: offset, first bytes, name; and Pillow's name of what is taken.
_OTHERS: tuple[tuple[int, bytes, str, str], ...] = (
    *((4, b"ftyp" + brand, "HEIC", "HEIF") for brand in (b"heic", b"heix", b"hevc", b"hevx", b"heim", b"heis")),
    *((4, b"ftyp" + brand, "HEIF", "HEIF") for brand in (b"mif1", b"msf1")),
    *((4, b"ftyp" + brand, "AVIF", "AVIF") for brand in (b"avif", b"avis")),
    (0, b"\x00\x00\x00\x0cjP  ", "JPEG 2000", "JPEG2000"),
    (0, b"\xff\x4f\xff\x51", "JPEG 2000", "JPEG2000"),
    (8, b"WEBP", "WebP", "WEBP"),
    (0, b"II*\0", "TIFF", "TIFF"),
    (0, b"MM\0*", "TIFF", "TIFF"),
    (0, b"8BPS", "Photoshop (PSD)", ""),
    (0, b"\x00\x00\x01\x00", "icon (ICO)", ""),
    (0, b"\x00\x00\x02\x00", "cursor (CUR)", ""),
    (0, b"icns", "icon (ICNS)", ""),
    (0, b"%!PS", "PostScript (EPS)", ""),
    (0, b"\xc5\xd0\xd3\xc6", "PostScript (EPS)", ""),
    (0, b"%PDF", "PDF", ""),
    (0, b"\xff\x0a", "JPEG XL", ""),
    (0, b"\x00\x00\x00\x0cJXL ", "JPEG XL", ""),
    (0, b"v/1\x01", "OpenEXR", ""),
    (0, b"DDS ", "DDS", ""),
    (0, b"gimp xcf", "GIMP (XCF)", ""),
    (0, b"qoif", "QOI", ""),
    (0, b"\x01\xda", "SGI", ""),
    (0, b"<svg", "SVG", ""),
)
_ORIENTATION_TAG = 0x0112
_TGA_HEADER_BYTES = 18
# The filters of `warnings` belong to the whole process; Pillow warns while it reads headers only.
_opening = threading.Lock()


def open_header(data: bytes, *, max_bytes: int, max_pixels: int) -> Image.Image:
    """The picture, not yet decoded.

    ImageError with the code `empty`, `image_too_large`, `not_an_image`, `unsupported_format`, `image_truncated` or
    `too_many_pixels`.
    """
    if not data:
        raise ImageError("empty", "the image is empty; send the content of an image file")
    if len(data) > max_bytes:
        raise ImageError("image_too_large", f"the image has {len(data):,} bytes; at most {max_bytes:,} are allowed")
    with _without_warnings():
        image = _opened(data, max_pixels)
    _refuse_too_many(image.size, max_pixels)
    return image


def orientation_of(image: Image.Image) -> int:
    """The EXIF orientation, 1 to 8; asked after decoding, as a PNG may tell it behind its pixels."""
    try:
        with _without_warnings():
            value = int(image.getexif().get(_ORIENTATION_TAG, 1))
    except Exception:  # broken EXIF is common and no reason to refuse a good picture
        return 1
    return value if 1 <= value <= 8 else 1


@contextmanager
def _without_warnings() -> Iterator[None]:
    with _opening, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _opened(data: bytes, max_pixels: int) -> Image.Image:
    formats = [kind for kind in FORMATS if kind != "TGA" or is_tga(data)]
    try:
        return Image.open(CountedFile(data), formats=formats)
    except Image.DecompressionBombError:
        raise ImageError("too_many_pixels", f"the image has more than {max_pixels:,} pixels; scale it down") from None
    except ImageError:
        raise
    except Exception as error:  # any header can make any plug-in raise anything
        raise _not_taken(data) from error


def _refuse_too_many(size: tuple[int, int], max_pixels: int) -> None:
    width, height = size
    if width * height > max_pixels:
        raise ImageError(
            "too_many_pixels",
            f"the image has {width} x {height} pixels, but at most {max_pixels:,} are allowed; scale it down",
        )


def _not_taken(data: bytes) -> ImageError:
    start = data[:64].lstrip()
    for offset, magic, name, kind in _OTHERS:
        if data.startswith(magic, offset) or (magic == b"<svg" and start.startswith((b"<svg", b"<?xml"))):
            if kind in FORMATS:
                return ImageError("image_truncated", f"the {name} file is cut short or damaged; send the whole file")
            return ImageError("unsupported_format", f"{name} files are not supported; send {_NAMES}")
    return ImageError("not_an_image", f"the file cannot be read as an image; send {_NAMES}")


def is_tga(data: bytes) -> bool:
    """Whether it begins like a Targa file, which has no signature: icons and cursors begin nearly the same."""
    if len(data) < _TGA_HEADER_BYTES:
        return False
    has_colors, kind, depth = data[1], data[2], data[16]
    if has_colors == 1:
        return kind in (1, 9) and depth == 8 and data[7] in (15, 16, 24, 32)
    is_known = (kind in (2, 10) and depth in (15, 16, 24, 32)) or (kind in (3, 11) and depth in (8, 16))
    return has_colors == 0 and is_known and not any(data[3:8])
