from __future__ import annotations

import gc
from threading import Event

import pytest

from fer_web.errors import ModelError, NotReadyError
from fer_web.startup import BackgroundStartup, uncollected
from tests.web.client import DEMO, FakeVision
from tests.web.live_server import eventually


def test_whoever_waits_gets_the_models_as_soon_as_they_are_loaded() -> None:
    may_load, vision = Event(), FakeVision()

    def load() -> FakeVision:
        may_load.wait(5)
        return vision

    startup = BackgroundStartup(load, {"main": lambda: DEMO})  # type: ignore[arg-type]
    startup.start()
    with pytest.raises(NotReadyError, match="still being loaded"):
        startup.vision()
    may_load.set()

    assert startup.vision(5) is vision


def test_the_log_names_the_engine_and_the_model(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    startup = BackgroundStartup(FakeVision, {"main": lambda: DEMO})  # type: ignore[arg-type]
    startup.start()
    startup.vision(5)

    assert eventually(lambda: "Engine: modern (mesh). Model: fake 1." in caplog.text)


def test_a_bug_while_loading_is_not_told_to_strangers(caplog: pytest.LogCaptureFixture) -> None:
    def load() -> FakeVision:
        raise RuntimeError("secret detail")

    startup = BackgroundStartup(load, {"main": lambda: DEMO})  # type: ignore[arg-type]
    startup.start()

    with pytest.raises(NotReadyError, match="see the log"):
        startup.vision(5)
    assert "secret detail" in caplog.text


def test_a_reason_that_people_can_mend_is_told() -> None:
    def load() -> FakeVision:
        raise ModelError("xception.keras has another hash")

    startup = BackgroundStartup(load, {"main": lambda: DEMO})  # type: ignore[arg-type]
    startup.start()

    with pytest.raises(NotReadyError, match="another hash"):
        startup.vision(5)


def test_waiting_for_the_choice_ends_when_the_service_stops() -> None:
    startup, stop = BackgroundStartup(FakeVision, {"main": lambda: DEMO}), Event()  # type: ignore[arg-type]
    stop.set()

    assert startup.wait_for_choice("main", stop) is None
    startup.start()
    assert startup.wait_for_choice("main", Event()) is DEMO
    assert startup.choice("main") is DEMO


def test_garbage_is_looked_for_again_after_the_imports() -> None:
    try:
        with uncollected():
            assert not gc.isenabled()

        assert gc.isenabled()
        assert gc.get_freeze_count() > 0
    finally:
        gc.unfreeze()
