"""Rows written without the ORM, for the tables that every turn of a room and every new session writes: statements
that Django would take longer to make than the database to run.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import Enum
from functools import cache, lru_cache
from itertools import chain
from typing import Any, Generic, TypeVar
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.operations import BaseDatabaseOperations
from django.db.models import DateTimeField, DecimalField, Field, JSONField, Model, UUIDField

Row = tuple[object, ...]
Values = list[Any]
# So many rows a statement writes at most; from STEP on, whole steps of them.
MOST_ROWS, STEP = 128, 16
# Rows written together share few distinct times, which are adapted once.
TIMES = 64
_M = TypeVar("_M", bound=Model)


def database_operations() -> BaseDatabaseOperations:
    """How the database takes values, for any thread: `connection` is another one in each task of an event loop, and to
    make one takes longer than to make a turn's rows.
    """
    return _operations(connections.settings[DEFAULT_DB_ALIAS]["ENGINE"])


@cache
def _operations(engine: str) -> BaseDatabaseOperations:
    return connections.create_connection(DEFAULT_DB_ALIAS).ops


class Insert:
    """An INSERT into all columns of a model's table but its key.

    Takes values as Python has them; only enumerations and JSON must already be text.
    """

    def __init__(self, model: type[Model], *columns: str) -> None:
        fields = {field.attname: field for field in model._meta.concrete_fields if not field.primary_key}
        assert set(columns) == set(fields), f"{model.__name__} has the columns {sorted(fields)}"
        self.columns = columns
        self._adapted = [(place, fields[name]) for place, name in enumerate(columns) if _is_adapted(fields[name])]
        self._adapters: dict[BaseDatabaseOperations, list[tuple[int, Callable[[Any], Any]]]] = {}
        assert model._meta.pk is not None
        self._key = model._meta.pk.column
        names = ", ".join(f'"{fields[name].column}"' for name in columns)
        self._places = f"({', '.join(['%s'] * len(columns))})"
        self._into = f'INSERT INTO "{model._meta.db_table}" ({names}) VALUES '  # noqa: S608  # names of ours

    def write(self, rows: Sequence[Row]) -> None:
        self.write_adapted(self.adapted(rows))

    def adapted(self, rows: Sequence[Row]) -> list[Values]:
        """The rows as the database takes them, made without asking it."""
        operations = database_operations()
        adapters = self._adapters.get(operations)
        if adapters is None:
            made = [(place, _adapter(field, operations)) for place, field in self._adapted]
            adapters = self._adapters.setdefault(operations, made)
        return [_adapt(row, adapters) for row in rows]

    def write_adapted(self, rows: Sequence[Values]) -> None:
        with connection.cursor() as cursor:
            for statement, values in self._statements(rows):
                cursor.execute(statement, values)

    def write_for_keys(self, rows: Sequence[Row]) -> list[int]:
        """As `bulk_create` does, it trusts the database to tell the keys in the order of the rows."""
        keys: list[int] = []
        with connection.cursor() as cursor:
            for statement, values in self._statements(self.adapted(rows)):
                cursor.execute(f'{statement} RETURNING "{self._key}"', values)
                keys += [key for (key,) in cursor.fetchall()]
        return keys

    def _statements(self, rows: Sequence[Values]) -> Iterator[tuple[str, Values]]:
        """Few, for a thread waits for its turn at the interpreter after each that it runs; and few that differ, for the
        database reads each anew and a connection keeps what came of it, a megabyte for every thousand rows.
        """
        first = 0
        while (left := len(rows) - first) > 0:
            count = left if left < STEP else min(left - left % STEP, MOST_ROWS)
            some = rows[first : first + count]
            yield self._into + ", ".join([self._places] * count), list(chain.from_iterable(some))
            first += count


class Insertion(Generic[_M]):
    """What `bulk_create` does, but for its checks: new rows of one table as the model has them, which get their keys.

    Other rows that they point to must have been stored before they were named in them.
    """

    def __init__(self, model: type[_M]) -> None:
        self._fields = [field for field in model._meta.concrete_fields if not field.primary_key]
        self._insert = Insert(model, *(field.attname for field in self._fields))

    def save(self, made: Iterable[_M]) -> list[_M]:
        saved = list(made)
        keys = self._insert.write_for_keys([tuple(_value(field, row) for field in self._fields) for row in saved])
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


def _adapter(field: "Field[Any, Any]", operations: BaseDatabaseOperations) -> Callable[[Any], Any]:
    """How the database takes a value of the field."""
    match field:
        case DateTimeField():
            return lru_cache(TIMES)(operations.adapt_datetimefield_value)
        case DecimalField(max_digits=digits, decimal_places=places):
            return lambda value: operations.adapt_decimalfield_value(value, digits, places)
        case _:
            return _as_it_is if operations.connection.features.has_native_uuid_field else _hexadecimal


def _as_it_is(value: UUID) -> UUID:
    return value


def _hexadecimal(value: UUID) -> str:
    return value.hex
