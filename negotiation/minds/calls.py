"""A call to a model as it is kept: who asked what for, what came, what it cost, what became of it."""

from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Protocol

from llm.gateway import Ask
from llm.types import Usage
from negotiation.core.vocabulary import Party


class Purpose(StrEnum):
    """What a call is for."""

    WORDS = "words"
    CHOICE = "choice"
    FAREWELL = "farewell"


class Verdict(StrEnum):
    """What became of a call: its reply was used, or asked for again, or the strategy or a template stood in."""

    OK = "ok"
    RETRIED = "retried"
    FALLBACK = "fallback"


@dataclass(frozen=True, slots=True)
class Seat:
    """Whose line it is; `seller_id` is empty for the buyer."""

    room: str
    party: Party
    seller_id: str = ""


@dataclass(frozen=True, slots=True)
class Call:
    """One call as the log keeps it. `attempts` is 0 if no model was asked, `error` the code of what went wrong."""

    seat: Seat
    purpose: Purpose
    round: int
    provider: str
    ask: Ask
    reply: str
    model: str
    usage: Usage
    cost: Decimal
    attempts: int
    queued_seconds: float
    first_token_seconds: float | None
    seconds: float
    verdict: Verdict
    why: str
    error: str = ""


class CallLog(Protocol):
    async def ready(self) -> None:
        """Wait until a call can be kept by whoever makes it."""

    def add(self, call: Call) -> None:
        """Keep the call until it is stored with the move it led to."""
