"""The provider for any server that speaks OpenAI's protocol: LM Studio, llama.cpp, Ollama, vLLM, OpenRouter.

The SDK carries requests and keys; what comes back is read by `wire`, since the SDK takes bad replies for good ones.
"""

import asyncio
import ssl
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, cast

import httpx2
import openai

from llm.dialect import Dialect, Options, Trial, response_format
from llm.errors import ProviderError
from llm.foreign_errors import FOREIGN_ERRORS, error_of_body, error_of_request, timed_out
from llm.model_list import ask_for_models
from llm.tokens import estimate_messages
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
    max_idle_connections: int = 200
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
        self._client: openai.AsyncOpenAI | None = None
        self._loop: asyncio.AbstractEventLoop | None = None

    async def ping(self) -> ProviderStatus:
        server = self._server
        key = {"Authorization": f"Bearer {server.api_key}"} if server.api_key else {}
        headers = {**server.headers, **key}
        status = await ask_for_models(server.base_url, headers, self._trust(), server.ping_seconds)
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
        async with aclosing(self._read(call)) as pieces:
            async for piece in pieces:
                if isinstance(piece, LLMResult):
                    return piece
        raise AssertionError("a reply ends with its result")

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
        async with aclosing(self._read(call)) as pieces:
            async for piece in pieces:
                if isinstance(piece, str):
                    yield TokenChunk(piece, len(told))
                    told.append(piece)
                    continue
                if rest := _rest(piece.text, "".join(told)):
                    yield TokenChunk(rest, len(told))
                    told.append(rest)
                yield TokenChunk("", len(told), is_end=True, result=piece)

    async def close(self) -> None:
        client, self._client = self._client, None
        if client is not None and self._loop is asyncio.get_running_loop():
            await client.close()
            await asyncio.sleep(0)  # aiohttp closes its sockets in the loop's next turn

    def _served(self, model: str) -> str:
        """The model to ask for. The default one gives way to the first that a local server lists."""
        wanted = model or self._server.model
        if not self._server.is_local or wanted != self._server.model or wanted in self._models:
            return wanted
        return next((listed for listed in self._models if "embed" not in listed.lower()), wanted)

    async def _read(self, call: "_Call") -> AsyncGenerator[str | LLMResult, None]:
        """The pieces of the reply as they come, and last the whole. Closing it closes the connection."""
        deadline = asyncio.get_running_loop().time() + self._server.timeout_seconds
        reader = BodyReader(call.model, estimate_messages(call.messages), _most_bytes(call.max_tokens))
        trial = self._dialect.trial(call.model, call.schema, is_stream=call.is_stream)
        response = await self._open(call, trial, deadline)
        try:
            async with aclosing(response.aiter_bytes()) as chunks:
                while data := await _next(chunks, reader, deadline):
                    for piece in reader.feed(data):
                        yield piece
        finally:
            await response.aclose()
        result = reader.finish()
        trial.succeed()
        yield result

    async def _open(self, call: "_Call", trial: Trial, deadline: float) -> httpx2.Response:
        """The response with its body still to come, asked for in the best form that the server takes."""
        first_error: ProviderError | None = None
        while True:
            try:
                async with asyncio.timeout_at(deadline):
                    return await self._post(_parameters(call, trial.options) | dict(self._server.parameters))
            except TimeoutError as error:
                raise (first_error or timed_out()) from error
            except FOREIGN_ERRORS as error:
                first_error = first_error or error_of_request(error, self._now)
                status = error.status_code if isinstance(error, openai.APIStatusError) else 0
                if not trial.step_down(status):
                    raise first_error from error

    async def _post(self, parameters: Mapping[str, Any]) -> httpx2.Response:
        # With `stream` the SDK leaves the body to us; asked for a response it returns that, and not the stream's class.
        response = await self._client_of_loop().post(
            "/chat/completions",
            cast_to=httpx2.Response,
            body=parameters,
            options={"headers": FOREIGN_ACCOUNT},
            stream=True,
            stream_cls=openai.AsyncStream[object],
        )
        return cast(httpx2.Response, response)

    def _client_of_loop(self) -> openai.AsyncOpenAI:
        """Connections belong to the event loop that opened them."""
        loop = asyncio.get_running_loop()
        if self._client is None or self._loop is not loop:
            self._client, self._loop = _new_client(self._server, self._trust()), loop
        return self._client

    def _trust(self) -> ssl.SSLContext:
        """To read the trusted certificates takes longer than most calls, and plain HTTP needs none."""
        if self._tls is None:
            is_plain = self._server.base_url.startswith("http://")
            self._tls = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT) if is_plain else httpx2.create_ssl_context()
        return self._tls


# An OpenAI account that the environment names is no other server's business.
FOREIGN_ACCOUNT: Mapping[str, openai.Omit] = {"OpenAI-Organization": openai.Omit(), "OpenAI-Project": openai.Omit()}


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
    return {
        "model": call.model,
        "messages": [{"role": str(said.role), "content": _encodable(said.content)} for said in call.messages],
        "temperature": call.temperature,
        "max_tokens": call.max_tokens,
        **({"stop": list(call.stop)} if call.stop else {}),
        **({"stream": True} if call.is_stream else {}),
        **({"stream_options": {"include_usage": True}} if options.asks_for_usage else {}),
        **(response_format(options.schema_form, call.schema) if call.schema else {}),
    }


def _encodable(text: str) -> str:
    """A lone half of a character cannot be sent."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode()


def _new_client(server: Server, tls: ssl.SSLContext) -> openai.AsyncOpenAI:
    return openai.AsyncOpenAI(
        base_url=server.base_url,
        # The SDK insists on a key; servers without keys ignore it.
        api_key=server.api_key or "none",
        max_retries=0,
        timeout=openai.Timeout(server.timeout_seconds, connect=server.connect_seconds),
        # Unpacked replies could be a thousand times as long as what was read.
        default_headers={"Accept-Encoding": "identity", **server.headers},
        # Over httpx a call costs twice the processor time where many are in flight.
        http_client=openai.DefaultAioHttpClient(
            verify=tls,
            limits=httpx2.Limits(
                max_connections=server.max_connections, max_keepalive_connections=server.max_idle_connections
            ),
            event_hooks={"response": [_refuse]},
        ),
    )


async def _refuse(response: httpx2.Response) -> None:
    """Raises for all but success, before the SDK reads the body of an error, which may have no end."""
    if not response.is_success and not response.has_redirect_location:
        raise openai.APIStatusError("refused", response=response, body=None)


async def _next(chunks: AsyncGenerator[bytes, None], reader: BodyReader, deadline: float) -> bytes:
    """The next bytes that are any; none at the end, and where only the end is missing from a whole reply."""
    loop = asyncio.get_running_loop()
    try:
        async with asyncio.timeout_at(min(deadline, loop.time() + LINGER_SECONDS) if reader.is_done else deadline):
            return await anext(chunks, b"")
    except TimeoutError as error:
        if reader.has_ended:
            return b""
        raise timed_out() from error
    except FOREIGN_ERRORS as error:
        if reader.has_ended:
            return b""
        raise error_of_body(error) from error


# How long the end of the body is waited for after the end of the reply, so that the connection can be used again.
LINGER_SECONDS = 0.25


def _rest(text: str, told: str) -> str:
    """What has not been told yet; nothing if reasoning was taken back, for then the two do not add up."""
    return text[len(told) :] if text.startswith(told) else ""


def _most_bytes(max_tokens: int) -> int:
    """Servers spend some hundred bytes on a token that they stream."""
    return min(max(256 * 1024, 600 * max_tokens), 16 * 1024 * 1024)
