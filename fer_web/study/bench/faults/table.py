"""What a run prints: a table that can stand in a document as it is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

TRACEBACK = "Traceback (most recent call last)"
SHOWN = 2500


@dataclass(frozen=True, slots=True)
class FaultOptions:
    """How much of everything is tried, with which models, and the seed of all chance."""

    clients: int
    requests: int
    files: int
    stops: int
    seed: int
    models: Path
    model: str

    def settings(self, **more: str) -> dict[str, str]:
        """What a server is started with: the demo and the models."""
        own = {"SOURCE": "demo:?fps=15", "MODELS_DIR": str(self.models.resolve()), "MODEL": self.model}
        return {**own, "LOG_LEVEL": "warning", **more}


@dataclass(slots=True)
class FaultTable:
    """Rows under a head, and what must not have happened."""

    title: str
    head: Sequence[str]
    rows: list[Sequence[object]] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)

    def add(self, *cells: object) -> None:
        self.rows.append(cells)

    def expect(self, claim: bool, failure: str) -> None:
        """Note a failure unless the claim holds."""
        if not claim:
            self.failures.append(failure)

    def lines(self) -> Iterator[str]:
        yield f"### {self.title}"
        yield ""
        yield _row(self.head)
        yield _row(["---"] * len(self.head))
        yield from map(_row, self.rows)
        yield ""
        yield from (f"FAILED: {failure}" for failure in self.failures)


def _row(cells: Sequence[object]) -> str:
    return f"| {' | '.join(map(_cell, cells))} |"


def _cell(value: object) -> str:
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def tracebacks(log: str) -> int:
    """How often a log tells of a failure that nobody meant."""
    return log.count(TRACEBACK)


def first_traceback(log: str) -> str:
    """What there is to read of it."""
    return log[log.find(TRACEBACK) :][:SHOWN]
