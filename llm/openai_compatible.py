"""The provider for any server that speaks OpenAI's protocol: LM Studio, llama.cpp, Ollama, vLLM, OpenRouter.

The SDK says what a request holds and how a server is addressed; `transport` carries it, and `wire` reads what comes
back, since the SDK takes bad replies for good ones and costs several times the processor time of the rest.
"""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import aiohttp
import httpx2
import openai
from openai.types.chat import ChatCompletionMessageParam, CompletionCreateParams

from llm.dialect import Dialect, Options, Trial, response_format
from llm.errors import ProviderError
from llm.foreign_errors import FOREIGN_ERRORS, StatusRefused, error_of_body, error_of_request
from llm.model_list import ask_for_models
from llm.tokens import estimate_messages
from llm.transport import Transport, trust_for
from llm.types import ChatMessage, LLMResult, ProviderStatus, Schema, TokenChunk
from llm.wire import BodyReader


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Server:
    """How a server is reached. `timeout_seconds` bounds a whole call from its first byte to its last.

    `headers` and `parameters` go with every call. A server that `is_local` is asked for whatever model it lists, if it
    does not list the default one.
    """

    name: str
    base_url: str
    model: str
    timeout_seconds: float
    api_key: str = field(default="", repr=False)
    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, Any] = field(default_factory=dict)
    connect_seconds: float = 5.0
    ping_seconds: float = 2.0
    max_connections: int = 1000
    is_local: bool = False


class OpenAICompatibleProvider:
    """One call is one attempt, but that a form of request which the server does not know is replaced by a simpler one.

    May be used from several event loops, one after another.
    """

    def __init__(self, server: Server, now: Callable[[], datetime] = utc_now) -> None:
        self.name = server.name
        self._server, self._now = server, now
        self._dialect = Dialect()
        self._models: tuple[str, ...] = ()
        self._tls: ssl.SSLContext | None = None
        self._transport: Transport | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def ping(self) -> ProviderStatus:
        server = self._server
        status = await ask_for_models(server.base_url, _headers(server), self._trust(), server.ping_seconds)
        self._models = status.models
        return status

    async def generate(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> LLMResult:
        call = _Call(messages, temperature, max_tokens, stop, schema, self._served(model), is_stream=False)
        reply = await self._ask(call)
        try:
            while await reply.next() is not None:
                pass
        finally:
            reply.close()
        return reply.finish()

    async def stream(
        self,
        messages: Sequence[ChatMessage],
        temperature: float = 0.7,
        max_tokens: int = 500,
        stop: Sequence[str] = (),
        schema: Schema | None = None,
        model: str = "",
    ) -> AsyncIterator[TokenChunk]:
        call = _Call(messages, temperature, max_tokens, stop, schema, self._served(model), is_stream=True)
        told: list[str] = []
        reply = await self._ask(call)
        try:
            while (pieces := await reply.next()) is not None:
                for piece in pieces:
                    yield TokenChunk(piece, len(told))
                    told.append(piece)
        finally:
            reply.close()
        result = reply.finish()
        if rest := _rest(result.text, "".join(told)):
            yield TokenChunk(rest, len(told))
            told.append(rest)
        yield TokenChunk("", len(told), is_end=True, result=result)

    async def close(self) -> None:
        transport, self._transport = self._transport, None
        if transport is not None and self._loop is asyncio.get_running_loop():
            await transport.close()
            await asyncio.sleep(0)  # aiohttp closes its sockets in the loop's next turn

    def _served(self, model: str) -> str:
        """The model to ask for. The default one gives way to the first that a local server lists."""
        wanted = model or self._server.model
        if not self._server.is_local or wanted != self._server.model or wanted in self._models:
            return wanted
        return next((listed for listed in self._models if "embed" not in listed.lower()), wanted)

    async def _ask(self, call: "_Call") -> "_Reply":
        """The reply with its body still to come, asked for in the best form that the server takes."""
        deadline = asyncio.get_running_loop().time() + self._server.timeout_seconds
        trial = self._dialect.trial(call.model, call.schema, is_stream=call.is_stream)
        first_error: ProviderError | None = None
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    response = await self._transport_of_loop().post(self._body(call, trial.options))
            except FOREIGN_ERRORS as error:
                first_error = first_error or error_of_request(error, self._now)
                status = error.status if isinstance(error, StatusRefused) else 0
                if not trial.step_down(status):
                    raise first_error from error
            else:
                reader = BodyReader(call.model, estimate_messages(call.messages), _most_bytes(call.max_tokens))
                return _Reply(response, reader, trial, deadline)

    def _body(self, call: "_Call", options: Options) -> bytes:
        parameters = _parameters(call, options) | dict(self._server.parameters)
        return json.dumps(parameters, ensure_ascii=False, separators=(",", ":"), allow_nan=False).encode()

    def _transport_of_loop(self) -> Transport:
        """Connections belong to the event loop that opened them."""
        loop = asyncio.get_running_loop()
        if self._transport is None or self._loop is not loop:
            server = self._server
            address = _addressed(server, self._trust())
            self._transport = Transport(
                f"{address.base_url}chat/completions",
                {**_told_by_sdk(address), **_headers(server)},
                self._trust(),
                connect_seconds=server.connect_seconds,
                max_connections=server.max_connections,
            )
            self._loop = loop
        return self._transport

    def _trust(self) -> ssl.SSLContext:
        if self._tls is None:
            self._tls = trust_for(self._server.base_url)
        return self._tls


# An OpenAI account that the environment names is no other server's business.
FOREIGN_ACCOUNT: Mapping[str, Any] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}


