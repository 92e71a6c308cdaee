"""Queries whose SQL Django makes once: to make it takes longer than to ask, and some are asked by every request."""

from collections.abc import Callable
from typing import Any

from django.db import connection
from django.db.models import Field, QuerySet

Converter = Callable[[Any, Any, Any], Any]


class Prepared:
    """Values of the rows that an exact filter finds, the only one the query has."""

    def __init__(self, query: Callable[[Any], "QuerySet[Any, Any]"], field: "Field[Any, Any]", example: object) -> None:
        self._query, self._field, self._example = query, field, example
        self._made: dict[str, tuple[str, list[tuple[int, Any, list[Converter]]]]] = {}

    def rows(self, value: object) -> list[list[Any]]:
        if connection.vendor not in self._made:
            self._made[connection.vendor] = self._make()
        statement, converters = self._made[connection.vendor]
        with connection.cursor() as cursor:
            cursor.execute(statement, [self._field.get_db_prep_value(value, connection)])
            found = [list(row) for row in cursor.fetchall()]
        for row in found:
            for place, expression, convert in converters:
                for step in convert:
                    row[place] = step(row[place], expression, connection)
        return found

    def _make(self) -> tuple[str, list[tuple[int, Any, list[Converter]]]]:
        compiler = self._query(self._example).query.get_compiler(connection=connection)
        statement, parameters = compiler.as_sql()
        assert len(parameters) == 1, "the filter's value and nothing else"
        converters = compiler.get_converters([column for column, _, _ in compiler.select])
        return statement, [(place, expression, convert) for place, (convert, expression) in converters.items()]
