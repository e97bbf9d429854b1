"""The annotated copy's sound is heard when it belongs to the pictures, whatever the file and its clock were."""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any, cast

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from fer_web.analysis.video import analyze_file
from fer_web.api import MODEL
from fer_web.registry import ModelCard, verify_model
from fer_web.resources import MODELS
from fer_web.vision import Analyzer
from tests.fixed_vision import FixedVision

FPS, RATE, SIZE = 25, 48_000, (64, 48)
SECONDS, TONE_AT_S, TONE_HZ = 2.0, 1.0, 880
IN_STEP_S = 0.04
A_PICTURE_S = 1 / FPS + 0.001
PICTURES = {"ts": "mpeg2video", "mpg": "mpeg2video", "webm": "libvpx"}
FORMATS = {"mpg": "vob"}  # FFmpeg's name of a program stream with any sound
# What each container can hold of the sounds that people's files have.
SOUNDS = {
    "ts": ("ac3", "mp2", "libopus", "aac"),
    "mpg": ("ac3", "mp2", "pcm_dvd"),
    "mkv": ("ac3", "mp2", "pcm_s16le", "vorbis", "libopus", "aac", "flac"),
    "webm": ("vorbis", "libopus"),
    "mp4": ("ac3", "mp2", "pcm_s16le", "vorbis", "libopus", "aac"),
    "mov": ("ac3", "mp2", "pcm_s16le", "aac"),
    "avi": ("ac3", "mp2", "pcm_s16le", "aac"),
}


def beep(
    path: Path,
    sound: str,
    *,
    starts_s: float = 0,
    lead_s: float = 0,
    sound_ends_s: float = SECONDS,
    lost_s: tuple[float, float] = (0, 0),
    rate: int = RATE,
) -> Path:
    """Two seconds of pictures from `starts_s` on, with a tone from the first second of theirs on.

    The sound begins `lead_s` before the pictures (later when negative); its packets in `lost_s` are missing.
    """
    kind = path.suffix[1:]
    with av.open(str(path), "w", format=FORMATS.get(kind)) as output:
        stream: Any = output.add_stream(PICTURES.get(kind, "mpeg4"), rate=FPS, width=SIZE[0], height=SIZE[1])
        stream.options = {"deadline": "realtime"} if kind == "webm" else {}
        heard: Any = output.add_stream(sound, rate=rate, layout="stereo", options={"strict": "experimental"})
        packets = [*_pictures(stream, starts_s), *_tone(heard, starts_s, -lead_s, sound_ends_s)]
        for packet in sorted(packets, key=lambda packet: packet.dts * packet.time_base):
            is_lost = packet.stream is heard and lost_s[0] < packet.pts * packet.time_base - starts_s < lost_s[1]
            if not is_lost:
                output.mux(packet)
    return path


def _pictures(stream: Any, starts_s: float) -> list[Any]:
    packets = []
    stream.pix_fmt, stream.codec_context.time_base = "yuv420p", Fraction(1, FPS)
    for number in range(round(SECONDS * FPS)):
        gray = np.full((SIZE[1], SIZE[0], 3), number * 4, np.uint8)
        frame = av.VideoFrame.from_ndarray(gray, "rgb24").reformat(format="yuv420p")
        frame.pts, frame.time_base = number + round(starts_s * FPS), Fraction(1, FPS)
        packets += stream.encode(frame)
    return [*packets, *stream.encode(None)]


def _tone(stream: Any, starts_s: float, from_s: float, to_s: float) -> list[Any]:
    rate = stream.rate
    times_s = from_s + np.arange(round((to_s - from_s) * rate)) / rate
    wave = (np.sin(2 * np.pi * TONE_HZ * times_s) / 2 * (times_s >= TONE_AT_S)).astype(np.float32)
    frame = av.AudioFrame.from_ndarray(np.stack([wave, wave]), "fltp", "stereo")
    frame.rate, frame.pts, frame.time_base = rate, 0, Fraction(1, rate)
    resampler = av.AudioResampler(stream.format.name, "stereo", rate, stream.codec_context.frame_size or 1024)
    packets = []
    for piece in (*resampler.resample(frame), *resampler.resample(None)):
        piece.pts, piece.time_base = piece.pts + round((starts_s + from_s) * rate), Fraction(1, rate)
        packets += stream.encode(piece)
    return [*packets, *stream.encode(None)]


@pytest.fixture(scope="module")
def card() -> ModelCard:
    return verify_model(MODELS, MODEL)


def copied(path: Path, card: ModelCard) -> Path:
    copy = path.with_name(f"{path.stem}-copy.mp4")
    analyze_file(path, cast(Analyzer, FixedVision(card)), lambda *_: None, annotated=copy)
    return copy


