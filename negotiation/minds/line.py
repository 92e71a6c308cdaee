"""A seat's line to its model: asks, judges, asks once more, and keeps account of every call.

It knows nothing of moves; what a reply means is the question's to say.
"""

import asyncio
import logging
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Generic, TypeVar

from llm.errors import Fault, ProviderError, ProviderResponseError, ProviderTimeoutError
from llm.gateway import Answer, Ask, Gateway
from llm.prices import PriceTable
from llm.purse import BudgetSpent, Purse, Spending
from llm.tokens import estimate_messages
from llm.types import ChatMessage, LLMResult, Schema, Usage
from negotiation.core.vocabulary import Fallback
from negotiation.minds.calls import Call, CallLog, Purpose, Seat, Verdict
from negotiation.prompts.reasoning import ask_again
from negotiation.replies.flaws import Unusable

logger = logging.getLogger(__name__)

LEAST_SECONDS_FOR_A_RETRY = 1.0
MOST_FAILED_TURNS = 2
# A server that is away, or a budget, says nothing about the model.
FAILED_TURN = frozenset({Fallback.UNUSABLE, Fallback.TIMED_OUT})
MOST_KEPT_CHARACTERS = 16_000
ONE_CALL = Spending(calls=1)

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tuning:
    """Which model is asked, and how freely it may answer. An empty model is the provider's default."""

    model: str = ""
    temperature: float = 0.7
    max_tokens: int = 500


@dataclass(frozen=True, slots=True)
class Reading(Generic[T]):
    """What a reply amounts to; `why` tells of parts of it that were no good."""

    value: T
    why: str = ""


@dataclass(frozen=True, slots=True)
class Question(Generic[T]):
    """One turn's question. `read` raises Unusable; `show` is told the text so far of a reply on its way."""

    purpose: Purpose
    round: int
    messages: tuple[ChatMessage, ...]
    schema: Schema
    read: Callable[[str], Reading[T]]
    show: Callable[[str], None] | None = None


class Unspoken(Exception):
    """No usable reply; the strategy or a template stands in."""

    def __init__(self, fallback: Fallback) -> None:
        super().__init__(fallback)
        self.fallback = fallback


