"""What a provider of language models is to the rest of the system: what it is asked, and what it answers."""

from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol


class Role(StrEnum):
    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


@dataclass(frozen=True, slots=True)
class ChatMessage:
    role: Role
    content: str


@dataclass(frozen=True, slots=True)
class Schema:
    """A JSON Schema that the reply is to follow; the provider enforces it as far as its server can."""

    name: str
    document: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens as the server counted them, or estimated where it did not say; `cost` in US dollars if it told one."""

    input_tokens: int
    output_tokens: int
    is_estimated: bool = False
    cost: Decimal | None = None

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True)
class LLMResult:
    """A whole reply: it ended by itself and is not blank. Reasoning is already taken out of `text`."""

    text: str
    usage: Usage
    model: str


@dataclass(frozen=True, slots=True)
class TokenChunk:
    """A piece of a reply; `index` counts from 0. The last one has no token, `is_end`, and the whole `result`."""

    token: str
    index: int
    is_end: bool = False
    result: LLMResult | None = None


@dataclass(frozen=True, slots=True)
class ProviderStatus:
    """Whether a provider can be used now; `error` says why not."""

    available: bool
    base_url: str | None
    models: tuple[str, ...]
    error: str | None = None


class Provider(Protocol):
    """A server of language models. One call is one attempt: no retry, no queue."""

    @property
    def name(self) -> str: ...

    async def ping(self) -> ProviderStatus:
        """Never raises, and takes two seconds at most."""

    async def generate(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> LLMResult:
        """Raises ProviderError. Without a model the provider's own default is asked."""

    def stream(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> AsyncIterator[TokenChunk]:
        """As `generate`, piece by piece. Closing the iterator ends the call at the server."""

    async def close(self) -> None:
        """Give connections back."""
