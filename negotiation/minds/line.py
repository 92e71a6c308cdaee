"""A seat's line to its model: asks, judges, asks once more, and keeps account of every call.

It knows nothing of moves; what a reply means is the question's to say.
"""

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
MOST_KEPT_CHARACTERS = 16_000

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
    """Kept for the room: after two turns in a row without a usable reply the seat does without its model."""

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
    ) -> None:
        self.seat, self.tuning = seat, tuning
        self._gateway, self._purse, self._log, self._prices = gateway, purse, log, prices
        self._turn_seconds, self._wait = turn_seconds, wait
        self._failed_turns = 0

    async def put(self, question: Question[T]) -> T:
        """The reply, as the question reads it. Raises Unspoken after one retry, or when the turn's time is over."""
        if self._failed_turns >= MOST_FAILED_TURNS:
            raise Unspoken(Fallback.GIVEN_UP)
        if not await self._gateway.is_there():
            raise Unspoken(Fallback.UNAVAILABLE)
        tuning = self.tuning
        ask = Ask(question.messages, tuning.temperature, tuning.max_tokens, schema=question.schema, model=tuning.model)
        first = await self._try(question, ask, self._turn_seconds)
        if isinstance(first, Reading):
            return self._succeed(first)
        again = replace(ask, messages=ask_again(question.messages, first.reply, first.hint), temperature=0.0)
        second = await self._try(question, again, first.seconds_left, is_last=True)
        assert isinstance(second, Reading)
        return self._succeed(second)

    def _succeed(self, reading: Reading[T]) -> T:
        self._failed_turns = 0
        return reading.value

    async def _try(
        self, question: Question[T], ask: Ask, seconds: float, *, is_last: bool = False
    ) -> "Reading[T] | _Again":
        reserved = self._reserve(question, ask)
        spent = Spending()
        try:
            answer = await self._gateway.ask(
                ask, room=self.seat.room, seconds=seconds, hear=question.show, wait=self._wait
            )
            spent = self._spending(answer)
        except ProviderError as error:
            spent = Spending(calls=error.attempts, seconds=error.seconds)
            return self._lose(question, ask, error, seconds - error.seconds, is_last=is_last)
        finally:
            self._purse.settle(reserved, spent)
        return self._judge(question, ask, answer, seconds - answer.seconds, is_last=is_last)

    def _judge(
        self, question: Question[T], ask: Ask, answer: Answer, seconds_left: float, *, is_last: bool
    ) -> "Reading[T] | _Again":
        try:
            reading = question.read(answer.result.text)
        except Unusable as unusable:
            again = None if is_last else _again(answer.result.text, unusable.hint, seconds_left)
            self._keep(question, ask, answer, Verdict.RETRIED if again else Verdict.FALLBACK, unusable.flaw)
            if again:
                return again
            self._failed_turns += 1
            raise Unspoken(Fallback.UNUSABLE) from unusable
        self._keep(question, ask, answer, Verdict.OK, reading.why)
        return reading

    def _lose(
        self, question: Question[T], ask: Ask, error: ProviderError, seconds_left: float, *, is_last: bool
    ) -> "_Again":
        """Ask again after a reply that was no reply; raise Unspoken after any other error."""
        is_reply = isinstance(error, ProviderResponseError)
        hint = _HINTS.get(error.fault) if isinstance(error, ProviderResponseError) else None
        again = None if is_last or hint is None else _again("", hint, seconds_left)
        failed = _failed(ask, error)
        self._keep(question, ask, failed, Verdict.RETRIED if again else Verdict.FALLBACK, _why(error), error.code)
        if again:
            return again
        self._failed_turns += is_reply
        raise Unspoken(_fallback_after(error)) from error

    def _reserve(self, question: Question[T], ask: Ask) -> Spending:
        """The most that the call can cost, charged. Raises Unspoken if that is more than is left."""
        usage = Usage(estimate_messages(ask.messages), ask.max_tokens)
        most = Spending(1, usage.total_tokens, self._prices.cost(ask.model, usage))
        try:
            self._purse.reserve(most)
        except BudgetSpent as spent:
            unasked = Answer(LLMResult("", Usage(0, 0), ask.model), 0, 0.0, None, 0.0)
            self._keep(question, ask, unasked, Verdict.FALLBACK, f"budget of the {spent.account}", "BUDGET_SPENT")
            raise Unspoken(Fallback.BUDGET) from spent
        return most

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
                model=result.model,
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


@dataclass(frozen=True, slots=True)
class _Again:
    """Ask once more: about this reply, with this hint, in the time that is left."""

    reply: str
    hint: str
    seconds_left: float


_HINTS = {
    Fault.TRUNCATED: "the reply was cut off before it ended; be much shorter",
    Fault.EMPTY: "the reply was empty",
    Fault.MALFORMED: "the reply could not be read",
}


def _again(reply: str, hint: str, seconds_left: float) -> _Again | None:
    return _Again(reply, hint, seconds_left) if seconds_left >= LEAST_SECONDS_FOR_A_RETRY else None


def _failed(ask: Ask, error: ProviderError) -> Answer:
    """A call without a reply, as the log keeps it; what the server may have counted is not known."""
    tokens = estimate_messages(ask.messages) if error.attempts else 0
    nothing = LLMResult("", Usage(tokens, 0, is_estimated=True), ask.model)
    return Answer(nothing, error.attempts, 0.0, None, error.seconds)


def _storable(text: str) -> str:
    """Without what a database cannot hold: NUL and lone surrogates."""
    return text.replace("\0", "\ufffd").encode(errors="replace").decode()


def _why(error: ProviderError) -> str:
    return error.fault if isinstance(error, ProviderResponseError) else error.code


def _fallback_after(error: ProviderError) -> Fallback:
    if isinstance(error, ProviderTimeoutError):
        return Fallback.TIMED_OUT
    if isinstance(error, ProviderResponseError) and error.fault is not Fault.REFUSED:
        return Fallback.UNUSABLE
    return Fallback.UNAVAILABLE
