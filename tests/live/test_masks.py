"""Masks outlive the program, are never half written, and a file that cannot be understood is not ignored."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from filelock import FileLock

from fer_web.core.mask import mask_of
from fer_web.errors import SettingsError, StoreError
from fer_web.live import Masks
from fer_web.live.masks import LOOK_S

TRIANGLE = mask_of([[[0, 0], [0.5, 0], [0, 1]]])


def test_a_mask_is_there_after_a_restart(tmp_path: Path) -> None:
    path = tmp_path / "data" / "masks.json"
    Masks(path).change("door", TRIANGLE)

    again = Masks(path)
    assert (again.of("door"), again.of("desk")) == (TRIANGLE, ())
    again.change("desk", TRIANGLE)
    again.change("door", ())
    assert json.loads(path.read_text()) == {"desk": [[[0, 0], [0.5, 0], [0, 1]]]}
    assert sorted(file.name for file in path.parent.iterdir()) == [".masks.json.lock", "masks.json"]


def test_two_processes_that_share_the_file_keep_each_others_masks(tmp_path: Path) -> None:
    path, now_s = tmp_path / "masks.json", [0.0]
    here, there = Masks(path, lambda: now_s[0]), Masks(path, lambda: now_s[0])
    here.change("door", TRIANGLE)
    there.change("desk", TRIANGLE)
    assert set(json.loads(path.read_text())) == {"door", "desk"}

    now_s[0] += LOOK_S
    assert (here.of("door"), here.of("desk")) == (TRIANGLE, TRIANGLE)
    here.change("desk", ())
    now_s[0] += LOOK_S
    assert (there.of("door"), there.of("desk")) == (TRIANGLE, ())


@pytest.mark.parametrize("text", [None, "{"])
def test_what_was_hidden_stays_hidden_when_the_file_is_gone_or_damaged(tmp_path: Path, text: str | None) -> None:
    path, now_s = tmp_path / "masks.json", [0.0]
    masks = Masks(path, lambda: now_s[0])
    masks.change("door", TRIANGLE)
    path.unlink()
    if text is not None:
        path.write_text(text)

    now_s[0] += LOOK_S
    assert masks.of("door") == TRIANGLE


def test_a_change_that_could_not_be_read_is_read_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As on a network folder that does not answer for a moment."""
    path, now_s = tmp_path / "masks.json", [0.0]
    masks = Masks(path, lambda: now_s[0])
    Masks(path).change("door", TRIANGLE)

    def fails(_: Path) -> None:
        raise SettingsError("stale file handle")

    with monkeypatch.context() as broken:
        broken.setattr("fer_web.live.masks._read", fails)
        for _ in range(3):
            now_s[0] += LOOK_S
            assert masks.of("door") == ()
    assert [record.message for record in caplog.records] == ["What was hidden before stays hidden: stale file handle"]

    now_s[0] += LOOK_S
    assert masks.of("door") == TRIANGLE


def test_a_change_does_not_wait_forever_for_another_process(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("fer_web.live.masks.WAIT_S", 0.01)
    masks = Masks(tmp_path / "masks.json")
    with FileLock(tmp_path / ".masks.json.lock"), pytest.raises(StoreError, match="another process is changing one"):
        masks.change("door", TRIANGLE)
    assert masks.of("door") == ()


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
    assert sorted(file.name for file in tmp_path.iterdir()) == [".masks.json.lock", "masks.json"]
