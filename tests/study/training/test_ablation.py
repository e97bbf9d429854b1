"""Runs that differ in one thing, with several seeds."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from fer_web.cli.main import main
from fer_web.errors import DataError
from fer_web.study.training import ablation
from fer_web.study.training.ablate_command import PLAN
from fer_web.study.training.ablation import AblationPlan, ablate, differences, draw, read_plan, read_results, table
from fer_web.study.training.config import TrainingConfig
from fer_web.study.training.dataset import LearningData

TINY = """
seeds = [1, 2]

[base]
network = "tiny"
batch = 8

[base.schedule]
epochs = 1
sizes = [[1.0, 16]]

[base.loss]
votes = 0.5

[variants.without-votes.loss]
votes = 0.0

[variants.slow.schedule]
rate = 0.001
"""


@pytest.fixture
def plan(tiny_network: str, tmp_path: Path) -> AblationPlan:
    """Three tiny runs with two seeds each."""
    path = tmp_path / "plan.toml"
    path.write_text(TINY, encoding="utf-8")
    return read_plan(path)


@pytest.fixture
def here(monkeypatch: pytest.MonkeyPatch) -> list[tuple[TrainingConfig, Path]]:
    """Runs in this process, which knows the tiny network; the configurations and folders that were run."""
    made: list[tuple[TrainingConfig, Path]] = []

    class Pool:
        def __init__(self, *_: object, **__: object) -> None: ...
        def __enter__(self) -> Pool:
            return self

        def __exit__(self, *_: object) -> None: ...
        def submit(self, work: object, config: TrainingConfig, data: LearningData, folder: Path) -> Done:
            made.append((config, folder))
            return Done(work(config, data, folder))  # type: ignore[operator]

    class Done:
        def __init__(self, value: float) -> None:
            self.result = lambda: value

    monkeypatch.setattr(ablation, "ProcessPoolExecutor", Pool)
    monkeypatch.setattr(ablation, "as_completed", list)
    return made


def test_a_variant_differs_in_what_is_named_alone(plan: AblationPlan) -> None:
    base, slow = plan.runs["base"], plan.runs["slow"]

    assert list(plan.runs) == ["base", "without-votes", "slow"]
    assert (slow.schedule.rate, slow.schedule.sizes, slow.loss) == (0.001, base.schedule.sizes, base.loss)
    assert plan.runs["without-votes"].loss.votes == 0
    assert len(plan) == len(list(plan)) == 6


def test_the_programs_own_plan_can_be_read() -> None:
    plan = read_plan(PLAN)

    assert len(plan.seeds) > 1
    assert all(config != plan.runs["base"] for name, config in plan.runs.items() if name != "base")


@pytest.mark.parametrize(
    ("before", "after", "meaning"),
    [
        ("seeds = [1, 2]", "seeds = [1, 1]", "different whole numbers"),
        ("seeds = [1, 2]", "seeds = []", "different whole numbers"),
        ("seeds = [1, 2]", "", "needs seeds"),
        ("votes = 0.0", "voices = 0.0", r"without-votes\] \[loss\] has unknown entries \['voices'\]"),
    ],
)
def test_a_wrong_plan_is_refused(tiny_network: str, tmp_path: Path, before: str, after: str, meaning: str) -> None:
    path = tmp_path / "plan.toml"
    path.write_text(TINY.replace(before, after), encoding="utf-8")

    with pytest.raises(DataError, match=meaning):
        read_plan(path)


def test_every_run_is_made_once(
    plan: AblationPlan, data: LearningData, tmp_path: Path, here: list[tuple[TrainingConfig, Path]]
) -> None:
    found = ablate(plan, data, tmp_path, quiet=True)

    assert {name: sorted(runs) for name, runs in found.items()} == {name: [1, 2] for name in plan.runs}
    assert [(config.seed, folder.name) for config, folder in here[:2]] == [(1, "base-1"), (1, "without-votes-1")]
    assert all(0 <= accuracy <= 1 for runs in found.values() for accuracy in runs.values())
    assert ablate(plan, data, tmp_path, quiet=True) == found == read_results(tmp_path)
    assert len(here) == 6


def test_what_a_run_needs_must_be_given(plan: AblationPlan, data: LearningData, tmp_path: Path) -> None:
    with pytest.raises(DataError, match="base learns from teachers' answers"):
        ablate(read_plan(PLAN), data, tmp_path)
    with pytest.raises(DataError, match="base learns from served crops"):
        ablate(read_plan(PLAN), replace(data, logits=np.zeros((40, 7), np.float32)), tmp_path)


def test_differences_are_taken_seed_by_seed(plan: AblationPlan, tmp_path: Path) -> None:
    found = {"base": {1: 0.50, 2: 0.60}, "slow": {1: 0.48, 2: 0.59, 3: 0.9}}

    told = table(plan, found)
    draw(plan, found, tmp_path / "ablation.png")

    assert differences(found, "slow") == pytest.approx([-0.02, -0.01])
    assert "| base | 2 | 55.00 ± 7.07 |  |" in told
    assert "| -1.50 ± 0.71 |" in told
    assert "| without-votes | 0 |  |  |" in told
    assert (tmp_path / "ablation.png").read_bytes().startswith(b"\x89PNG")


def test_a_stopped_ablation_tells_what_is_done(
    tiny_network: str,
    data_file: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (tmp_path / "plan.toml").write_text(TINY, encoding="utf-8")
    out = tmp_path / "out"

    def stopped(*_: object) -> None:
        (out / "results.json").write_text('{"base": {"1": 0.5, "2": 0.6}, "slow": {"1": 0.25}}', encoding="utf-8")
        raise KeyboardInterrupt

    monkeypatch.setattr(ablation, "ablate", stopped)

    assert main(["ablate", "--data", str(data_file), "--plan", str(tmp_path / "plan.toml"), "--out", str(out)]) == 130
    assert "| base | 2 | 55.00 ± 7.07 |" in capsys.readouterr().out
    assert "| slow | 1 | 25.00 | -25.00 |" in (out / "table.md").read_text(encoding="utf-8")
    assert (out / "ablation.png").is_file()
