from __future__ import annotations

import numpy as np
import pytest

from fer_web.errors import NoEncoder
from fer_web.sources import h264
from fer_web.sources.h264 import LiveEncoder, find_encoder

RNG = np.random.default_rng(2)


def test_a_machine_without_an_encoder_says_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h264, "ENCODERS", ("no_such_encoder",))

    with pytest.raises(NoEncoder, match=r"an annotated copy needs: .*pip install av"):
        find_encoder("an annotated copy")


def test_another_encoder_is_taken_where_the_best_one_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(h264, "ENCODERS", ("no_such_encoder", "mpeg4"))

    assert find_encoder() == "mpeg4"


def test_every_live_picture_comes_out_at_once_and_begins_anew_where_that_is_wanted() -> None:
    encoder = LiveEncoder((64, 48))
    wanted = [True, False, False, True, False]

    pixels = RNG.integers(0, 255, (48, 64, 3), np.uint8)
    came = [encoder.encode(np.roll(pixels, place, axis=1), is_key=is_key) for place, is_key in enumerate(wanted)]

    assert [[begins_anew for _, begins_anew in packets] for packets in came] == [[is_key] for is_key in wanted]


def test_a_live_picture_of_noise_costs_no_more_than_is_allowed() -> None:
    encoder, size = LiveEncoder((320, 240)), 0
    for place in range(90):
        packets = encoder.encode(RNG.integers(0, 255, (240, 320, 3), np.uint8), is_key=place == 0)
        size += sum(len(data) for data, _ in packets)

    allowed = 320 * 240 * h264.LIVE_BITS_PER_PIXEL / 8
    assert size <= (90 + h264.NOMINAL_FPS) * allowed  # the buffer holds a nominal second more
