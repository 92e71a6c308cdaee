"""Calls kept as lines of JSON, and a provider that answers from them instead of a model."""

import hashlib
import json
import os
from collections import Counter, defaultdict
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, TypeVar, cast

from llm.errors import (
    Fault,
    ProviderDisabledError,
    ProviderError,
    ProviderResponseError,
    ProviderTimeoutError,
    ProviderUnavailableError,
)
from llm.pieces import in_pieces
from llm.purse import BudgetSpent
from llm.types import ChatMessage, LLMResult, Provider, ProviderStatus, Schema, TokenChunk, Usage

T = TypeVar("T")


def fingerprint(
    messages: Sequence[ChatMessage],
    temperature: float,
    max_tokens: int,
    stop: Sequence[str],
    schema: Schema | None,
    model: str,
) -> str:
    """Of everything a model is asked; SHA-256 of JSON with sorted keys, so equal in every process."""
    asked = {
        "messages": [[message.role.value, message.content] for message in messages],
        "temperature": float(temperature),
        "max_tokens": max_tokens,
        "stop": list(stop),
        "schema": None if schema is None else [schema.name, dict(schema.document)],
        "model": model,
    }
    return hashlib.sha256(_to_json(asked).encode("ascii")).hexdigest()


@dataclass(frozen=True, slots=True)
class Failure:
    """A ProviderError, as far as somebody who catches it can tell it from others."""

    code: str
    message: str
    fault: Fault | None = None
    is_retryable: bool = False
    retry_after_seconds: float | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """What came of one call."""

    fingerprint: str
    outcome: LLMResult | Failure


def append_to(path: Path) -> Callable[[str], None]:
    """A sink for lines. Each is one write at the end of the file, which only its owner can read."""

    def append(line: str) -> None:
        written = line.encode("ascii") + b"\n"
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            if os.write(descriptor, written) != len(written):
                raise OSError(f"only a part of a line could be written to {path.name}")
        finally:
            os.close(descriptor)

    return append


def read_recording(path: Path) -> tuple[Entry, ...]:
    """In the order of the calls. ValueError names the first line that is damaged."""
    return parse_recording(path.read_bytes())


def parse_recording(recording: bytes) -> tuple[Entry, ...]:
    lines = recording.split(b"\n")
    return tuple(_parse_line(number, line) for number, line in enumerate(lines, 1) if line.strip())


