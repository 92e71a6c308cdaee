"""Who works on which room: claims by conditional update, with a lease and a fence that keeps late writers out."""

import os
import socket
import uuid
from collections.abc import Collection
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.utils import timezone

from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun

LEASE = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Claim:
    """A room that is this worker's until the lease runs out; `fence` is checked with every write."""

    run_id: int
    code: UUID
    fence: int


def new_owner() -> str:
    """A worker's name: its machine, its process, and what tells it from an earlier one of the same number."""
    return f"{socket.gethostname()}/{os.getpid()}/{uuid.uuid4().hex[:8]}"


def free_leases_of_the_dead(owner: str) -> int:
    """Free the rooms held by workers of the owner's machine whose process is gone; how many.

    After a crash the next start need not wait for the leases to run out. A mistake costs nothing but a turn: the fence
    keeps a worker that lives after all from writing.
    """
    held = NegotiationRun.objects.exclude(lease_owner="").values_list("lease_owner", flat=True).distinct()
    dead = [other for other in held if _is_dead(other, owner)]
    return NegotiationRun.objects.filter(lease_owner__in=dead).update(lease_until=None, lease_owner="")


def claim_rooms(owner: str, limit: int) -> list[Claim]:
    """Claim up to `limit` rooms that are to be played and that nobody holds, oldest first."""
    now = timezone.now()
    free = Q(lease_until__isnull=True) | Q(lease_until__lt=now)
    playable = NegotiationRun.objects.filter(free, status__in=[RoomStatus.QUEUED, RoomStatus.ACTIVE])
    claims = []
    for run_id, code, fence in playable.order_by("id").values_list("pk", "code", "fence")[:limit]:
        won = NegotiationRun.objects.filter(free, pk=run_id, fence=fence).update(
            fence=fence + 1, lease_owner=owner, lease_until=now + LEASE
        )
        if won:
            claims.append(Claim(run_id, code, fence + 1))
    return claims


def renew(owner: str, run_ids: Collection[int]) -> set[int]:
    """Extend the leases that are still the owner's; which these are."""
    mine = NegotiationRun.objects.filter(pk__in=run_ids, lease_owner=owner)
    mine.update(lease_until=timezone.now() + LEASE)
    return set(mine.values_list("pk", flat=True))


def release(claim: Claim) -> None:
    """Give the room back at once, so that nobody has to wait for the lease to run out."""
    held = NegotiationRun.objects.filter(pk=claim.run_id, fence=claim.fence)
    held.update(lease_until=None, lease_owner="")


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
