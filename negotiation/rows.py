"""Rows written without the ORM, for the tables that every turn of a room and every new session writes: one prepared
statement a table, which takes Django longer to make than the database to run.
"""

import json
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import cache
from itertools import chain
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import DateTimeField, DecimalField, Field, JSONField, Model, UUIDField

Row = tuple[object, ...]
Values = list[Any]
# What one statement may hold: SQLite and PostgreSQL take 32,766 and 65,535.
MOST_VALUES = 5_000
_M = TypeVar("_M", bound=Model)


class Insert:
    """An INSERT into all columns of a model's table but its key.

    Takes values as Python has them; only enumerations and JSON must already be text.
    """

    def __init__(self, model: type[Model], *columns: str) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
        assert set(columns) == set(fields), f"{model.__name__} has the columns {sorted(fields)}"
        self.columns = columns
        self._adapted = [(place, fields[name]) for place, name in enumerate(columns) if _is_adapted(fields[name])]
        assert model._meta.pk is not None
        self._key = model._meta.pk.column
        names = ", ".join(f'"{fields[name].column}"' for name in columns)
        self._places = f"({', '.join(['%s'] * len(columns))})"
        self._into = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: S608  # names of ours

    def write(self, rows: Sequence[Row]) -> None:
        self.write_ready(self.ready(rows))

    def ready(self, rows: Sequence[Row]) -> list[Values]:
        """The rows as the database takes them, which is not asked for it."""
        adapters = self._adapters() if rows else []
        return [_adapt(row, adapters) for row in rows]

    def write_ready(self, rows: Sequence[Values]) -> None:
        """By one statement for many: a thread waits for its turn at the interpreter after each that it runs."""
        most = MOST_VALUES // len(self.columns)
        for first in range(0, len(rows), most):
            some = rows[first : first + most]
            with connection.cursor() as cursor:
                cursor.execute(self._into + ", ".join([self._places] * len(some)), list(chain.from_iterable(some)))

    def write_each(self, rows: Sequence[Row]) -> list[int]:
        """One after another, for their keys."""
        adapters, statement = self._adapters(), f'{self._into}{self._places} RETURNING "{self._key}"'
        keys = []
        with connection.cursor() as cursor:
            for row in rows:
                cursor.execute(statement, _adapt(row, adapters))
                keys.append(cursor.fetchone()[0])
        return keys

    def _adapters(self) -> list[tuple[int, Callable[[Any], Any]]]:
        database = connections[DEFAULT_DB_ALIAS]
        return [(place, _adapter(field, database)) for place, field in self._adapted]


class Insertion(Generic[_M]):
    """What `bulk_create` does, but for its checks: new rows of one table as the model has them, which get their keys.

    Other rows that they point to must have been stored before they were named in them.
    """

    def __init__(self, model: type[_M]) -> None:
        self._fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self._insert = Insert(model, *(field.attname for field in self._fields))

    def save(self, made: Iterable[_M]) -> list[_M]:
        saved = list(made)
        keys = self._insert.write_each([tuple(_value(field, row) for field in self._fields) for row in saved])
        for row, key in zip(saved, keys, strict=True):
            row.pk = key
            row._state.adding, row._state.db = False, connection.alias
        return saved


def _value(field: "Field[Any, Any]", row: Model) -> object:
    value = field.pre_save(row, add=True)
    if isinstance(field, JSONField):
        return json.dumps(value)
    return value.value if isinstance(value, Enum) else value


def _adapt(row: Row, adapters: Sequence[tuple[int, Callable[[Any], Any]]]) -> Values:
    adapted: Values = list(row)
    for place, adapt in adapters:
        if adapted[place] is not None:
            adapted[place] = adapt(adapted[place])
    return adapted


def _is_adapted(field: "Field[Any, Any]") -> bool:
    return isinstance(field, DateTimeField | DecimalField | UUIDField)


def _adapter(field: "Field[Any, Any]", database: BaseDatabaseWrapper) -> Callable[[Any], Any]:
    """How the database takes a value of the field."""
    operations = database.ops
    match field:
        case DateTimeField():
            return cache(operations.adapt_datetimefield_value)  # what is written together bears few times
        case DecimalField(max_digits=digits, decimal_places=places):
            return lambda value: operations.adapt_decimalfield_value(value, digits, places)
        case _:
            return _as_it_is if database.features.has_native_uuid_field else _hexadecimal


def _as_it_is(value: UUID) -> UUID:
    return value


def _hexadecimal(value: UUID) -> str:
    return value.hex
