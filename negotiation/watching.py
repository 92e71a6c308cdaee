"""Who may watch a room live, worked out from an ASGI scope: for the websocket and the SSE stream alike."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings

from marketplace.errors import NotAllowed
from marketplace.identity import Principal, key_in, principal_of_key, principal_of_user
from negotiation.access import room_for
from negotiation.core.visibility import Viewer
from negotiation.stream import Rhythm

Scope = dict[str, Any]

POLL_SECONDS = 2.0


class Unauthenticated(Exception):
    """Neither a valid key nor a signed-in member of staff."""


@dataclass(frozen=True, slots=True)
class Watcher:
    principal: Principal
    viewer: Viewer


async def admit(scope: Scope, code: UUID) -> Watcher:
    """Raises Unauthenticated, NotAllowed for a foreign page, RoomNotFound for what the caller may not know of."""
    watcher: Watcher = await database_sync_to_async(_admit, thread_sensitive=False)(scope, code)
    return watcher


def last_seen(scope: Scope) -> int:
    """The number after which the watcher wants to go on: `?after=`, else `Last-Event-ID`, else 0."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]
    number = asked or _headers(scope).get("last-event-id", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def rhythm() -> Rhythm:
    return Rhythm(settings.STREAM.heartbeat_seconds, min(POLL_SECONDS, settings.STREAM.heartbeat_seconds))


def room_code(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _admit(scope: Scope, code: UUID) -> Watcher:
    principal = _principal(scope)
    _, viewer = room_for(principal, code)
    return Watcher(principal, viewer)


def _principal(scope: Scope) -> Principal:
    headers = _headers(scope)
    key = key_in(headers)
    if key:
        principal = principal_of_key(key)
    else:
        principal = principal_of_user(scope["user"])
        if principal is not None and not _is_same_origin(headers, scope["type"]):
            raise NotAllowed("Another site may not use this browser session.")
    if principal is None:
        raise Unauthenticated
    return principal


def _is_same_origin(headers: dict[str, str], scope_type: str) -> bool:
    """A cookie counts only on our own pages: sockets carry an Origin always, streams only from elsewhere."""
    origin = headers.get("origin")
    if origin is None:
        return scope_type == "http"
    return bool(headers.get("host")) and urlsplit(origin).netloc == headers["host"]


def _headers(scope: Scope) -> dict[str, str]:
    return {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
