"""A hub around a camera that the test drives by hand."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from tests.live.studio import Studio


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.hub.close()


@pytest.fixture
def make_studio() -> Iterator[Callable[..., Studio]]:
    made: list[Studio] = []

    def make(**options: object) -> Studio:
        made.append(Studio(**options))
        return made[-1]

    yield make
    for one in made:
        one.hub.close()
