"""The way to a provider: waits its turn, asks, asks again where that can help, and spares a server that is away."""

import asyncio
import random
import time
from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from dataclasses import dataclass
from typing import cast

from llm.breaker import Breaker, Permit, is_failure
from llm.clearance import Ready, cleared_by
from llm.errors import (
    Fault,
    ProviderError,
    ProviderResponseError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from llm.fair_queue import FairQueue
from llm.presence import Presence
from llm.retries import retry_delay_seconds
from llm.types import ChatMessage, LLMResult, Provider, ProviderStatus, Schema, TokenChunk

# Of an ask's seconds: a first attempt that hangs leaves time for a second.
ATTEMPT_SHARE = 0.6
# Of the loop, until whoever has just been given a slot has sent its request.
TURNS_TO_BEGIN = 3


@dataclass(frozen=True, slots=True)
class Ask:
    """Without a model the provider's own default is asked."""

    messages: tuple[ChatMessage, ...]
    temperature: float
    max_tokens: int
    stop: tuple[str, ...] = ()
    schema: Schema | None = None
    model: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """`seconds` is the work: all attempts and the pauses between them, without the queue.

    `first_token_seconds` counts from the beginning of the attempt that was answered; None if nobody listened.
    """

    result: LLMResult
    attempts: int
    queued_seconds: float
    first_token_seconds: float | None
    seconds: float


@dataclass(frozen=True, slots=True)
class Rules:
    """How many calls at once, how long each may take and wait, and how often it is tried again."""

    max_concurrency: int = 10
    max_retries: int = 3
    retry_delay_seconds: float = 1.0
    most_delay_seconds: float = 20.0
    attempt_seconds: float = 30.0
    least_attempt_seconds: float = 0.5
    queue_seconds: float = 300.0
    presence_seconds: float = 5.0


class Gateway:
    """One for each provider and event loop. Whoever cancels `ask` ends the call and gives its slot back."""

    def __init__(
        self,
        provider: Provider,
        rules: Rules,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], Awaitable[object]] = asyncio.sleep,
        chance: random.Random | None = None,
        breaker: Breaker | None = None,
    ) -> None:
        self._provider, self._rules, self._clock, self._sleep = provider, rules, clock, sleep
        self._chance = chance or random.Random()
        self._queue = FairQueue(rules.max_concurrency)
        self._breaker = breaker or Breaker(clock)
        self._presence = Presence(provider.ping, max_age_seconds=rules.presence_seconds, clock=clock)
        self._was_away = False

    @property
    def name(self) -> str:
        return self._provider.name

    @property
    def in_flight(self) -> int:
        return self._queue.in_flight

    @property
    def waiting(self) -> int:
        return self._queue.waiting

    async def is_there(self) -> bool:
        """Whether the server answers at all; a breaker that is open does not matter here."""
        return (await self.status()).available

    async def status(self) -> ProviderStatus:
        """Takes as long as a ping the first time, and none after that."""
        status = await self._presence.status()
        if status.available and self._was_away:
            # What failed before it went away says nothing about the server that came back.
            self._breaker.reset()
        self._was_away = not status.available
        return status

    async def ask(
        self,
        ask: Ask,
        *,
        room: str,
        seconds: float,
        hear: Callable[[str], None] | None = None,
        wait: Callable[[int], None] | None = None,
        ready: Ready | None = None,
        again: Callable[[], bool] | None = None,
    ) -> Answer:
        """Raises ProviderError, which says how long was tried, when retries do not help or `seconds` of work are over.

        `hear` is told the text so far of the attempt under way. `wait` is told the room's place in the queue,
        and 0 when the call begins; time in the queue counts as no work, but has its own limit. `ready` is awaited
        before each attempt, and once more before its request goes out. `again` says before each further attempt whether
        there may be one.
        """
        errand = _Errand(ask, room, seconds, hear, wait, ready, again)
        while True:
            try:
                return await self._attempt(errand)
            except ProviderError as error:
                error.attempts, error.seconds = errand.attempts, errand.worked_seconds
                delay_seconds = self._delay_seconds(error, errand)
            await self._pause(delay_seconds, errand)

    async def close(self) -> None:
        await self._presence.close()
        await self._provider.close()

    async def _attempt(self, errand: "_Errand") -> Answer:
        await self._refuse_in_vain()
        if not self._queue.enter_at_once():
            await self._wait_for_slot(errand)
        try:
            if errand.ready is not None:
                await errand.ready()
            # Much can have happened meanwhile.
            await self._refuse_in_vain()
            permit = self._breaker.admit()
            assert permit is not None
            began_at = self._clock()
            try:
                result = await self._call_with_permit(errand, permit)
            finally:
                errand.worked_seconds += self._clock() - began_at
        finally:
            has_heir = self._queue.leave()
        if has_heir:
            await _let_others_begin()
        return errand.answer(result, began_at)

    async def _refuse_in_vain(self) -> None:
        if not await self.is_there():
            raise ProviderUnavailableError("the provider's server is not there")
        if self._breaker.is_open:
            raise ProviderUnavailableError("the provider has failed too often and is left alone for a while")

    async def _wait_for_slot(self, errand: "_Errand") -> None:
        came_at = self._clock()
        try:
            async with asyncio.timeout(self._rules.queue_seconds - errand.queued_seconds):
                await self._queue.enter(errand.room, errand.wait)
        except TimeoutError as error:
            raise ProviderUnavailableError("the provider was busy with other calls for too long") from error
        finally:
            errand.queued_seconds += self._clock() - came_at

    async def _call_with_permit(self, errand: "_Errand", permit: Permit) -> LLMResult:
        """The breaker and the presence learn how it went; a call that is cancelled or crashes says nothing."""
        try:
            if errand.wait is not None:
                errand.wait(0)
            errand.attempts += 1
            result = await self._call_in_time(errand)
        except ProviderError as error:
            self._note_error(error, permit)
            raise
        else:
            self._breaker.succeed(permit)
            self._presence.saw_success()
            return result
        finally:
            self._breaker.withdraw(permit)

    def _note_error(self, error: ProviderError, permit: Permit) -> None:
        if is_failure(error):
            self._breaker.fail(permit)
        else:
            self._breaker.succeed(permit)
        if isinstance(error, ProviderUnavailableError):
            self._presence.saw_failure()

    async def _call_in_time(self, errand: "_Errand") -> LLMResult:
        most_seconds = min(self._rules.attempt_seconds, ATTEMPT_SHARE * errand.seconds, errand.seconds_left)
        try:
            async with asyncio.timeout(most_seconds):
                with cleared_by(errand.ready):
                    return await self._call(errand)
        except TimeoutError as error:
            raise ProviderTimeoutError(f"no whole reply in {most_seconds:.1f} seconds", is_retryable=True) from error

    async def _call(self, errand: "_Errand") -> LLMResult:
        ask = errand.ask
        arguments = (ask.messages, ask.temperature, ask.max_tokens, ask.stop, ask.schema, ask.model)
        if errand.hear is None:
            return await self._provider.generate(*arguments)
        # Providers write their streams as generators, which have to be closed to end the call.
        chunks = cast(AsyncGenerator[TokenChunk, None], self._provider.stream(*arguments))
        async with aclosing(chunks):
            return await self._listen(chunks, errand, errand.hear)

    async def _listen(
        self, chunks: AsyncIterator[TokenChunk], errand: "_Errand", hear: Callable[[str], None]
    ) -> LLMResult:
        text = ""
        errand.first_token_at = None
        async for chunk in chunks:
            if chunk.result is not None:
                return chunk.result
            if errand.first_token_at is None:
                errand.first_token_at = self._clock()
            text += chunk.token
            hear(text)
        raise ProviderResponseError("the stream ended without its last chunk", Fault.TRUNCATED, is_retryable=True)

    def _delay_seconds(self, error: ProviderError, errand: "_Errand") -> float:
        """How long to pause before the next attempt. Raises the error where there is to be none."""
        if not error.is_retryable or errand.attempts > self._rules.max_retries:
            raise error
        delay_seconds = retry_delay_seconds(
            errand.attempts,
            first_seconds=self._rules.retry_delay_seconds,
            most_seconds=self._rules.most_delay_seconds,
            chance=self._chance,
            retry_after_seconds=error.retry_after_seconds,
        )
        if delay_seconds + self._rules.least_attempt_seconds > errand.seconds_left:
            raise error
        if errand.again is not None and not errand.again():
            raise error
        return delay_seconds

    async def _pause(self, seconds: float, errand: "_Errand") -> None:
        began_at = self._clock()
        await self._sleep(seconds)
        errand.worked_seconds += self._clock() - began_at


async def _let_others_begin() -> None:
    """Replies come in crowds; if each were judged before the next call is sent, the server would idle meanwhile."""
    for _ in range(TURNS_TO_BEGIN):
        await asyncio.sleep(0)


@dataclass(slots=True)
class _Errand:
    """One `ask` on its way, and what it has used up so far."""

    ask: Ask
    room: str
    seconds: float
    hear: Callable[[str], None] | None
    wait: Callable[[int], None] | None
    ready: Ready | None
    again: Callable[[], bool] | None
    attempts: int = 0
    queued_seconds: float = 0.0
    worked_seconds: float = 0.0
    first_token_at: float | None = None

    @property
    def seconds_left(self) -> float:
        return self.seconds - self.worked_seconds

    def answer(self, result: LLMResult, began_at: float) -> Answer:
        first_token_seconds = None if self.first_token_at is None else self.first_token_at - began_at
        return Answer(result, self.attempts, self.queued_seconds, first_token_seconds, self.worked_seconds)
