"""How long LiteRT takes for a face: measured in a process of its own.

A single picture's face is asked twice, with its mirror image; the map for an explanation comes with the answer.

`python -m fer_web.study.training.speed MODELS NAME` prints one JSON object.
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

WARM_UP, ROUNDS, RUNS = 20, 10, 40


def measure_speed(models: Path, name: str) -> dict[str, float]:
    """Milliseconds a face, on one thread after a warm-up.

    Of ten rounds of 40 calls the lowest median counts: other programs only ever make a round slower.
    """
    command = [sys.executable, "-m", "fer_web.study.training.speed", str(models), name]
    done = subprocess.run(command, check=True, capture_output=True, text=True)  # noqa: S603
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


def _time_ms(call: Callable[[], Any]) -> float:
    for _ in range(WARM_UP):
        call()
    return 1000 * min(statistics.median(_seconds(call) for _ in range(RUNS)) for _ in range(ROUNDS))


def _seconds(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def main(models: Path, name: str) -> None:
    import numpy as np

    from fer_web.vision.runtimes import load_lite

    run, card = load_lite(models, name)
    shape = (1, card.input.height, card.input.width, 1)
    face = np.random.default_rng(0).uniform(card.input.low, card.input.high, shape).astype(np.float32)
    print(json.dumps({"ms_one_face": round(_time_ms(lambda: run(face)), 2)}))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
