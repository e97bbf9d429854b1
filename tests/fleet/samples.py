"""Values in which every field of a type holds something of its own, made from what the type declares."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

import numpy as np


def full(kind: type) -> Any:
    """A value of a dataclass without a field that is None or empty; all numbers in it differ, and grow."""
    return _value(kind, itertools.count(1))


def same(one: Any, other: Any) -> bool:
    """Whether two values hold the same in every field, types of arrays included."""
    if isinstance(one, np.ndarray):
        is_alike = isinstance(other, np.ndarray) and one.dtype == other.dtype and one.shape == other.shape
        return is_alike and bool((one == other).all())
    if is_dataclass(one):
        names = [field.name for field in fields(one)]
        return type(one) is type(other) and all(same(getattr(one, name), getattr(other, name)) for name in names)
    if isinstance(one, tuple):
        is_alike = isinstance(other, tuple) and len(one) == len(other)
        return is_alike and all(same(*pair) for pair in zip(one, other, strict=True))
    return type(one) is type(other) and bool(one == other)


def _value(kind: Any, numbers: Iterator[int]) -> Any:
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _value(next(part for part in parts if part is not NoneType), numbers)
    if origin is Literal:
        return parts[-1]
    if origin is np.ndarray:
        [dtype] = get_args(parts[1])
        return np.array([[next(numbers), next(numbers)], [next(numbers), next(numbers)]], dtype)
    if origin is tuple:
        return tuple(_value(part, numbers) for part in parts if part is not ...)
    if origin is dict or origin is Mapping:
        return {"a": 1.5}
    if is_dataclass(kind):
        hints = get_type_hints(kind)
        return kind(**{field.name: _value(hints[field.name], numbers) for field in fields(kind)})
    return {bool: lambda: True, int: lambda: next(numbers), float: lambda: next(numbers) + 0.25, str: lambda: "word"}[
        kind
    ]()
