"""A thread as its two sides have it: who may act in it, for which side, and what each may read of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Exists, F, OuterRef, QuerySet

from marketplace.errors import InvalidRequest, NotAllowed, Problem
from marketplace.identity import Principal
from marketplace.models import Role
from negotiation.core.events import ThreadExpired, WalkedAway
from negotiation.core.room import Offer as OpenOffer
from negotiation.core.room import Thread
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, Viewer
from negotiation.core.vocabulary import Party, Result, RoomStatus, Voice
from negotiation.errors import RoomNotFound, ThreadNotFound
from negotiation.models import Participant, RunEvent, SeatWait
from negotiation.records import Record, Roster
from negotiation.store import StoredRoom, read_history

STATUSES = ("pending", "active", "waiting", "paused", "deal", "no_deal", "expired", "cancelled", "failed", "closed")
_LEFT, _EXPIRED = WalkedAway.__name__, ThreadExpired.__name__
_IN_PLAY_STATUSES = ("active", "waiting", "closed")
_IN_PLAY = [status for status in RoomStatus if status.is_in_play]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a caller stands in a thread: at the side `party`, or at neither of them and reading both."""

    principal: Principal
    row: Participant
    stored: StoredRoom
    records: Sequence[Record]
    party: Party | None

    @property
    def seller_id(self) -> str:
        return str(self.row.seller_code)

    @property
    def roster(self) -> Roster:
        return self.stored.roster

    @property
    def thread(self) -> Thread:
        return self.stored.room.thread(self.seller_id)

    @property
    def viewer(self) -> Viewer:
        if self.party is None:
            return OperatorViewer()
        return BuyerViewer() if self.party is Party.BUYER else SellerViewer(self.seller_id)

    @property
    def voice(self) -> Voice:
        return voice_of(self.principal)

    @property
    def live_offer(self) -> OpenOffer | None:
        """What the caller's side may accept: the other's open offer, for a buyer also its own bid if that was taken."""
        if self.party is None or not self.thread.is_open:
            return None
        return self.thread.bid if self.party is Party.SELLER else self.thread.quote

    @property
    def own_offer(self) -> OpenOffer | None:
        """The latest of the caller's side, while it is open or taken."""
        if self.party is None or not self.thread.is_open:
            return None
        quote = self.thread.quote
        if self.party is Party.BUYER:
            return self.thread.bid or (quote if self.thread.is_agreed else None)
        return None if self.thread.is_agreed else quote


def voice_of(principal: Principal) -> Voice:
    """Who speaks when this caller does."""
    return Voice.PERSON if principal.is_in_browser else Voice.PROGRAM


def find_place(principal: Principal, code: UUID, party: Party | None = None) -> Place:
    """The thread as the caller has it; operators and auditors may name the side they stand at.

    Raises ThreadNotFound for a thread that the caller may not know of.
    """
    row = _rows().filter(code=code).first()
    if row is None:
        raise ThreadNotFound("There is no negotiation with this id.")
    side = _side_of(principal, row, party)
    return _place(principal, row, side)


def find_seat(principal: Principal, code: UUID, party: Party | None = None) -> Place:
    """The thread for a caller who wants to act at one of its sides."""
    place = find_place(principal, code, party)
    if not principal.may_write:
        raise NotAllowed("You may read here and change nothing.")
    if place.party is None:
        raise InvalidRequest([Problem("party", "name the side you act for: buyer or seller")])
    return place


def threads_of(principal: Principal) -> QuerySet[Participant]:
    """Those that the caller has a side in, or reads all of; the latest first."""
    threads = _rows().order_by("-run__created_at", "-id")
    match principal.role:
        case Role.OPERATOR | Role.AUDITOR:
            return threads
        case Role.BUYER:
            return threads.filter(run__session__buyer__code__in=principal.parties)
        case Role.SELLER:
            return threads.filter(seller_code__in=principal.parties)
        case Role.WATCHER:
            return threads.none()


def places_of(principal: Principal, rows: Iterable[Participant], party: Party | None) -> list[Place]:
    """Each room is read once; one that has been deleted meanwhile is left out."""
    rooms: dict[UUID, tuple[StoredRoom, Sequence[Record]]] = {}
    places = []
    for row in rows:
        code = row.run.code
        try:
            rooms.setdefault(code, rooms.get(code) or read_history(code))
        except RoomNotFound:
            continue
        places.append(Place(principal, row, *rooms[code], _side_of(principal, row, party)))
    return places


