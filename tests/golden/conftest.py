"""What the program answered when its behavior was frozen, and how closely it has to answer so again."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.golden.comparing import first_difference

KEPT = Path(__file__).parent / "kept"


class Goldens:
    """The kept texts; `same` compares with one, or writes it where `--write-goldens` was given."""

    def __init__(self, is_writing: bool) -> None:
        self.is_writing = is_writing

    def read(self, name: str) -> str:
        return (KEPT / name).read_text(encoding="utf-8")

    def same(self, name: str, found: str) -> None:
        """Numbers have to be near those that are kept, everything else equal."""
        if self.is_writing:
            (KEPT / name).write_text(found, encoding="utf-8")
            return
        difference = first_difference(self.read(name), found)
        assert not difference, f"{name}: {difference}\n{HOW_TO_CHANGE}"


HOW_TO_CHANGE = "If that is wanted: pytest tests/golden --write-goldens, and commit tests/golden/kept with the change."


@pytest.fixture(scope="session")
def goldens(pytestconfig: pytest.Config) -> Goldens:
    return Goldens(pytestconfig.getoption("--write-goldens"))
