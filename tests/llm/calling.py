"""How the tests of providers call them."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from llm.errors import ProviderError
from llm.openai_compatible import OpenAICompatibleProvider
from llm.types import ChatMessage, LLMResult, Role, Schema, TokenChunk

PROMPT = (ChatMessage(Role.SYSTEM, "Be brief."), ChatMessage(Role.USER, "What is your price?"))
SCHEMA = Schema("message", {"type": "object", "properties": {"message": {"type": "string"}}})
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)

Make = Callable[..., OpenAICompatibleProvider]
Call = Callable[..., Any]


async def generate(provider: OpenAICompatibleProvider, **options: Any) -> LLMResult:
    return await provider.generate(PROMPT, **options)


async def stream(provider: OpenAICompatibleProvider, **options: Any) -> list[TokenChunk]:
    return [chunk async for chunk in provider.stream(PROMPT, **options)]


both_ways = pytest.mark.parametrize("call", [generate, stream])


async def error_of(call: Call, provider: OpenAICompatibleProvider, **options: Any) -> ProviderError:
    with pytest.raises(ProviderError) as caught:
        await call(provider, **options)
    return caught.value
