"""A provider inside the process that answers as its script says, slowly or never, and remembers what it was asked."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field

from llm.errors import ProviderError
from llm.pieces import in_pieces
from llm.types import ChatMessage, LLMResult, ProviderStatus, Role, Schema, TokenChunk, Usage

HERE = ProviderStatus(available=True, base_url="http://here.test", models=("small",))
AWAY = ProviderStatus(available=False, base_url="http://here.test", models=(), error="nobody there")


@dataclass(frozen=True)
class Slow:
    """Answers after so many seconds."""

    seconds: float
    answer: "str | ProviderError"


@dataclass(frozen=True)
class Held:
    """Answers once the gate is open; without a gate of its own never."""

    answer: "str | ProviderError" = "Never said."
    gate: asyncio.Event = field(default_factory=asyncio.Event)


@dataclass(frozen=True)
class Drip:
    """Streams each word after so many seconds."""

    seconds: float
    answer: str


@dataclass(frozen=True)
class Cut:
    """Streams these words and then fails, or just ends."""

    words: tuple[str, ...]
    error: ProviderError | None = None


Step = str | ProviderError | Slow | Held | Drip | Cut


@dataclass(frozen=True)
class Asked:
    messages: tuple[ChatMessage, ...]
    temperature: float
    max_tokens: int
    stop: tuple[str, ...]
    schema: Schema | None
    model: str


class ScriptedProvider:
    """Takes the steps in turn; the last one is repeated. `status` may be changed at any time."""

    name = "scripted"

    def __init__(self, *steps: Step, status: ProviderStatus = HERE) -> None:
        self._steps = list(steps or ("Good day to you.",))
        self.status = status
        self.asked: list[Asked] = []
        self.pings = 0
        self.ping_seconds = 0.0
        self.in_flight = self.most_in_flight = self.cancelled = 0
        self.is_closed = False

    @property
    def texts(self) -> list[str]:
        """The last message of each call, in order."""
        return [asked.messages[-1].content for asked in self.asked]

    async def ping(self) -> ProviderStatus:
        self.pings += 1
        await asyncio.sleep(self.ping_seconds)
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
        step = self._take(Asked(tuple(messages), temperature, max_tokens, tuple(stop), schema, model))
        with self._counted():
            return await _perform(step)

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> AsyncIterator[TokenChunk]:
        step = self._take(Asked(tuple(messages), temperature, max_tokens, tuple(stop), schema, model))
        with self._counted():
            if isinstance(step, Cut):
                for index, word in enumerate(step.words):
                    yield TokenChunk(word, index)
                if step.error is not None:
                    raise step.error
                return
            for chunk in in_pieces(await _perform(step)):
                if isinstance(step, Drip):
                    await asyncio.sleep(step.seconds)
                yield chunk

    async def close(self) -> None:
        self.is_closed = True

    def _take(self, asked: Asked) -> Step:
        self.asked.append(asked)
        return self._steps.pop(0) if len(self._steps) > 1 else self._steps[0]

    @contextmanager
    def _counted(self) -> Iterator[None]:
        self.in_flight += 1
        self.most_in_flight = max(self.most_in_flight, self.in_flight)
        try:
            yield
        except (asyncio.CancelledError, GeneratorExit):
            self.cancelled += 1
            raise
        finally:
            self.in_flight -= 1


def result(text: str) -> LLMResult:
    return LLMResult(text, Usage(10, 5), "small")


def messages(text: str = "What do you say?") -> tuple[ChatMessage, ...]:
    return (ChatMessage(Role.SYSTEM, "You sell lamps."), ChatMessage(Role.USER, text))


async def _perform(step: Step) -> LLMResult:
    match step:
        case str():
            return result(step)
        case ProviderError():
            raise step
        case Slow(seconds, answer):
            await asyncio.sleep(seconds)
            return await _perform(answer)
        case Held(answer, gate):
            await gate.wait()
            return await _perform(answer)
        case Drip(_, answer):
            return result(answer)
        case Cut():
            raise AssertionError("only a stream can be cut")
