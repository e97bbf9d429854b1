"""What a measure is: one number about a face, declared once, as a field of `Reading`.

The store's and the CSV's columns with their checks, the nested JSON and its schema, the Python results and the tables
of the documents derive from these declarations. JSON puts measures of one `group` into an object of that name, where
they drop it: `eyes_open` is `eyes.open`.
"""

from __future__ import annotations

import math
import types
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from typing import Any, TypeAlias, Union, get_args, get_origin, get_type_hints

Value: TypeAlias = float | int | bool | None
KINDS: tuple[type, ...] = (float, int, bool)


@dataclass(frozen=True, slots=True)
class Measure:
    """`meaning` is a phrase for the documents; `decimals` are kept of a fraction, all far below what can be measured.

    Values lie from `low` to `high`. `of` gives a face's value, None where no step has found it out; without it, the
    value is of the reading, not of its face. `name`, `kind` and `is_optional` come from the field.
    """

    meaning: str
    group: str = ""
    decimals: int = 0
    low: float = -math.inf
    high: float = math.inf
    of: Callable[[Any], Value] = lambda _: None
    name: str = ""
    kind: type = float
    is_optional: bool = False

    @property
    def key(self) -> str:
        """Its name inside of its group's JSON object."""
        return self.name.removeprefix(f"{self.group}_")

    def cleaned(self, value: Any) -> Value:
        """A plain Python value for a database; None for an optional number that is not finite."""
        if value is None or (self.is_optional and not math.isfinite(value)):
            return None
        plain: Value = self.kind(value)
        return plain

    def rounded(self, value: Any) -> Value:
        """As JSON shows it."""
        if value is None or self.kind is not float:
            return self.cleaned(value)
        return round(float(value), self.decimals)

    def cell(self, value: Any) -> str:
        """As CSV shows it; empty for what is unknown."""
        if value is None:
            return ""
        if self.kind is bool:
            return str(bool(value)).lower()
        return f"{value:.{self.decimals}f}" if self.kind is float else str(int(value))


def measures_of(reading: type) -> tuple[Measure, ...]:
    """The measures that a dataclass declares, in its order; TypeError for a field that is none, as a landmark is."""
    hints = get_type_hints(reading, include_extras=True)
    return tuple(_measure(field.name, hints[field.name]) for field in fields(reading))


def _measure(name: str, hint: Any) -> Measure:
    kind, *extras = get_args(hint) or (hint,)
    declared = [extra for extra in extras if isinstance(extra, Measure)]
    kinds = get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)
    plain = [one for one in kinds if one is not type(None)]
    if len(declared) != 1 or len(plain) != 1 or plain[0] not in KINDS:
        raise TypeError(f"{name} is no measure: a number or a truth, with one Measure that says what it means")
    return replace(declared[0], name=name, kind=plain[0], is_optional=type(None) in kinds)


def in_group(measures: tuple[Measure, ...], group: str) -> tuple[Measure, ...]:
    """The measures of one JSON object."""
    return tuple(measure for measure in measures if measure.group == group)
