from __future__ import annotations

import pytest

from fer_web.errors import DataError
from fer_web.study.training.schedule import Patience, Schedule

COSINE = Schedule(rate=1.0, warmup=0.1, hold=0.5)


@pytest.mark.parametrize(("done", "rate"), [(0.0, 0.01), (0.05, 0.5), (0.1, 1.0), (0.49, 1.0), (0.75, 0.5), (1.0, 0.0)])
def test_the_rate_warms_up_stays_and_falls_along_a_cosine(done: float, rate: float) -> None:
    assert COSINE.rate_at(done) == pytest.approx(rate)


def test_pictures_grow_at_their_borders() -> None:
    schedule = Schedule(sizes=((0.4, 32), (0.7, 40), (1.0, 48)))

    assert [schedule.size_at(done) for done in (0, 0.39, 0.4, 0.7, 1.0)] == [32, 32, 40, 48, 48]


def test_on_a_plateau_the_rate_drops_and_then_the_run_stops() -> None:
    schedule = Schedule(kind="plateau", rate=1.0, warmup=0, patience=2, stop_after=4)
    patience = Patience()
    stops = [patience.saw(accuracy, schedule) for accuracy in (0.5, 0.6, 0.6, 0.6, 0.55, 0.6)]

    assert stops == [False] * 5 + [True]
    assert patience.drops == 2
    assert schedule.rate_at(0.5, patience.drops) == pytest.approx(0.01)


def test_a_better_accuracy_resets_the_wait() -> None:
    schedule = Schedule(kind="plateau", patience=2, stop_after=2)
    patience = Patience()

    assert not any(patience.saw(accuracy, schedule) for accuracy in (0.5, 0.4, 0.6, 0.5, 0.7))
    assert patience.drops == 0


def test_an_unknown_kind_and_unfinished_sizes_are_refused() -> None:
    with pytest.raises(DataError, match="linear"):
        Schedule(kind="linear")
    with pytest.raises(DataError, match=r"until 1\.0"):
        Schedule(sizes=((0.5, 32),))
