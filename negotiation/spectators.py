"""Links by which anybody may look on at one room: who made which, and what a token lets its holder see."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import QuerySet
from django.utils import timezone

from marketplace.identity import Principal, hashed
from marketplace.models import Role
from negotiation.core.visibility import SpectatorViewer
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import RoomNotFound, TargetNotFound
from negotiation.spectator_models import SpectatorLink

LIFETIMES_DAYS = (1, 7, 30)


@dataclass(frozen=True, slots=True)
class NewLink:
    """What is asked for."""

    shows_talk: bool
    days: int


def make_spectator_link(run_id: int, wanted: NewLink, made_by: str) -> tuple[SpectatorLink, str]:
    """The stored link and its token, which is told only here."""
    token = secrets.token_urlsafe(24)
    link = SpectatorLink.objects.create(
        run_id=run_id,
        token_hash=hashed(token),
        shows_talk=wanted.shows_talk,
        made_by=made_by,
        expires_at=timezone.now() + timedelta(days=wanted.days),
    )
    return link, token


def links_of(code: UUID) -> QuerySet[SpectatorLink]:
    """The room's links that still lead somewhere, newest first."""
    return _living().filter(run__code=code)


def revoke_spectator_link(code: UUID, number: int) -> None:
    """Whoever looks on by it has to go. Raises TargetNotFound if the room has no such link any more."""
    if not links_of(code).filter(pk=number).update(revoked_at=timezone.now()):
        raise TargetNotFound("There is no such link.")


def link_with(token: str) -> SpectatorLink:
    """Raises RoomNotFound, in the same words whether the link was revoked, has expired or never was."""
    link = _living().select_related("run").filter(token_hash=hashed(token)).first()
    if link is None:
        raise RoomNotFound("This link leads nowhere.")
    return link


def onlooker_with(token: str) -> Principal | None:
    """Who comes with the link, None if it leads nowhere any more."""
    number = _living().filter(token_hash=hashed(token)).values_list("pk", flat=True).first()
    return None if number is None else onlooker_by(number)


def onlooker_by(number: int) -> Principal:
    """Everybody who comes by one link is one caller to us."""
    return Principal(Role.WATCHER, f"spectator/{number}")


def eyes_of(link: SpectatorLink) -> SpectatorViewer:
    """While the room goes on nobody is told its talk: a rival could be the one who reads it."""
    is_over = RoomStatus(link.run.status).is_over
    return SpectatorViewer(is_stranger=True, shows_talk=link.shows_talk and is_over)


def _living() -> QuerySet[SpectatorLink]:
    return SpectatorLink.objects.filter(revoked_at__isnull=True, expires_at__gt=timezone.now())
