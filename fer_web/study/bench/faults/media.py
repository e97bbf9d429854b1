"""Damaged images and videos: each is read or refused, in bounded memory and without a traceback."""

from __future__ import annotations

import random
import subprocess
import sys
import tempfile
import time
from collections import Counter
from itertools import cycle, islice
from pathlib import Path
from threading import Event, Thread

from tqdm import tqdm

from fer_web.study.bench.faults.fuzz import MEANT
from fer_web.study.bench.faults.probe import ask, largest
from fer_web.study.bench.faults.samples import damaged, sample_images, sample_videos
from fer_web.study.bench.faults.table import FaultOptions, FaultTable, first_traceback, tracebacks
from fer_web.study.bench.serving import resident_mib, served

ANSWER_S = 60.0
# One video may take this long on average, of a second each.
VIDEO_S = 20.0
# More than this is not bounded: what the models take, and one large image or video.
MOST_MIB = 4000
# What the models take to be loaded, on a machine that does much else.
START_S = 300.0


def run_media(options: FaultOptions) -> FaultTable:
    """Half of them are images, sent to a service; half are videos, given to the command line."""
    head = ("what", "files", "read", "refused", "failed", "tracebacks", "slowest", "MiB at most")
    table = FaultTable(f"{options.files:,} damaged images and videos, seed {options.seed}", head)
    chance = random.Random(options.seed)  # noqa: S311 - it is to come again
    _images(table, options, chance)
    _videos(table, options, chance)
    return table


def _images(table: FaultTable, options: FaultOptions, chance: random.Random) -> None:
    samples = sample_images()
    statuses: Counter[str] = Counter()
    slowest_s = 0.0
    with served(options.settings()) as server:
        with largest(server) as most:
            kinds = list(islice(cycle(samples), options.files // 2))
            for kind in tqdm(kinds, desc="images", unit="image"):
                image = damaged(samples[kind], chance)
                started_s = time.monotonic()
                status, code = ask(server.port, "POST", "/predict", image, "application/octet-stream", ANSWER_S)
                slowest_s = max(slowest_s, time.monotonic() - started_s)
                is_meant = status < 500 or code in MEANT
                statuses["read" if status == 200 else "refused" if is_meant else "failed"] += 1
        log = server.said()
    _add(table, f"images: {', '.join(samples)}", len(kinds), statuses, log, f"{slowest_s:.1f} s", most[0])


def _videos(table: FaultTable, options: FaultOptions, chance: random.Random) -> None:
    samples = sample_videos()
    kinds = list(islice(cycle(samples), options.files - options.files // 2))
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        (folder / "videos").mkdir()
        for number, kind in enumerate(kinds):
            ending, data = samples[kind]
            (folder / "videos" / f"{number:04}.{ending}").write_bytes(damaged(data, chance))
        started_s = time.monotonic()
        said, mib = _analyzed(options, folder)
        spent_s = time.monotonic() - started_s
        read = len(list((folder / "out").glob("*/summary.json")))
    refused = sum(line.startswith("error: ") for line in said.splitlines())
    statuses = Counter({"read": read, "refused": refused, "failed": len(kinds) - read - refused})
    mean = f"{spent_s / max(1, len(kinds)):.1f} s each"
    _add(table, f"videos: {', '.join(samples)}", len(kinds), statuses, said, mean, mib)


def _analyzed(options: FaultOptions, folder: Path) -> tuple[str, float]:
    """What the command line says about a folder of videos, and the memory that it took."""
    command = [sys.executable, "-m", "fer_web", "analyze", str(folder / "videos"), "--out", str(folder / "out")]
    command += ["--quiet", "--jobs", "2", "--models-dir", str(options.models.resolve()), "--model", options.model]
    process = subprocess.Popen(  # noqa: S603
        command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace"
    )
    most, stop = [0.0], Event()

    def look() -> None:
        while not stop.wait(0.2):
            most[0] = max(most[0], resident_mib(process.pid))

    thread = Thread(target=look)
    thread.start()
    try:
        said, _ = process.communicate(timeout=START_S + VIDEO_S * options.files)
    except subprocess.TimeoutExpired:
        process.kill()
        said, _ = process.communicate()
    finally:
        stop.set()
        thread.join()
    return said, most[0]


def _add(
    table: FaultTable, what: str, count: int, statuses: Counter[str], log: str, slowest: str, most_mib: float
) -> None:
    told = (statuses["read"], statuses["refused"], statuses["failed"])
    table.add(what, count, *told, tracebacks(log), slowest, f"{most_mib:.0f}")
    table.expect(not statuses["failed"], f"{what}: {statuses['failed']} failed")
    table.expect(not tracebacks(log), first_traceback(log))
    table.expect(not most_mib > MOST_MIB, f"{what}: {most_mib:.0f} MiB")
