"""How long the network takes for a face on one thread, compiled as it is served: measured in a process of its own.

A single picture's face is asked twice, with its mirror image; the map for an explanation comes with the answer.

`python -m fer_web.study.training.speed MODELS NAME` prints one JSON object.
"""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path
from typing import Any

ONE_THREAD = {"TF_NUM_INTRAOP_THREADS": "1", "TF_NUM_INTEROP_THREADS": "1", "OMP_NUM_THREADS": "1"}
WARM_UP, ROUNDS, RUNS = 20, 10, 40


def measure_speed(models: Path, name: str) -> dict[str, float]:
    """Milliseconds a face, alone and among four, on one thread after a warm-up.

    Of ten rounds of 40 calls the lowest median counts: other programs only ever make a round slower.
    """
    command = [sys.executable, "-m", "fer_web.study.training.speed", str(models), name]
    environment = {**os.environ, **ONE_THREAD, "TF_CPP_MIN_LOG_LEVEL": "3"}
    if find_spec("tensorflow"):
        environment["KERAS_BACKEND"] = "tensorflow"  # which serves, whatever this process evaluates with
    done = subprocess.run(command, env=environment, check=True, capture_output=True, text=True)  # noqa: S603
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


def _as_served(model: Any, shape: tuple[int, ...]) -> Callable[[Any], Any]:
    """One compiled function under TensorFlow, the model's own prediction elsewhere."""
    import keras

    if keras.backend.backend() != "tensorflow":
        return model.predict_on_batch  # type: ignore[no-any-return]
    import tensorflow

    signature = [tensorflow.TensorSpec((None, *shape), tensorflow.float32)]
    return tensorflow.function(lambda images: model(images, training=False), input_signature=signature)  # type: ignore[no-any-return]


def main(models: Path, name: str) -> None:
    import numpy as np

    from fer_web.registry.catalog import load_model

    model, card = load_model(models, name, task=None)
    shape = (card.input.height, card.input.width, 1)
    served = _as_served(model, shape)
    images = np.random.default_rng(0).uniform(card.input.low, card.input.high, (4, *shape)).astype(np.float32)
    print(json.dumps({
        "ms_one_face": round(_time_ms(lambda: served(images[:1])), 2),
        "ms_each_of_four": round(_time_ms(lambda: served(images)) / 4, 2),
    }))  # fmt: skip


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
