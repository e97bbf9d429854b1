"""Which views other processes show of a camera."""

from __future__ import annotations

from fer_web.fleet.wanted import HOLDS_S, WantedViews
from fer_web.fleet.wire import Wish
from fer_web.vision import OVERLAYS, View


class Clock:
    now_s = 100.0

    def __call__(self) -> float:
        return self.now_s


def view(*names: str) -> View:
    return View(frozenset(OVERLAYS[name] for name in names))


def test_a_camera_that_nobody_asks_for_is_not_shown() -> None:
    assert WantedViews().of("door") == frozenset()


def test_each_process_has_its_own_wish_and_its_newest_holds() -> None:
    wanted = WantedViews(Clock())
    wanted.note("door", Wish("a", ("boxes",)))
    wanted.note("door", Wish("b", ("boxes", "blur")))
    wanted.note("door", Wish("a", ("keypoints",)))

    assert wanted.of("door") == {view("keypoints"), view("boxes", "blur")}
    assert wanted.of("desk") == frozenset()


def test_who_watches_without_any_layer_watches_too() -> None:
    wanted = WantedViews(Clock())
    wanted.note("door", Wish("a", ()))

    assert wanted.of("door") == {view()}


def test_a_wish_that_is_not_repeated_lapses_and_a_repeated_one_holds() -> None:
    clock = Clock()
    wanted = WantedViews(clock)
    wanted.note("door", Wish("a", ("boxes",)))
    wanted.note("door", Wish("b", ("blur",)))

    clock.now_s += HOLDS_S
    wanted.note("door", Wish("b", ("blur",)))
    assert wanted.of("door") == {view("boxes"), view("blur")}

    clock.now_s += 0.01
    assert wanted.of("door") == {view("blur")}

    clock.now_s += HOLDS_S
    assert wanted.of("door") == frozenset()


def test_layers_that_this_version_does_not_know_are_left_out() -> None:
    wanted = WantedViews(Clock())
    wanted.note("door", Wish("a", ("boxes", "halo of a later version")))

    assert wanted.of("door") == {view("boxes")}
