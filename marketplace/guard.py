"""Keeps what a client sends within bounds, before anything behind it looks at the request."""

from marketplace.envelope import error_response
from marketplace.scopes import Application, Message, Receive, Scope, Send, answer

MEBIBYTE = 1024 * 1024


class BodyLimit:
    """Answers 413 to an HTTP body above the limit, whether its length was declared, hidden or a lie."""

    def __init__(self, app: Application, limit_bytes: int = MEBIBYTE) -> None:
        self._app = app
        self._limit_bytes = limit_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
        elif _declared_length(scope) > self._limit_bytes:
            await self._refuse(scope, send)
        else:
            await self._count(scope, receive, send)

    async def _count(self, scope: Scope, receive: Receive, send: Send) -> None:
        received_bytes = 0
        started = False

        async def counted_receive() -> Message:
            nonlocal received_bytes
            message = await receive()
            received_bytes += len(message.get("body", b""))
            if received_bytes > self._limit_bytes:
                raise _BodyTooLargeError
            return message

        async def noted_send(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted_receive, noted_send)
        except _BodyTooLargeError:
            if started:
                raise
            await self._refuse(scope, send)

    async def _refuse(self, scope: Scope, send: Send) -> None:
        message = f"The body is larger than {self._limit_bytes} bytes."
        details = {"limit_bytes": self._limit_bytes}
        await answer(scope, send, error_response(413, "PAYLOAD_TOO_LARGE", message, details))


class _BodyTooLargeError(Exception):
    """Carries the overflow from the reader of the body, through the application, to the guard."""


def _declared_length(scope: Scope) -> int:
    """0 where the header is absent or no number: then the chunks decide."""
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value[:20])  # int() refuses thousands of digits
    return 0
