"""The sound of a video for its annotated copy: as it is where browsers play it in an MP4, else as AAC.

Every time stamp is turned into seconds after the first picture where it is read, and lasts no longer than the pictures.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fer_web.sources.decoding import open_container

if TYPE_CHECKING:
    from av import AudioFrame, Packet
    from av.audio.resampler import AudioResampler
    from av.audio.stream import AudioStream
    from av.container import InputContainer, OutputContainer

# What Chromium and Firefox both play in an MP4; AAC only when its description is in the file's head.
PLAYABLE = ("aac", "mp3", "opus", "flac")
RATES = (48_000, 44_100, 32_000, 24_000, 22_050, 16_000, 12_000, 11_025, 8_000)
AAC_SAMPLES = 1024
BITS_PER_CHANNEL = 80_000
MOST_FAILURES = 20
# Stamps that are off by less are how containers round; by more, there is a gap to fill or something heard twice.
TOLERANCE_S = 0.02
# A time that goes back so far begins anew.
ANEW_S = 1
# The resampler would keep the silence of a longer gap in memory as a whole.
LONGEST_FILLED_S = 1.0


@contextmanager
def open_sound(path: Path, zero_s: float, end_s: float) -> Iterator[AudioTrack | None]:
    """The first sound track of a video; None for a silent one.

    The first picture stands at `zero_s` in the file's own time; the last one ends `end_s` after that.
    """
    with open_container(path) as container:
        streams = [stream for stream in container.streams.audio if stream.codec_context is not None]
        yield AudioTrack(container, streams[0], zero_s, end_s) if streams else None


class AudioTrack:
    """A sound track on its way into another file; times are seconds after the first picture."""

    def __init__(self, container: InputContainer, stream: AudioStream, zero_s: float, end_s: float) -> None:
        self._container, self._stream = container, stream
        self._clock, self._end_s = _Clock(Fraction(zero_s)), Fraction(end_s)

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
            time_s = self._clock.seconds(packet.pts * packet.time_base, (packet.duration or 0) * packet.time_base)
            ticks = round(time_s / packet.time_base)
            left = int(self._end_s / packet.time_base) - ticks
            if ticks > last and left > 0:  # not what no picture belongs to, nor what goes back in time
                packet.pts = packet.dts = last = ticks
                packet.duration = min(packet.duration or left, left)
                packet.stream = stream
                yield packet

    def _encoded(self, stream: AudioStream) -> Iterator[Packet[Any]]:
        line = _SampleLine(stream.layout.name, stream.rate)
        end = int(self._end_s * stream.rate)
        for frame in line.continuous(self._decoded()):
            if frame.pts is None or frame.pts >= end:
                break
            yield from stream.encode(_shortened(frame, end - frame.pts))
        yield from stream.encode(None)

    def _decoded(self) -> Iterator[tuple[AudioFrame, float | None]]:
        """Each frame with its time, None where the file does not say; up to the end of the pictures."""
        from av.error import FFmpegError

        for packet in self._demuxed():
            frames: list[AudioFrame] = []
            with suppress(FFmpegError, EOFError):  # damaged sound is passed over
                frames = packet.decode()
            for frame in frames:
                time_s = None
                if frame.pts is not None and frame.time_base is not None:
                    length_s = Fraction(frame.samples, frame.sample_rate)
                    time_s = float(self._clock.seconds(frame.pts * frame.time_base, length_s))
                if time_s is None or time_s < self._end_s:
                    yield frame, time_s

    def _demuxed(self) -> Iterator[Packet[AudioStream]]:
        """Its packets to the end of what can be read."""
        from av.error import FFmpegError

        for _ in range(MOST_FAILURES):
            with suppress(FFmpegError, OSError):  # its iterator has ended with this; the next one goes on behind it
                yield from self._container.demux(self._stream)
                return


class _Clock:
    """The file's own time to seconds after the first picture. Files joined to one begin their time anew in its middle:
    what follows goes on where it was, as the pictures do.
    """

    def __init__(self, zero_s: Fraction) -> None:
        self._zero_s = zero_s
        self._due_s: Fraction | None = None

    def seconds(self, stamp_s: Fraction, length_s: Fraction) -> Fraction:
        """When something is heard that stands at `stamp_s` in the file and lasts so long."""
        time_s = stamp_s - self._zero_s
        if self._due_s is not None and time_s < self._due_s - ANEW_S:
            self._zero_s -= self._due_s - time_s
            time_s = self._due_s
        self._due_s = time_s + length_s
        return time_s


class _SampleLine:
    """Sound of any kind to float samples of one rate and layout without gaps: sample n is heard at n / rate.

    Silence fills what is missing, also before the first sound; what lies before 0 or is heard twice is left out.
    """

    def __init__(self, layout: str, rate: int) -> None:
        self._layout, self._rate = layout, rate
        self._resampler: AudioResampler | None = None
        self._kind: tuple[Any, ...] = ()
        self._due_s = 0.0  # when the next frame is expected
        self._made = 0  # samples so far

    def continuous(self, frames: Iterator[tuple[AudioFrame, float | None]]) -> Iterator[AudioFrame]:
        """Frames of AAC_SAMPLES, in places fewer; their `pts` counts samples."""
        for frame, stamp_s in frames:
            kind = (frame.format.name, frame.layout.name, frame.sample_rate)
            time_s = self._due_s if stamp_s is None else stamp_s
            if kind != self._kind or time_s - self._due_s > LONGEST_FILLED_S:
                yield from self._restarted(time_s)
                self._kind = kind
            self._due_s = time_s + frame.samples / frame.sample_rate
            frame.time_base = Fraction(1, frame.sample_rate)
            frame.pts = round(time_s * frame.sample_rate)
            yield from self._resampled(frame)
        yield from self._resampled(None)

    def _restarted(self, time_s: float) -> Iterator[AudioFrame]:
        """What the resampler still holds, silence up to `time_s`, and a resampler that goes on from there."""
        from av.audio.resampler import AudioResampler

        yield from self._resampled(None)
        while (missing := round(time_s * self._rate) - self._made) > 0:
            yield self._counted(self._silence(min(missing, AAC_SAMPLES)))
        filling = {"async": "1", "min_hard_comp": str(TOLERANCE_S), "first_pts": str(self._made)}
        self._resampler = AudioResampler("fltp", self._layout, self._rate, AAC_SAMPLES, filling)

    def _resampled(self, frame: AudioFrame | None) -> Iterator[AudioFrame]:
        if self._resampler is not None:
            for made in self._resampler.resample(frame):
                yield self._counted(made)

    def _counted(self, frame: AudioFrame) -> AudioFrame:
        frame.pts, frame.time_base = self._made, Fraction(1, self._rate)
        self._made += frame.samples
        return frame

    def _silence(self, samples: int) -> AudioFrame:
        return _float_frame(np.zeros((1 if self._layout == "mono" else 2, samples), np.float32), self._rate)


def _shortened(frame: AudioFrame, samples: int) -> AudioFrame:
    """A frame of at most so many samples."""
    if frame.samples <= samples:
        return frame
    short = _float_frame(np.ascontiguousarray(frame.to_ndarray()[:, :samples]), frame.sample_rate)
    short.pts, short.time_base = frame.pts, frame.time_base
    return short


def _float_frame(samples: np.ndarray[Any, np.dtype[np.float32]], rate: int) -> AudioFrame:
    """Samples, (channels, n), as a frame."""
    from av import AudioFrame

    frame = AudioFrame.from_ndarray(samples, "fltp", "mono" if len(samples) == 1 else "stereo")
    frame.sample_rate = rate
    return frame
