"""What changes the catalogue of sessions: set one up, start, clone and delete it."""

import hmac
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from hashlib import sha256

from django.conf import settings
from django.contrib.auth.models import User
from django.db import transaction

from llm.purse import Budget
from marketplace.errors import InvalidRequest, Problem, SessionNotFound, TooManySellers
from marketplace.models import Buyer, BuyerItem, Seller, SellerInventory, Session
from marketplace.particulars import Particulars
from marketplace.requests import ItemRequest, ModelRequest, SeatTuning, SellerRequest, SessionRequest, StockRequest
from negotiation import logs, trades
from negotiation import services as rooms
from negotiation.core.matching import Matches, Stock, match_sellers
from negotiation.core.mentions import distinct_names
from negotiation.core.preferences import BuyerLimits, Policy, Priority, Style, Temperament, Toughness
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import NegotiationError
from negotiation.models import LeftOut, NegotiationRun, Participant
from negotiation.rows import Insertion

_SESSIONS, _BUYERS, _ITEMS = Insertion(Session), Insertion(Buyer), Insertion(BuyerItem)
_SELLERS, _STOCK = Insertion(Seller), Insertion(SellerInventory)
_RUNS, _PARTICIPANTS, _LEFT_OUT = Insertion(NegotiationRun), Insertion(Participant), Insertion(LeftOut)


@dataclass(frozen=True, slots=True)
class Invited:
    """A seller that may be invited to the session's rooms, under its distinct name, with its stock by item."""

    seller: Seller
    name: str
    stock: dict[str, SellerInventory]


@dataclass(frozen=True, slots=True)
class NewRoom:
    run: NegotiationRun
    participants: list[Participant]


@dataclass(frozen=True, slots=True)
class NewSession:
    """All that has just been stored, so that nobody need read it back. Standing sellers are only in the rooms."""

    session: Session
    buyer: Buyer
    sellers: list[Seller]
    rooms: list[NewRoom]


def create_session(request: SessionRequest, created_by: User | None = None) -> Session:
    """As `set_up_session`, for whoever does not want to know more."""
    return set_up_session(request, created_by).session


@transaction.atomic
def set_up_session(request: SessionRequest, created_by: User | None = None) -> NewSession:
    """Set up the session with a room for each item. Raises TooManySellers or InvalidRequest and changes nothing."""
    standing = _standing_sellers(request)
    if not request.sellers and not request.standing_seller_codes and not request.all_standing_sellers:
        raise InvalidRequest([Problem("sellers", "at least one seller is needed, or standing ones")])
    if len(request.sellers) + len(standing) > settings.NEGOTIATION.max_sellers:
        raise TooManySellers(f"A session takes at most {settings.NEGOTIATION.max_sellers} sellers.")
    session = _save_session(request, created_by)
    told = request.buyer_particulars
    [buyer] = _BUYERS.save(
        [Buyer(session=session, name=request.buyer_name, legal_name=told.legal_name, contact=told.contact)]
    )
    sellers, stock = _save_sellers(session, request.sellers)
    if standing:
        stock += SellerInventory.objects.filter(seller__in=standing)
    invited = invite([*sellers, *standing], stock)
    items = _ITEMS.save(_item(buyer, item) for item in request.items)
    return NewSession(session, buyer, sellers, _open_rooms(session, items, invited))


def start_session(session: Session) -> int:
    """Start all rooms that wait for it; how many were."""
    started = 0
    for code in session.runs.filter(status=RoomStatus.PENDING).values_list("code", flat=True):
        try:
            rooms.start(code)
            started += 1
        except NegotiationError:
            continue
    return started


def clone_session(session: Session) -> Session:
    """The same request again, as it would be made today: standing sellers come with the stock they have now."""
    return create_session(request_of(session))


def delete_session(session: Session, *, keep_logs: bool = True) -> bool:
    """Delete the session and its rooms, which stop, with their what-ifs; whether logs of it are kept.

    What its deals took from standing sellers stays sold: the goods are gone, whatever becomes of the record. Who takes
    a sale back gives the seller more stock in the admin. Raises SessionNotFound if somebody else has just deleted it.
    """
    code = session.code
    for what_if in Session.objects.filter(is_what_if=True, runs__branched_from__session=session).distinct():
        with suppress(SessionNotFound):
            delete_session(what_if, keep_logs=keep_logs)
    for run_code in session.runs.values_list("code", flat=True):
        try:
            rooms.cancel(run_code)
            logs.save(run_code)  # in a transaction around this one, what follows a cancel comes when the room is gone
        except NegotiationError:
            continue
    with transaction.atomic():
        # Whoever keeps a call of these rooms in this moment waits, and finds them gone.
        list(session.runs.select_for_update().order_by("pk").values_list("pk"))
        trades.settle(session)
        deleted, _ = session.delete()
    if not deleted:
        raise SessionNotFound(f"There is no session {code}.")
    if not keep_logs:
        logs.delete_saved(code)
    return logs.has_saved(code)


