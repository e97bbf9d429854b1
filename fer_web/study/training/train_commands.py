"""`python -m fer_web train | teach | bank | reframe`: arguments in, an exit status out."""

from __future__ import annotations

import argparse
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from fer_web.errors import DataError
from fer_web.study.training.checkpoint import keep_description, note_inputs, noted_inputs, read_state
from fer_web.study.training.command_arguments import (
    add_ahead_argument,
    add_data_arguments,
    add_prepared_arguments,
    data_of,
    tell_doubles,
)
from fer_web.study.training.dataset import learning_data
from fer_web.study.training.readers import read_table

if TYPE_CHECKING:
    from fer_web.study.training.parallel import Replica


def add_train_arguments(parser: argparse.ArgumentParser) -> None:
    """`train`: one run, described by a TOML file, in a folder of its own."""
    add_data_arguments(parser)
    parser.add_argument("--config", type=Path, required=True, help="the run's TOML file")
    parser.add_argument("--run", type=Path, required=True, help="the run's folder; an unfinished run in it goes on")
    add_prepared_arguments(parser)
    parser.add_argument("--bank", type=Path, help="views and teachers' answers to them, made by `bank`")
    parser.add_argument("--start", type=Path, help="a finished run's folder, or models/NAME.keras, to begin from")
    parser.add_argument(
        "--resume", type=Path, help="a file made by `keep-run`, to go on from if the run's folder is lost"
    )
    parser.add_argument(
        "--changed",
        action="store_true",
        help="go on with --resume where all but the data has changed, and note what has",
    )
    add_ahead_argument(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bars")


def run_train(args: argparse.Namespace) -> int:
    """Train, or go on training."""
    from fer_web.study.training.backend import restart_with_kept_memory
    from fer_web.study.training.bank import FACTS
    from fer_web.study.training.config import read_config
    from fer_web.study.training.parallel import in_parallel

    restart_with_kept_memory()
    config = read_config(args.config)
    if args.teaching and not config.loss.teacher:
        raise DataError(f"{args.config.name} gives teachers no weight (loss.teacher): leave --teaching out")
    if args.crops and not config.augmentation.reframed:
        raise DataError(f"{args.config.name} gives served crops no chance (augmentation.reframed): leave --crops out")
    if args.bank and not config.bank_epochs:
        raise DataError(f"{args.config.name} has no epochs for a bank of views (bank_epochs): leave --bank out")
    if args.changed and not args.resume:
        raise DataError("--changed says how to go on with a kept run: give --resume as well")
    keep_description(args.run, args.config)
    bank = args.bank and args.bank / FACTS
    note_inputs(args.run, start=args.start, teaching=args.teaching, crops=args.crops, bank=bank)
    in_parallel(config.workers, partial(_train, args))
    return 0


def _train(args: argparse.Namespace, worker: Replica) -> None:
    """One worker's part of a run; at module level because other processes start with it."""
    from fer_web.study.training.bank import read_bank
    from fer_web.study.training.config import read_config
    from fer_web.study.training.kept import read_fitting
    from fer_web.study.training.prepared import with_prepared
    from fer_web.study.training.task import expression_task
    from fer_web.study.training.teachers import trained_network
    from fer_web.study.training.trainer import Trainer
    from fer_web.study.training.weights import named

    data = learning_data(read_table(args.data, args.votes))
    if worker.rank == 0:
        tell_doubles(data)
    config = read_config(args.config)
    bank = read_bank(args.bank, data.training) if args.bank else None
    done = _epochs_done(args.run, args.resume) if config.bank_epochs and bank is None else 0
    task = expression_task(config, with_prepared(data, args.teaching, args.crops), bank=bank, done=done)
    trainer = Trainer(task, args.run, worker, ahead=args.ahead)
    if args.resume and not trainer.progress.step:
        now = noted_inputs(args.run)
        trainer.go_on_from(read_fitting(args.resume, config, data, now, may_change=args.changed))
    if worker.rank == 0:
        for change in trainer.progress.changes:
            print(f"Not as first planned: {change}", file=sys.stderr)
    if args.start:
        trainer.begin_from(named(trained_network(args.start)))
    trainer.train(quiet=args.quiet)


def _epochs_done(run: Path, kept: Path | None) -> int:
    """How far the run is that goes on, in its folder or in the file that was kept of it."""
    from fer_web.study.training.kept import read_kept

    state = read_state(run)
    if state is not None:
        return state.progress.epoch
    return 0 if kept is None else read_kept(kept).progress.epoch


def add_teach_arguments(parser: argparse.ArgumentParser) -> None:
    """`teach`: what finished runs answer for every training picture, averaged, for a student's `--teaching`."""
    add_data_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("runs", type=Path, nargs="+", help="folders of finished runs, or models/NAME.keras")


def run_teach(args: argparse.Namespace) -> int:
    """Write the teachers' averaged logits."""
    from fer_web.study.training.prepared import save_prepared
    from fer_web.study.training.teachers import SHIFTS, mean_logits, teacher

    training = data_of(args).training
    teachers = [teacher(run) for run in args.runs]
    save_prepared(args.out, training, logits=mean_logits(teachers, training.pixels, SHIFTS))
    print(f"{args.out}: {len(teachers)} teachers' answers to {len(training)} pictures")
    return 0


def add_bank_arguments(parser: argparse.ArgumentParser) -> None:
    """`bank`: augmented views of every training picture with what finished runs answer for them, for `train --bank`."""
    add_data_arguments(parser)
    parser.add_argument(
        "--config", type=Path, required=True, help="the student's TOML file, which says how pictures move"
    )
    parser.add_argument("--views", type=int, default=16, help="of each picture (default: 16; 65 MB each for FER2013)")
    parser.add_argument("--seed", type=int, default=0, help="of how the pictures move (default: 0)")
    parser.add_argument("--out", type=Path, required=True, help="the folder to write; an unfinished bank in it goes on")
    parser.add_argument("runs", type=Path, nargs="+", help="folders of finished runs, or models/NAME.keras")


def run_bank(args: argparse.Namespace) -> int:
    """Write the views and the teachers' mean logits."""
    from fer_web.study.training.bank import make_bank
    from fer_web.study.training.config import read_config
    from fer_web.study.training.teachers import teacher

    if args.views < 1:
        raise DataError(f"--views is {args.views}, and starts at 1")
    training = data_of(args).training
    teachers = [(run.name, teacher(run)) for run in args.runs]
    make_bank(args.out, training, teachers, read_config(args.config).augmentation, args.views, args.seed)
    print(f"{args.out}: {args.views} views of {len(training)} pictures, answered by {len(teachers)} teachers")
    return 0


def add_reframe_arguments(parser: argparse.ArgumentParser) -> None:
    """`reframe`: every training picture as the serving path would crop it, for `train --crops`."""
    add_data_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("--jobs", type=int, default=1, help="processes (default: 1)")


def run_reframe(args: argparse.Namespace) -> int:
    """Write the crops and say in how many pictures a face was found."""
    from fer_web.study.training.prepared import save_prepared
    from fer_web.study.training.reframe import reframe_all

    training = data_of(args).training
    crops, found = reframe_all(training.pixels, args.jobs)
    save_prepared(args.out, training, crops=crops)
    print(f"{args.out}: crops of {found.sum()} of {len(training)} pictures; in the others no face was found")
    return 0
