"""Who works on which room: claims by conditional update, with a lease and a fence that keeps late writers out."""

import os
import socket
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import DateTimeField, ExpressionWrapper, F, Q, QuerySet
from django.db.models.expressions import Combinable
from django.db.models.functions import Now

from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun

LEASE = timedelta(seconds=10)
# Of a machine's name, which may have 64: enough to tell workers apart, and they fit beside the rest.
LONGEST_NAME = 40
PLAYED = (RoomStatus.QUEUED, RoomStatus.ACTIVE)


@dataclass(frozen=True, slots=True)
class Claim:
    """A room that is this worker's until the lease runs out; `fence` is checked with every write."""

    run_id: int
    code: UUID
    fence: int


def new_owner() -> str:
    """A worker's name: its machine, its process, and what tells it from an earlier one of the same number."""
    return f"{socket.gethostname()[:LONGEST_NAME]}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


def free_leases_of_the_dead(owner: str) -> int:
    """Free the rooms held by workers of the owner's machine whose process is gone; how many.

    After a crash the next start need not wait for the leases to run out. A mistake costs nothing but a turn: the fence
    keeps a worker that lives after all from writing.
    """
    held = NegotiationRun.objects.exclude(lease_owner="").values_list("lease_owner", flat=True).distinct()
    dead = [other for other in held if _is_dead(other, owner)]
    return NegotiationRun.objects.filter(lease_owner__in=dead).update(lease_until=None, lease_owner="")


def claim_rooms(owner: str, limit: int, but: Collection[UUID] = ()) -> list[Claim]:
    """Claim up to `limit` rooms that are to be played and that nobody holds, oldest first; none of `but`."""
    waiting = playable().exclude(code__in=but).order_by("id")
    if not waiting.exists():
        return []  # without taking a lock for it
    with transaction.atomic():
        rows = waiting.select_for_update(skip_locked=True).values_list("pk", "code", "fence")[:limit]
        won = [Claim(run_id, code, fence + 1) for run_id, code, fence in rows]
        playable().filter(pk__in=[claim.run_id for claim in won]).update(**_held_by(owner))
    return won


def claim_room(owner: str, code: UUID) -> Claim | None:
    """Claim that room; None if it is not to be played, or somebody holds it."""
    with transaction.atomic():
        if not playable().filter(code=code).update(**_held_by(owner)):
            return None
        run_id, fence = NegotiationRun.objects.values_list("pk", "fence").get(code=code)
    return Claim(run_id, code, fence)


def playable() -> QuerySet[NegotiationRun]:
    """Rooms that wait for a worker: queued or left in play, and held by nobody whose lease still runs."""
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=Now())
    return NegotiationRun.objects.filter(free, status__in=PLAYED)


def is_playable(claim: Claim) -> bool:
    return playable().filter(pk=claim.run_id).exists()


def renew(owner: str, run_ids: Collection[int]) -> set[int]:
    """Extend the leases that are still the owner's, of rooms that are still to be played; which these are."""
    mine = NegotiationRun.objects.filter(pk__in=run_ids, lease_owner=owner, status__in=PLAYED)
    with transaction.atomic():
        # In the order in which turns are committed, or the two could each wait for the other.
        held = list(mine.order_by("id").select_for_update(no_key=True).values_list("pk", flat=True))
        mine.filter(pk__in=held).update(lease_until=_lease_end())
    return set(held)


def release(claim: Claim) -> bool:
    """Give the room back at once, so that nobody has to wait for the lease to run out; False if it was lost."""
    held = NegotiationRun.objects.filter(pk=claim.run_id, fence=claim.fence)
    return bool(held.update(lease_until=None, lease_owner=""))


def _held_by(owner: str) -> dict[str, Any]:
    return {"fence": F("fence") + 1, "lease_owner": owner, "lease_until": _lease_end()}


def _lease_end() -> Combinable:
    """By the database's clock, which is one for all machines."""
    return ExpressionWrapper(Now() + LEASE, output_field=DateTimeField())


def _is_dead(other: str, owner: str) -> bool:
    """Whether that worker was on this machine and its process is not there any more; unknown counts as alive."""
    machine, _, process = other.rpartition("/")[0].rpartition("/")
    if machine != owner.rpartition("/")[0].rpartition("/")[0] or not process.isdigit() or os.name == "nt":
        return False  # on Windows to ask about a process is to end it
    try:
        os.kill(int(process), 0)
    except ProcessLookupError:
        return True
    except (PermissionError, OverflowError):
        return False
    return False
