"""Anonymous matches: who could serve a buyer's item, without who it is, and the negotiation that one of them leads to.

What a match shows is public of any stock: how much there is, roughly, where, and which further terms are possible.
"""

import secrets
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import SystemRandom
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from marketplace import audit
from marketplace.errors import InvalidRequest, NotAllowed, Problem, SessionNotFound
from marketplace.identity import Principal, hashed
from marketplace.models import BuyerItem, Role, SellerInventory, Session
from marketplace.services import Invited, seat_seller, seed_in
from negotiation import seats, services
from negotiation.casting import BY_HAND
from negotiation.core.matching import Stock, match_sellers
from negotiation.core.moves import Words
from negotiation.core.preferences import BuyerLimits
from negotiation.core.vocabulary import Holder, Party, RoomStatus
from negotiation.desk_places import voice_of
from negotiation.errors import AlreadyActive, Refused
from negotiation.models import NegotiationRun, Participant
from negotiation.trade_models import MatchToken

LIFETIME = timedelta(hours=24)
# People take more turns than agents; but an agent on the other side paces itself by how many there are.
ROUNDS_BY_HAND = 20
BANDS = (1, 10, 50, 100, 500, 1000)
OPEN = [status for status in RoomStatus if not status.is_over]


@dataclass(frozen=True, slots=True)
class Match:
    """One seller that could serve the item. Without a token for whoever may not start a negotiation."""

    token: str | None
    quantity_band: str
    region: str
    terms: Mapping[str, list[int]]


@dataclass(frozen=True, slots=True)
class MatchList:
    item: BuyerItem
    matches: Sequence[Match]
    expires_at: datetime | None


def list_matches(principal: Principal, session_code: UUID, item_id: str) -> MatchList:
    """In an order that is drawn anew each time; the tokens of the list before are void.

    So the lists of one caller tell no more of who is who than any one of them.
    """
    item = _item_for(principal, session_code, item_id)
    found = _who_can_serve(item)
    SystemRandom().shuffle(found)
    if not principal.may_write:
        return MatchList(item, [_match(stock, None) for stock in found], None)
    ends = timezone.now() + LIFETIME
    tokens = [secrets.token_urlsafe(24) for _ in found]
    with transaction.atomic():
        MatchToken.objects.filter(item=item, asked_by=principal.name, used_at__isnull=True).delete()
        MatchToken.objects.bulk_create(
            MatchToken(token_hash=hashed(token), item=item, inventory=stock, asked_by=principal.name, expires_at=ends)
            for token, stock in zip(tokens, found, strict=True)
        )
    return MatchList(item, [_match(stock, token) for stock, token in zip(found, tokens, strict=True)], ends)


@transaction.atomic
def start(principal: Principal, token: str, seat: Holder, message: str = "") -> UUID:
    """Open and start a room of its own for the match, with the buyer's seat held as asked; the thread's code.

    Of several that come with one token one gets it. Raises Refused or AlreadyActive and changes nothing then.
    """
    _require_seat(principal, seat)
    match = _consume(principal, token)
    run, participant = _open_room(match, seat)
    seller_id = str(participant.seller_code)
    services.start(run.code)
    seats.take(run.code, Party.BUYER, "", seat)
    if message:
        seats.say(run.code, Party.BUYER, seller_id, Words(message, voice_of(principal)))
    audit.note(principal.name, "started negotiation", room=run.code, seller=seller_id)
    return participant.code


def delete_expired() -> int:
    """Tokens that nobody used in time; how many."""
    return MatchToken.objects.filter(used_at__isnull=True, expires_at__lte=timezone.now()).delete()[0]


def quantity_band(free: int) -> str:
    """Such as 50-99, or 1000+: how much there is, and not how many units exactly."""
    place = bisect_right(BANDS, free)
    low = BANDS[max(place - 1, 0)]
    return f"{low}-{BANDS[place] - 1}" if place < len(BANDS) else f"{low}+"


