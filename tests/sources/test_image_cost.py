"""Small files that would keep a processor busy for minutes: they are refused in words before anything is decoded."""

from __future__ import annotations

import struct
import time
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from PIL import Image

from fer_web.errors import ImageError
from fer_web.sources import decode_image
from fer_web.sources.heif import heif_pixels
from fer_web.sources.image_header import FORMATS
from fer_web.sources.jpeg import jpeg_structure
from tests.sources.test_decode_image import packed, refusal

# What a refusal may take at most on a busy machine; each of these took from ten seconds to hours.
PATIENCE_S = 20.0
PNG_START = 33  # its signature and head


def progressive(width: int, height: int, scans: int) -> bytes:
    """A gray JPEG that repeats its last scan so often."""
    data = packed(Image.new("L", (width, height), 77), "JPEG", progressive=True, quality=50)
    return data[:-2] + data[data.rfind(b"\xff\xda") : -2] * scans + data[-2:]


def tiff_of(strip: bytes, width: int, rows: int, strips: int) -> bytes:
    """A TIFF whose strips are all the same JPEG."""
    lists = 8 + 2 + 12 * 9 + 4
    tags = [
        (256, width),
        (257, rows * strips),
        (258, 8),
        (259, 7),
        (262, 1),
        (273, None),
        (277, 1),
        (278, rows),
        (279, 0),
    ]
    entries = b""
    for tag, value in tags:
        if tag in (273, 279):
            entries += struct.pack("<HHII", tag, 4, strips, lists + (4 * strips if tag == 279 else 0))
        else:
            entries += struct.pack("<HHII", tag, 4, 1, value)
    start = lists + 8 * strips
    places = struct.pack("<I", start) * strips + struct.pack("<I", len(strip)) * strips
    return b"II*\0\x08\0\0\0" + struct.pack("<H", 9) + entries + bytes(4) + places + strip


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def png_with(chunks: bytes, *, behind: bool = False) -> bytes:
    data = packed(Image.new("L", (64, 64), 200), "PNG")
    at = len(data) - 12 if behind else PNG_START
    return data[:at] + chunks + data[at:]


def box(name: bytes, *parts: bytes) -> bytes:
    content = b"".join(parts)
    return struct.pack(">I", 8 + len(content)) + name + content


def full(name: bytes, *parts: bytes) -> bytes:
    return box(name, bytes(4), *parts)


def heic_grid(side: int, tiles: int) -> bytes:
    """What the head of a HEIC says whose picture is a grid of the same large tile; the tile itself is missing."""
    sizes = box(b"ipco", full(b"ispe", struct.pack(">II", side, side)))
    uses = full(b"ipma", struct.pack(">IHBBHBB", 2, 1, 1, 1, 2, 1, 1))
    references = full(b"iref", box(b"dimg", struct.pack(">HH", 2, tiles), struct.pack(">H", 1) * tiles))
    meta = full(b"meta", full(b"pitm", struct.pack(">H", 2)), references, box(b"iprp", sizes, uses))
    return box(b"ftyp", b"heic", bytes(4), b"mif1heic") + meta


def bmp_rle(width: int, height: int) -> bytes:
    """Runs of one pixel each."""
    body = (b"\1\1" * width + b"\0\0") * height
    head = struct.pack("<IiiHHIIiiII", 40, width, height, 1, 8, 1, len(body), 0, 0, 256, 0)
    return b"BM" + struct.pack("<IHHI", 1078 + len(body), 0, 0, 1078) + head + bytes(1024) + body


