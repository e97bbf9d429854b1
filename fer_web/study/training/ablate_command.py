"""`python -m fer_web ablate`: what each ingredient of a run gives."""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.errors import DataError
from fer_web.study.training.command_arguments import add_data_arguments, add_prepared_arguments

if TYPE_CHECKING:
    from fer_web.study.training.ablation import AblationPlan

PLAN = Path(__file__).with_name("ablation.toml")
COPY = "plan.toml"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Data, the plan, and where its runs go."""
    add_data_arguments(parser)
    parser.add_argument("--plan", type=Path, default=PLAN, help="the runs' TOML file (default: the program's own)")
    parser.add_argument("--out", type=Path, required=True, help="the folder of the runs; what is done in it is kept")
    add_prepared_arguments(parser)
    parser.add_argument("--jobs", type=int, default=1, help="runs at a time (default: 1)")


def run(args: argparse.Namespace) -> int:
    """Make the runs that are missing, and print and draw what all of them came to; if stopped, those that are done."""
    from fer_web.study.training.ablation import ablate, read_plan
    from fer_web.study.training.backend import restart_with_kept_memory
    from fer_web.study.training.dataset import learning_data
    from fer_web.study.training.prepared import with_prepared
    from fer_web.study.training.readers import read_table

    restart_with_kept_memory()
    plan = read_plan(args.plan)
    _keep_plan(args.plan, args.out)
    data = with_prepared(learning_data(read_table(args.data, args.votes)), args.teaching, args.crops)
    try:
        ablate(plan, data, args.out, args.jobs)
    finally:
        _tell(plan, args.out)
    return 0


def _tell(plan: AblationPlan, folder: Path) -> None:
    """Print, keep and draw what the finished runs came to."""
    from fer_web.study.training.ablation import draw, read_results, table

    found = read_results(folder)
    if found:
        told = table(plan, found)
        (folder / "table.md").write_text(told, encoding="utf-8")
        draw(plan, found, folder / "ablation.png")
        print(told, end="")


def _keep_plan(plan: Path, folder: Path) -> None:
    """A copy of the plan beside its runs; DataError when those in the folder were made by another one."""
    folder.mkdir(parents=True, exist_ok=True)
    copy, text = folder / COPY, plan.read_text(encoding="utf-8")
    if copy.is_file() and copy.read_text(encoding="utf-8") != text:
        raise DataError(f"{folder} holds the runs of another plan: choose another folder")
    copy.write_text(text, encoding="utf-8")
