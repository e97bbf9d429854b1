"""Readings as Parquet: the columns of readings.csv with their types; each one's metadata has its meaning and unit."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any

from fer_web.core import Reading, Recording
from fer_web.core.readings import DOMINANT, MEASURES, with_dominant
from fer_web.reports.exports.columns import unit_of

if TYPE_CHECKING:
    import pyarrow

# Rows that are compressed together; some 10 MB in memory.
GROUP_ROWS = 50_000


class _ParquetSink:
    """Where pyarrow writes to, and what can be taken of it so far."""

    closed = False

    def __init__(self) -> None:
        self._pieces: list[bytes] = []

    def write(self, data: Any) -> int:
        self._pieces.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        """Nothing waits anywhere else."""

    def close(self) -> None:
        self.closed = True

    def take(self) -> bytes:
        pieces, self._pieces = self._pieces, []
        return b"".join(pieces)


def readings_parquet(recording: Recording, readings: Iterable[Reading]) -> Iterator[bytes]:
    """The file, piece by piece; memory does not grow with its length."""
    import pyarrow
    from pyarrow import parquet

    shape, sink, left = schema_of(recording), _ParquetSink(), iter(readings)
    with parquet.ParquetWriter(pyarrow.PythonFile(sink, "w"), shape, compression="zstd") as writer:
        while rows := list(islice(left, GROUP_ROWS)):
            writer.write_table(pyarrow.table([_values(rows, name) for name in shape.names], schema=shape))
            yield sink.take()
    yield sink.take()


def _values(rows: list[Reading], name: str) -> list[Any]:
    return [one.dominant_emotion.value if name == DOMINANT else getattr(one, name) for one in rows]


def schema_of(recording: Recording) -> pyarrow.Schema:
    """The columns, and what is known of the recording, as JSON under `fer_web`."""
    import pyarrow

    kinds = {float: pyarrow.float64(), int: pyarrow.int64(), bool: pyarrow.bool_()}
    known = {measure.name: measure for measure in MEASURES}
    fields = []
    for name in with_dominant(MEASURES):
        if name == DOMINANT:
            fields.append(_field(name, pyarrow.string(), "the most probable of the seven", is_optional=False))
        else:
            one = known[name]
            fields.append(_field(name, kinds[one.kind], one.meaning, one.is_optional))
    return pyarrow.schema(fields, metadata={"fer_web": json.dumps(_facts(recording), ensure_ascii=False)})


def _field(name: str, kind: pyarrow.DataType, meaning: str, is_optional: bool) -> pyarrow.Field:
    import pyarrow

    return pyarrow.field(name, kind, is_optional, {"meaning": meaning, "unit": unit_of(name)})


def _facts(recording: Recording) -> dict[str, Any]:
    return {
        "name": recording.name,
        "source": recording.source,
        "started_at": recording.started_at.isoformat(),
        "duration_s": recording.duration_s,
        "fps": recording.fps,
        "width": recording.width,
        "height": recording.height,
        "model": recording.model,
        "markers": [{"time_s": marker.time_s, "text": marker.text} for marker in recording.markers],
    }
