"""The provider that is always there: no network, no model, template words.

A prompt carries a draft of what is to be said, and this provider says it; without one it has a few words of its own.
"""

import json
import random
from collections.abc import AsyncIterator, Iterator, Sequence
from decimal import Decimal
from typing import Any

from llm.pieces import in_pieces
from llm.tokens import estimate_messages, estimate_tokens
from llm.types import ChatMessage, LLMResult, ProviderStatus, Role, Schema, TokenChunk, Usage

BUILTIN_MODEL = "template-words"
SENTENCES = (
    "Thank you for your message; I am glad to talk it over.",
    "I appreciate your interest and hope that we find common ground.",
    "Let us see whether we can meet somewhere in the middle.",
    "I have heard you, and I will give it some thought.",
    "That is good to know; please tell me what matters most to you.",
    "I would be happy to come to an agreement with you.",
    "Thanks for being so clear about what you need.",
    "I understand your position and will do what I can.",
    "We both gain if we settle this well, so let us go on.",
    "It is a pleasure to deal with somebody so straightforward.",
    "I am still interested, and I hope that you are as well.",
    "Let us take another step towards each other.",
)

# A prompt of ours has its object at the front; this bounds the work on a text that is all braces.
_MOST_BRACES_TRIED = 200


class BuiltinProvider:
    """The same messages get the same reply, on every machine."""

    name = "builtin"

    def __init__(self, seed: int = 0) -> None:
        self._seed = seed

    async def ping(self) -> ProviderStatus:
        return ProviderStatus(available=True, base_url=None, models=(BUILTIN_MODEL,))

    async def generate(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> LLMResult:
        text = self._reply(messages, schema)
        usage = Usage(estimate_messages(messages), estimate_tokens(text), is_estimated=True, cost=Decimal(0))
        return LLMResult(text, usage, BUILTIN_MODEL)

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

    def _reply(self, messages: Sequence[ChatMessage], schema: Schema | None) -> str:
        facts = _facts(messages)
        drafts = _thread_drafts(facts)
        if drafts:
            return _to_json({"messages": [{"to": key, "message": draft} for key, draft in drafts]})
        words = _draft(facts) or self._own_words(messages)
        return words if schema is None else _to_json({"message": words})

    def _own_words(self, messages: Sequence[ChatMessage]) -> str:
        # Seeded with a text, which unlike a tuple's hash is the same in every process.
        return random.Random(f"{self._seed} {[message.content for message in messages]}").choice(SENTENCES)


def _facts(messages: Sequence[ChatMessage]) -> dict[str, Any]:
    """The newest object with a draft that the user gave; a question repeated after a bad reply has none of its own."""
    for message in reversed(messages):
        if message.role is Role.USER:
            for candidate in _objects(message.content):
                if _draft(candidate) or _thread_drafts(candidate):
                    return candidate
    return {}


def _objects(text: str) -> Iterator[dict[str, Any]]:
    """The JSON objects in a text, without those inside others."""
    decoder = json.JSONDecoder()
    start = text.find("{")
    for _ in range(_MOST_BRACES_TRIED):
        if start < 0:
            return
        try:
            found, end = decoder.raw_decode(text, start)
        except (ValueError, RecursionError):
            end = start + 1
        else:
            yield found
        start = text.find("{", end)


def _draft(facts: dict[str, Any]) -> str:
    draft = facts.get("draft")
    return draft if isinstance(draft, str) and draft.strip() else ""


def _thread_drafts(facts: dict[str, Any]) -> list[tuple[str, str]]:
    threads = facts.get("threads")
    entries = [entry for entry in threads if isinstance(entry, dict)] if isinstance(threads, list) else []
    return [(entry["key"], _draft(entry)) for entry in entries if isinstance(entry.get("key"), str) and _draft(entry)]


def _to_json(reply: object) -> str:
    return json.dumps(reply, ensure_ascii=False)