def seed_for(buyer_name: str, item_id: str) -> int:
    """The seed of a room for which none was given: the same for the same buyer and item on this installation.

    A fresh one each time would let a buyer ask again until the sellers' draws are in its favour.
    """
    digest = hmac.digest(settings.SECRET_KEY.encode(), f"{buyer_name}\n{item_id}".encode(), sha256)
    return int.from_bytes(digest[:7])


def seed_in(session: Session, item: BuyerItem) -> int:
    """The seed of the session's rooms for that item."""
    return session.seed if session.seed is not None else seed_for(item.buyer.name, item.item_id)


def _standing_sellers(request: SessionRequest) -> list[Seller]:
    if not request.all_standing_sellers and not request.standing_seller_codes:
        return []
    standing = Seller.objects.standing().filter(is_active=True)
    if not request.all_standing_sellers:
        standing = standing.filter(code__in=request.standing_seller_codes)
        missing = set(request.standing_seller_codes) - {seller.code for seller in standing}
        if missing:
            raise InvalidRequest(
                [Problem("standing_sellers", f"{code} is not an active standing seller") for code in sorted(missing)]
            )
        return list(standing)
    wanted = {item.item_id for item in request.items}
    return list(standing.filter(inventory__item_id__in=wanted).distinct())


def _save_session(request: SessionRequest, created_by: User | None) -> Session:
    session = Session(
        created_by=created_by,
        name=request.name,
        currency=request.currency,
        buyer_mind=request.buyer_mind,
        buyer_temperament=request.buyer_temperament,
        buyer_policy=request.buyer_policy,
        llm_provider=request.model.provider,
        llm_model=request.model.model,
        llm_temperature=request.model.temperature,
        llm_max_tokens=request.model.max_tokens,
        buyer_llm_model=request.buyer_tuning.model,
        buyer_llm_temperature=request.buyer_tuning.temperature,
        budget_calls=request.model.budget.calls,
        budget_tokens=request.model.budget.tokens,
        budget_cost=request.model.budget.cost,
        budget_seconds=request.model.budget.seconds,
        max_rounds=request.max_rounds,
        seed=request.seed,
        turn_seconds=request.turn_seconds,
        disclose_best_offer=request.disclose_best_offer,
        seat_hours=request.seat_hours,
        on_timeout=request.on_timeout,
        approve_above=request.approve_above,
    )
    return _SESSIONS.save([session])[0]


def _save_sellers(session: Session, requests: Sequence[SellerRequest]) -> tuple[list[Seller], list[SellerInventory]]:
    sellers = _SELLERS.save(
        Seller(
            session=session,
            name=request.name,
            priority=request.priority,
            speaking_style=request.speaking_style,
            mind=request.mind,
            llm_model=request.tuning.model,
            llm_temperature=request.tuning.temperature,
            legal_name=request.particulars.legal_name,
            contact=request.particulars.contact,
            region=request.particulars.region,
            temperament=request.temperament,
            toughness=request.toughness,
            bundle_percent=request.bundle_percent,
        )
        for request in requests
    )
    stock = _STOCK.save(
        SellerInventory(
            seller=seller,
            item_id=stock.item_id,
            item_name=stock.item_name,
            quantity_available=stock.quantity_available,
            cost_price=stock.cost_price,
            least_price=stock.least_price,
            selling_price=stock.selling_price,
            allowed_terms=stock.allowed_terms,
            term_weights=stock.term_weights,
            volume_tiers=list(stock.volume_tiers),
        )
        for seller, request in zip(sellers, requests, strict=True)
        for stock in request.inventory
    )
    return sellers, stock


def invite(sellers: Sequence[Seller], stock: Sequence[SellerInventory]) -> dict[str, Invited]:
    """The sellers by code, with distinct names and their stock."""
    rows: dict[int, dict[str, SellerInventory]] = {seller.pk: {} for seller in sellers}
    for row in stock:
        rows[row.seller_id][row.item_id] = row
    names = distinct_names([seller.name for seller in sellers])
    return {
        str(seller.code): Invited(seller, name, rows[seller.pk]) for seller, name in zip(sellers, names, strict=True)
    }


def _item(buyer: Buyer, request: ItemRequest) -> BuyerItem:
    return BuyerItem(
        buyer=buyer,
        item_id=request.item_id,
        item_name=request.item_name,
        quantity_needed=request.quantity_needed,
        min_price_per_unit=request.min_price_per_unit,
        max_price_per_unit=request.max_price_per_unit,
        target_price=request.target_price,
        approve_above=request.approve_above,
        approve_below_min=request.approve_below_min,
        allowed_terms=request.allowed_terms,
        term_weights=request.term_weights,
    )


