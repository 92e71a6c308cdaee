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
    kind: Any = type(event)  # which typeshed does not know for hashable
    return kind.__name__, _encoder(kind)(event)


def decode(type_name: str, payload: dict[str, Any]) -> Event:
    """Raises KeyError for a type this version does not know."""
    kind: Any = EVENT_TYPES[type_name]
    event: Event = _decoder(kind)(payload)
    return event


@cache
def _encoder(hint: Any) -> Callable[[Any], Any]:
    """The function that turns a value of the type hint into plain JSON."""
    if get_origin(hint) is UnionType and NoneType in get_args(hint):
        write = _encoder(_wanted(hint))
        return lambda value: None if value is None else write(value)
    if get_origin(hint) is tuple:
        write = _encoder(get_args(hint)[0])
        return lambda values: [write(value) for value in values]
    if is_dataclass(hint):
        return _dataclass_encoder(hint)
    if hint is Decimal:
        return str
    if isinstance(hint, type) and issubclass(hint, StrEnum):
        return lambda value: value.value
    return _same


def _dataclass_encoder(kind: Any) -> Callable[[Any], dict[str, Any]]:
    hints = get_type_hints(kind, vars(events))
    writers = [(field.name, _encoder(hints[field.name])) for field in fields(kind)]
    return lambda value: {name: write(getattr(value, name)) for name, write in writers}


def _wanted(optional: Any) -> Any:
    (inner,) = (option for option in get_args(optional) if option is not NoneType)
    return inner


def _same(value: Any) -> Any:
    return value


@cache
def _decoder(hint: Any) -> Callable[[Any], Any]:
    """The function that reads a JSON value as the type hint says."""
    if get_origin(hint) is UnionType and NoneType in get_args(hint):
        read = _decoder(_wanted(hint))
        return lambda value: None if value is None else read(value)
    if get_origin(hint) is tuple:
        read = _decoder(get_args(hint)[0])
        return lambda values: tuple(read(value) for value in values)
    if is_dataclass(hint):
        return _dataclass_decoder(hint)
    if isinstance(hint, type) and issubclass(hint, (Decimal, StrEnum)):
        return hint
    return _same


def _dataclass_decoder(kind: Any) -> Callable[[Any], Any]:
    hints = get_type_hints(kind, vars(events))
    readers = {field.name: _decoder(hints[field.name]) for field in fields(kind)}
    return lambda payload: kind(**{name: readers[name](value) for name, value in payload.items()})
