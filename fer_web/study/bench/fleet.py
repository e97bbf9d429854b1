"""`python -m fer_web bench fleet`: cameras of two processes, shown by two others, one of which is killed.

Redis is between them and Caddy in front of the replicas, all of them real and on this machine.
"""

from __future__ import annotations

import argparse
import contextlib
import statistics
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from threading import Event, Thread
from typing import Any

from fer_web.errors import FerError
from fer_web.fleet.link import connect
from fer_web.resources import MODELS
from fer_web.setting_fields import RESERVED_THREADS
from fer_web.study.bench.camera_watch import CameraWatch
from fer_web.study.bench.fleet_programs import Program, caddy, redis
from fer_web.study.bench.made_cameras import MOST_FPS, MadeCamera, MadeCameras, made_cameras, number_of
from fer_web.study.bench.returning_viewers import ReturningViewers
from fer_web.study.bench.serving import Served, served

WARM_S, START_S, LOOK_S = 4.0, 60.0, 0.1
REPLICAS = 2
ESTABLISHED = "01"


@dataclass(frozen=True, slots=True)
class BenchFleet:
    """What runs, by name: the processes with cameras and the replicas; Redis and Caddy beside them."""

    made: MadeCameras
    owners: Mapping[str, Served]
    replicas: Mapping[str, Served]
    redis: Program
    front: Program

    def worked_s(self) -> dict[str, float]:
        """The processor time of each so far, by its name."""
        services = {**self.owners, **self.replicas}
        return {
            **{name: one.processor_s() for name, one in services.items()},
            "Redis": self.redis.processor_s(),
            "Caddy": self.front.processor_s(),
        }


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--viewers", type=int, default=50, help="how many watch at each replica (%(default)s)")
    parser.add_argument("--fps", type=float, default=15.0, help="pictures a second of each camera (%(default)g)")
    parser.add_argument(
        "--seconds", type=float, default=20.0, help="how long before and how long after the death (%(default)g)"
    )
    parser.add_argument("--models", type=Path, default=MODELS, help="folder of the models (%(default)s)")
    parser.add_argument("--model", default="xception-pair", help="name of the network (%(default)s)")


def run(args: argparse.Namespace) -> int:
    if args.viewers < 1 or args.seconds <= 0 or not 1 <= args.fps <= MOST_FPS:
        raise FerError(f"--viewers and --seconds must be above 0, and --fps 1 to {MOST_FPS}")
    with _fleet(args) as fleet, _Openings(fleet.made.cameras) as openings:
        paths = [f"/cameras/{camera.name}/stream" for camera in fleet.made.cameras]
        survivor, doomed = fleet.replicas.values()
        watch = CameraWatch(survivor.port, fleet.made.cameras[0].name, number_of)
        every = [paths[place % len(paths)] for place in range(args.viewers * REPLICAS)]
        with ReturningViewers(fleet.front.port, every) as viewers:
            _wait_for_all(viewers)
            time.sleep(WARM_S)
            before = _FleetSpan(fleet, viewers)
            time.sleep(args.seconds)
            ended = before.end()
            killed_s = time.monotonic()
            doomed.kill()
            time.sleep(args.seconds)
            late = viewers.pictures(time.monotonic() - args.seconds / 2, time.monotonic())
            away_s = viewers.away_s(killed_s)
    print(
        f"{len(paths)} cameras of 640x480 at {args.fps:g} pictures/s, a process each; {REPLICAS} replicas\n"
        f"behind Caddy with {len(every)} viewers of /stream; {args.seconds:g} s before and after a replica is killed:"
    )
    ages_ms = [1000 * fleet.made.age_s(one.number, one.at_s) for one in watch.pictures]
    _report(ended, ages_ms)
    _report_loss(away_s, [count / (args.seconds / 2) for count in late], openings.most)
    return 0


@dataclass(frozen=True, slots=True)
class SeenByViewers:
    """What was seen in a while: pictures a second of each viewer, processors by program, bytes by way."""

    viewer_fps: list[float]
    cores: dict[str, float]
    megabytes_per_s: dict[str, float]


class _FleetSpan:
    """A while that begins now."""

    def __init__(self, fleet: BenchFleet, viewers: ReturningViewers) -> None:
        self._fleet, self._viewers = fleet, viewers
        self._worked, self._sent, self._received = fleet.worked_s(), _sent_bytes(fleet.redis), viewers.received
        self._began_s = time.monotonic()

    def end(self) -> SeenByViewers:
        ended_s, worked = time.monotonic(), self._fleet.worked_s()
        spent_s = ended_s - self._began_s
        sent, received = _sent_bytes(self._fleet.redis) - self._sent, self._viewers.received - self._received
        return SeenByViewers(
            [count / spent_s for count in self._viewers.pictures(self._began_s, ended_s)],
            {name: (worked[name] - self._worked[name]) / spent_s for name in worked},
            {"Redis to replicas": sent / spent_s / 1e6, "Caddy to viewers": received / spent_s / 1e6},
        )