def heard(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """Times and loudness of all samples."""
    times, loudness = [], []
    with av.open(str(path)) as container:
        for decoded in container.decode(audio=0):
            assert decoded.pts is not None
            assert decoded.time_base is not None
            times.append(float(decoded.pts * decoded.time_base) + np.arange(decoded.samples) / decoded.sample_rate)
            (frame,) = av.AudioResampler("fltp").resample(decoded)
            loudness.append(np.abs(frame.to_ndarray()[0].astype(float)))
    return np.concatenate(times), np.concatenate(loudness)


def tone_at_s(path: Path) -> float:
    times, loudness = heard(path)
    return float(times[np.flatnonzero(loudness > 0.12)[0]])


def length_s(path: Path) -> float:
    with av.open(str(path)) as container:
        assert container.duration is not None
        return container.duration / 1e6


def pictures_s(path: Path) -> float:
    """When the last picture ends, after the beginning of the first one."""
    with av.open(str(path)) as container:
        stamps = [packet.pts for packet in container.demux(video=0) if packet.pts is not None]
        base = container.streams.video[0].time_base
        assert base is not None
        return float((max(stamps) - min(stamps)) * base) + 1 / FPS


# An AVI has no time stamps: its sound begins with its pictures, and there is a place for every picture from 0 on.
CLOCKS = {kind: [(0, 0), (0, -0.4), (1.4, 0.4), (30, -0.4), (3600, 0.4)] for kind in SOUNDS}
CLOCKS["avi"] = [(0, 0), (1.4, 0)]


@pytest.mark.parametrize(
    ("kind", "sound", "starts_s", "lead_s"),
    [(kind, sound, *clock) for kind, sounds in SOUNDS.items() for sound in sounds for clock in CLOCKS[kind]],
)
def test_the_tone_comes_with_its_picture_and_the_copy_is_as_long_as_the_pictures(
    kind: str, sound: str, starts_s: float, lead_s: float, card: ModelCard, tmp_path: Path
) -> None:
    copy = copied(beep(tmp_path / f"beep.{kind}", sound, starts_s=starts_s, lead_s=lead_s), card)

    assert tone_at_s(copy) == pytest.approx(TONE_AT_S, abs=IN_STEP_S)
    assert length_s(copy) == pytest.approx(pictures_s(copy), abs=A_PICTURE_S)
    if kind != "avi":
        assert pictures_s(copy) == pytest.approx(SECONDS, abs=A_PICTURE_S)


@pytest.mark.parametrize(("kind", "sound"), [("mkv", "flac"), ("mkv", "ac3"), ("mp4", "aac"), ("mkv", "libopus")])
@pytest.mark.parametrize("ends_s", [1.3, 4.7])
def test_sound_that_ends_before_or_after_the_pictures_changes_nothing_about_their_length(
    kind: str, sound: str, ends_s: float, card: ModelCard, tmp_path: Path
) -> None:
    copy = copied(beep(tmp_path / f"beep.{kind}", sound, sound_ends_s=ends_s), card)

    assert length_s(copy) == pytest.approx(SECONDS, abs=A_PICTURE_S)
    assert heard(copy)[0][-1] == pytest.approx(min(ends_s, SECONDS), abs=IN_STEP_S)


@pytest.mark.parametrize("lost_s", [(0.3, 0.7), (0.0, 1.6)])
@pytest.mark.parametrize(("sound", "starts_s"), [("ac3", 0), ("ac3", 30), ("pcm_s16le", 7)])
def test_sound_that_is_missing_for_a_while_is_silence_and_what_follows_is_in_step(
    sound: str, starts_s: float, lost_s: tuple[float, float], card: ModelCard, tmp_path: Path
) -> None:
    copy = copied(beep(tmp_path / "beep.mkv", sound, starts_s=starts_s, lost_s=lost_s), card)

    times, loudness = heard(copy)
    assert np.allclose(np.diff(times), 1 / RATE, atol=1e-6)  # no gap that a player would have to mind
    assert tone_at_s(copy) == pytest.approx(max(TONE_AT_S, lost_s[1]), abs=IN_STEP_S)
    assert loudness[times < TONE_AT_S - IN_STEP_S].max() < 0.05


@pytest.mark.parametrize("starts_s", [(0, 0), (30, 0), (7, 3)])
@pytest.mark.parametrize("sound", ["ac3", "mp2"])
def test_files_joined_to_one_keep_the_sound_of_each(
    sound: str, starts_s: tuple[float, float], card: ModelCard, tmp_path: Path
) -> None:
    parts = [beep(tmp_path / f"{number}.ts", sound, starts_s=at_s) for number, at_s in enumerate(starts_s)]
    joined = tmp_path / "joined.ts"
    joined.write_bytes(b"".join(part.read_bytes() for part in parts))

    times, loudness = heard(copied(joined, card))

    heard_s = times[loudness > 0.12]
    assert heard_s[heard_s > SECONDS + 0.1][0] == pytest.approx(SECONDS + TONE_AT_S, abs=IN_STEP_S)
    assert times[-1] == pytest.approx(2 * SECONDS, abs=A_PICTURE_S)


@pytest.mark.parametrize("rate", [32_000, 44_100, 96_000])
def test_other_sampling_rates_are_in_step_as_well(rate: int, card: ModelCard, tmp_path: Path) -> None:
    copy = copied(beep(tmp_path / "beep.mkv", "pcm_s16le", starts_s=7, rate=rate), card)

    assert tone_at_s(copy) == pytest.approx(TONE_AT_S, abs=IN_STEP_S)


def test_the_packets_of_both_tracks_go_forward_in_time(card: ModelCard, tmp_path: Path) -> None:
    copy = copied(beep(tmp_path / "beep.ts", "ac3", starts_s=1.4, lead_s=0.4), card)

    with av.open(str(copy)) as container:
        stamps: dict[int, list[int]] = {0: [], 1: []}
        for packet in container.demux():
            if packet.dts is not None:
                stamps[packet.stream.index].append(packet.dts)
    assert all(before < after for track in stamps.values() for before, after in pairwise(track))
