"""What processes tell each other arrives as it was sent, and nothing else is taken for it."""

from __future__ import annotations

import pickle
from dataclasses import fields
from typing import Any

import msgspec
import numpy as np
import pytest
from msgspec import DecodeError

from fer_web.core import Face, Frame, Quality, Rect
from fer_web.fleet.wire import (
    Ask,
    AskedAnswer,
    SharedResult,
    SharedScene,
    Wish,
    packed,
    unpacked,
)
from fer_web.sources import SourceState
from fer_web.vision import Analyzer
from tests.fleet.samples import full, same

LIVE = SourceState("live", "camera", "")


def with_faces(*faces: Face) -> SharedScene:
    return SharedScene(LIVE, SharedResult("f1", 12.5, faces, {"detect": 2.0}, None))


def changed(name: str, value: Any) -> bytes:
    """A scene of one full face, in which something else stands for one of the face's fields."""
    plain: Any = msgspec.msgpack.decode(packed(with_faces(full(Face))))
    plain["result"]["faces"][0][name] = value
    return msgspec.msgpack.encode(plain)


@pytest.mark.parametrize("name", [field.name for field in fields(Face)])
def test_every_field_of_a_face_arrives_as_it_was_sent(name: str) -> None:
    face = full(Face)

    [told] = unpacked(SharedScene, packed(with_faces(face))).result.faces  # type: ignore[union-attr]

    assert getattr(face, name) is not None
    assert same(getattr(told, name), getattr(face, name))


def test_a_face_of_which_only_its_place_is_known_arrives_so() -> None:
    face = Face(Rect(1, 2, 30, 40), 0.5)

    [told] = unpacked(SharedScene, packed(with_faces(face))).result.faces  # type: ignore[union-attr]

    assert same(told, face)


def test_everything_around_the_faces_arrives_too() -> None:
    scene = full(SharedScene)

    assert same(unpacked(SharedScene, packed(scene)), scene)
    assert same(unpacked(SharedScene, packed(SharedScene(LIVE))), SharedScene(LIVE))


def test_a_wish_arrives_as_it_was_sent() -> None:
    assert unpacked(Wish, packed(Wish("host:1", ("blur", "boxes")))) == Wish("host:1", ("blur", "boxes"))


def test_what_is_asked_and_answered_arrives_as_it_was_sent() -> None:
    ask = Ask("1", "start", {"name": "Interview", "owner": None})
    refused = AskedAnswer(None, "already_recording", "stop that first")

    assert unpacked(Ask, packed(ask)) == ask
    assert unpacked(AskedAnswer, packed(refused)) == refused
    assert unpacked(AskedAnswer, packed(AskedAnswer({"id": "r1"}))) == AskedAnswer({"id": "r1"})


@pytest.mark.parametrize("data", [b"", b"foreign bytes", packed(SharedScene(LIVE)), msgspec.msgpack.encode([1])])
def test_bytes_that_are_no_question_and_no_answer_are_refused(data: bytes) -> None:
    for kind in (Ask, AskedAnswer):
        with pytest.raises(DecodeError):
            unpacked(kind, data)


def test_numbers_of_numpy_arrive_as_numbers() -> None:
    quality = Quality(np.float32(0.5), np.float64(0.25), np.int64(80))  # type: ignore[arg-type]

    [told] = unpacked(SharedScene, packed(with_faces(Face(Rect(0, 0, 9, 9), 1.0, quality=quality)))).result.faces  # type: ignore[union-attr]

    assert same(told.quality, Quality(0.5, 0.25, 80))


def test_arrays_that_arrive_can_be_changed_and_belong_to_nobody_else() -> None:
    [told] = unpacked(SharedScene, packed(with_faces(full(Face)))).result.faces  # type: ignore[union-attr]

    told.scores[0] = 9.0

    assert told.scores[0, 0] == 9.0


def test_what_is_found_in_a_portrait_arrives_as_it_was_found(astronaut: Frame, vision: Analyzer) -> None:
    found = vision.live(lambda: True, lambda: True)(astronaut)

    told = unpacked(
        SharedScene, packed(SharedScene(LIVE, SharedResult("f1", 1.0, found.faces, found.timing_ms, found.blur_areas)))
    ).result

    assert told is not None
    assert len(told.faces) == 1
    for name in (field.name for field in fields(Face)):
        sent, arrived = getattr(found.faces[0], name), getattr(told.faces[0], name)
        assert np.array_equal(sent, arrived) if isinstance(sent, np.ndarray) else sent == arrived, name
    assert told.blur_areas == found.blur_areas is not None
    assert told.timing_ms == found.timing_ms


@pytest.mark.parametrize(
    "array",
    [
        ("|O8", [1], b"12345678"),
        ("<i8", [1], b"12345678"),
        ("", [1], b"1234"),
        (["<f4"], [1], b"1234"),
        ("<f4", [2], b"1234"),
        ("<f4", [-1], b"1234"),
        ("<f4", [-1, -1], b"1234"),
        ("<f4", [1.0], b"1234"),
        ("<f4", ["1"], b"1234"),
        ("<f4", 1, b"1234"),
        ("<f4", [2**62, 4], b"1234"),
        ("<f4", [1], "1234"),
        ("<f4", [1]),
        7,
        {"dtype": "<f4"},
    ],
)
def test_an_array_of_another_type_or_size_is_refused(array: Any) -> None:
    with pytest.raises(DecodeError):
        unpacked(SharedScene, changed("scores", array))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("region", {"left": 9, "top": 0, "right": 1, "bottom": 5}),
        ("region", None),
        ("face_confidence", "much"),
        ("uncertain_because", "tired"),
        ("quality", {"sharpness": 1.0}),
    ],
)
def test_a_face_that_cannot_be_is_refused(name: str, value: Any) -> None:
    with pytest.raises(DecodeError):
        unpacked(SharedScene, changed(name, value))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"foreign bytes",
        b"\xff\xd8\xff\xe0 a JPEG",
        packed(with_faces(full(Face)))[:-1],
        packed(Wish("host:1", ())),
        msgspec.msgpack.encode([1, 2]),
        msgspec.msgpack.encode({"source": {"status": "sleeping"}}),
    ],
)
def test_bytes_that_are_no_scene_are_refused_as_a_wrong_value(data: bytes) -> None:
    with pytest.raises(DecodeError) as caught:
        unpacked(SharedScene, data)

    assert isinstance(caught.value, ValueError)


@pytest.mark.parametrize("data", [b"", b"foreign bytes", packed(SharedScene(LIVE)), msgspec.msgpack.encode(["a"])])
def test_bytes_that_are_no_wish_are_refused(data: bytes) -> None:
    with pytest.raises(DecodeError):
        unpacked(Wish, data)


def test_what_has_no_type_of_its_own_is_not_sent() -> None:
    with pytest.raises(NotImplementedError, match="object is not handed on"):
        packed(SharedScene(LIVE, recording=object()))  # type: ignore[arg-type]


class Harmful:
    """Leaves a trace when it is unpickled."""

    traces: list[str] = []  # noqa: RUF012

    def __reduce__(self) -> Any:
        return self.traces.append, ("was here",)


def test_a_pickle_is_no_scene_and_is_never_opened() -> None:
    for data in (pickle.dumps(Harmful()), changed("scores", ("|O8", [1], pickle.dumps(Harmful())))):
        with pytest.raises(DecodeError):
            unpacked(SharedScene, data)

    assert Harmful.traces == []


def test_a_newer_version_that_tells_more_is_understood() -> None:
    assert unpacked(SharedScene, changed("shoe_size", 43)).source == LIVE