@dataclass(frozen=True, slots=True)
class _Call:
    messages: Sequence[ChatMessage]
    temperature: float
    max_tokens: int
    stop: Sequence[str]
    schema: Schema | None
    model: str
    is_stream: bool


def _parameters(call: _Call, options: Options) -> dict[str, Any]:
    said: Any = [{"role": str(said.role), "content": _encodable(said.content)} for said in call.messages]
    messages: list[ChatCompletionMessageParam] = said
    wanted: CompletionCreateParams = {
        "model": call.model,
        "messages": messages,
        "temperature": call.temperature,
        "max_tokens": call.max_tokens,
    }
    if call.stop:
        wanted["stop"] = list(call.stop)
    return {
        **wanted,
        **({"stream": True} if call.is_stream else {}),
        **({"stream_options": {"include_usage": True}} if options.asks_for_usage else {}),
        **(response_format(options.schema_form, call.schema) if call.schema else {}),
    }


def _encodable(text: str) -> str:
    """A lone half of a character cannot be sent."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _addressed(server: Server, tls: ssl.SSLContext) -> openai.AsyncOpenAI:
    """Where and as what the SDK would ask."""
    return openai.AsyncOpenAI(
        base_url=server.base_url,
        api_key="none",  # ours goes with the request; the SDK insists on one
        default_headers={**FOREIGN_ACCOUNT, **server.headers},
        http_client=httpx2.AsyncClient(verify=tls),
    )


def _told_by_sdk(client: openai.AsyncOpenAI) -> dict[str, str]:
    return {name: value for name, value in client.default_headers.items() if isinstance(value, str)}


def _headers(server: Server) -> dict[str, str]:
    key = {"Authorization": f"Bearer {server.api_key}"} if server.api_key else {}
    return {**server.headers, **key}


class _Reply:
    """A reply on its way; whoever leaves it before its end closes the connection."""

    def __init__(self, response: aiohttp.ClientResponse, reader: BodyReader, trial: Trial, deadline: float) -> None:
        self._response, self._reader, self._trial, self._deadline = response, reader, trial, deadline
        self._has_begun = False

    async def next(self) -> list[str] | None:
        """The pieces of text that the next bytes bring; None at the end."""
        data = await self._next_bytes()
        return self._reader.feed(data) if data else None

    def finish(self) -> LLMResult:
        result = self._reader.finish()
        self._trial.succeed()
        return result

    def close(self) -> None:
        self._response.close()

    async def _next_bytes(self) -> bytes:
        """The next that are any; none at the end, and where only the end is missing from a whole reply."""
        content = self._response.content
        if self._has_begun and not content.is_eof():
            await self._gather()
        self._has_begun = True
        # Also what came before the connection broke, which the public way to read would withhold.
        if (data := content._read_nowait(-1)) or content.at_eof():
            return data
        try:
            async with asyncio.timeout_at(self._patience()):
                return await content.readany()
        except FOREIGN_ERRORS as error:
            if self._reader.has_ended:
                return b""
            raise error_of_body(error) from error

    async def _gather(self) -> None:
        """To wake up for each word of a stream costs more than the reading, so what follows the first comes together.

        The end of the body, good or bad, is not waited for.
        """
        gathered = asyncio.get_running_loop().time() + GATHER_SECONDS
        with suppress(*FOREIGN_ERRORS):  # a timeout among them; what is wrong is told to whoever reads on
            async with asyncio.timeout_at(min(self._deadline, gathered)):
                await self._response.content.wait_eof()

    def _patience(self) -> float:
        if not self._reader.is_done:
            return self._deadline
        return min(self._deadline, asyncio.get_running_loop().time() + LINGER_SECONDS)


# How long the words of a stream may be late.
GATHER_SECONDS = 0.1
# How long the end of the body is waited for after the end of the reply, so that the connection can be used again.
LINGER_SECONDS = 0.25


def _rest(text: str, told: str) -> str:
    """What has not been told yet; nothing if reasoning was taken back, for then the two do not add up."""
    return text[len(told) :] if text.startswith(told) else ""


def _most_bytes(max_tokens: int) -> int:
    """Servers spend some hundred bytes on a token that they stream."""
    return min(max(256 * 1024, 600 * max_tokens), 16 * 1024 * 1024)
