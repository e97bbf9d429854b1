"""`python -m fer_web publish | calibrate | pool | export | evaluate`: arguments in, an exit status out."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fer_web.errors import DataError
from fer_web.registry.card import ModelCard
from fer_web.study.training.command_arguments import add_data_arguments, data_of
from fer_web.study.training.readers import read_table

if TYPE_CHECKING:
    from fer_web.study.training.evaluate import Examination

MODELS = Path("models")
RESULTS = Path("docs/results")


def add_publish_arguments(parser: argparse.ArgumentParser) -> None:
    """`publish`: a run's chosen weights as a model with its card."""
    add_data_arguments(parser)
    parser.add_argument("--run", type=Path, required=True, help="the run's folder")
    parser.add_argument("--models", type=Path, default=MODELS, help="where to write (default: models)")
    parser.add_argument("--name", required=True, help="the model's name, such as xception")


def run_publish(args: argparse.Namespace) -> int:
    """Write the model and say how it does on PublicTest."""
    from fer_web.study.training.publish import publish

    card = publish(args.run, data_of(args), args.models, args.name)
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

    data = data_of(args)
    fitted = [calibrate(args.models, name, data) for name in args.names]
    print(calibration_table(fitted, data.public))
    return 0


def add_pool_arguments(parser: argparse.ArgumentParser) -> None:
    """`pool`: published networks as one model."""
    add_data_arguments(parser)
    parser.add_argument("name", metavar="NAME", help="the pool's name, such as xception-pair")
    parser.add_argument(
        "parts", nargs="+", metavar="PART", help="the networks' names, such as xception-m xception-small"
    )
    parser.add_argument("--models", type=Path, default=MODELS, help="the models' folder (default: models)")


def run_pool(args: argparse.Namespace) -> int:
    """Write its card, and print what was fitted and what it brings on PublicTest."""
    from fer_web.study.training.calibrate import calibration_table
    from fer_web.study.training.pool import pool

    data = data_of(args)
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