BOMBS: dict[str, Callable[[], bytes]] = {
    "1,200 scans": lambda: progressive(7000, 7000, 1200),
    "1,200 scans in the strips of a TIFF": lambda: tiff_of(progressive(6000, 1000, 1200), 6000, 1000, 8),
    "segments of a JPEG": lambda: b"\xff\xd8" + b"\xff\xfe\0\2" * 5_000_000,
    "chunks of a PNG": lambda: png_with(chunk(b"abCd", b"") * 1_500_000),
    "empty pixels of a PNG": lambda: png_with(chunk(b"IDAT", b"") * 1_500_000),
    "comments of a GIF": lambda: b"GIF89a\x10\0\x10\0\x80\0\0" + bytes(6) + b"\x21\xfe\1a\0" * 4_000_000,
    "comments of a bitmap": lambda: b"P1 5000 5000\n" + b"#\n" * 10_000_000,
    "comments of a pixmap": lambda: b"P3 5000 5000 255\n" + b"#\n" * 10_000_000,
    "comments in its head": lambda: b"P6\n" + b"#\n" * 10_000_000,
    "boxes of a JPEG 2000": lambda: (
        b"\0\0\0\x0cjP  \r\n\x87\n\0\0\0\x14ftypjp2 \0\0\0\0jp2 " + b"\0\0\0\x08abcd" * 2_000_000
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", BOMBS)
def test_what_would_take_a_processor_for_long_is_refused_at_once(name: str) -> None:
    data = BOMBS[name]()
    started = time.process_time()

    error = refusal(data)

    assert error.code in {"too_many_pixels", "unsupported_format"}
    assert any(digit in str(error) for digit in "123456789")  # the number that was too large
    assert time.process_time() - started < PATIENCE_S


def resized(kind: str) -> bytes:
    """A small picture of a format whose header says that it is 60,000 pixels wide and high."""
    small, large = 96, 60_000
    data = packed(Image.new("RGB", (small, small), "red"), kind)
    if kind == "TIFF":
        for tag in (256, 257):
            at = data.index(struct.pack("<H", tag), struct.unpack_from("<I", data, 4)[0])
            data = data[:at] + struct.pack("<HHII", tag, 4, 1, large) + data[at + 12 :]
        return data
    order = {"BMP": "<II", "TGA": "<HH", "GIF": "<HH"}.get(kind, ">II")
    changed = data.replace(struct.pack(order, small, small), struct.pack(order, large, large))
    return changed.replace(b"96 96", b"60000 60000")


@pytest.mark.parametrize("kind", [kind for kind in FORMATS if kind not in {"WEBP", "JPEG", "PNG"}])
def test_a_size_that_would_fill_the_memory_is_refused_by_its_header(kind: str) -> None:
    data, started = resized(kind), time.process_time()
    tracemalloc.start()
    try:
        error = refusal(data)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert error.code in {"too_many_pixels", "image_truncated"}  # or the container's own limits find it broken
    assert peak < 20_000_000
    assert time.process_time() - started < PATIENCE_S


def test_the_largest_sizes_of_webp_jpeg_and_gif_are_too_many_pixels() -> None:
    webp = b"RIFF" + struct.pack("<I", 1000) + b"WEBPVP8X" + struct.pack("<I", 10) + bytes(4) + b"\xff\x3f\0" * 2
    jpeg = packed(Image.new("RGB", (96, 96)), "JPEG").replace(b"\x08\0\x60\0\x60", b"\x08\xff\xdc\xff\xdc")
    gif = b"GIF89a\xff\xff\xff\xff\x80\0\0" + bytes(6) + b"\x2c" + bytes(4) + b"\xff\xff\xff\xff\0\x02\x02\x44\x01\0;"

    for data in (webp, jpeg, gif):
        assert refusal(data).code in {"too_many_pixels", "image_truncated"}


def test_an_icon_that_says_it_is_huge_is_not_decoded() -> None:
    png = bytearray(packed(Image.new("RGB", (16, 16)), "PNG"))
    png[16:24] = struct.pack(">II", 60_000, 60_000)
    ico = b"\0\0\1\0\1\0\0\0\0\0\1\0\x20\0" + struct.pack("<II", len(png), 22) + bytes(png)

    assert refusal(ico).code == "unsupported_format"


def test_an_interlaced_png_counts_its_pixels() -> None:
    head = struct.pack(">IIBBBBB", 9000, 9000, 8, 0, 0, 0, 1)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", zlib.compress(bytes(99))) + chunk(b"IEND", b"")

    assert refusal(data).code == "too_many_pixels"
    assert "9000 x 9000" in str(refusal(data))


def test_the_refusal_says_how_many_pixels_it_would_be() -> None:
    assert "59,094,000,000 pixels in all, but at most 1,000,000,000" in str(refusal(progressive(7000, 7000, 1200)))


def test_pictures_of_a_camera_and_of_the_web_cost_what_they_should() -> None:
    assert len(jpeg_structure(packed(Image.new("RGB", (64, 64)), "JPEG")).scans) == 1
    assert len(jpeg_structure(packed(Image.new("RGB", (64, 64)), "JPEG", progressive=True)).scans) == 10
    assert decode_image(progressive(640, 480, 50)).shape == (480, 640, 3)


def test_a_film_behind_the_picture_holds_no_scans() -> None:
    """Phones' moving photos have one; and previews are pictures of their own."""
    data = packed(Image.new("RGB", (3000, 2000)), "JPEG", exif=b"Exif\0\0" + b"\xff\xda" * 500)

    assert decode_image(data + b"\xff\xda\0\x02" * 5000).shape == (2000, 3000, 3)


def test_a_tiled_tiff_of_jpegs_has_a_scan_a_tile() -> None:
    data = packed(Image.new("L", (600, 8000), 99), "TIFF", compression="jpeg")

    assert decode_image(data).shape == (8000, 600, 3)


def test_a_heic_put_together_from_the_same_large_tile_is_counted_as_often() -> None:
    assert heif_pixels(heic_grid(2000, 256)) == 256 * 2000 * 2000


def test_a_heic_in_tiles_is_what_phones_write() -> None:
    pytest.importorskip("pillow_heif")
    data = packed(Image.new("RGB", (1200, 800), "red"), "HEIF", tile_size=512)

    assert heif_pixels(data) == 3 * 2 * 512 * 512
    assert decode_image(data).shape == (800, 1200, 3)


@pytest.mark.parametrize("behind", [False, True])
@pytest.mark.parametrize("name", [b"zTXt", b"iCCP", b"iTXt"])
def test_a_text_that_unpacks_to_a_gigabyte_costs_nothing_and_the_picture_is_shown(name: bytes, behind: bool) -> None:
    packed_text = zlib.compress(bytes(100_000_000), 9)
    head = b"a\0\1\0\0\0" if name == b"iTXt" else b"a\0\0"

    assert decode_image(png_with(chunk(name, head + packed_text), behind=behind))[0, 0].tolist() == [200, 200, 200]


def test_thousands_of_texts_are_not_unpacked() -> None:
    text = chunk(b"zTXt", b"a\0\0" + zlib.compress(bytes(900_000), 9))
    started = time.process_time()

    assert decode_image(png_with(text * 5000)).shape == (64, 64, 3)
    assert time.process_time() - started < PATIENCE_S


@pytest.mark.parametrize(
    "data",
    [b"P5 3000 3000 254\n" + bytes(9_000_000), b"P3 1000 1000 255\n" + b"1 " * 3_000_000, bmp_rle(3000, 1000)],
    ids=["gray levels", "text", "run lengths"],
)
def test_what_pillow_decodes_in_python_is_decoded_elsewhere(data: bytes) -> None:
    started = time.process_time()

    decode_image(data)

    assert time.process_time() - started < 2.5  # Pillow's own decoders: 4 to 14 s


def test_jpeg_2000_lets_other_threads_go_on() -> None:
    """Pillow holds the interpreter's lock for as long as it decodes: the live picture would stand still."""
    from threading import Event, Thread

    data = packed(Image.effect_noise((1500, 1500), 90).convert("RGB"), "JPEG2000")
    is_over, counted = Event(), []

    def count() -> None:
        while not is_over.wait(0.01):
            counted.append(time.perf_counter())

    counter = Thread(target=count)
    counter.start()
    started = time.perf_counter()
    decode_image(data)
    took_s = time.perf_counter() - started
    is_over.set()
    counter.join()

    gaps = [later - earlier for earlier, later in zip([started, *counted], [*counted, started + took_s], strict=True)]
    assert max(gaps) < took_s / 2


def test_a_limit_of_its_own_can_be_given() -> None:
    data = packed(Image.new("RGB", (100, 100)), "JPEG", progressive=True)

    decode_image(data, max_scans=10)
    with pytest.raises(ImageError, match="has 10 scans, but at most 9"):
        decode_image(data, max_scans=9)
