"""`outlets test` says what to turn on while everything is off."""

from __future__ import annotations

import pytest

from fer_web.cli import main


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ([], "every outlet is off: turn it on with FER_OUTLETS=NAME"),
        (["door"], "door is off: turn it on with FER_OUTLETS=door"),
    ],
)
def test_an_outlet_that_is_off_is_not_tested(names: list[str], said: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["outlets", "test", *names]) == 2
    assert said in capsys.readouterr().err