def _open_rooms(session: Session, items: Sequence[BuyerItem], invited: dict[str, Invited]) -> list[NewRoom]:
    matches = [match_item(item, invited) for item in items]
    runs = _RUNS.save(_run(session, item, found) for item, found in zip(items, matches, strict=True))
    rooms = [
        NewRoom(run, [seat_seller(run, invited[code], run.item.item_id) for code in found.matched])
        for run, found in zip(runs, matches, strict=True)
    ]
    _PARTICIPANTS.save(participant for room in rooms for participant in room.participants)
    _LEFT_OUT.save(
        LeftOut(run=run, seller=invited[code].seller, reason=reason)
        for run, found in zip(runs, matches, strict=True)
        for code, reason in found.left_out.items()
    )
    return rooms


def match_item(item: BuyerItem, invited: dict[str, Invited]) -> Matches:
    limits = BuyerLimits(item.min_price_per_unit, item.max_price_per_unit, item.quantity_needed)
    return match_sellers(
        limits, {code: _stock(one, item.item_id, item.quantity_needed) for code, one in invited.items()}
    )


def _run(session: Session, item: BuyerItem, matches: Matches) -> NegotiationRun:
    return NegotiationRun(
        session=session,
        item=item,
        status=RoomStatus.PENDING if matches.matched else RoomStatus.NO_SELLERS,
        skip_reason=matches.why_none or "",
        max_rounds=session.max_rounds,
        seed=seed_in(session, item),
    )


def _stock(invited: Invited, item_id: str, quantity: int) -> Stock | None:
    """Floors are only compared where the session itself brought them."""
    row = invited.stock.get(item_id)
    if row is None:
        return None
    prices = row.prices_for(quantity)
    return Stock(row.quantity_free, prices.selling, prices.least if invited.seller.session_id is not None else None)


def seat_seller(run: NegotiationRun, invited: Invited, item_id: str) -> Participant:
    """The seller in the room with its terms as they are now; not saved yet."""
    row, seller = invited.stock[item_id], invited.seller
    prices = row.prices_for(run.item.quantity_needed)
    return Participant(
        run=run,
        seller=seller,
        inventory=row,
        name=invited.name,
        seller_code=seller.code,
        priority=seller.priority,
        speaking_style=seller.speaking_style,
        mind=seller.mind,
        temperament=seller.temperament,
        toughness=seller.toughness,
        bundle_percent=seller.bundle_percent,
        llm_model=seller.llm_model,
        llm_temperature=seller.llm_temperature,
        stock=row.quantity_free,
        cost_price=row.cost_price,
        least_price=prices.least,
        selling_price=prices.selling,
        allowed_terms=row.allowed_terms,
        term_weights=row.term_weights,
    )


def request_of(session: Session) -> SessionRequest:
    """What was asked for when the session was set up, with the standing sellers that are still there."""
    inline = session.sellers.prefetch_related("inventory")
    invited = {"participations__run__session": session, "participations__run__is_bilateral": False}
    standing = Seller.objects.standing().filter(is_active=True, **invited).distinct()
    return SessionRequest(
        buyer_name=session.buyer.name,
        items=tuple(_item_request(item) for item in session.buyer.items.all()),
        sellers=tuple(_seller_request(seller) for seller in inline),
        standing_seller_codes=tuple(seller.code for seller in standing),
        name=session.name,
        currency=session.currency,
        max_rounds=session.max_rounds,
        seed=session.seed,
        turn_seconds=session.turn_seconds,
        buyer_mind=session.buyer_mind,
        buyer_tuning=SeatTuning(session.buyer_llm_model, session.buyer_llm_temperature),
        disclose_best_offer=session.disclose_best_offer,
        seat_hours=session.seat_hours,
        on_timeout=session.on_timeout,
        approve_above=session.approve_above,
        model=ModelRequest(
            session.llm_provider,
            session.llm_model,
            session.llm_temperature,
            session.llm_max_tokens,
            Budget(session.budget_calls, session.budget_tokens, session.budget_cost, session.budget_seconds),
        ),
        buyer_particulars=Particulars(session.buyer.legal_name, session.buyer.contact),
        buyer_temperament=Temperament(session.buyer_temperament),
        buyer_policy=Policy(session.buyer_policy),
    )


def _item_request(item: BuyerItem) -> ItemRequest:
    return ItemRequest(
        item.item_id,
        item.item_name,
        item.quantity_needed,
        item.min_price_per_unit,
        item.max_price_per_unit,
        item.target_price,
        item.approve_above,
        item.approve_below_min,
        item.allowed_terms,
        item.term_weights,
    )


def _seller_request(seller: Seller) -> SellerRequest:
    inventory = tuple(
        StockRequest(
            row.item_id,
            row.item_name,
            row.quantity_available,
            row.cost_price,
            row.selling_price,
            row.least_price,
            row.allowed_terms,
            row.term_weights,
            row.volume_tiers,
        )
        for row in seller.inventory.all()
    )
    return SellerRequest(
        seller.name,
        Priority(seller.priority),
        Style(seller.speaking_style),
        inventory,
        seller.mind,
        SeatTuning(seller.llm_model, seller.llm_temperature),
        Particulars(seller.legal_name, seller.contact, seller.region),
        Temperament(seller.temperament),
        Toughness(seller.toughness),
        seller.bundle_percent,
    )
