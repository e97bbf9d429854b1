"""What a viewer holds while watching."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Generic, TypeVar

T = TypeVar("T")


class Viewing(Generic[T]):
    """What one viewer gets: an iterator that takes a place until it is closed, ends, or is forgotten.

    A response that is never read is closed or forgotten by its server, so a place is never lost. It belongs to one
    thread at a time.
    """

    def __init__(self, values: Iterator[T], leave: Callable[[], None]) -> None:
        self._values = values
        self._leave: Callable[[], None] | None = leave

    def __iter__(self) -> Viewing[T]:
        return self

    def __next__(self) -> T:
        if self._leave is None:
            raise StopIteration
        try:
            return next(self._values)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Give the place back; more than once does no harm."""
        leave, self._leave = self._leave, None
        if leave is not None:
            leave()

    def __enter__(self) -> Viewing[T]:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def __del__(self) -> None:
        self.close()