class Line:
    """Kept for the room: after two turns in a row without a usable reply in time the seat does without its model.

    `failed_turns` are those in a row before the line was opened.
    """

    def __init__(
        self,
        seat: Seat,
        gateway: Gateway,
        tuning: Tuning,
        *,
        purse: Purse,
        log: CallLog,
        prices: PriceTable,
        turn_seconds: float = 20.0,
        wait: Callable[[int], None] | None = None,
        failed_turns: int = 0,
    ) -> None:
        self.seat, self.tuning = seat, tuning
        self._gateway, self._purse, self._log, self._prices = gateway, purse, log, prices
        self._turn_seconds, self._wait = turn_seconds, wait
        self._failed_turns = failed_turns
        self._seconds_left = turn_seconds

    async def put(self, question: Question[T]) -> T:
        """The reply, as the question reads it. Raises Unspoken after one retry, or when the turn's time is over."""
        return await self._put(question, self._turn_seconds)

    def rest_of_turn(self) -> "RestOfTurn":
        """For another question in the time that the last one has left."""
        return RestOfTurn(self)

    async def _put(self, question: Question[T], seconds: float) -> T:
        if self._failed_turns >= MOST_FAILED_TURNS:
            raise Unspoken(Fallback.GIVEN_UP)
        if not await self._gateway.is_there():
            raise Unspoken(Fallback.UNAVAILABLE)
        self._seconds_left = seconds
        tuning = self.tuning
        ask = Ask(question.messages, tuning.temperature, tuning.max_tokens, schema=question.schema, model=tuning.model)
        first = await self._try(question, ask)
        if isinstance(first, Reading):
            return self._succeed(first)
        again = replace(ask, messages=ask_again(question.messages, first.reply, first.hint), temperature=0.0)
        second = await self._try(question, again, is_last=True)
        assert isinstance(second, Reading)
        return self._succeed(second)

    def _succeed(self, reading: Reading[T]) -> T:
        self._failed_turns = 0
        return reading.value

    def _fail(self, fallback: Fallback = Fallback.UNUSABLE) -> Unspoken:
        self._failed_turns += fallback in FAILED_TURN
        return Unspoken(fallback)

    async def _try(self, question: Question[T], ask: Ask, *, is_last: bool = False) -> "Reading[T] | _Again":
        reserved = [self._reserve(question, ask)]
        spent, began = Spending(), _Began(self._wait)
        try:
            answer = await self._gateway.ask(
                ask,
                room=self.seat.room,
                seconds=self._seconds_left,
                hear=question.show,
                wait=began.wait,
                ready=self._log.ready,
                again=lambda: self._reserve_again(reserved),
            )
            spent = self._spending(answer)
        except ProviderError as error:
            failed = _failed(ask, error.attempts, error.seconds)
            spent = self._spending(failed)
            self._seconds_left -= error.seconds
            return self._lose(question, ask, error, failed, is_last=is_last)
        except asyncio.CancelledError:
            broken_off = _failed(ask, int(began.has_begun), 0.0)
            spent = self._spending(broken_off)
            if began.has_begun:
                self._keep(question, ask, broken_off, Verdict.FALLBACK, "cancelled", "CANCELLED")
            raise
        finally:
            self._purse.settle(sum(reserved, Spending()), spent)
        self._seconds_left -= answer.seconds
        return self._judge(question, ask, answer, is_last=is_last)

    def _judge(self, question: Question[T], ask: Ask, answer: Answer, *, is_last: bool) -> "Reading[T] | _Again":
        try:
            reading = question.read(answer.result.text)
        except Unusable as unusable:
            may_retry = not is_last and self._may_retry
            self._keep(question, ask, answer, Verdict.RETRIED if may_retry else Verdict.FALLBACK, unusable.flaw)
            if may_retry:
                return _Again(answer.result.text, unusable.hint)
            raise self._fail() from unusable
        self._keep(question, ask, answer, Verdict.OK, reading.why)
        return reading

    def _lose(
        self, question: Question[T], ask: Ask, error: ProviderError, failed: Answer, *, is_last: bool
    ) -> "_Again":
        """Ask again after a reply that was no reply; raise Unspoken after any other error.

        An error of the second call leaves it at that the first reply was unusable.
        """
        fault = error.fault if isinstance(error, ProviderResponseError) else None
        hint = _HINTS.get(fault) if fault is not None else None
        may_retry = hint is not None and not is_last and self._may_retry
        verdict = Verdict.RETRIED if may_retry else Verdict.FALLBACK
        self._keep(question, ask, failed, verdict, fault or error.code, error.code)
        if hint is not None and may_retry:
            return _Again("", hint)
        raise self._fail(Fallback.UNUSABLE if is_last else _fallback_after(error)) from error

    @property
    def _may_retry(self) -> bool:
        return self._seconds_left >= LEAST_SECONDS_FOR_A_RETRY

    def _reserve(self, question: Question[T], ask: Ask) -> Spending:
        """The most that the call can cost, charged. Raises Unspoken if that is more than is left."""
        usage = Usage(estimate_messages(ask.messages), ask.max_tokens)
        most = Spending(1, usage.total_tokens, self._prices.cost(ask.model, usage))
        try:
            self._purse.reserve(most)
        except BudgetSpent as spent:
            self._keep(question, ask, _failed(ask, 0, 0.0), Verdict.FALLBACK, str(spent), spent.code)
            raise Unspoken(Fallback.BUDGET) from spent
        return most

    def _reserve_again(self, reserved: list[Spending]) -> bool:
        """Charge another attempt; False if there is no call left. What a failed attempt took is not known."""
        try:
            self._purse.reserve(ONE_CALL)
        except BudgetSpent:
            return False
        reserved.append(ONE_CALL)
        return True

    def _spending(self, answer: Answer) -> Spending:
        usage = answer.result.usage
        cost = self._prices.cost(answer.result.model, usage)
        return Spending(answer.attempts, usage.total_tokens, cost, answer.seconds)

    def _keep(
        self, question: Question[T], ask: Ask, answer: Answer, verdict: Verdict, why: str, error: str = ""
    ) -> None:
        result = answer.result
        if verdict is not Verdict.OK:
            logger.info("a reply for the %s of room %s was not used: %s", self.seat.party, self.seat.room, why)
        self._log.add(
            Call(
                seat=self.seat,
                purpose=question.purpose,
                round=question.round,
                provider=self._gateway.name,
                ask=ask,
                reply=_storable(result.text[:MOST_KEPT_CHARACTERS]),
                model=_storable(result.model),
                usage=result.usage,
                cost=self._prices.cost(result.model, result.usage),
                attempts=answer.attempts,
                queued_seconds=answer.queued_seconds,
                first_token_seconds=answer.first_token_seconds,
                seconds=answer.seconds,
                verdict=verdict,
                why=why,
                error=error,
            )
        )


class RestOfTurn:
    """The line once more in the same turn."""

    def __init__(self, line: Line) -> None:
        self._line = line

    async def put(self, question: Question[T]) -> T:
        return await self._line._put(question, self._line._seconds_left)


@dataclass(frozen=True, slots=True)
class _Again:
    """Ask once more: about this reply, with this hint."""

    reply: str
    hint: str


class _Began:
    """Listens in on the queue: whether the call has reached the server."""

    def __init__(self, tell: Callable[[int], None] | None) -> None:
        self._tell, self.has_begun = tell, False

    def wait(self, place: int) -> None:
        self.has_begun = self.has_begun or place == 0
        if self._tell is not None:
            self._tell(place)


_HINTS = {
    Fault.TRUNCATED: "the reply was cut off before it ended; be much shorter",
    Fault.EMPTY: "the reply was empty",
    Fault.MALFORMED: "the reply could not be read",
}


def _failed(ask: Ask, attempts: int, seconds: float) -> Answer:
    """A call without a reply, as the log keeps it; what the server may have counted is not known."""
    tokens = estimate_messages(ask.messages) if attempts else 0
    nothing = LLMResult("", Usage(tokens, 0, is_estimated=True), ask.model)
    return Answer(nothing, attempts, 0.0, None, seconds)


def _storable(text: str) -> str:
    """Without what a database cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _fallback_after(error: ProviderError) -> Fallback:
    if isinstance(error, BudgetSpent):
        return Fallback.BUDGET
    if isinstance(error, ProviderTimeoutError):
        return Fallback.TIMED_OUT
    if isinstance(error, ProviderResponseError) and error.fault is not Fault.REFUSED:
        return Fallback.UNUSABLE
    return Fallback.UNAVAILABLE
