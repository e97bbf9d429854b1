"""`python -m fer_web bench training CONFIG…`: how long a training's epochs take here, on made-up pictures."""

from __future__ import annotations

import argparse
import time
from dataclasses import replace
from itertools import product
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from fer_web.study.training.ahead import Batches, prepared
from fer_web.study.training.average import WeightAverage
from fer_web.study.training.backend import restart_with_kept_memory, usable_precision, use_threads
from fer_web.study.training.config import TrainingConfig, read_config
from fer_web.study.training.dataset import SIDE_PX, VOTE_NAMES, LearningData, Split
from fer_web.study.training.parallel import Replica
from fer_web.study.training.task import TrainingTask, expression_task

FER2013 = 28_017  # Training pictures that stand in no other part
WARM_UP = 4
HEAD = f"{'config':<24}{'px':>4}{'batch':>7}{'ahead':>7}{'precision':>16}{'epoch, s':>10}{'CPU, s':>8}"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("configs", nargs="+", metavar="CONFIG", type=Path, help="runs' TOML files")
    parser.add_argument("--sizes", nargs="+", type=int, metavar="PX", help="sides of pictures (default: the config's)")
    parser.add_argument("--batch", nargs="+", type=int, metavar="N", help="pictures a step (default: the config's)")
    parser.add_argument(
        "--ahead", nargs="+", type=int, default=[0, 8], metavar="N", help="batches prepared ahead (default: 0 8)"
    )
    parser.add_argument("--steps", type=int, default=30, help="steps to time (default: %(default)s)")
    parser.add_argument("--threads", type=int, help="instead of the config's")


def run(args: argparse.Namespace) -> int:
    restart_with_kept_memory()
    print(HEAD)
    for path in args.configs:
        config = read_config(path)
        sizes = args.sizes or sorted({size for _, size in config.schedule.sizes})
        for size, batch in product(sizes, args.batch or [config.batch]):
            threads = config.threads if args.threads is None else args.threads
            fresh = replace(config, batch=batch, threads=threads, bank_epochs=0)  # views of a bank cost less time
            _measure(path.stem, fresh, size, args.ahead, args.steps)
    return 0


def _measure(name: str, config: TrainingConfig, size: int, aheads: list[int], steps: int) -> None:
    """A line for each number of batches ahead."""
    use_threads(config.threads)
    task = expression_task(config, made_up(config, (steps + WARM_UP) * config.batch))
    for ahead in aheads:
        with prepared(task.training, ahead) as batches:
            spent_s, busy_s = seconds_a_step(task, batches, size) * (FER2013 // config.batch)
        print(f"{name:<24}{size:>4}{config.batch:>7}{ahead:>7}{usable_precision(config.precision):>16}"
              f"{spent_s:>10.0f}{busy_s:>8.0f}", flush=True)  # fmt: skip


def seconds_a_step(task: TrainingTask, batches: Batches, size: int) -> NDArray[np.float64]:
    """By the clock, and of this process' processor time, which other programs hardly change: medians over steps after a
    few to warm up. They are a Trainer's, the weights' average included."""
    model = task.network(size)
    average, every = WeightAverage(model, task.config.ema), Replica().meet_every_steps
    ends = []
    for step, (inputs, targets) in enumerate(batches(0, size), start=1):
        model.train_on_batch(inputs, targets)
        average.follow(step, every)
        ends.append((time.monotonic(), time.process_time()))
    return np.asarray(np.median(np.diff(ends[WARM_UP:], axis=0), axis=0), np.float64)


def made_up(config: TrainingConfig, count: int) -> LearningData:
    """Noise with everything that a run of this config learns from."""
    rng = np.random.default_rng(0)
    pixels = rng.integers(0, 256, (count, SIDE_PX, SIDE_PX)).astype(np.uint8)
    votes = np.ones((count, len(VOTE_NAMES)), np.float32)
    split = Split(pixels, rng.integers(0, 7, count), votes)
    logits = np.zeros((count, 7), np.float32) if config.loss.teacher else None
    return LearningData(split, split, {}, count, logits, pixels if config.augmentation.reframed else None)
