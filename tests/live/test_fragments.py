from __future__ import annotations

from io import BytesIO

import av
import numpy as np
import pytest

from fer_web.core import Size
from fer_web.live.fragments import NOTHING, TICKS_PER_S, beginning, coded_picture, fragment
from fer_web.sources.h264 import LiveEncoder

TICKS = TICKS_PER_S // 10


def movie(size: Size, count: int, start: int = 0) -> bytes:
    """Pictures that get brighter, ten a second."""
    encoder, pieces = LiveEncoder(size), []
    for place in range(count):
        pixels = np.full((size[1], size[0], 3), 40 + 20 * place, np.uint8)
        [(data, is_key)] = encoder.encode(pixels, is_key=place == 0)
        picture = coded_picture(data)
        if is_key:
            pieces.append(beginning(encoder.size, picture))
        pieces.append(fragment(place + 1, start + place * TICKS, TICKS, picture, is_key=is_key))
    return b"".join(pieces)


@pytest.mark.parametrize(("size", "shown"), [((64, 48), (64, 48)), ((65, 49), (66, 50)), ((1920, 1080), (1920, 1080))])
def test_a_movie_holds_its_pictures_with_their_times(size: Size, shown: Size) -> None:
    with av.open(BytesIO(movie(size, 6, start=7 * TICKS))) as container:
        frames = list(container.decode(video=0))

    assert [frame.time for frame in frames] == pytest.approx([0.7 + place / 10 for place in range(6)])
    assert {(frame.width, frame.height) for frame in frames} == {shown}
    middles = [frame.to_ndarray(format="rgb24")[10, 10].mean() for frame in frames]
    assert middles == pytest.approx([40 + 20 * place for place in range(6)], abs=6)


def test_players_skip_what_is_sent_to_see_whether_they_are_there() -> None:
    whole = movie((64, 48), 3)
    cut = whole.index(b"moof") - 4
    cut = whole.index(b"moof", cut + 8) - 4

    with av.open(BytesIO(NOTHING + whole[:cut] + NOTHING + NOTHING + whole[cut:])) as container:
        assert len(list(container.decode(video=0))) == 3


def test_a_picture_s_parameter_sets_are_found_behind_long_and_short_start_codes() -> None:
    picture = coded_picture(b"\0\0\0\1\x09\xf0\0\0\0\1\x67abc\0\0\1\x68de\0\0\1\x65fgh")

    assert (picture.sequence, picture.picture) == (b"\x67abc", b"\x68de")
    assert picture.data == b"\0\0\0\4\x67abc\0\0\0\3\x68de\0\0\0\4\x65fgh"
