"""Events as stored JSON and back. Money is a string there, enumerations are their values."""

from collections.abc import Callable
from dataclasses import fields, is_dataclass
from decimal import Decimal
from enum import StrEnum
from functools import cache
from types import NoneType, UnionType
from typing import Any, get_args, get_origin, get_type_hints

from negotiation.core import events
from negotiation.core.events import Event

EVENT_TYPES: dict[str, type[Event]] = {kind.__name__: kind for kind in get_args(Event)}


def encode(event: Event) -> tuple[str, dict[str, Any]]:
    """The event's type name and its JSON payload."""
    return type(event).__name__, {field.name: _plain(getattr(event, field.name)) for field in fields(event)}


def decode(type_name: str, payload: dict[str, Any]) -> Event:
    """Raises KeyError for a type this version does not know."""
    read: Callable[[Any], Event] = _decoder(EVENT_TYPES[type_name])
    return read(payload)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, StrEnum):
        return value.value
    if isinstance(value, tuple):
        return [_plain(item) for item in value]
    if is_dataclass(value):
        return {field.name: _plain(getattr(value, field.name)) for field in fields(value)}
    return value


def _decoder(hint: Any) -> Callable[[Any], Any]:
    return _cached_decoder(hint)


@cache
def _cached_decoder(hint: Any) -> Callable[[Any], Any]:
    """The function that reads a JSON value as the type hint says."""
    if get_origin(hint) in (UnionType,) and NoneType in get_args(hint):
        (inner,) = (option for option in get_args(hint) if option is not NoneType)
        read = _decoder(inner)
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is tuple:
        read = _decoder(get_args(hint)[0])
        return lambda values: tuple(read(value) for value in values)
    if is_dataclass(hint):
        return _dataclass_decoder(hint)
    if isinstance(hint, type) and issubclass(hint, (Decimal, StrEnum)):
        return hint
    return lambda value: value


def _dataclass_decoder(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind, vars(events))
    readers = {field.name: _decoder(hints[field.name]) for field in fields(kind)}
    return lambda payload: kind(**{name: readers[name](value) for name, value in payload.items()})
