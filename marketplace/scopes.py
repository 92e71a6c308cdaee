"""ASGI without Django: what a scope says of its caller, and whole answers to it, with the headers all answers have."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Any

from django.http import HttpResponse

from marketplace.headers import security_headers, sharing_headers

Scope = dict[str, Any]
Message = dict[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

# An extension of ASGI of which our server tells in the scope: websocket.send for several `texts` at once.
SEND_TEXTS = "parley.websocket.send_texts"
OVER_TLS = {"http": "https", "websocket": "wss"}


class BehindProxy:
    """Takes the caller's address and scheme from what the proxy in front of us says.

    Of several addresses the last one counts: it is the proxy's own word, those before it may be the caller's.
    """

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in OVER_TLS:
            headers = headers_of(scope)
            scope = dict(scope)
            if "x-forwarded-for" in headers:
                scope["client"] = _client(headers["x-forwarded-for"].rpartition(",")[2].strip())
            if headers.get("x-forwarded-proto", "").strip().lower() == "https":
                scope["scheme"] = OVER_TLS[scope["type"]]
        await self._app(scope, receive, send)


def headers_of(scope: Scope) -> dict[str, str]:
    """By name in lower case; of several with one name the last."""
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}


def scheme_of(scope: Scope) -> str:
    """Https for websockets over TLS too."""
    return "https" if scope.get("scheme") in ("https", "wss") else "http"


def remote_address_of(scope: Scope) -> str:
    client = scope.get("client")
    return str(client[0]) if client else ""


async def answer(scope: Scope, send: Send, response: HttpResponse) -> None:
    response.headers.setdefault("Content-Length", str(len(response.content)))
    await send(
        {
            "type": "http.response.start",
            "status": response.status_code,
            "headers": encoded(answer_headers(scope) | dict(response.headers)),
        }
    )
    await send({"type": "http.response.body", "body": response.content})


def answer_headers(scope: Scope) -> dict[str, str]:
    """Those of every answer, and of every answer of the API."""
    sharing = sharing_headers(headers_of(scope).get("origin", "")) if scope["path"].startswith("/api/") else {}
    return security_headers(scheme_of(scope)) | sharing


def encoded(headers: dict[str, str]) -> list[tuple[bytes, bytes]]:
    return [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in headers.items()]


def _client(address: str) -> list[Any] | None:
    """None where the proxy names no address: then nobody is taken for a caller from this machine."""
    try:
        return [str(ipaddress.ip_address(address)), 0]
    except ValueError:
        return None
