"""Pictures as H.264 that browsers play, by the encoder that this machine's FFmpeg has."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, cast

import numpy as np

from fer_web.core import Pixels, Size
from fer_web.errors import NoEncoder

if TYPE_CHECKING:
    from av import VideoFrame
    from av.video.codeccontext import VideoCodecContext

# The best of those that this machine's FFmpeg has.
ENCODERS = ("libx264", "libopenh264", "h264_videotoolbox", "h264_mf")
BT709 = 1
# x264 for live pictures: each leaves the encoder before the next one comes, in one thread, which leaves the others to
# the analysis; pictures that begin anew come when we ask for them and not when x264 sees a cut.
X264_LIVE = {
    "preset": "superfast",
    "tune": "zerolatency",
    "crf": "24",
    "forced-idr": "1",
    "x264-params": "scenecut=0:threads=1:sliced-threads=0",
}
# What a live picture may cost on average, whatever it shows: 86 kB a second for 640x480 at 15 pictures a second.
LIVE_BITS_PER_PIXEL = 0.15
# Encoders count pictures by this rate; times stand in the container.
NOMINAL_FPS = 30
# Far more pictures than lie between two that begin anew.
NEVER = 100_000


class YuvPictures:
    """Turns RGB pictures into what an encoder takes, of an even width and height; belongs to one thread."""

    def __init__(self, size: Size) -> None:
        from av.video.reformatter import VideoReformatter

        self._reformatter = VideoReformatter()
        self.size = even_size(size)

    def of(self, pixels: Pixels) -> VideoFrame:
        """One picture, (H, W, 3) RGB; its last column and row are repeated where it is odd."""
        from av import VideoFrame

        return self._reformatter.reformat(
            VideoFrame.from_ndarray(self._even(pixels), "rgb24"),
            format="yuv420p",
            dst_colorspace=BT709,
            interpolation="BILINEAR",
        )

    def _even(self, pixels: Pixels) -> Pixels:
        height, width = pixels.shape[:2]
        missing = (self.size[1] - height, self.size[0] - width)
        if not any(missing):
            return pixels
        return np.asarray(np.pad(pixels, ((0, missing[0]), (0, missing[1]), (0, 0)), mode="edge"))


class LiveEncoder:
    """Encodes pictures of one size as they come, without keeping one back; belongs to one thread.

    NoEncoder when this machine has no encoder.
    """

    def __init__(self, size: Size) -> None:
        import av

        name = find_encoder()
        self._pictures = YuvPictures(size)
        self.size = width, height = self._pictures.size
        self._context = context = cast("VideoCodecContext", av.CodecContext.create(name, "w"))
        context.width, context.height, context.pix_fmt = width, height, "yuv420p"
        context.framerate, context.time_base = Fraction(NOMINAL_FPS), Fraction(1, NOMINAL_FPS)
        context.colorspace = context.color_primaries = context.color_trc = context.color_range = BT709
        context.gop_size, context.max_b_frames = NEVER, 0
        most_bits = round(width * height * NOMINAL_FPS * LIVE_BITS_PER_PIXEL)
        if name == "libx264":
            context.options = {**X264_LIVE, "maxrate": str(most_bits), "bufsize": str(most_bits)}
        else:
            context.bit_rate = most_bits
        self._index = 0

    def encode(self, pixels: Pixels, *, is_key: bool) -> list[tuple[bytes, bool]]:
        """What the encoder hands out for one more picture: H.264 in Annex B's form, and whether it begins anew.

        One that `is_key` begins anew, with its parameter sets.
        """
        from av.video.frame import PictureType

        frame = self._pictures.of(pixels)
        frame.pts, frame.time_base = self._index, self._context.time_base
        frame.pict_type = PictureType.I if is_key else PictureType.NONE
        self._index += 1
        return [(bytes(packet), packet.is_keyframe) for packet in self._context.encode(frame)]


def even_size(size: Size) -> Size:
    """A picture has an even width and height in H.264 that browsers play."""
    width, height = size
    return width + width % 2, height + height % 2


def find_encoder(needed_for: str = "video in the browser") -> str:
    """The H.264 encoder to use; NoEncoder when this machine's FFmpeg has none."""
    import av

    for name in ENCODERS:
        try:
            av.Codec(name, "w")
        except av.codec.codec.UnknownCodecError:
            continue
        return name
    raise NoEncoder(
        f"PyAV on this machine has no H.264 encoder, which {needed_for} needs: install PyAV from PyPI "
        "(pip install av), or do without it"
    )
