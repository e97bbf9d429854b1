from __future__ import annotations

from dataclasses import fields

import pytest
from sqlalchemy import BigInteger, Boolean, Double, Integer, Text
from sqlalchemy.types import TypeEngine

from fer_web.core import Reading
from fer_web.store import Store
from fer_web.store.tables import Base, Moment, ReadingRow

PLAIN: tuple[type[TypeEngine[object]], ...] = (BigInteger, Boolean, Double, Integer, Moment, Text)  # type: ignore[assignment]


@pytest.mark.parametrize("table", Base.metadata.sorted_tables, ids=str)
def test_no_column_could_take_a_picture(table: object) -> None:
    columns = list(table.columns)  # type: ignore[attr-defined]

    assert columns
    assert [column.name for column in columns if not isinstance(column.type, PLAIN)] == []


def test_a_face_leaves_the_fields_of_a_reading_and_nothing_else() -> None:
    kept = {column.name for column in ReadingRow.__table__.columns}

    assert kept == {"recording", "position"} | {field.name for field in fields(Reading)}


def test_a_face_leaves_numbers_only() -> None:
    texts = [column.name for column in ReadingRow.__table__.columns if isinstance(column.type, Text)]

    assert texts == []


def test_the_store_is_made_of_repositories_and_is_none_itself() -> None:
    assert Store.__mro__ == (Store, object)
