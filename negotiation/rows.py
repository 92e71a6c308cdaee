"""Rows written without the ORM, for the tables that every turn of a room writes: one prepared statement a table."""

from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import DateTimeField, DecimalField, Field, Model, UUIDField

Row = tuple[object, ...]


class Insert:
    """An INSERT into all columns of a model's table but its key.

    Takes values as Python has them; only enumerations and JSON must already be text.
    """

    def __init__(self, model: type[Model], *columns: str) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
        assert set(columns) == set(fields), f"{model.__name__} has the columns {sorted(fields)}"
        self.columns = columns
        self._adapted = [(place, fields[name]) for place, name in enumerate(columns) if _is_adapted(fields[name])]
        names = ", ".join(f'"{fields[name].column}"' for name in columns)
        places = ", ".join(["%s"] * len(columns))
        self._statement = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES ({places})'  # noqa: S608  # names of ours

    def write(self, rows: Sequence[Row]) -> None:
        if not rows:
            return
        adapters = [(place, _adapter(field)) for place, field in self._adapted]
        with connection.cursor() as cursor:
            cursor.executemany(self._statement, [_adapt(row, adapters) for row in rows])


def _adapt(row: Row, adapters: Sequence[tuple[int, Callable[[Any], Any]]]) -> list[Any]:
    adapted: list[Any] = list(row)
    for place, adapt in adapters:
        if adapted[place] is not None:
            adapted[place] = adapt(adapted[place])
    return adapted


def _is_adapted(field: "Field[Any, Any]") -> bool:
    return isinstance(field, DateTimeField | DecimalField | UUIDField)


def _adapter(field: "Field[Any, Any]") -> Callable[[Any], Any]:
    """How the database at hand takes a value of the field."""
    operations = connection.ops
    match field:
        case DateTimeField():
            return operations.adapt_datetimefield_value
        case DecimalField(max_digits=digits, decimal_places=places):
            return lambda value: operations.adapt_decimalfield_value(value, digits, places)
        case _:
            return _as_it_is if connection.features.has_native_uuid_field else _hexadecimal


def _as_it_is(value: UUID) -> UUID:
    return value


def _hexadecimal(value: UUID) -> str:
    return value.hex
