"""What the minds of this process share: the ways to the providers, and the accounts that calls are charged to."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any
from uuid import UUID
from weakref import WeakValueDictionary

from django.utils import timezone

from llm.configuration import LlmSettings
from llm.gateway import Gateway, Rules
from llm.prices import PriceTable
from llm.purse import Account, Budget, Purse, Spending
from llm.selection import choose_provider
from negotiation import metrics
from negotiation.arena.minds import is_built_in, seat_mind
from negotiation.asking import Minds
from negotiation.call_log import led_to
from negotiation.casting import Casting
from negotiation.core.events import Event
from negotiation.core.visibility import seat_seed
from negotiation.core.vocabulary import Party
from negotiation.minds.calls import Call
from negotiation.minds.line import Line
from negotiation.minds.narrated import NarratedMind
from negotiation.minds.reasoning import ReasoningMind
from negotiation.minds.strategy import StrategyMind
from negotiation.onlookers import Leisure, RoomOnlookers
from negotiation.tenure import Tenure
from negotiation.turnstile import Turnstile

BUILTIN = "builtin"


class PendingCalls:
    """The calls of one room that wait to be stored with the move they led to.

    With a `tenure` none is made while the room may be another worker's. `writing` is the turn on its way to the log:
    whoever moves next is asked meanwhile.
    """

    def __init__(self, tenure: Tenure | None = None) -> None:
        self._tenure = tenure
        self._calls: list[Call] = []
        self.writing: asyncio.Task[None] | None = None

    async def ready(self) -> None:
        if self._tenure is not None:
            await self._tenure.secure()

    def tell(self, news: Callable[[], None]) -> None:
        """Tell of an answer on its way once what it answers is stored, and never if that is not."""
        if self.writing is None or self.writing.done():
            news()
        else:
            self.writing.add_done_callback(lambda writing: None if _has_failed(writing) else news())

    def add(self, call: Call) -> None:
        self._calls.append(call)

    def of_turn(self, events: Sequence[Event]) -> tuple[Call, ...]:
        """Those of the seats that moved in these events; a slower seat's wait for its own."""
        return tuple(call for call in self._calls if led_to(call.seat, events) is not None)

    def left(self) -> tuple[Call, ...]:
        return tuple(self._calls)

    def drop(self, stored: Sequence[Call]) -> None:
        self._calls = [call for call in self._calls if not any(call is each for each in stored)]


def _has_failed(writing: asyncio.Task[None]) -> bool:
    return writing.cancelled() or writing.exception() is not None


@dataclass(frozen=True, slots=True)
class Means:
    """What a room's minds have to speak with; without a gateway they need no model.

    `model` is asked where a seat names none.
    """

    gateway: Gateway | None
    purse: Purse
    calls: PendingCalls
    prices: PriceTable
    turn_seconds: float = 20.0
    model: str = ""
    leisure: Leisure = field(default_factory=Leisure)
    turnstile: Turnstile = field(default_factory=Turnstile)


class Studio:
    """One for a worker; lives on its loop."""

    def __init__(self, settings: LlmSettings) -> None:
        self._settings = settings
        self._gateways: dict[str, Gateway] = {}
        self._sessions: WeakValueDictionary[UUID, Account] = WeakValueDictionary()
        self._today = (date.min, Account("day", settings.day_budget))
        self._leisure = Leisure()
        self.turnstile = Turnstile()

    def cast(self, casting: Casting, calls: PendingCalls) -> Minds:
        """The minds of a room. With the built-in provider they all speak in template words."""
        provider = casting.provider or self._settings.provider
        gateway = None if provider == BUILTIN else self._gateway(provider)
        settings = self._settings
        means = Means(
            gateway,
            self._purse(casting),
            calls,
            settings.prices,
            settings.turn_seconds,
            settings.model_of(provider),
            self._leisure,
            self.turnstile,
        )
        return make_minds(casting, means)

    @property
    def day(self) -> date:
        """The day whose spending is known here."""
        return self._today[0]

    @property
    def limited_sessions(self) -> list[UUID]:
        """The sessions in play that may not spend as much as they like."""
        return [code for code, account in list(self._sessions.items()) if account.budget != Budget()]

    @property
    def is_day_limited(self) -> bool:
        return self._today[1].budget != Budget()

    def learn(self, by_session: Mapping[UUID, Spending], today: Spending) -> None:
        """What all processes have spent, this one included."""
        for code, spent in by_session.items():
            if (account := self._sessions.get(code)) is not None:
                account.learn(spent)
        if self.day == timezone.now().date():
            self._today[1].learn(today)

    async def close(self) -> None:
        for gateway in self._gateways.values():
            await gateway.close()

    def _gateway(self, provider: str) -> Gateway:
        if provider not in self._gateways:
            settings = self._settings
            rules = Rules(
                max_concurrency=settings.max_concurrency,
                attempt_seconds=settings.lm_studio.timeout_seconds,
                max_retries=settings.max_retries,
                retry_delay_seconds=settings.retry_delay_seconds,
                queue_seconds=settings.queue_seconds,
            )
            self._gateways[provider] = Gateway(choose_provider(provider, settings), rules)
            metrics.GATEWAYS.add(self._gateways[provider])
        return self._gateways[provider]

    def _purse(self, casting: Casting) -> Purse:
        settings, spent, session_id = self._settings, casting.spent, casting.roster.session_id
        session = self._sessions.get(session_id)
        if session is None:
            budget = settings.budget_of_session(casting.session_budget)
            session = self._sessions[session_id] = Account("session", budget, spent.session)
        day, today = self._today
        if day != timezone.now().date():
            today = Account("day", settings.day_budget, spent.today or Spending())
            self._today = (timezone.now().date(), today)
        return Purse((Account("room", settings.room_budget, spent.room), session, today))


def make_minds(casting: Casting, means: Means) -> Minds:
    return Minds(
        buyer=_make_mind(casting, "", means),
        sellers={seller_id: _make_mind(casting, seller_id, means) for seller_id in casting.sellers},
        auto_accept=casting.auto_accept,
    )


def _make_mind(casting: Casting, seller_id: str, means: Means) -> Any:
    seat = casting.sellers[seller_id] if seller_id else casting.buyer
    if not is_built_in(seat.mind):
        setup = casting.roster.setup
        party, name = (Party.SELLER, setup.seat(seller_id).name) if seller_id else (Party.BUYER, "")
        return seat_mind(party, seat.mind, seat_seed(setup.seed, name))
    if seat.mind == "strategy" or means.gateway is None:
        return StrategyMind()
    onlookers = RoomOnlookers(casting.roster, seller_id, means.leisure, means.turnstile, means.calls.tell)
    line = Line(
        onlookers.seat,
        means.gateway,
        replace(seat.tuning, model=seat.tuning.model or means.model),
        purse=means.purse,
        log=means.calls,
        prices=means.prices,
        turn_seconds=means.turn_seconds,
        wait=onlookers.wait,
        failed_turns=seat.failed_turns,
    )
    kind = ReasoningMind if seat.mind == "llm" else NarratedMind
    return kind(line, casting.roster.currency, onlookers)
