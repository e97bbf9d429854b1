from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from fer_web.errors import DataError
from fer_web.study.lab.features import FeatureStore, store
from tests.study.lab.conftest import portraits


@pytest.fixture
def small_shards(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(store, "SHARD", 2)


def test_shards_are_joined_in_order(small_shards: None, tmp_path: Path) -> None:
    pictures = portraits(5)

    assert np.array_equal(FeatureStore(tmp_path).get("hog", pictures), FeatureStore().get("hog", pictures))
    assert len(list((tmp_path / "hog").glob("*.npy"))) == 3


def test_what_is_kept_is_not_calculated_again(
    small_shards: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    def count(pictures: np.ndarray) -> np.ndarray:
        calls.append(len(pictures))
        return pictures.reshape(len(pictures), -1)[:, :3].astype(np.float32)

    monkeypatch.setattr(store, "KINDS", {"count": count})
    features = FeatureStore(tmp_path)
    features.get("count", portraits(3))
    next((tmp_path / "count").glob("*.npy")).unlink()

    again = features.get("count", portraits(3))

    assert sorted(calls) in ([1, 1, 2], [1, 2, 2])
    assert again.shape == (3, 3)


def test_several_processes_find_the_same(small_shards: None, tmp_path: Path) -> None:
    pictures = portraits(4)

    assert np.array_equal(
        FeatureStore(tmp_path, jobs=2, is_quiet=True).get("hog", pictures), store.KINDS["hog"](pictures)
    )


def test_an_unknown_kind_is_refused() -> None:
    with pytest.raises(DataError, match="no feature 'nose'; there are hog, "):
        FeatureStore().get("nose", portraits(1))
