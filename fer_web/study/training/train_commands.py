"""`python -m fer_web train | teach | publish | export | evaluate`: arguments in, an exit status out."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_web.errors import DataError
from fer_web.registry.card import ModelCard
from fer_web.study.training.checkpoint import keep_description, note_inputs, noted_inputs
from fer_web.study.training.dataset import LearningData, learning_data, repeats
from fer_web.study.training.readers import read_table

if TYPE_CHECKING:
    from fer_web.study.training.evaluate import Examination
    from fer_web.study.training.parallel import Replica

MODELS = Path("models")
RESULTS = Path("docs/results")
AHEAD = 8  # more would only need memory


def add_data_arguments(parser: argparse.ArgumentParser) -> None:
    """Where the data set is; every command here needs one."""
    parser.add_argument(
        "--data", type=Path, required=True, help="fer2013.csv, an .npz, or a folder train/angry/*.jpg …"
    )
    parser.add_argument("--votes", type=Path, help="FER+'s fer2013new.csv, to learn from its votes as well")


def add_prepared_arguments(parser: argparse.ArgumentParser) -> None:
    """What a run may learn from besides labels and votes."""
    parser.add_argument("--teaching", type=Path, help="teachers' answers, made by `teach`")
    parser.add_argument("--crops", type=Path, help="the pictures' served crops, made by `reframe`")


def add_ahead_argument(parser: argparse.ArgumentParser) -> None:
    """Whether a process of their own prepares batches; the outcome is the same."""
    parser.add_argument(
        "--ahead", type=int, default=AHEAD, help="batches prepared ahead by another process, 0: none (%(default)s)"
    )


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
        _tell_doubles(data)
    config = read_config(args.config)
    bank = read_bank(args.bank, data.training) if args.bank else None
    task = expression_task(config, with_prepared(data, args.teaching, args.crops), bank=bank)
    trainer = Trainer(task, args.run, worker, ahead=args.ahead)
    if args.resume and not trainer.progress.step:
        trainer.go_on_from(read_fitting(args.resume, config, data, noted_inputs(args.run)))
    if args.start:
        trainer.begin_from(named(trained_network(args.start)))
    trainer.train(quiet=args.quiet)


def add_teach_arguments(parser: argparse.ArgumentParser) -> None:
    """`teach`: what finished runs answer for every training picture, averaged, for a student's `--teaching`."""
    add_data_arguments(parser)
    parser.add_argument("--out", type=Path, required=True, help="the file to write")
    parser.add_argument("runs", type=Path, nargs="+", help="folders of finished runs, or models/NAME.keras")


def run_teach(args: argparse.Namespace) -> int:
    """Write the teachers' averaged logits."""
    from fer_web.study.training.prepared import save_prepared
    from fer_web.study.training.teachers import SHIFTS, mean_logits, trained_network

    training = _learning_data(args).training
    teachers = [trained_network(run) for run in args.runs]
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
    from fer_web.study.training.teachers import trained_network

    if args.views < 1:
        raise DataError(f"--views is {args.views}, and starts at 1")
    training = _learning_data(args).training
    teachers = [(run.name, trained_network(run)) for run in args.runs]
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

    training = _learning_data(args).training
    crops, found = reframe_all(training.pixels, args.jobs)
    save_prepared(args.out, training, crops=crops)
    print(f"{args.out}: crops of {found.sum()} of {len(training)} pictures; in the others no face was found")
    return 0


def add_publish_arguments(parser: argparse.ArgumentParser) -> None:
    """`publish`: a run's chosen weights as a model with its card."""
    add_data_arguments(parser)
    parser.add_argument("--run", type=Path, required=True, help="the run's folder")
    parser.add_argument("--models", type=Path, default=MODELS, help="where to write (default: models)")
    parser.add_argument("--name", required=True, help="the model's name, such as xception")


def run_publish(args: argparse.Namespace) -> int:
    """Write the model and say how it does on PublicTest."""
    from fer_web.study.training.publish import publish

    card = publish(args.run, _learning_data(args), args.models, args.name)
    print(json.dumps({"model": card.name, "sha256": card.sha256, "temperature": card.temperature,
                      "uncertain_below": card.uncertain_below, **card.metrics}, indent=2))  # fmt: skip
    return 0


def add_calibrate_arguments(parser: argparse.ArgumentParser) -> None:
    """`calibrate`: published models' temperature, priors and threshold, fitted anew."""
    add_data_arguments(parser)
    parser.add_argument("names", nargs="+", metavar="NAME", help="the models' names, such as xception")
    parser.add_argument("--models", type=Path, default=MODELS, help="the models' folder (default: models)")


def run_calibrate(args: argparse.Namespace) -> int:
    """Write the fitted values into the cards, and print what they bring on PublicTest."""
    from fer_web.study.training.calibrate import calibrate, calibration_table

    data = _learning_data(args)
    fitted = [calibrate(args.models, name, data) for name in args.names]
    print(calibration_table(fitted, data.public))
    return 0


