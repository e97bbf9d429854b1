"""`python -m fer_web lab list | run | table | publish`: arguments in, an exit status out."""

from __future__ import annotations

import argparse
import os
from pathlib import Path

from fer_web.errors import DataError
from fer_web.study.lab.rows import all_rows, find_rows
from fer_web.study.lab.runs import CACHE, QUICK_RUNS, RUNS, LabOptions, Record, read_record, run_row
from fer_web.study.lab.table import as_csv, chart, epochs_text, insert, markdown, ordered_runs
from fer_web.study.training.command_arguments import add_ahead_argument
from fer_web.study.training.dataset import learning_data
from fer_web.study.training.readers import read_table

PAGE = Path("docs/lab.md")
CHART = Path("docs/lab/table.svg")
MODELS = Path("models/lab")


def add_list_arguments(parser: argparse.ArgumentParser) -> None:
    """`list`: the rows, and which of them were run."""
    parser.add_argument("--runs", type=Path, default=RUNS, help="the folder of the runs (default: %(default)s)")


def run_list(args: argparse.Namespace) -> int:
    """One line a row."""
    for row in all_rows().values():
        record = read_record(args.runs / row.name)
        state = _summary(record) if record.get("private_test") else record.get("state", "not run")
        print(f"{row.name:<28} {state:<34} {row.system}; {row.features}")
    return 0


def _summary(record: Record) -> str:
    accuracy = 100 * record["private_test"]["accuracy"]["value"]
    return f"{accuracy:.1f} % on PrivateTest, epochs {epochs_text(record)}"


def add_run_arguments(parser: argparse.ArgumentParser) -> None:
    """`run`: fit rows and measure them."""
    parser.add_argument("names", nargs="+", metavar="NAME", help="rows, as `lab list` names them, or all")
    parser.add_argument(
        "--data", type=Path, required=True, help="fer2013.csv, an .npz, or a folder train/angry/*.jpg …"
    )
    parser.add_argument("--votes", type=Path, help="FER+'s fer2013new.csv, for rows that learn from its votes")
    parser.add_argument("--runs", type=Path, help=f"where the runs' folders are (default: {RUNS})")
    parser.add_argument("--cache", type=Path, default=CACHE, help="where calculated features are kept (%(default)s)")
    parser.add_argument("--quick", action="store_true", help=f"a few pictures only, in {QUICK_RUNS}: does it work?")
    parser.add_argument("--again", action="store_true", help="start anew, even where a run is finished or stopped")
    parser.add_argument("--epochs", type=int, help="instead of the row's own number")
    parser.add_argument("--minutes", type=float, help="stop fitting after this time with the best so far, where it can")
    parser.add_argument("--seed", type=int, default=0, help="of everything random (default: %(default)s)")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes for features (%(default)s)")
    add_ahead_argument(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bars")


def run_run(args: argparse.Namespace) -> int:
    """Run the rows one after another; a line each."""
    rows = find_rows(args.names)
    if args.epochs is not None and args.epochs < 1:
        raise DataError(f"--epochs {args.epochs}: a run needs at least one")
    table = read_table(args.data, args.votes)
    options = LabOptions(
        runs=args.runs or (QUICK_RUNS if args.quick else RUNS),
        cache=args.cache,
        seed=args.seed,
        epochs=args.epochs,
        minutes=args.minutes,
        is_quick=args.quick,
        is_again=args.again,
        jobs=args.jobs,
        ahead=args.ahead,
        is_quiet=args.quiet,
        data=args.data.name,
        votes=args.votes.name if args.votes else "",
    )
    for row in rows:
        record = run_row(row, table, options)
        print(f"{row.name}: {_summary(record)}")
    return 0


def add_table_arguments(parser: argparse.ArgumentParser) -> None:
    """`table`: what the runs came to."""
    parser.add_argument("--runs", type=Path, default=RUNS, help="the folder of the runs (default: %(default)s)")
    parser.add_argument("--csv", action="store_true", help="print CSV instead of Markdown")
    parser.add_argument(
        "--out", type=Path, nargs="?", const=PAGE, help=f"write the table between this page's markers ({PAGE})"
    )
    parser.add_argument(
        "--chart",
        type=Path,
        nargs="?",
        const=CHART,
        help=f"draw the authors' figures beside ours, .svg or .png ({CHART})",
    )


def run_table(args: argparse.Namespace) -> int:
    """Print the table, or write it where it is wanted."""
    records = ordered_runs(args.runs)
    if args.chart:
        chart(records, args.chart)
    if args.out:
        insert(args.out, as_csv(records) if args.csv else markdown(records))
    if not args.chart and not args.out:
        print(as_csv(records) if args.csv else markdown(records), end="")
    return 0


def add_publish_arguments(parser: argparse.ArgumentParser) -> None:
    """`publish`: the weights of networks that read pixels alone, as models with cards."""
    parser.add_argument("names", nargs="+", metavar="NAME", help="rows that were run here")
    parser.add_argument("--data", type=Path, required=True, help="the data set, to calibrate on PublicTest")
    parser.add_argument("--runs", type=Path, default=RUNS, help="the folder of the runs (default: %(default)s)")
    parser.add_argument("--models", type=Path, default=MODELS, help="where to write (default: %(default)s)")


def run_publish(args: argparse.Namespace) -> int:
    """Write the models and say how they do on PublicTest."""
    from fer_web.study.lab.networks.publish import publish_row

    data = learning_data(read_table(args.data))
    for row in find_rows(args.names):
        card = publish_row(row, args.runs, data, args.models)
        print(f"{card.name}: {100 * card.metrics['PublicTest']['accuracy']['value']:.1f} % on PublicTest")
    return 0
