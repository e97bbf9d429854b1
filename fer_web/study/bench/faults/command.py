"""`python -m fer_web bench faults`: what the service bears, as tables."""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from fer_web.errors import FerError
from fer_web.resources import MODELS
from fer_web.study.bench.faults.bombs import run_bombs
from fer_web.study.bench.faults.fuzz import run_fuzz
from fer_web.study.bench.faults.media import run_media
from fer_web.study.bench.faults.slow import run_announcements, run_slow
from fer_web.study.bench.faults.stops import run_stops
from fer_web.study.bench.faults.table import FaultOptions, FaultTable

RUNS: dict[str, Callable[[FaultOptions], FaultTable]] = {
    "slow": run_slow,
    "announcements": run_announcements,
    "bombs": run_bombs,
    "fuzz": run_fuzz,
    "media": run_media,
    "stops": run_stops,
}
# Beside the connections: files, cameras, libraries.
OTHER_FILES = 256


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("runs", nargs="*", metavar="RUN", help=f"which of {', '.join(RUNS)} (default: all, an hour)")
    parser.add_argument("--clients", type=int, default=500, help="how many slow clients at once (%(default)s)")
    parser.add_argument("--requests", type=int, default=3000, help="how many random requests (%(default)s)")
    parser.add_argument("--files", type=int, default=1000, help="how many damaged images and videos (%(default)s)")
    parser.add_argument("--stops", type=int, default=100, help="how often it is stopped (%(default)s)")
    parser.add_argument("--seed", type=int, default=1, help="the seed of all chance (%(default)s)")
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")


def run(args: argparse.Namespace) -> int:
    """Print a table for every run; 1 when something happened that must not."""
    options = _options(args)
    _allow_files(3 * options.clients + OTHER_FILES)
    failed = False
    for name in args.runs or RUNS:
        started_s = time.monotonic()
        table = RUNS[name](options)
        print("\n".join(table.lines()))
        print(f"({name}: {time.monotonic() - started_s:.0f} s)\n", flush=True)
        failed = failed or bool(table.failures)
    return int(failed)


def _options(args: argparse.Namespace) -> FaultOptions:
    unknown = sorted(set(args.runs) - set(RUNS))
    if unknown:
        raise FerError(f"there is no run {', '.join(unknown)}; these are: {', '.join(RUNS)}")
    if min(args.clients, args.requests, args.files, args.stops) < 1:
        raise FerError("--clients, --requests, --files and --stops must be above 0")
    if sys.platform == "win32":
        raise FerError("the server of these runs is gunicorn, which Windows has not")
    return FaultOptions(args.clients, args.requests, args.files, args.stops, args.seed, args.models, args.model)


def _allow_files(count: int) -> None:
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = max(count, 2048 + OTHER_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(wanted, hard)), hard))
