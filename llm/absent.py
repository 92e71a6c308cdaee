"""The provider that may not be used: never there, and says why."""

from collections.abc import AsyncIterator, Sequence

from llm.errors import ProviderDisabledError
from llm.types import ChatMessage, LLMResult, ProviderStatus, Schema, TokenChunk


class AbsentProvider:
    def __init__(self, name: str, why: str) -> None:
        self.name, self._why = name, why

    async def ping(self) -> ProviderStatus:
        return ProviderStatus(available=False, base_url=None, models=(), error=self._why)

    async def generate(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> LLMResult:
        raise ProviderDisabledError(self._why)

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> AsyncIterator[TokenChunk]:
        raise ProviderDisabledError(self._why)
        yield TokenChunk("", 0)  # type: ignore[unreachable]  # makes a generator of it

    async def close(self) -> None:
        pass
