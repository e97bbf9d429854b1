"""What a process tells of its camera, as bytes: MessagePack by msgspec, which decodes these types and nothing else."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any, TypeVar, get_origin

import numpy as np
from numpy.typing import NDArray

from fer_web.core import Faces, Rect
from fer_web.core.mask import Mask
from fer_web.live.recorder import Status as RecordingStatus
from fer_web.sources import SourceState

if TYPE_CHECKING:
    from msgspec.msgpack import Decoder, Encoder

# What an `Ask` is called that changes a mask, and that only wants to know it.
HIDE, HIDDEN = "mask", "hidden"
# The code of an answer about a recording that does not run in the process that answers.
NOT_HERE = "not_here"
T = TypeVar("T")

# What arrays of a face hold.
DTYPES = ("<f4", "<f8", "|u1")


@dataclass(frozen=True, slots=True, eq=False)
class SharedResult:
    """A frame's result without its pixels; it was ready `latency_ms` after the frame was captured.

    Numbers of tracks belong to `following`: another one begins to count from 1 again.
    """

    following: str
    latency_ms: float
    faces: Faces
    timing_ms: Mapping[str, float]
    blur_areas: tuple[Rect, ...] | None


@dataclass(frozen=True, slots=True)
class SharedRecording:
    """A recording that runs of a camera; `owner` is None for the operator, `started_at` is ISO 8601.

    `newest_markers` are the last few, each with its second.
    """

    owner: str | None
    id: str
    state: RecordingStatus
    name: str
    started_at: str
    duration_s: float
    fps: float
    tracks: int
    readings: int
    markers: int
    newest_markers: tuple[tuple[float, str], ...]
    trouble: str | None


@dataclass(frozen=True, slots=True, eq=False)
class SharedScene:
    """How a camera is doing, and what is read in the picture that comes with it; without one, `result` is None.

    `recording` is the one that runs of it, `mask` what is painted over.
    """

    source: SourceState
    result: SharedResult | None = None
    recording: SharedRecording | None = None
    mask: Mask = ()


@dataclass(frozen=True, slots=True)
class Wish:
    """A process, by a name of its own, and the layers that are watched there."""

    process: str
    overlays: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Ask:
    """What the process that has a camera shall do, under an id of its own; `details` belong to `what`."""

    id: str
    what: str
    details: dict[str, Any]


@dataclass(frozen=True, slots=True)
class AskedAnswer:
    """What came of an `Ask`: what it tells, or why it was refused."""

    told: dict[str, Any] | None
    code: str = ""
    sentence: str = ""


def packed(value: SharedScene | Wish | Ask | AskedAnswer) -> bytes:
    """As MessagePack."""
    return _encoder().encode(value)


def unpacked(kind: type[T], data: bytes) -> T:
    """One of these; ValueError when it is none, as from another version of this program."""
    decoder: Decoder[T] = _decoder(kind)  # type: ignore[arg-type]  # mypy doubts that types are hashable
    return decoder.decode(data)


@cache
def _encoder() -> Encoder:
    from msgspec.msgpack import Encoder

    return Encoder(enc_hook=_plain)


@cache
def _decoder(kind: type) -> Any:
    from msgspec.msgpack import Decoder

    return Decoder(kind, dec_hook=_array)


def _plain(value: Any) -> Any:
    """Arrays as type, shape and bytes."""
    if isinstance(value, np.ndarray):
        return value.dtype.str, value.shape, np.ascontiguousarray(value).tobytes()
    if isinstance(value, np.generic):
        return value.item()
    raise NotImplementedError(f"{type(value).__name__} is not handed on")


def _array(kind: Any, value: Any) -> NDArray[Any]:
    if get_origin(kind) is not np.ndarray and kind is not np.ndarray:
        raise NotImplementedError(f"{kind} is not handed on")
    dtype, shape, data = value
    if dtype not in DTYPES:
        raise ValueError(f"arrays of {dtype} are not handed on")
    if math.prod(shape) * np.dtype(dtype).itemsize != len(data):
        raise ValueError("an array has another size than its bytes")
    array: NDArray[Any] = np.frombuffer(data, dtype).reshape(shape).copy()
    return array
