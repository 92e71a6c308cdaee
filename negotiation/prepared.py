"""Queries whose SQL Django makes once: to make it takes longer than to ask, and some are asked by every request."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Field, QuerySet

Converter = Callable[[Any, Any, Any], Any]


class Prepared:
    """Values of the rows that an exact filter finds. All else in the query is always the same, and `example` is a value
    that occurs nowhere else in it."""

    def __init__(self, query: Callable[[Any], "QuerySet[Any, Any]"], field: "Field[Any, Any]", example: object) -> None:
        self._query, self._field, self._example = query, field, example
        self._made: dict[str, _Made] = {}

    def rows(self, value: object) -> list[list[Any]]:
        if connection.vendor not in self._made:
            self._made[connection.vendor] = self._make()
        made = self._made[connection.vendor]
        parameters = list(made.parameters)
        parameters[made.place] = self._field.get_db_prep_value(value, connection)
        with connection.cursor() as cursor:
            cursor.execute(made.statement, parameters)
            found = [list(row) for row in cursor.fetchall()]
        for row in found:
            for place, expression, convert in made.converters:
                for step in convert:
                    row[place] = step(row[place], expression, connection)
        return found

    def _make(self) -> "_Made":
        compiler = self._query(self._example).query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        value = self._field.get_db_prep_value(self._example, connection)
        places = [place for place, parameter in enumerate(parameters) if parameter == value]
        assert len(places) == 1, "the value's place cannot be told"
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        each = [(column, expression, convert) for column, (convert, expression) in converters.items()]
        return _Made(statement, tuple(parameters), places[0], each)


@dataclass(frozen=True, slots=True)
class _Made:
    """A query as a database takes it; `place` is the value's among the parameters."""

    statement: str
    parameters: tuple[Any, ...]
    place: int
    converters: list[tuple[int, Any, list[Converter]]]
