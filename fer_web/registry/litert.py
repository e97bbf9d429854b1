"""Networks as LiteRT runs them: a .tflite file as a function of arrays, which any thread may call."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from fer_web.errors import ModelError

Arrays = list[NDArray[np.float32]]


class LiteModel:
    """A network of one input of fixed shape, float32, and one or several outputs.

    An interpreter serves one call at a time: those at rest are lent to whoever calls next, so there are never more of
    them than there were calls at once. Each computes on one thread and lets other Python threads run meanwhile.
    """

    def __init__(self, content: bytes, name: str = "the network") -> None:
        self._content, self._name = content, name
        first = self._made()
        self._input = int(first.get_input_details()[0]["index"])
        self._outputs = [int(output["index"]) for output in first.get_output_details()]
        self.input_shape = tuple(int(side) for side in first.get_input_details()[0]["shape"])
        self.output_shapes = [tuple(int(side) for side in output["shape"]) for output in first.get_output_details()]
        self._resting = deque([first])

    @classmethod
    def read(cls, path: Path) -> LiteModel:
        """The network in a file; ModelError when it is missing or damaged, or where LiteRT is not installed."""
        try:
            return cls(path.read_bytes(), path.name)
        except OSError as error:
            raise ModelError(f"{path} cannot be read: {error.strerror}") from error

    def __call__(self, values: NDArray[np.float32]) -> Arrays:
        """The outputs, in the file's order, as arrays of the caller's own."""
        with self._lent() as interpreter:
            interpreter.set_tensor(self._input, values)
            interpreter.invoke()
            return [interpreter.get_tensor(output) for output in self._outputs]

    @contextmanager
    def _lent(self) -> Iterator[Any]:
        try:
            interpreter = self._resting.pop()
        except IndexError:
            interpreter = self._made()
        try:
            yield interpreter
        finally:
            self._resting.append(interpreter)

    def _made(self) -> Any:
        try:
            from ai_edge_litert.interpreter import Interpreter
        except ImportError as error:
            raise ModelError(
                "LiteRT is not installed: pip install ai-edge-litert; where it does not exist (Intel Macs), "
                "pip install -r requirements.txt and set FER_ENGINE=classic"
            ) from error
        try:
            interpreter = Interpreter(model_content=self._content, num_threads=1)
            interpreter.allocate_tensors()
        except (ValueError, RuntimeError) as error:
            raise ModelError(f"{self._name} cannot be loaded: {error}") from error
        return interpreter
