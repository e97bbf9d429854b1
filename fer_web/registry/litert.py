"""Networks as LiteRT runs them: a .tflite file as a function of arrays, which any thread may call."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import ModelError

Arrays = list[NDArray[np.float32]]


@dataclass(frozen=True, slots=True, eq=False)
class _Interpreter:
    """LiteRT's, with its input's and its outputs' numbers."""

    run: Any
    input: int
    outputs: tuple[int, ...]


class LiteModel:
    """A network of one input of fixed shape, float32, and one or several outputs.

    An interpreter serves one call at a time: those at rest are lent to whoever calls next, so there are never more of
    them than there were calls at once, and none, with its 20 MB, before the first. Each computes on one thread and lets
    other Python threads run meanwhile. ModelError, when it is first used, if the file is damaged or LiteRT is missing.
    """

    def __init__(self, content: bytes, name: str = "the network") -> None:
        self._content, self._name = content, name
        self._resting: deque[_Interpreter] = deque()

    @cached_property
    def input_shape(self) -> tuple[int, ...]:
        """With the 1 of the one item."""
        with self._lent() as interpreter:
            return _shape(interpreter.run.get_input_details()[0])

    @cached_property
    def output_shapes(self) -> list[tuple[int, ...]]:
        """In the file's order."""
        with self._lent() as interpreter:
            return [_shape(output) for output in interpreter.run.get_output_details()]

    @classmethod
    def read(cls, path: Path) -> LiteModel:
        """The network in a file; ModelError when it cannot be read."""
        try:
            return cls(path.read_bytes(), path.name)
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error

    def __call__(self, values: NDArray[np.float32]) -> Arrays:
        """The outputs, in the file's order, as arrays of the caller's own."""
        with self._lent() as interpreter:
            interpreter.run.set_tensor(interpreter.input, values)
            interpreter.run.invoke()
            return [interpreter.run.get_tensor(output) for output in interpreter.outputs]

    @contextmanager
    def _lent(self) -> Iterator[_Interpreter]:
        try:
            interpreter = self._resting.pop()
        except IndexError:
            interpreter = self._made()
        try:
            yield interpreter
        finally:
            self._resting.append(interpreter)

    def _made(self) -> _Interpreter:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ModelError(
                "LiteRT is not installed: pip install -r requirements-serve.txt; where it does not exist (Intel Macs), "
                "use the Docker image, or FER_ENGINE=classic with TensorFlow and dlib"
            ) from error
        try:
            interpreter = Interpreter(model_content=self._content, num_threads=1)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self._name} cannot be loaded: {error}") from error
        inputs, outputs = interpreter.get_input_details(), interpreter.get_output_details()
        return _Interpreter(interpreter, int(inputs[0]["index"]), tuple(int(output["index"]) for output in outputs))


def _shape(tensor: Mapping[str, Any]) -> tuple[int, ...]:
    return tuple(int(side) for side in tensor["shape"])
