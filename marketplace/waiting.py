"""What waits for somebody: the moves at held seats and the approvals that a caller may give."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Q, QuerySet
from django.urls import reverse

from marketplace.identity import Principal
from marketplace.models import Role
from negotiation.approvals import approvals_of
from negotiation.core.vocabulary import ApprovalState, Holder, Party
from negotiation.models import Approval, NegotiationRun, Offer, Participant, SeatWait
from negotiation.rosters import holder_of

MOST_WAITING = 12


@dataclass(frozen=True, slots=True)
class WaitingMove:
    """A move that is asked of a side of a thread; `offer` is the other side's open offer, if there is one."""

    run: NegotiationRun
    thread: Participant
    party: Party
    until: datetime
    offer: Offer | None
    address: str

    @property
    def opposite(self) -> str:
        """The name of whom the thread is with, seen from the side that has to move."""
        return self.thread.name if self.party is Party.BUYER else self.run.session.buyer.name


def moves_asked_of(principal: Principal) -> QuerySet[SeatWait]:
    """Of the caller's own side; operators see all, for they may move for anybody."""
    waits = SeatWait.objects.order_by("until", "id")
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR:
            return waits
        case Role.BUYER:
            return waits.filter(party=Party.BUYER, run__session__buyer__code__in=principal.parties)
        case Role.SELLER:
            return waits.filter(party=Party.SELLER, participant__seller_code__in=principal.parties)
        case Role.WATCHER:
            return waits.none()


def pending_approvals(principal: Principal) -> QuerySet[Approval]:
    """Most urgent first."""
    return approvals_of(principal).filter(state=ApprovalState.PENDING).order_by("expires_at", "id")


def first_waiting_moves(principal: Principal) -> list[WaitingMove]:
    """The most urgent."""
    return waiting_moves(principal, with_rooms(moves_asked_of(principal))[:MOST_WAITING])


def with_rooms(waits: QuerySet[SeatWait]) -> QuerySet[SeatWait]:
    """With all that `waiting_moves` tells of them."""
    return waits.select_related("run__session__buyer", "run__item", "participant")


def waiting_moves(principal: Principal, waits: Iterable[SeatWait]) -> list[WaitingMove]:
    """The moves, and by one query the offers they answer."""
    asked = list(waits)
    offers = _open_offers(asked)
    return [_waiting_move(wait, offers, principal) for wait in asked]


def thread_address(thread: Participant, principal: Principal, party: Party) -> str:
    """The page of the thread; whoever may act for both sides says for which."""
    page = reverse("thread", args=[thread.code])
    return f"{page}?party={party}" if principal.may_read_all else page


def party_of(thread: Participant, role: Role) -> UUID:
    """The code of the thread's buyer or seller."""
    return thread.run.session.buyer.code if role == Role.BUYER else thread.seller_code


def first_holders(run: NegotiationRun) -> dict[str, Holder]:
    """Who held each seat when the room opened, by the seller's id, the buyer's under ""."""
    sellers = {str(thread.seller_code): holder_of(thread.mind) for thread in run.participants.all()}
    return {"": holder_of(run.session.buyer_mind), **sellers}


def _open_offers(waits: list[SeatWait]) -> dict[tuple[int, Party], Offer]:
    """The latest of each side of those threads, by thread and side."""
    standing = Q(status="pending") | Q(status="accepted", party=Party.BUYER)
    threads = [wait.participant_id for wait in waits]
    offers = Offer.objects.filter(standing, participant__in=threads).order_by("number")
    return {(offer.participant_id, Party(offer.party)): offer for offer in offers}


def _waiting_move(wait: SeatWait, offers: dict[tuple[int, Party], Offer], principal: Principal) -> WaitingMove:
    party = Party(wait.party)
    offer = offers.get((wait.participant_id, party.other))
    address = thread_address(wait.participant, principal, party)
    return WaitingMove(wait.run, wait.participant, party, wait.until, offer, address)
