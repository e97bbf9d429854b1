"""The sound of a video for its annotated copy: as it is where browsers play it in an MP4, else as AAC."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_web.sources.decoding import open_container

if TYPE_CHECKING:
    from av import AudioFrame, Packet
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

# What Chromium and Firefox both play in an MP4; AAC only when its description is in the file's head.
PLAYABLE = ("aac", "mp3", "opus", "flac")
RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
AAC_SAMPLES = 1024
BITS_PER_CHANNEL = 80_000
MOST_FAILURES = 20


@contextmanager
def open_sound(path: Path, zero_s: float) -> Iterator[Sound | None]:
    """The first sound track of a video, its times counted from `zero_s`; None for a silent video."""
    with open_container(path) as container:
        streams = [stream for stream in container.streams.audio if stream.codec_context is not None]
        yield Sound(container, streams[0], zero_s) if streams else None


class Sound:
    """A sound track on its way into another file."""

    def __init__(self, container: InputContainer, stream: AudioStream, zero_s: float) -> None:
        self._container, self._stream, self._zero_s = container, stream, zero_s

    @property
    def is_playable(self) -> bool:
        """Whether browsers play it in an MP4 as it is."""
        name = self._stream.codec_context.codec.canonical_name
        return name in PLAYABLE and (name != "aac" or bool(self._stream.codec_context.extradata))

    def packets(self, output: OutputContainer) -> Iterator[Packet[Any]]:
        """Adds its track to `output` at once; then its packets in the order of time, damaged ones left out."""
        if self.is_playable:
            return self._copied(output.add_stream_from_template(self._stream))
        rate = self._stream.rate if self._stream.rate in RATES else RATES[0]
        layout = "mono" if self._stream.channels == 1 else "stereo"
        made = output.add_stream("aac", rate=rate, layout=layout)
        made.codec_context.bit_rate = BITS_PER_CHANNEL * made.channels
        return self._encoded(made)

    def _copied(self, stream: AudioStream) -> Iterator[Packet[Any]]:
        last = -1
        for packet in self._demuxed():
            if packet.pts is None or packet.time_base is None:
                continue
            packet.pts = packet.dts = packet.pts - round(self._zero_s / packet.time_base)
            if packet.pts > last:  # not what was heard before the first picture, nor what goes back in time
                last = packet.pts
                packet.stream = stream
                yield packet

    def _encoded(self, stream: AudioStream) -> Iterator[Packet[Any]]:
        from av.audio.resampler import AudioResampler

        resampler = AudioResampler("fltp", stream.layout.name, stream.rate, frame_size=AAC_SAMPLES)
        last = -1
        for frame in self._decoded():
            for even in resampler.resample(frame):
                even.pts = None if even.pts is None else even.pts - round(self._zero_s * stream.rate)
                if even.pts is not None and even.pts > last:
                    last = even.pts
                    yield from stream.encode(even)
        yield from stream.encode(None)

    def _decoded(self) -> Iterator[AudioFrame | None]:
        """Frames, then None, which makes the resampler give what it still holds."""
        from av.error import FFmpegError

        for packet in self._demuxed():
            with suppress(FFmpegError, EOFError):  # damaged sound is passed over
                yield from packet.decode()
        yield None

    def _demuxed(self) -> Iterator[Packet[AudioStream]]:
        """Its packets to the end of what can be read."""
        from av.error import FFmpegError

        for _ in range(MOST_FAILURES):
            with suppress(FFmpegError, OSError):  # its iterator has ended with this; the next one goes on behind it
                yield from self._container.demux(self._stream)
                return
