"""Who may watch a room live, and for how long: for the websocket and the SSE stream alike."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

from django.conf import settings
from django.http.request import split_domain_port, validate_host

from marketplace.errors import NotAllowed, RateLimited, SessionNotFound
from marketplace.identity import Principal
from marketplace.presence import Credential, credential_in, doorman
from marketplace.scopes import Scope, headers_of, remote_address_of, scheme_of
from marketplace.throttling import Kind, address_of, charge
from negotiation.access import room_for, seen_by_name
from negotiation.addresses import DEFAULT_PORTS
from negotiation.core.visibility import Viewer
from negotiation.errors import RoomNotFound
from negotiation.spectators import eyes_of, link_with, onlooker_by
from negotiation.store import read_room
from negotiation.stream import Rhythm
from negotiation.threads import DATABASE_AWAY, in_thread

POLL_SECONDS = 2.0
# With what the doorman remembers, a right that was taken away ends within a minute.
LOOK_AGAIN_SECONDS = 30.0


# Which room the code stands for, and with whose eyes that caller sees it. Raises one of REFUSALS.
Look = Callable[[Principal, UUID], tuple[UUID, Viewer]]


class Unauthenticated(Exception):
    """Neither a valid key nor a signed-in member of staff."""


# Why somebody may not watch, or not any longer.
REFUSALS = (Unauthenticated, NotAllowed, RoomNotFound, SessionNotFound, RateLimited, *DATABASE_AWAY)


@dataclass(frozen=True, slots=True)
class Watcher:
    """Somebody who was admitted to the room. `place` tells apart those who come by one link."""

    code: UUID
    credential: Credential
    principal: Principal
    viewer: Viewer
    place: str = ""

    @property
    def counted_as(self) -> str:
        """Under what its connections are counted."""
        return f"{self.principal.name} {self.place}".strip()


async def admit(scope: Scope, code: UUID, look: Look | None = None) -> Watcher:
    """Raises one of REFUSALS: NotAllowed for a foreign page, RoomNotFound for what the caller may not know of."""
    return await in_thread(None, _admit, scope, code, look or _with_eyes(_asked(scope, "as")))


async def admit_spectator(scope: Scope) -> Watcher:
    """Whoever has a spectators' link, and whatever else it shows. Raises one of REFUSALS."""
    return await in_thread(None, _admit_spectator, scope, scope["url_route"]["kwargs"]["token"])


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
    """The number after which the watcher wants to go on: `?after=` or `Last-Event-ID`, whichever is later, else 0.

    A browser that comes back keeps the address it began with, and tells in the header what it has seen since.
    """
    told = (_asked(scope, "after"), headers_of(scope).get("last-event-id", ""))
    return max((int(n) for n in told if n.isascii() and n.isdigit() and len(n) < 10), default=0)


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


def _admit_spectator(scope: Scope, token: str) -> Watcher:
    """No page of another origin is refused: it can show nothing that its reader could not open."""
    address = address_of(remote_address_of(scope))
    charge(Kind.ANONYMOUS, address)
    link = link_with(token)
    return Watcher(link.run.code, Credential("", "", token), onlooker_by(link.pk), eyes_of(link), address)


def _with_eyes(eyes: str) -> Look:
    """With the caller's own eyes, or with those that `?as=` names, for who may read all."""

    def look(principal: Principal, code: UUID) -> tuple[UUID, Viewer]:
        return code, seen_by_name(principal, read_room(code), eyes)

    return look


def _asked(scope: Scope, name: str) -> str:
    return str(parse_qs(scope["query_string"].decode("latin-1")).get(name, [""])[0])


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