def add_pool_arguments(parser: argparse.ArgumentParser) -> None:
    """`pool`: published networks as one model."""
    add_data_arguments(parser)
    parser.add_argument("name", metavar="NAME", help="the pool's name, such as xception-pair")
    parser.add_argument("parts", nargs="+", metavar="PART", help="the networks' names, such as xception xception-small")
    parser.add_argument("--models", type=Path, default=MODELS, help="the models' folder (default: models)")


def run_pool(args: argparse.Namespace) -> int:
    """Write its card, and print what was fitted and what it brings on PublicTest."""
    from fer_web.study.training.calibrate import calibration_table
    from fer_web.study.training.pool import pool

    data = _learning_data(args)
    print(calibration_table([pool(args.models, args.name, args.parts, data)], data.public))
    return 0


def add_export_arguments(parser: argparse.ArgumentParser) -> None:
    """`export`: .tflite files beside the .keras ones."""
    parser.add_argument("names", nargs="*", metavar="NAME", help="models' names (default: all of the folder)")
    parser.add_argument("--models", type=Path, default=MODELS, help="the models' folder (default: models)")


def run_export(args: argparse.Namespace) -> int:
    """Write the files and their hashes into the cards."""
    from fer_web.registry.catalog import list_models
    from fer_web.study.training.export import export

    for name in args.names or [card.name for card in list_models(args.models) if not card.parts]:
        print(f"{name}.tflite: SHA-256 {export(args.models, name).tflite_sha256}")
    return 0


def add_evaluate_arguments(parser: argparse.ArgumentParser) -> None:
    """`evaluate`: published models on PrivateTest."""
    add_data_arguments(parser)
    parser.add_argument("--models", type=Path, default=MODELS, help="the models' folder (default: models)")
    parser.add_argument("--name", help="one model's name (default: all of the folder)")
    parser.add_argument("--json", action="store_true", help="print JSON: one model's object, or an array of all")
    parser.add_argument("--no-speed", action="store_true", help="leave the measurement of speed out")
    parser.add_argument(
        "--record",
        type=Path,
        nargs="?",
        const=RESULTS,
        metavar="FOLDER",
        help=f"write JSON and plots there (default: {RESULTS}) and the main figures into the card",
    )


def run_evaluate(args: argparse.Namespace) -> int:
    """Print the results of one model, or of all."""
    from fer_web.registry.card import EXPRESSION
    from fer_web.registry.catalog import list_models
    from fer_web.study.training.evaluate import examine

    if args.record and not find_spec("matplotlib"):
        raise DataError("--record draws with matplotlib: pip install -r requirements-train.txt")
    table = read_table(args.data, args.votes)
    names = [args.name] if args.name else [card.name for card in list_models(args.models, EXPRESSION)]
    if not names:
        raise DataError(f"{args.models} holds no model for expressions")
    exams = [examine(table, args.models, name) for name in names]
    found = [_evaluate(args, exam) for exam in exams]
    if args.json:
        print(json.dumps(found[0] if args.name else found, indent=2))
    return 0


def _evaluate(args: argparse.Namespace, exam: Examination) -> dict[str, Any]:
    """One model's results; printed as a table unless JSON is wanted."""
    from fer_web.study.training.evaluate import results
    from fer_web.study.training.report import plots, table
    from fer_web.study.training.speed import measure_speed

    name = exam.card.name
    found = results(exam)
    speed = {} if args.no_speed else measure_speed(args.models, name)
    if not args.json:
        print(table(found))
    if speed and not args.json:
        print(f"\nBy LiteRT, each network on one thread of this machine: {speed['ms_one_face']} ms a face.\n")
    if args.record:
        plots(exam, found, args.record)
        text = json.dumps({**found, "speed": speed}, indent=2) + "\n"
        (args.record / f"{name}.json").write_text(text, encoding="utf-8")
        _record(args.models, name, found)
    return {**found, "speed": speed}


def _record(models: Path, name: str, found: Mapping[str, Any]) -> None:
    """The main figures into the card, beside those of PublicTest."""
    path = models / f"{name}.json"
    card = ModelCard.read(path)
    keys = ["accuracy", "accuracy_without_duplicates", "accuracy_with_mirror_image", "priors", "macro_f1", "recall",
            "confusion", "calibration_after", "uncertain", "private_test_reads"]  # fmt: skip
    keys += ["ferplus_majority_accuracy"] if found["ferplus_majority_accuracy"]["count"] else []
    replace(card, metrics={**card.metrics, "PrivateTest": {key: found[key] for key in keys}}).write(path)


def _learning_data(args: argparse.Namespace) -> LearningData:
    data = learning_data(read_table(args.data, args.votes))
    _tell_doubles(data)
    return data


def _tell_doubles(data: LearningData) -> None:
    """What is left out and what stands in the data twice; on stderr, as some commands answer with JSON."""
    left_out = data.training_total - len(data.training)
    if left_out:
        print(f"{left_out} of {data.training_total} Training pictures are left out, as they also stand in "
              f"PublicTest ({data.dropped['PublicTest']}) or PrivateTest ({data.dropped['PrivateTest']})",
              file=sys.stderr)  # fmt: skip
    again, otherwise = repeats(data.training)
    if again:
        print(f"{again} Training pictures repeat an earlier one, {otherwise} of them with another label; they stay",
              file=sys.stderr)  # fmt: skip
