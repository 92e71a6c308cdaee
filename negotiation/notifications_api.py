"""Notification targets over HTTP: a party's own addresses, and the operators'."""

from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router, Schema, Status
from pydantic import AfterValidator, BaseModel, Field

from marketplace import audit
from marketplace.callers import principal_of
from marketplace.errors import InvalidRequest, Problem
from marketplace.fields import Timestamp
from marketplace.idempotency import once
from marketplace.schemas import PageIn
from marketplace.text import clean_text
from negotiation.notification_models import LONGEST_ADDRESS, Channel, Kind, NotificationTarget, Side
from negotiation.targets import (
    NewTarget,
    address_problem,
    delete_target,
    make_target,
    owner_of,
    require_few,
    targets_of,
)

targets_router = Router(tags=["notifications"])


class TargetIn(BaseModel):
    """`party` is needed only by an account that acts for several."""

    channel: Channel
    address: Annotated[str, Field(min_length=1, max_length=LONGEST_ADDRESS), AfterValidator(clean_text)]
    kinds: list[Kind] = Field(default_factory=lambda: list(Kind), min_length=1, max_length=len(Kind))
    party: UUID | None = None


class TargetOut(Schema):
    target_id: UUID
    side: Side
    party: UUID | None
    channel: Channel
    address: str
    kinds: list[Kind]
    is_active: bool
    last_error: str
    created_at: Timestamp


class NewTargetOut(TargetOut):
    """The secret of a webhook is told in the first answer and nowhere else; a repeated request is told none."""

    secret: str | None


class TargetsOut(Schema):
    total: int
    targets: list[TargetOut]


class DeletedTargetOut(Schema):
    deleted: bool
    target_id: UUID


@targets_router.get("", response=TargetsOut)
def list_targets(request: HttpRequest, page: Query[PageIn]) -> dict[str, Any]:
    """The caller's own, newest first; operators and auditors see all."""
    targets = targets_of(principal_of(request))
    shown = targets.order_by("-created_at", "-id")[page.offset : page.offset + page.limit]
    return {"total": targets.count(), "targets": [_told(target) for target in shown]}


@targets_router.post("", response={201: NewTargetOut})
def add_target(request: HttpRequest, payload: TargetIn) -> Status[dict[str, Any]]:
    """Tell the caller there. A webhook's answer holds the secret that its requests are signed with, this once.

    A request that is repeated under one `Idempotency-Key` is told none.
    """
    principal = principal_of(request)
    side, party = owner_of(principal, payload.party)
    # Before `once`, which may keep the database's one writer waiting while names are looked up.
    if problem := address_problem(payload.channel, payload.address):
        raise InvalidRequest([Problem("address", problem)])
    wanted = NewTarget(payload.channel, payload.address, payload.kinds)
    secrets: list[str | None] = []

    def add() -> dict[str, Any]:
        require_few(side, party)
        target = make_target(side, party, wanted, principal.name)
        audit.note(principal.name, "made notification target", target=target.code, side=side, party=party)
        secrets.append(target.secret or None)
        return _told(target)

    told = once(request, principal, add)
    # Not in what is remembered for repeats, which is kept for a day.
    return Status(201, {**told, "secret": secrets[0] if secrets else None})


@targets_router.delete("/{target_id}", response=DeletedTargetOut)
def remove_target(request: HttpRequest, target_id: UUID) -> dict[str, Any]:
    """Nothing is told there any more, not even what was due already."""
    principal = principal_of(request)

    def remove() -> dict[str, Any]:
        delete_target(principal, target_id)
        audit.note(principal.name, "deleted notification target", target=target_id)
        return {"deleted": True, "target_id": target_id}

    return once(request, principal, remove)


def _told(target: NotificationTarget) -> dict[str, Any]:
    return {
        "target_id": target.code,
        "side": target.side,
        "party": target.party,
        "channel": target.channel,
        "address": target.address,
        "kinds": target.kinds,
        "is_active": target.is_active,
        "last_error": target.last_error,
        "created_at": target.created_at,
    }
