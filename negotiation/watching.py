"""Who may watch a room live, and for how long: for the websocket and the SSE stream alike."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from marketplace.errors import NotAllowed, RateLimited
from marketplace.identity import Principal
from marketplace.presence import Credential, credential_in, doorman
from marketplace.scopes import Scope, headers_of, remote_address_of, scheme_of
from marketplace.throttling import Kind, address_of, charge
from negotiation.access import room_for
from negotiation.core.visibility import Viewer
from negotiation.errors import RoomNotFound
from negotiation.stream import Rhythm
from negotiation.threads import DATABASE_AWAY, in_thread

POLL_SECONDS = 2.0
# With what the doorman remembers, a right that was taken away ends within a minute.
LOOK_AGAIN_SECONDS = 30.0
DEFAULT_PORTS = {"http": 80, "https": 443}


# Which room the code stands for, and with whose eyes that caller sees it. Raises one of REFUSALS.
Look = Callable[[Principal, UUID], tuple[UUID, Viewer]]


class Unauthenticated(Exception):
    """Neither a valid key nor a signed-in member of staff."""


# Why somebody may not watch, or not any longer.
REFUSALS = (Unauthenticated, NotAllowed, RoomNotFound, RateLimited, *DATABASE_AWAY)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who was admitted to the room."""

    code: UUID
    credential: Credential
    principal: Principal
    viewer: Viewer


async def admit(scope: Scope, code: UUID, look: Look | None = None) -> Watcher:
    """Raises one of REFUSALS: NotAllowed for a foreign page, RoomNotFound for what the caller may not know of."""
    return await in_thread(None, _admit, scope, code, look or _room)


async def stay(watcher: Watcher) -> NoReturn:
    """Raises one of REFUSALS when the watcher has lost its right to the room, or has another one now."""
    while True:
        await asyncio.sleep(LOOK_AGAIN_SECONDS)
        await in_thread(None, _look_again, watcher)


def require_unchanged(watcher: Watcher, principal: Principal | None) -> None:
    """Raises what `stay` raises, for what the watcher's credential stands for now."""
    if principal is None:
        raise Unauthenticated
    if principal != watcher.principal:
        room_for(principal, watcher.code)
        raise NotAllowed("Your rights have changed; connect again.")


def last_seen(scope: Scope) -> int:
    """The number after which the watcher wants to go on: `?after=`, else `Last-Event-ID`, else 0."""
    asked = parse_qs(scope["query_string"].decode("latin-1")).get("after", [""])[0]
    number = asked or headers_of(scope).get("last-event-id", "")
    return int(number) if number.isascii() and number.isdigit() and len(number) < 10 else 0


def rhythm() -> Rhythm:
    return Rhythm(settings.STREAM.heartbeat_seconds, min(POLL_SECONDS, settings.STREAM.heartbeat_seconds))


def room_code(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None


def _admit(scope: Scope, code: UUID, look: Look) -> Watcher:
    headers = headers_of(scope)
    credential = credential_in(headers)
    principal = doorman().look_up(credential)
    if principal is None:
        charge(Kind.UNKNOWN_KEY if credential.key else Kind.ANONYMOUS, address_of(remote_address_of(scope)))
        raise Unauthenticated
    charge(Kind.READ, principal.name)
    if not credential.key and not _is_own_page(scope, headers):
        raise NotAllowed("Another site may not use this browser session.")
    room, viewer = look(principal, code)
    return Watcher(room, credential, principal, viewer)


def _room(principal: Principal, code: UUID) -> tuple[UUID, Viewer]:
    return code, room_for(principal, code)[1]


def _look_again(watcher: Watcher) -> None:
    require_unchanged(watcher, doorman().recognise(watcher.credential))


def _is_own_page(scope: Scope, headers: dict[str, str]) -> bool:
    """A cookie counts only on our own pages: sockets carry an Origin always, streams only from elsewhere."""
    origin, host = headers.get("origin"), headers.get("host", "")
    if scope["type"] == "http":
        if origin is None:
            return headers.get("sec-fetch-site", "same-origin") in ("same-origin", "none")
        if settings.CORS.allow_credentials and settings.CORS.allows(origin):
            return True
    own = _origin_parts(f"{scheme_of(scope)}://{host}")
    is_known_host = validate_host(split_domain_port(host)[0], settings.ALLOWED_HOSTS)
    return is_known_host and own is not None and own == _origin_parts(origin or "")


def _origin_parts(origin: str) -> tuple[str, str, int | None] | None:
    try:
        parts = urlsplit(origin)
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    return parts.scheme, parts.hostname, port or DEFAULT_PORTS.get(parts.scheme)