class _Openings:
    """The most connections that a camera had at once, looked at all the time in a thread of its own."""

    def __init__(self, cameras: Sequence[MadeCamera]) -> None:
        self.most = {camera.name: 0 for camera in cameras}
        self._ports = {camera.name: int(camera.address.rstrip("/").rpartition(":")[2]) for camera in cameras}
        self._stop = Event()
        self._thread = Thread(target=self._work, daemon=True)

    def __enter__(self) -> _Openings:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _work(self) -> None:
        while not self._stop.wait(LOOK_S):
            open_now = _connections_at()
            for name, port in self._ports.items():
                self.most[name] = max(self.most[name], open_now.count(port))


def _connections_at() -> list[int]:
    """The local port of each connection of this machine; empty where the system does not tell it in /proc."""
    with contextlib.suppress(OSError):
        lines = Path("/proc/net/tcp").read_text().splitlines()[1:]
        fields = [line.split() for line in lines]
        return [int(one[1].rpartition(":")[2], 16) for one in fields if one[3] == ESTABLISHED]
    return []


@contextlib.contextmanager
def _fleet(args: argparse.Namespace) -> Iterator[BenchFleet]:
    with contextlib.ExitStack() as stack:
        made = stack.enter_context(made_cameras(2, args.fps))
        between = stack.enter_context(redis())
        common = {
            "REDIS_URL": f"redis://127.0.0.1:{between.port}/0",
            "MAX_VISITORS": "0",
            "MODELS_DIR": str(args.models.resolve()),
            "MODEL": args.model,
            "LOG_LEVEL": "error",
        }
        owners = {
            f"process of {camera.name}": stack.enter_context(
                served({**common, "SHARE_CAMERAS": "yes", "CAMERAS": f"{camera.name}={camera.address}"})
            )
            for camera in made.cameras
        }
        most = args.viewers * REPLICAS + 2  # who survives takes all, and is watched by the bench
        shown = {
            **common,
            "CAMERAS": ",".join(f"{camera.name}=shared:{camera.name}" for camera in made.cameras),
            "MAX_VIEWERS": str(most),
            "THREADS": str(most + RESERVED_THREADS),
        }
        replicas = {f"replica {place}": stack.enter_context(served(shown)) for place in range(1, REPLICAS + 1)}
        front = stack.enter_context(caddy([replica.port for replica in replicas.values()]))
        yield BenchFleet(made, owners, replicas, between, front)


def _wait_for_all(viewers: ReturningViewers) -> None:
    limit_s = time.monotonic() + START_S
    while not all(viewer.pictures_s for viewer in viewers.viewers):
        if time.monotonic() > limit_s:
            missing = sum(not viewer.pictures_s for viewer in viewers.viewers)
            raise FerError(f"{missing} viewers see nothing within {START_S:g} s")
        time.sleep(LOOK_S)


def _report(seen: SeenByViewers, ages_ms: Sequence[float]) -> None:
    print(f"{'each viewer got':24}{statistics.median(seen.viewer_fps):8.2f} pictures/s in the median, "
          f"{min(seen.viewer_fps):.2f} at least")  # fmt: skip
    if len(ages_ms) > 1:
        cuts = statistics.quantiles(ages_ms, n=20)
        print(f"{'age of a picture':24}{cuts[9]:8.0f} ms in the median, {cuts[18]:.0f} ms for 95 %")
    for name, cores in seen.cores.items():
        print(f"{name:24}{cores:8.2f} processors")
    for name, rate in seen.megabytes_per_s.items():
        print(f"{name:24}{rate:8.2f} MB/s")


def _report_loss(away_s: Sequence[float], late_fps: Sequence[float], openings: Mapping[str, int]) -> None:
    if away_s:
        print(f"{'viewers who came back':24}{len(away_s):8} within {statistics.median(away_s):.2f} s in the median, "
              f"{max(away_s):.2f} s at most")  # fmt: skip
    print(f"{'each viewer got then':24}{statistics.median(late_fps):8.2f} pictures/s in the median, "
          f"{min(late_fps):.2f} at least")  # fmt: skip
    told = ", ".join(f"{name} {most}" for name, most in openings.items())
    print(f"{'open at once, at most':24}{told:>8}")


def _sent_bytes(server: Program) -> int:
    """What Redis has sent so far."""
    with contextlib.closing(connect(f"redis://127.0.0.1:{server.port}/0")) as asked:
        told: Any = asked.info("stats")
        return int(told["total_net_output_bytes"])