def _item_for(principal: Principal, session_code: UUID, item_id: str) -> BuyerItem:
    """The buyer's own, or any for those who read all. Raises SessionNotFound or Refused."""
    sessions = Session.objects.filter(code=session_code, is_what_if=False)
    if not principal.may_read_all:
        parties = principal.parties if principal.role == Role.BUYER else ()
        sessions = sessions.filter(buyer__code__in=parties)
    session = sessions.first()
    if session is None:
        raise SessionNotFound(f"There is no session {session_code}.")
    item = BuyerItem.objects.select_related("buyer").filter(buyer__session=session, item_id=item_id).first()
    if item is None:
        raise Refused("NOT_FOUND", "that item is not on the session's shopping list")
    return item


def _who_can_serve(item: BuyerItem) -> list[SellerInventory]:
    """Judged as for the item's own room, without those that the buyer negotiates with directly at this moment."""
    known = {stock.pk: stock for stock in _stock_for(item).select_related("seller")}
    limits = BuyerLimits(item.min_price_per_unit, item.max_price_per_unit, item.quantity_needed)
    matched = match_sellers(
        limits,
        {
            str(key): Stock(row.quantity_free, row.prices_for(item.quantity_needed).selling)
            for key, row in known.items()
        },
    ).matched
    return [known[int(key)] for key in matched]


def _stock_for(item: BuyerItem) -> QuerySet[SellerInventory]:
    talking = Participant.objects.filter(
        inventory=OuterRef("pk"), run__item=item, run__is_bilateral=True, run__status__in=OPEN
    )
    is_open_to_it = Q(seller__session__isnull=True) | Q(seller__session__buyer=item.buyer_id)
    stock = SellerInventory.objects.filter(is_open_to_it, item_id=item.item_id, seller__is_active=True)
    return stock.exclude(Exists(talking))


def _match(stock: SellerInventory, token: str | None) -> Match:
    return Match(token, quantity_band(stock.quantity_free), stock.seller.region, stock.allowed_terms)


def _require_seat(principal: Principal, seat: Holder) -> None:
    """Operators seat whom they like; a party what it comes as, or its agent."""
    own = voice_of(principal).speaker
    if not principal.is_operator and seat not in (Holder.AGENT, own):
        raise InvalidRequest([Problem("seat", f"must be {own} or agent for you")])


def _consume(principal: Principal, token: str) -> MatchToken:
    if principal.role not in (Role.OPERATOR, Role.BUYER):
        raise NotAllowed("Only the buyer and operators may start a negotiation.")
    mine = MatchToken.objects.filter(token_hash=hashed(token), asked_by=principal.name)
    now = timezone.now()
    if not mine.filter(used_at__isnull=True, expires_at__gt=now).update(used_at=now):
        if mine.filter(used_at__isnull=False).exists():
            raise AlreadyActive("this match has led to its negotiation already")
        raise Refused("NOT_FOUND", "there is no such match, or its time is over")
    return mine.select_related("item__buyer__session", "inventory__seller").get()


def _open_room(match: MatchToken, seat: Holder) -> tuple[NegotiationRun, Participant]:
    """Under the session's rules, with the hidden draws of the item's own room: to ask again gains nothing."""
    item, stock = match.item, match.inventory
    session, seller = item.buyer.session, stock.seller
    if not seller.is_active or stock.quantity_free < item.quantity_needed:
        raise Refused("INSUFFICIENT_INVENTORY", "the seller cannot serve the item any more")
    is_by_hand = seat is not Holder.AGENT or seller.mind in BY_HAND
    run = NegotiationRun.objects.create(
        session=session,
        item=item,
        status=RoomStatus.PENDING,
        max_rounds=ROUNDS_BY_HAND if is_by_hand else session.max_rounds,
        seed=seed_in(session, item),
        is_bilateral=True,
    )
    participant = seat_seller(run, Invited(seller, seller.name, {item.item_id: stock}), item.item_id)
    participant.save()
    return run, participant
