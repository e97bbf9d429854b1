"""What was made for a split's pictures serves no other pictures."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.study.training.prepared import load_prepared, save_prepared
from tests.study.training.conftest import faces

LOGITS = np.arange(21, dtype=np.float32).reshape(3, 7)


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    """A file with the logits of three faces."""
    path = tmp_path / "teaching.npz"
    save_prepared(path, faces(3), logits=LOGITS)
    return path


def test_it_is_read_as_it_was_kept(kept: Path) -> None:
    assert np.array_equal(load_prepared(kept, faces(3), "logits", (7,)), LOGITS)


def test_other_pictures_are_refused(kept: Path) -> None:
    with pytest.raises(DataError, match="logits of other pictures"):
        load_prepared(kept, faces(3, seed=1), "logits", (7,))


def test_another_shape_is_refused(kept: Path) -> None:
    with pytest.raises(DataError, match="other pictures"):
        load_prepared(kept, faces(3), "logits", (8,))


def test_a_file_with_something_else_is_refused(kept: Path) -> None:
    with pytest.raises(DataError, match="has no array crops; it has logits, pictures"):
        load_prepared(kept, faces(3), "crops", (48, 48))


def test_what_is_no_array_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "notes.npz").write_text("hello")

    with pytest.raises(DataError, match="cannot be read"):
        load_prepared(tmp_path / "notes.npz", faces(3), "logits", (7,))
