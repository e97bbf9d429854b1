"""A network as one function of fixed signature, which costs nothing to call but its arithmetic."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.registry import InputSpec, quiet_tensorflow

LARGEST_WARMED_BATCH = 4  # faces in a frame; more are rare, and their first time is slow


def use_one_thread() -> None:
    """Handing so small a network's work from thread to thread takes longer than doing it.

    Where TensorFlow runs already, in a program that uses it for more, its threads stay as they are.
    """
    quiet_tensorflow()
    import keras

    if keras.backend.backend() == "tensorflow":
        import tensorflow as tf

        with suppress(RuntimeError):
            tf.config.threading.set_intra_op_parallelism_threads(1)
            tf.config.threading.set_inter_op_parallelism_threads(1)


def compiled(model: Any, spec: InputSpec) -> Callable[[NDArray[np.float32]], list[NDArray[np.float32]]]:
    """A model as a function from prepared faces (n, height, width, 1) to its answers, one or several, as arrays."""
    import keras

    def answers(inputs: Any) -> list[Any]:
        found = model(inputs, training=False)
        return list(found) if isinstance(found, (list, tuple)) else [found]

    if keras.backend.backend() != "tensorflow":
        return lambda inputs: [keras.ops.convert_to_numpy(answer) for answer in answers(inputs)]
    import tensorflow as tf

    signature = [tf.TensorSpec((None, spec.height, spec.width, 1), tf.float32)]
    run = tf.function(answers, input_signature=signature)
    return lambda inputs: [answer.numpy() for answer in run(tf.constant(inputs))]
