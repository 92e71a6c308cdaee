"""What the ways of telling have in common: a letter, and what became of it."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Letter:
    """What one target is told; `code` is the same each time it is sent. A webhook's has no subject."""

    code: str
    kind: str
    address: str
    secret: str
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class Arrived:
    """The receiver has taken it."""


@dataclass(frozen=True, slots=True)
class Failed:
    """`wait` is what the receiver asked for. `is_gone`: it never wants to hear of us again."""

    why: str
    wait: timedelta = timedelta(0)
    is_gone: bool = False


Answer = Arrived | Failed
