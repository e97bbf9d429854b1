"""`python -m fer_web lab keypoints train | publish | evaluate | framing`: arguments in, an exit status out."""

from __future__ import annotations

import argparse
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from fer_web.study.lab.keypoints.faces import Division, divide
from fer_web.study.lab.keypoints.readers import read_faces
from fer_web.study.lab.keypoints.train import CONFIG
from fer_web.study.training.command_arguments import add_ahead_argument
from fer_web.study.training.config import TrainingConfig

RUN = Path("runs/keypoints")
MODELS = Path("models")
RESULTS = Path("docs/results")
ACTIONS = {
    "train": "fit the network, or go on fitting it",
    "publish": "write the chosen weights and their card into the models folder",
    "evaluate": "measure the published model on the test people",
    "framing": "measure where faces lie in the pictures, and the points' shift",
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "action", choices=list(ACTIONS), help="; ".join(f"{name}: {why}" for name, why in ACTIONS.items())
    )
    parser.add_argument(
        "--data", type=Path, required=True, help="Kaggle's training.csv, or a folder of *.npz with *_15kp.csv"
    )
    parser.add_argument("--run", type=Path, default=RUN, help="the run's folder (default: %(default)s)")
    parser.add_argument("--models", type=Path, default=MODELS, help="the models' folder (default: %(default)s)")
    parser.add_argument("--minutes", type=float, help="how long to fit, over all sittings")
    parser.add_argument("--epochs", type=int, help="how many epochs to fit, instead of minutes")
    parser.add_argument("--seed", type=int, default=CONFIG.seed, help="of everything random (default: %(default)s)")
    parser.add_argument(
        "--record", type=Path, nargs="?", const=RESULTS, metavar="FOLDER",
        help=f"evaluate: write JSON and a plot there (default: {RESULTS})",
    )  # fmt: skip
    add_ahead_argument(parser)
    parser.add_argument("--quiet", action="store_true", help="no progress bars")


def run(args: argparse.Namespace) -> int:
    """Do what was asked for."""
    actions = {"train": _train, "publish": _publish, "evaluate": _evaluate, "framing": _framing}
    if args.action == "train":
        from fer_web.study.training.backend import restart_with_kept_memory

        restart_with_kept_memory()
    actions[args.action](args, divide(read_faces(args.data)))
    return 0


def config_of(args: argparse.Namespace) -> TrainingConfig:
    """The configuration with the length and seed that were asked for."""
    schedule = CONFIG.schedule
    if args.epochs:
        schedule = replace(schedule, epochs=args.epochs, minutes=0.0)
    if args.minutes:
        schedule = replace(schedule, minutes=args.minutes)
    return replace(CONFIG, schedule=schedule, seed=args.seed)


def _train(args: argparse.Namespace, division: Division) -> None:
    from fer_web.study.lab.keypoints.train import keypoint_trainer

    keypoint_trainer(division, args.run, config_of(args), args.ahead).train(quiet=args.quiet)


def _publish(args: argparse.Namespace, division: Division) -> None:
    from fer_web.study.lab.keypoints.publish import publish

    card = publish(args.run, division, args.models, config_of(args))
    _show(card.metrics, f"{card.name} {card.version}, {card.parameters:,} parameters, SHA-256 {card.sha256[:12]}…")


def _evaluate(args: argparse.Namespace, division: Division) -> None:
    from fer_web.study.lab.keypoints.publish import NAME, examine

    found, predicted = examine(args.models, division.test)
    _show(found, "")
    if args.record:
        from fer_web.study.lab.keypoints.plots import plot_errors

        args.record.mkdir(parents=True, exist_ok=True)
        (args.record / f"{NAME}.json").write_text(json.dumps(found, indent=2) + "\n", encoding="utf-8")
        plot_errors(predicted, division.test.points, args.record / f"{NAME}-errors.png")


def _show(found: Any, title: str) -> None:
    if title:
        print(f"{title}\n")
    print(f"{'point':<26} {'RMSE, px':>9} {'median, px':>11} {'within 5 %':>11}")
    for name, row in found["points"].items():
        print(f"{name:<26} {row['rmse_px']:9.2f} {row['median_px']:11.2f} {100 * row['near']:9.1f} %")
    print(f"\n{found['faces']} faces of {found['people']} people: RMSE {found['rmse_px']:.2f} pixels of 96; "
          f"{100 * found['share_near']:.1f} % of the points within 5 % of the eyes' distance, "
          f"{100 * found['share_within_10_percent']:.1f} % within 10 %.")  # fmt: skip


def _framing(args: argparse.Namespace, division: Division) -> None:  # noqa: ARG001
    from fer_web.study.lab.keypoints.framing import measure_framing

    found = measure_framing(division.training)
    places = found.anchors.astype(float).round(1).tolist()
    print(f"{found.count} faces; right eye, left eye, mouth at {places} of 96 pixels")
    print(f"points shifted by {found.shift.round(2).tolist()} pixels")
