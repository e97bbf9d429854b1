"""`python -m fer_web worker`: analyzes the videos that a service hands on through Redis."""

from __future__ import annotations

import argparse

from fer_web.settings import load_settings
from fer_web.startup import start_logging


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--pool",
        choices=("prefork", "solo"),
        default="prefork",
        help="prefork (default) survives a video that crashes the process; solo is for systems that cannot fork",
    )


def run(args: argparse.Namespace) -> int:
    """Work until a signal ends it; the video that is being analyzed goes back to waiting."""
    from fer_web.worker import make_worker

    settings = load_settings()
    app = make_worker()
    start_logging(settings.log_level, settings.log)
    app.worker_main(
        ["worker", f"--pool={args.pool}", f"--loglevel={settings.log_level}", "--without-gossip", "--without-mingle"],
    )
    return 0
