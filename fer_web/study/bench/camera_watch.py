"""Someone who watches a camera of a service on this machine: its pictures and its results."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from http.client import HTTPException
from threading import Thread
from urllib.request import urlopen

from fer_web.errors import FerError

PATIENCE_S = 30.0


@dataclass(frozen=True, slots=True)
class SeenPicture:
    """A picture that arrived at `at_s`, by the monotonic clock, and what it shows."""

    at_s: float
    number: int


@dataclass(frozen=True, slots=True)
class SeenResult:
    """A frame's result that arrived at `at_s`, by the monotonic clock, and how many faces it has."""

    at_s: float
    faces: int


@dataclass
class CameraWatch:
    """A viewer of /stream and one of /events, each in a thread of its own, until the service ends.

    The threads only append to the lists. `number_of` reads the number that a picture shows, None for a notice; one
    that comes again is not counted again.
    """

    port: int
    name: str
    number_of: Callable[[bytes], int | None]
    pictures: list[SeenPicture] = field(default_factory=list)
    results: list[SeenResult] = field(default_factory=list)
    trouble: str | None = None

    def __post_init__(self) -> None:
        for work in (self._see_pictures, self._see_results):
            Thread(target=self._tried, args=(work,), daemon=True).start()

    def check(self) -> None:
        """FerError when one of them sees nothing any more: a stream goes on even while its camera is lost."""
        if self.trouble is not None:
            raise FerError(f"{self.name} cannot be watched any more: {self.trouble}")

    def _tried(self, work: Callable[[], None]) -> None:
        try:
            work()
            self.trouble = "its stream ended"
        except (OSError, HTTPException, ValueError) as error:
            self.trouble = str(error) or repr(error)

    def _see_pictures(self) -> None:
        for jpeg in jpegs_of(f"http://127.0.0.1:{self.port}/cameras/{self.name}/stream"):
            at_s, number = time.monotonic(), self.number_of(jpeg)
            if number is not None and (not self.pictures or self.pictures[-1].number != number):
                self.pictures.append(SeenPicture(at_s, number))

    def _see_results(self) -> None:
        with urlopen(f"http://127.0.0.1:{self.port}/cameras/{self.name}/events", timeout=PATIENCE_S) as answer:
            for line in answer:
                if line.startswith(b'data: {"index"'):
                    at_s, told = time.monotonic(), json.loads(line.removeprefix(b"data: "))
                    self.results.append(SeenResult(at_s, len(told["results"])))


def jpegs_of(address: str) -> Iterator[bytes]:
    """The bodies of a stream's parts."""
    with urlopen(address, timeout=PATIENCE_S) as answer:  # noqa: S310
        for line in answer:
            name, _, value = line.partition(b":")
            if name.lower() == b"content-length":
                answer.readline()
                yield answer.read(int(value))
