"""The laboratory streaming layer, heard by an inlet of mne-lsl in the same run."""

from __future__ import annotations

import math
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from threading import Event
from typing import Any

import pytest

from fer_web.core import Emotion
from fer_web.core.movements import NAMES as MOVEMENT_NAMES
from fer_web.core.person_events import Changed
from fer_web.errors import SettingsError
from fer_web.outlets import FrameReadings, PersonReading, outlet_problems
from fer_web.outlets import lsl as lsl_module
from fer_web.outlets.lsl import CHANNELS, Lsl, marker_of, sample_of
from fer_web.resources import ROOT
from fer_web.settings import load_settings
from tests.outlets.toys import NOW, event
from tests.readings import reading_of

pytest.importorskip("mne_lsl.lsl", reason="mne-lsl is for Python 3.11 and later")

QUIET = Event()
HAPPY = (0.0, 0.0, 0.0, 0.75, 0.0, 0.0, 0.25)
MOVES = tuple(number / 64 for number in range(52))
PATIENCE_S = 30.0


@pytest.fixture
def outlet() -> Iterator[Lsl]:
    made = Lsl(("lsl-test",))
    made.open()
    yield made
    made.close()


def inlet(name: str) -> Any:
    from mne_lsl.lsl import StreamInlet, resolve_streams

    (found,) = resolve_streams(PATIENCE_S, name=name)
    heard = StreamInlet(found)
    heard.open_stream(PATIENCE_S)
    return heard


def pulled(heard: Any, count: int) -> list[tuple[list[Any], float]]:
    """That many samples with their stamps; the inlet uses one buffer for all."""
    return [(list(sample), stamp) for sample, stamp in (heard.pull_sample(PATIENCE_S) for _ in range(count))]


def person(track: int, time_s: float) -> PersonReading:
    return PersonReading(reading_of(time_s, track, HAPPY, smile=0.5, eyes_open=True), MOVES)


def test_readings_come_with_the_time_of_their_frame(outlet: Lsl) -> None:
    heard, now_s = inlet("FER Web lsl-test"), time.monotonic()
    times = [now_s + number / 10 for number in range(5)]
    for time_s in times:
        outlet.send(FrameReadings("lsl-test", time_s, NOW, 10.0, (person(1, time_s), person(2, time_s))), QUIET)
    got = pulled(heard, 10)
    shift_s = heard.time_correction(PATIENCE_S)
    heard.close_stream()

    track, happy, jaw, yaw = (CHANNELS.index(name) for name in ("track_id", "happy", "jawOpen", "yaw_deg"))
    assert [sample[track] for sample, _ in got] == [1, 2] * 5
    assert all((sample[happy], sample[jaw]) == (0.75, MOVES[MOVEMENT_NAMES.index("jawOpen")]) for sample, _ in got)
    assert all(math.isnan(sample[yaw]) for sample, _ in got), "what is not known is no number"
    stamps = [stamp + shift_s - outlet._offset_s for _, stamp in got[::2]]
    assert stamps == pytest.approx(times, abs=0.005), "stamps say when frames were captured, not when they came"


def test_events_are_markers_with_their_own_times(outlet: Lsl) -> None:
    heard, now_s = inlet("FER Web lsl-test events"), time.monotonic()
    changed = Changed(camera="lsl-test", track_id=3, time_utc=NOW, time_s=now_s - 1.0, dominant_emotion=Emotion.HAPPY)
    outlet.send(changed, QUIET)
    outlet.send(replace(event(3), camera="lsl-test", time_s=now_s - 2.0), QUIET)
    got = pulled(heard, 2)
    heard.close_stream()

    assert [sample[0] for sample, _ in got] == ["changed 3 happy", "appeared 3"]
    stamps = [stamp - outlet._offset_s for _, stamp in got]
    assert stamps == pytest.approx([now_s - 1.0, now_s - 2.0], abs=0.005)


def test_streams_say_what_their_channels_are(outlet: Lsl) -> None:
    heard = inlet("FER Web lsl-test")
    info = heard.get_sinfo(PATIENCE_S)
    heard.close_stream()

    assert (info.sfreq, info.stype, info.n_channels) == (0.0, "Face", len(CHANNELS))
    assert tuple(info.get_channel_names()) == CHANNELS
    units = dict(zip(CHANNELS, info.get_channel_units(), strict=True))
    assert (units["yaw_deg"], units["size_px"], units["happy"]) == ("degrees", "pixels", "none")


def test_what_is_not_known_is_nan() -> None:
    plain = PersonReading(reading_of(0.0, 1, HAPPY))
    sample = dict(zip(CHANNELS, sample_of(plain), strict=True))

    assert sample["happy"] == 0.75
    assert all(math.isnan(sample[name]) for name in ("yaw_deg", "eyes_open", "jawOpen"))
    assert marker_of(event(2)) == "appeared 2"


def test_the_clocks_are_matched_by_the_quickest_look(monkeypatch: pytest.MonkeyPatch) -> None:
    offset_s = lsl_module.clock_offset(lambda: time.monotonic() + 1000.0)

    assert offset_s == pytest.approx(1000.0, abs=0.05)


def test_streams_are_announced_on_this_machine_alone_unless_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(lsl_module.CONFIG_VARIABLE, raising=False)
    lsl_module._configure("machine")
    with open(lsl_module.os.environ[lsl_module.CONFIG_VARIABLE]) as file:  # noqa: PTH123
        assert "ResolveScope = machine" in file.read()
    monkeypatch.setenv(lsl_module.CONFIG_VARIABLE, "/etc/mine.cfg")
    lsl_module._configure("site")
    assert lsl_module.os.environ[lsl_module.CONFIG_VARIABLE] == "/etc/mine.cfg"

    assert Lsl(("a",)).place == "programs on this machine"
    assert "are announced" in Lsl(("a",), "link").place
    with pytest.raises(SettingsError, match="FER_LSL_SCOPE"):
        load_settings({"lsl_scope": "world"})


def test_a_package_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.outlets.find_spec", lambda _: None)

    (sentence,) = outlet_problems(("lsl",), load_settings({}))
    assert "pip install 'fer-web[lsl]'" in sentence


def test_the_inlet_in_the_docs_prints_a_sample(outlet: Lsl, capsys: pytest.CaptureFixture[str]) -> None:
    (recipe,) = re.findall(
        r"```python\n(from mne_lsl.*?)```", (ROOT / "docs" / "outlets.md").read_text(encoding="utf-8"), re.DOTALL
    )
    opening, _, pulling = recipe.replace("FER Web main", "FER Web lsl-test").partition("sample, stamp")
    names: dict[str, Any] = {}
    exec(opening, names)  # noqa: S102
    now_s = time.monotonic()
    outlet.send(FrameReadings("lsl-test", now_s, NOW, 10.0, (person(1, now_s),)), QUIET)
    exec(f"sample, stamp{pulling}", names)  # noqa: S102

    assert "0.75" in capsys.readouterr().out
