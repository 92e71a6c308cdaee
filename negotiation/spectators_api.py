"""Spectators' links over HTTP: operators make, list and revoke them."""

from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from django.urls import reverse
from ninja import Router, Schema, Status
from pydantic import BaseModel, BeforeValidator, StrictBool

from marketplace import audit
from marketplace.callers import principal_of
from marketplace.errors import NotAllowed
from marketplace.fields import Timestamp, as_whole_number
from marketplace.idempotency import once
from negotiation.access import room_for
from negotiation.spectator_models import SpectatorLink
from negotiation.spectators import NewLink, links_of, make_spectator_link, revoke_spectator_link
from negotiation.store import StoredRoom

spectators_router = Router(tags=["rooms"])


class SpectatorLinkIn(BaseModel):
    """`shows_talk`: also what was said and offered, once the room is over."""

    shows_talk: StrictBool = False
    days: Annotated[Literal[1, 7, 30], BeforeValidator(as_whole_number)] = 7


class SpectatorLinkOut(Schema):
    link_id: int
    shows_talk: bool
    made_by: str
    created_at: Timestamp
    expires_at: Timestamp


class NewSpectatorLinkOut(SpectatorLinkOut):
    """The address is told in the first answer and nowhere else; a repeated request is told none."""

    address: str | None


class SpectatorLinksOut(Schema):
    total: int
    links: list[SpectatorLinkOut]


class RevokedLinkOut(Schema):
    revoked: bool
    link_id: int


@spectators_router.get("/{room_id}/spectator-links", response=SpectatorLinksOut)
def list_links(request: HttpRequest, room_id: UUID) -> dict[str, Any]:
    """Those that still lead somewhere, newest first. For operators only."""
    _room(request, room_id)
    links = [_told(link) for link in links_of(room_id)]
    return {"total": len(links), "links": links}


@spectators_router.post("/{room_id}/spectator-links", response={201: NewSpectatorLinkOut})
def add_link(request: HttpRequest, room_id: UUID, payload: SpectatorLinkIn) -> Status[dict[str, Any]]:
    """Let anybody who has the address look on at the room, without an account and without a private number."""
    stored, principal = _room(request, room_id), principal_of(request)
    tokens: list[str] = []

    def add() -> dict[str, Any]:
        link, token = make_spectator_link(stored.run_id, NewLink(payload.shows_talk, payload.days), principal.name)
        audit.note(principal.name, "made spectators' link", link=link.pk, room=room_id, shows_talk=link.shows_talk)
        tokens.append(token)
        return _told(link)

    told = once(request, principal, add)
    # Not in what is remembered for repeats: of the token only a hash is kept.
    address = request.build_absolute_uri(reverse("watch", args=tokens)) if tokens else None
    return Status(201, {**told, "address": address})


@spectators_router.delete("/{room_id}/spectator-links/{link_id}", response=RevokedLinkOut)
def revoke_link(request: HttpRequest, room_id: UUID, link_id: int) -> dict[str, Any]:
    """The address leads nowhere from now on; whoever looks on by it has to go within a minute."""
    _room(request, room_id)
    principal = principal_of(request)

    def revoke() -> dict[str, Any]:
        revoke_spectator_link(room_id, link_id)
        audit.note(principal.name, "revoked spectators' link", link=link_id, room=room_id)
        return {"revoked": True, "link_id": link_id}

    return once(request, principal, revoke)


def _room(request: HttpRequest, room_id: UUID) -> StoredRoom:
    """Raises RoomNotFound, or NotAllowed for those who know of the room and do not run the marketplace."""
    principal = principal_of(request)
    stored, _ = room_for(principal, room_id)
    if not principal.may_read_all:
        raise NotAllowed("Only operators let others look on.")
    return stored


def _told(link: SpectatorLink) -> dict[str, Any]:
    return {
        "link_id": link.pk,
        "shows_talk": link.shows_talk,
        "made_by": link.made_by,
        "created_at": link.created_at,
        "expires_at": link.expires_at,
    }
