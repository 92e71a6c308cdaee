"""Seats that speak by a provider inside the process: lines, minds and whole rooms, without a database or a network."""

import asyncio
import random
import re
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from llm.gateway import Gateway, Rules
from llm.pieces import in_pieces
from llm.prices import PriceTable
from llm.purse import Purse
from llm.types import ChatMessage, LLMResult, Provider, ProviderStatus, Schema, TokenChunk, Usage
from negotiation.asking import Minds
from negotiation.core.events import Event
from negotiation.core.room import Setup
from negotiation.core.vocabulary import Party
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.calls import Call, Seat
from negotiation.minds.line import Line, Tuning
from negotiation.minds.narrated import NarratedMind
from negotiation.minds.reasoning import ReasoningMind
from tests.fake_llm.asked import Asked
from tests.scripted_provider import HERE

ACME = Seat("a room", Party.SELLER, "acme")
ONCE = Rules(max_retries=0)
TUNING, FREE = Tuning(), PriceTable()


class KeptCalls(list[Call]):
    """A log of calls in memory."""

    add = list.append

    async def ready(self) -> None:
        pass


class Onlookers:
    """Remembers what it was shown; nobody is there unless `present`."""

    def __init__(self, *, present: bool = False) -> None:
        self.present = present
        self.shown: list[tuple[str, str]] = []

    def are_there(self) -> bool:
        return self.present

    def may_look(self) -> bool:
        return self.present

    def show(self, seller_id: str, text: str) -> None:
        self.shown.append((seller_id, text))


class TalkativeProvider:
    """Replies with whatever `answer` makes of a question, and remembers the questions."""

    name = "talkative"

    def __init__(self, answer: Callable[[Asked], str], status: ProviderStatus = HERE) -> None:
        self._answer, self.status = answer, status
        self.asked: list[Asked] = []

    async def ping(self) -> ProviderStatus:
        return self.status

    async def generate(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> LLMResult:
        said = [{"role": message.role, "content": message.content} for message in messages]
        asked = Asked("POST", "/v1/chat/completions", {}, {"messages": said, "temperature": temperature})
        self.asked.append(asked)
        return LLMResult(self._answer(asked), Usage(10, 5), "small")

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> AsyncIterator[TokenChunk]:
        for chunk in in_pieces(await self.generate(messages, temperature, max_tokens, stop, schema, model)):
            yield chunk

    async def close(self) -> None:
        """There is nothing to give back."""


def a_gateway(provider: Provider, rules: Rules = ONCE, **options: Any) -> Gateway:
    return Gateway(provider, rules, chance=random.Random(7), **options)


def a_line(
    gateway: Gateway,
    calls: KeptCalls | None = None,
    *,
    seat: Seat = ACME,
    tuning: Tuning = TUNING,
    purse: Purse | None = None,
    prices: PriceTable = FREE,
    **options: Any,
) -> Line:
    log = KeptCalls() if calls is None else calls
    return Line(seat, gateway, tuning, purse=purse or Purse(()), log=log, prices=prices, **options)


def speaking_minds(
    kind: type[NarratedMind] | type[ReasoningMind],
    setup: Setup,
    gateway: Gateway,
    calls: KeptCalls | None = None,
    onlookers: Onlookers | None = None,
) -> Minds:
    """One of this kind for every seat, each with a line of its own through the one gateway."""
    watched = onlookers or Onlookers()
    log = KeptCalls() if calls is None else calls

    def mind(party: Party, seller_id: str = "") -> Any:
        return kind(a_line(gateway, log, seat=Seat("a room", party, seller_id)), "EUR", watched)

    return Minds(mind(Party.BUYER), {seat.seller_id: mind(Party.SELLER, seat.seller_id) for seat in setup.sellers})


def play_spoken(
    kind: type[NarratedMind] | type[ReasoningMind],
    setup: Setup,
    provider: Provider,
    calls: KeptCalls | None = None,
    onlookers: Onlookers | None = None,
) -> list[Event]:
    """The whole log of the room, played to its end by minds of this kind."""
    journal = MemoryJournal(setup)

    async def play() -> None:
        gateway = a_gateway(provider)
        minds = speaking_minds(kind, setup, gateway, calls, onlookers)
        await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
        await gateway.close()

    asyncio.run(play())
    return journal.events


def numbers_told(text: str) -> set[str]:
    """The numbers in a text as whole numbers, without the commas of thousands: 191.63 does not tell of 91.63."""
    return {number.replace(",", "") for number in re.findall(r"\d[\d,]*(?:\.\d+)?", text)}