def waited_for(principal: Principal, party: Party | None) -> Exists:
    """Whether it is the caller's side that a move is asked of; anybody, for who has no side."""
    waits = SeatWait.objects.filter(participant=OuterRef("pk"))
    own = _own_party(principal) or party
    return Exists(waits if own is None else waits.filter(party=own))


def with_status(threads: QuerySet[Participant], status: str) -> QuerySet[Participant]:
    """Those of which `status_of` tells this; one of STATUSES."""
    if status in _IN_PLAY_STATUSES:
        return _in_play_with(threads, status)
    if status == Result.DEAL:
        return threads.filter(run__status=RoomStatus.COMPLETED, run__outcome__participant=F("pk"))
    if status == Result.NO_DEAL:
        ended = threads.filter(run__status__in=[RoomStatus.COMPLETED, RoomStatus.NO_SELLERS])
        return ended.exclude(run__outcome__participant=F("pk"))
    of_rooms = threads.filter(run__status=status)
    return of_rooms | _in_play_with(threads, status) if status == RoomStatus.EXPIRED else of_rooms


def status_of(place: Place, wait: SeatWait | None) -> str:
    """The thread's: how it ended, or what it is waiting for. Who lost learns no more than that there is no deal."""
    stored = place.stored
    match stored.status:
        case RoomStatus.PENDING | RoomStatus.PAUSED | RoomStatus.CANCELLED | RoomStatus.FAILED | RoomStatus.EXPIRED:
            return str(stored.status)
        case RoomStatus.COMPLETED | RoomStatus.NO_SELLERS:
            return str(Result.DEAL if stored.room.winner == place.seller_id else Result.NO_DEAL)
        case RoomStatus.QUEUED | RoomStatus.ACTIVE | RoomStatus.WAITING:
            if not place.thread.is_open:
                return "expired" if _has_expired(place) else "closed"
            return "active" if wait is None else "waiting"


def _has_expired(place: Place) -> bool:
    return any(
        isinstance(record.event, ThreadExpired) and record.event.seller_id == place.seller_id
        for record in place.records
    )


def _in_play_with(threads: QuerySet[Participant], status: str) -> QuerySet[Participant]:
    """Of rooms that are still at work: an index away from few."""
    left, expired = _gone(threads)
    playing = threads.filter(run__status__in=_IN_PLAY)
    if status in ("closed", "expired"):
        return playing.filter(pk__in=left if status == "closed" else expired)
    waits = Exists(SeatWait.objects.filter(participant=OuterRef("pk")))
    return playing.filter(waits if status == "waiting" else ~waits).exclude(pk__in=left | expired)


def _gone(threads: QuerySet[Participant]) -> tuple[set[int], set[int]]:
    """Those of rooms still at work that somebody has left, and those whose time was over."""
    seats = {
        (run, str(code)): pk
        for pk, run, code in threads.filter(run__status__in=_IN_PLAY).values_list("pk", "run_id", "seller_code")
    }
    ends = RunEvent.objects.filter(run__in={run for run, _ in seats}, type__in=[_LEFT, _EXPIRED])
    found: dict[str, set[int]] = {_LEFT: set(), _EXPIRED: set()}
    for run, kind, payload in ends.values_list("run_id", "type", "payload"):
        if pk := seats.get((run, payload["seller_id"])):
            found[kind].add(pk)
    return found[_LEFT], found[_EXPIRED]


def _rows() -> QuerySet[Participant]:
    return Participant.objects.select_related("run__session__buyer", "run__item", "seller")


def _place(principal: Principal, row: Participant, party: Party | None) -> Place:
    try:
        return Place(principal, row, *read_history(row.run.code), party)
    except RoomNotFound as gone:
        raise ThreadNotFound("There is no negotiation with this id.") from gone


def _side_of(principal: Principal, row: Participant, wanted: Party | None) -> Party | None:
    if principal.may_read_all:
        return wanted
    own = _own_party(principal)
    code = row.seller_code if own is Party.SELLER else row.run.session.buyer.code
    if own is None or code not in principal.parties:
        raise ThreadNotFound("There is no negotiation with this id.")
    if wanted not in (None, own):
        raise NotAllowed(f"You act for the {own}.")
    return own


def _own_party(principal: Principal) -> Party | None:
    match principal.role:
        case Role.BUYER:
            return Party.BUYER
        case Role.SELLER:
            return Party.SELLER
        case Role.OPERATOR | Role.AUDITOR | Role.WATCHER:
            return None