class RecordingProvider:
    """Passes everything on and keeps what came of it. A call that is cancelled leaves no line."""

    def __init__(self, provider: Provider, sink: Path | Callable[[str], None]) -> None:
        self._provider = provider
        self._keep = append_to(sink) if isinstance(sink, Path) else sink

    @property
    def name(self) -> str:
        return self._provider.name

    async def ping(self) -> ProviderStatus:
        return await self._provider.ping()

    async def generate(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> LLMResult:
        asked = fingerprint(messages, temperature, max_tokens, stop, schema, model)
        try:
            result = await self._provider.generate(messages, temperature, max_tokens, stop, schema, model)
        except ProviderError as error:
            self._keep(write_entry(Entry(asked, _failure(error))))
            raise
        self._keep(write_entry(Entry(asked, result)))
        return result

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> AsyncIterator[TokenChunk]:
        asked = fingerprint(messages, temperature, max_tokens, stop, schema, model)
        chunks = self._provider.stream(messages, temperature, max_tokens, stop, schema, model)
        try:
            async with aclosing(cast(AsyncGenerator[TokenChunk, None], chunks)) as closing:
                async for chunk in closing:
                    if chunk.result is not None:
                        self._keep(write_entry(Entry(asked, chunk.result)))
                    yield chunk
        except ProviderError as error:
            self._keep(write_entry(Entry(asked, _failure(error))))
            raise

    async def close(self) -> None:
        await self._provider.close()


class ReplayProvider:
    """Answers the nth call of a kind as the nth of that kind was answered; the last answer is repeated."""

    name = "replay"

    def __init__(self, recording: Path | Iterable[Entry]) -> None:
        entries = read_recording(recording) if isinstance(recording, Path) else recording
        self._outcomes: defaultdict[str, list[LLMResult | Failure]] = defaultdict(list)
        for entry in entries:
            self._outcomes[entry.fingerprint].append(entry.outcome)
        self._calls: Counter[str] = Counter()

    async def ping(self) -> ProviderStatus:
        """Always there, with the models that were recorded."""
        outcomes = [outcome for outcomes in self._outcomes.values() for outcome in outcomes]
        models = {outcome.model for outcome in outcomes if isinstance(outcome, LLMResult)}
        return ProviderStatus(available=True, base_url=None, models=tuple(sorted(models)))

    async def generate(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> LLMResult:
        """Raises ProviderUnavailableError for what was never asked."""
        outcome = self._next(fingerprint(messages, temperature, max_tokens, stop, schema, model))
        match outcome:
            case LLMResult():
                return outcome
            case Failure():
                raise _error(outcome)

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

    def _next(self, asked: str) -> LLMResult | Failure:
        if asked not in self._outcomes:
            raise ProviderUnavailableError("the recording has no call with this prompt")
        outcomes, nth = self._outcomes[asked], self._calls[asked]
        self._calls[asked] += 1
        return outcomes[min(nth, len(outcomes) - 1)]


def write_entry(entry: Entry) -> str:
    """One line of ASCII, without its end."""
    match entry.outcome:
        case LLMResult(text, usage, model):
            return _to_json({"fingerprint": entry.fingerprint, "text": text, "usage": _usage(usage), "model": model})
        case Failure(code, message, fault, is_retryable, retry_after_seconds):
            return _to_json(
                {
                    "fingerprint": entry.fingerprint,
                    "error": code,
                    "message": message,
                    "fault": fault,
                    "is_retryable": is_retryable,
                    "retry_after_seconds": retry_after_seconds,
                }
            )


def _usage(usage: Usage) -> dict[str, Any]:
    return {
        "input_tokens": usage.input_tokens,
        "output_tokens": usage.output_tokens,
        "is_estimated": usage.is_estimated,
        "cost": None if usage.cost is None else str(usage.cost),
    }


def _to_json(value: object) -> str:
    # Not as UTF-8: half a surrogate pair in a foreign text could not be encoded.
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False)


def _failure(error: ProviderError) -> Failure:
    fault = error.fault if isinstance(error, ProviderResponseError) else None
    seconds = None if error.retry_after_seconds is None else float(error.retry_after_seconds)
    return Failure(error.code, str(error), fault, error.is_retryable, seconds)


def _error(failure: Failure) -> ProviderError:
    """Of the same class as the one that was recorded."""
    is_retryable, retry_after_seconds = failure.is_retryable, failure.retry_after_seconds
    if failure.fault is not None:
        return ProviderResponseError(
            failure.message, failure.fault, is_retryable=is_retryable, retry_after_seconds=retry_after_seconds
        )
    kind = _KINDS[failure.code]
    return kind(failure.message, is_retryable=is_retryable, retry_after_seconds=retry_after_seconds)


_KINDS = {
    kind.code: kind
    for kind in (ProviderDisabledError, ProviderUnavailableError, ProviderTimeoutError, BudgetSpent, ProviderError)
}


def _parse_line(number: int, line: bytes) -> Entry:
    try:
        entry = json.loads(line)
        return Entry(_get(entry, "fingerprint", str), _parse_outcome(entry))
    except (ValueError, InvalidOperation, RecursionError) as error:
        raise ValueError(f"line {number} of the recording is damaged: {error}") from error


def _parse_outcome(entry: dict[str, Any]) -> LLMResult | Failure:
    if "error" not in entry:
        usage = _parse_usage(_get(entry, "usage", dict))
        return LLMResult(_get(entry, "text", str), usage, _get(entry, "model", str))
    fault, code = entry.get("fault"), _get(entry, "error", str)
    is_known = code in _KINDS if fault is None else code == ProviderResponseError.code
    if not is_known:
        raise ValueError(f"there is no error {code} with fault {fault}")
    seconds = entry.get("retry_after_seconds")
    return Failure(
        code,
        _get(entry, "message", str),
        None if fault is None else Fault(fault),
        _get(entry, "is_retryable", bool),
        None if seconds is None else _get(entry, "retry_after_seconds", float),
    )


def _parse_usage(usage: dict[str, Any]) -> Usage:
    cost = usage.get("cost")
    return Usage(
        _get(usage, "input_tokens", int),
        _get(usage, "output_tokens", int),
        _get(usage, "is_estimated", bool),
        None if cost is None else Decimal(_get(usage, "cost", str)),
    )


def _get(entry: Any, key: str, kind: type[T]) -> T:
    value = entry.get(key) if isinstance(entry, dict) else None
    if not isinstance(value, kind):
        raise ValueError(f"{key} must be of type {kind.__name__}")
    return value
