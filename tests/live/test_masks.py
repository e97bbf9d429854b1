"""Masks outlive the program, are never half written, and a file that cannot be understood is not ignored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from fer_web.core.mask import mask_of
from fer_web.errors import SettingsError, StoreError
from fer_web.live import Masks

TRIANGLE = mask_of([[[0, 0], [0.5, 0], [0, 1]]])


def test_a_mask_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "data" / "masks.json"
    Masks(path).change("door", TRIANGLE)

    again = Masks(path)
    assert (again.of("door"), again.of("desk")) == (TRIANGLE, ())
    again.change("desk", TRIANGLE)
    again.change("door", ())
    assert json.loads(path.read_text()) == {"desk": [[[0, 0], [0.5, 0], [0, 1]]]}
    assert [file.name for file in path.parent.iterdir()] == ["masks.json"]


@pytest.mark.parametrize("text", ["{", "[]", '{"door": [[[0, 0]]]}', "7", '{"door": 5}', "\xff"])
def test_a_file_that_is_none_keeps_the_service_from_starting(tmp_path: Path, text: str) -> None:
    path = tmp_path / "masks.json"
    path.write_bytes(text.encode("latin-1"))

    with pytest.raises(SettingsError, match=r"masks\.json cannot be used"):
        Masks(path)


def test_a_mask_that_cannot_be_kept_changes_nothing(tmp_path: Path) -> None:
    path = tmp_path / "masks.json"
    masks = Masks(path)
    path.mkdir()

    with pytest.raises(StoreError, match="the mask was not changed"):
        masks.change("door", TRIANGLE)
    assert masks.of("door") == ()
    assert [file.name for file in tmp_path.iterdir()] == ["masks.json"]
