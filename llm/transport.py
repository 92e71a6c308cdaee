"""Carries requests to one server, over connections that are kept. What a reply says is read elsewhere.

aiohttp and no SDK: at fifty calls at once a call through an SDK costs several times the processor time of the same
call without it.
"""

import ssl
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
import httpx
from aiohttp.abc import AbstractStreamWriter

from llm.clearance import clear
from llm.foreign_errors import StatusRefused

# Many servers drop a connection that was idle for five seconds; a request on its way there would be lost.
KEPT_SECONDS = 4.5
PIECE_BYTES = 64 * 1024
# Unpacked replies could be a thousand times as long as what was read, hence no compression.
HEADERS: Mapping[str, str] = {
    "Accept": "application/json, text/event-stream",
    "Accept-Encoding": "identity",
    "Content-Type": "application/json",
    "User-Agent": "Parley",
}


class Transport:
    """Lives on one event loop. `headers` go with every request."""

    def __init__(
        self, url: str, headers: Mapping[str, str], tls: ssl.SSLContext, *, connect_seconds: float, max_connections: int
    ) -> None:
        self._url = url
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(ssl=tls, limit=max_connections, keepalive_timeout=KEPT_SECONDS),
            headers={**HEADERS, **{name: _sendable(value) for name, value in headers.items()}},
            cookie_jar=aiohttp.DummyCookieJar(),
            # How long a reply may take is bounded by whoever reads it.
            timeout=aiohttp.ClientTimeout(total=None, sock_connect=connect_seconds),
            auto_decompress=False,
            proxy=_proxy_to(url),
        )

    async def post(self, body: bytes) -> aiohttp.ClientResponse:
        """The response with its body still to come, to be closed by the caller. Raises one of FOREIGN_ERRORS."""
        response = await self._session.post(self._url, data=_Cleared(body))
        if not response.ok or response.status >= 300:
            # Unread: the body of an error may have no end.
            response.close()
            raise StatusRefused(response.status, response.headers)
        return response

    async def close(self) -> None:
        await self._session.close()


class _Cleared(aiohttp.BytesPayload):
    """A body that waits to be cleared, and with it the head of its request, which goes out together with it."""

    async def write_with_length(self, writer: AbstractStreamWriter, content_length: int | None) -> None:
        await clear()
        _read_small_pieces(writer)
        await super().write_with_length(writer, content_length)


def _read_small_pieces(writer: AbstractStreamWriter) -> None:
    """asyncio takes new memory for the most it may read each time. Below what the C library asks the system for by
    itself (128 KiB), that is six times as fast.
    """
    transport: Any = getattr(writer, "transport", None)
    if hasattr(transport, "max_size"):  # not on Windows, and not below TLS
        transport.max_size = PIECE_BYTES


def trust_for(url: str) -> ssl.SSLContext:
    """To read the trusted certificates takes longer than most calls, and plain HTTP needs none."""
    if url.startswith("http://"):
        return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context = httpx.create_ssl_context()
    # Those of the machine's owner besides the public ones.
    context.load_default_certs()
    return context


def _sendable(value: str) -> str:
    """Raises ValueError for what no server would understand."""
    value.encode("ascii")
    return value


def _proxy_to(url: str) -> str | None:
    """As the environment names it, asked once: for each request it would take a thread."""
    address = urlsplit(url)
    if not address.hostname or proxy_bypass(address.hostname):
        return None
    proxies = getproxies()
    return proxies.get(address.scheme) or proxies.get("all")
