"""`python -m fer_web bench cameras`: whether a service keeps the rate of its cameras, and what one that is lost does.

A real server watches network cameras on this machine, each watched by a viewer of its pictures and one of its results.
In the middle, one camera is lost.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from fer_web.errors import FerError
from fer_web.resources import MODELS
from fer_web.setting_fields import RESERVED_THREADS
from fer_web.study.bench.camera_spans import CameraSpan, ServiceSpan, Span, statuses_of
from fer_web.study.bench.camera_watch import CameraWatch
from fer_web.study.bench.made_cameras import MOST_FPS, Loss, MadeCameras, made_cameras, number_of
from fer_web.study.bench.serving import Served, served

WARM_S = 3.0
START_S = 60.0
LOOK_S = 0.1
LOSSES: dict[Loss, str] = {"killed": "is killed", "silent": "falls silent"}
HEAD = f"{'':12}{'loss':>8}{'pictures/s':>12}{'results/s':>11}{'age, median':>13}{'95 %':>10}{'one face':>10}  status"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--cameras", type=int, default=4, help="how many cameras (%(default)s)")
    parser.add_argument("--fps", type=float, default=15.0, help="pictures a second of each (%(default)g)")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="how long before and how long after the loss (%(default)g)"
    )
    parser.add_argument("--cores", type=int, default=2, help="processors for everything, on Linux (%(default)s)")
    parser.add_argument(
        "--loss",
        choices=tuple(LOSSES),
        default="killed",
        help="whether the lost camera refuses connections or keeps them and sends nothing (%(default)s)",
    )
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")


def run(args: argparse.Namespace) -> int:
    if args.cameras < 1 or args.cores < 1 or args.seconds <= 0:
        raise FerError("--cameras, --cores and --seconds must be above 0")
    if not 1 <= args.fps <= MOST_FPS:
        raise FerError(f"--fps must be 1 to {MOST_FPS}")
    with _limited_to(args.cores) as cores, made_cameras(args.cameras, args.fps) as made:
        lost = made.cameras[args.cameras // 2]
        with served(_settings(args, made)) as server:
            watches = [CameraWatch(server.port, camera.name, number_of) for camera in made.cameras]
            _wait_for_all(watches)
            time.sleep(WARM_S)
            span = Span(server, made, watches)
            time.sleep(args.seconds)
            before = span.seen()
            span = Span(server, made, watches)
            lost.lose(args.loss)
            noticed_s = _noticed_s(server, lost.name, args.seconds)
            time.sleep(max(0.0, span.started_s + args.seconds - time.monotonic()))
            after = span.seen()
    print(
        f"{args.cameras} cameras of 640x480 with one face each at {args.fps:g} pictures/s, on {cores} cores; each has a"
    )
    print(f"viewer of /stream and one of /events; {args.seconds:g} s before and after {lost.name} {LOSSES[args.loss]}:")
    report(before, after, lost.name, noticed_s, cores)
    return 0


def report(before: ServiceSpan, after: ServiceSpan, lost: str, noticed_s: float | None, cores: int) -> None:
    """Prints both spans of each camera, what the service took, and whether the others kept their rate."""
    print(HEAD)
    for name in before.cameras:
        print(before.cameras[name].line(name, "before"))
        print(after.cameras[name].line("", "after"))
    for when, span in (("before", before), ("after", after)):
        print(f"{'the service':12}{when:>8}{span.cores:12.2f} of {cores} cores, {span.cores / cores:.0%}")
    seen = f"is noticed after {noticed_s:.2f} s" if noticed_s is not None else "is not noticed"
    print(f"the loss of {lost} {seen}")
    kept = [_kept(before.cameras[name], after.cameras[name]) for name in before.cameras if name != lost]
    if kept:
        print(f"the others keep {min(kept):.1%} of their pictures a second at least")


def _kept(before: CameraSpan, after: CameraSpan) -> float:
    return after.pictures_fps / before.pictures_fps if before.pictures_fps else float("nan")


def _settings(args: argparse.Namespace, made: MadeCameras) -> dict[str, str]:
    viewers = 2 * len(made.cameras)
    return {
        "CAMERAS": ",".join(f"{camera.name}={camera.address}" for camera in made.cameras),
        "MAX_VIEWERS": str(viewers),
        "MAX_VISITORS": "0",
        "THREADS": str(viewers + RESERVED_THREADS),
        "MODELS_DIR": str(args.models.resolve()),
        "MODEL": args.model,
        "LOG_LEVEL": "error",
    }


@contextlib.contextmanager
def _limited_to(cores: int) -> Iterator[int]:
    """How many of so many processors this program, and what it starts, may take; all, where that cannot be limited."""
    if not hasattr(os, "sched_setaffinity"):
        yield os.cpu_count() or 1
        return
    allowed = os.sched_getaffinity(0)
    chosen = sorted(allowed)[:cores]
    os.sched_setaffinity(0, chosen)
    try:
        yield len(chosen)
    finally:
        os.sched_setaffinity(0, allowed)


def _wait_for_all(watches: Sequence[CameraWatch]) -> None:
    """Return when each camera was seen and analyzed; FerError when that takes too long."""
    limit_s = time.monotonic() + START_S
    while missing := [watch.name for watch in watches if not (watch.pictures and watch.results)]:
        for watch in watches:
            watch.check()
        if time.monotonic() > limit_s:
            raise FerError(f"nothing is seen of {', '.join(missing)} within {START_S:g} s")
        time.sleep(LOOK_S)


def _noticed_s(server: Served, camera: str, most_s: float) -> float | None:
    """After how many seconds the service tells that a camera is not live any more; None when it does not in time."""
    started_s = time.monotonic()
    while (spent_s := time.monotonic() - started_s) < most_s:
        if statuses_of(server)[camera] != "live":
            return spent_s
        time.sleep(LOOK_S)
    return None
