"""All rows of the laboratory's table, in its order.

A package adds its own by a module with `ROWS: tuple[Row, ...]` whose name stands in `CATALOGS`. Such a module is cheap
to import: what is heavy stays inside of `fit`.
"""

from __future__ import annotations

from importlib import import_module

from fer_web.errors import DataError
from fer_web.study.lab.system import System

CATALOGS = ("fer_web.study.lab.classical.rows", "fer_web.study.lab.networks.rows", "fer_web.study.lab.keypoints.rows")


def all_rows() -> dict[str, System]:
    """Every row by its name."""
    return {row.name: row for catalog in CATALOGS for row in import_module(catalog).ROWS}


def find_rows(names: list[str]) -> list[System]:
    """The named rows, or all of them for `all`; DataError names what is unknown."""
    rows = all_rows()
    if names == ["all"]:
        return list(rows.values())
    unknown = [name for name in names if name not in rows]
    if unknown:
        raise DataError(f"the laboratory has no row {', '.join(unknown)}; it has {', '.join(rows)}")
    return [rows[name] for name in names]
