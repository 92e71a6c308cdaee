"""What would have been: a room played again from the end of a round, with other minds, limits or draws.

A what-if has a session, a buyer and sellers of its own, which are copies of what the room had; agents sit at all seats.
Nothing is bought in it: no trade comes of its deal, nobody is told of it or asked for an approval, and no stock is
touched but that of its own sellers.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import TypeVar
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Model

from marketplace.errors import InvalidRequest, Problem
from marketplace.models import BuyerItem, Seller, SellerInventory
from negotiation import services
from negotiation.arena.minds import is_built_in
from negotiation.branch_prefix import ends_of_rounds, prefix
from negotiation.casting import BY_HAND, agent_mind
from negotiation.core.events import Event, Offered
from negotiation.core.folding import replay
from negotiation.core.protocol import change_status
from negotiation.core.vocabulary import Party, RoomStatus
from negotiation.errors import NotActive, Refused
from negotiation.figures import money_words
from negotiation.model_access import require_model
from negotiation.models import NegotiationRun, Participant
from negotiation.records import Record
from negotiation.store import StoredRoom, append, read_history, read_room
from negotiation.stream import announce_command

MOST_BRANCHES = 20
MIND_WORDS = {"strategy": "strategy", "narrated": "strategy with a model's words", "llm": "a model"}

MANNER_WORDS = {"deal_first": "deal-first", "price_first": "price-first"}

_Row = TypeVar("_Row", bound=Model)


@dataclass(frozen=True, slots=True)
class SeatChange:
    """Another mind or way to bargain for an agent; None leaves it as it was.

    `policy` is a buyer's, `toughness` a seller's.
    """

    mind: str | None = None
    temperament: str | None = None
    policy: str | None = None
    toughness: str | None = None


@dataclass(frozen=True, slots=True)
class Changes:
    """What is different in the what-if. `sellers` are by the ids they have in the room that is branched."""

    buyer: SeatChange = SeatChange()
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    sellers: Mapping[str, SeatChange] = field(default_factory=dict)
    seed: int | None = None


def branch(
    code: UUID, after_round: int, changes: Changes, by: User | None = None, *, is_queued: bool = True
) -> NegotiationRun:
    """A new room that goes on after that round of this one; paused, if it is not to be played at once.

    Raises RoomNotFound, NotActive, InvalidRequest or Refused, and ModelAway if its models are.
    """
    with transaction.atomic():
        stored, records = read_history(code)
        origin = NegotiationRun.objects.with_setup().select_for_update(of=("self",)).get(pk=stored.run_id)
        taken = _taken_over(stored, records, after_round)
        _check(stored, taken, changes)
        if origin.branches.count() >= MOST_BRANCHES:
            raise Refused("VALIDATION_ERROR", f"a room has at most {MOST_BRANCHES} what-ifs; delete one of them first")
        run, seller_ids = _set_up(origin, changes, by)
        run.branched_from, run.branched_after = origin, after_round
        run.branched_with = _in_words(origin, changes)
        run.save(update_fields=["branched_from", "branched_after", "branched_with"])
        _write(run.code, prefix(taken, seller_ids))
        if is_queued:
            require_model(run.code)
            services.resume(run.code)
    run.refresh_from_db()
    return run


def rounds_to_branch_after(code: UUID) -> list[int]:
    """The rounds that are over, from 0 on: before the first bid. None where nothing has been played."""
    stored, records = read_history(code)
    return sorted(ends_of_rounds(stored.roster.setup, records))


def _taken_over(stored: StoredRoom, records: Sequence[Record], after_round: int) -> Sequence[Record]:
    ends = ends_of_rounds(stored.roster.setup, records)
    if not ends:
        raise NotActive("no round of this room has been played: there is nothing to branch from")
    if after_round not in ends:
        raise InvalidRequest([Problem("after_round", f"round {after_round} is not over; rounds up to {max(ends)} are")])
    taken = records[: ends[after_round]]
    if not replay(stored.roster.setup, (record.event for record in taken)).open_threads:
        raise InvalidRequest([Problem("after_round", "no seller was left in the room after that round")])
    return taken


def _check(stored: StoredRoom, taken: Sequence[Record], changes: Changes) -> None:
    """What was bid by then must stay within the buyer's limits: an agent neither bids less again nor breaks them."""
    limits = stored.roster.setup.buyer
    low = limits.minimum if changes.minimum is None else changes.minimum
    high = limits.maximum if changes.maximum is None else changes.maximum
    problems = []
    if low >= high:
        problems.append(Problem("buyer.max_price_per_unit", "the highest price must be above the lowest"))
    bids = [
        event.terms.unit_price
        for event in (record.event for record in taken)
        if isinstance(event, Offered) and event.party is Party.BUYER and limits.permit(event.terms)
    ]
    if bids and max(bids) > high:
        problems.append(
            Problem(
                "buyer.max_price_per_unit", f"the buyer has bid {max(bids)} by then: that must be within its limits"
            )
        )
    if bids and min(bids) < low:
        problems.append(
            Problem(
                "buyer.min_price_per_unit", f"the buyer has bid {min(bids)} by then: that must be within its limits"
            )
        )
    if unknown := set(changes.sellers) - set(stored.seats):
        problems.append(Problem("sellers", f"{min(unknown)} is not in this room"))
    if problems:
        raise InvalidRequest(problems)


def _set_up(origin: NegotiationRun, changes: Changes, by: User | None) -> tuple[NegotiationRun, dict[str, str]]:
    """The new room, and the ids of its sellers by those they have in the origin."""
    was = origin.session
    session = _copied(
        was,
        name=f"What if: {was}"[:100],
        buyer_mind=changes.buyer.mind or agent_mind(was.buyer_mind),
        buyer_temperament=changes.buyer.temperament or was.buyer_temperament,
        buyer_policy=changes.buyer.policy or was.buyer_policy,
        max_rounds=min(origin.max_rounds, 100),
        is_arena=False,
        is_what_if=True,
        created_by=by,
    )
    buyer = _copied(origin.item.buyer, session=session, legal_name="", contact="")
    limits = {"min_price_per_unit": changes.minimum, "max_price_per_unit": changes.maximum}
    item = _copied(origin.item, buyer=buyer, **{name: limit for name, limit in limits.items() if limit is not None})
    run = NegotiationRun.objects.create(
        session=session,
        item=item,
        status=RoomStatus.PENDING,
        max_rounds=origin.max_rounds,
        seed=origin.seed if changes.seed is None else changes.seed,
    )
    seats = [(seat, changes.sellers.get(str(seat.seller_code), SeatChange())) for seat in origin.participants.all()]
    return run, {str(seat.seller_code): _seat(run, item, seat, change) for seat, change in seats}


def _seat(run: NegotiationRun, item: BuyerItem, was: Participant, change: SeatChange) -> str:
    """The seller as it was when it was invited, in the new room; its id."""
    mind = change.mind or agent_mind(was.mind)
    manner = {
        "mind": mind,
        "temperament": change.temperament or was.temperament,
        "toughness": change.toughness or was.toughness,
        "bundle_percent": was.bundle_percent,
    }
    # Of an arena's minds the seat alone knows.
    known_mind = {} if is_built_in(mind) else {"mind": "strategy"}
    seller = Seller.objects.create(
        session=run.session,
        name=was.name[:50],
        priority=was.priority,
        speaking_style=was.speaking_style,
        llm_model=was.llm_model,
        llm_temperature=was.llm_temperature,
        **manner | known_mind,
    )
    stock = SellerInventory.objects.create(
        seller=seller,
        item_id=item.item_id,
        item_name=item.item_name,
        quantity_available=was.stock,
        cost_price=was.cost_price,
        least_price=was.least_price,
        selling_price=was.selling_price,
        allowed_terms=was.allowed_terms,
        term_weights=was.term_weights,
    )
    _copied(was, run=run, seller=seller, inventory=stock, seller_code=seller.code, **manner)
    return str(seller.code)


def _copied(row: _Row, **changes: object) -> _Row:
    """Another row with the values of this one but for its key, its code and the changes."""
    kept = {
        column.attname: getattr(row, column.attname)
        for column in row._meta.concrete_fields
        if not column.primary_key and column.name not in {"code", *changes}
    }
    copy = type(row)(**kept, **changes)
    copy.save(force_insert=True)
    return copy


def _write(code: UUID, events: tuple[Event, ...]) -> None:
    """In one turn, at whose end the room is paused."""
    stored = read_room(code)
    room = replay(stored.roster.setup, events)
    append(stored, (*events, change_status(room, RoomStatus.PAUSED, "branched")), announce_command)


def _in_words(origin: NegotiationRun, changes: Changes) -> str:
    """As in "from round 3, with ..."; what is as it was is not named."""
    session, item = origin.session, origin.item
    was_buyer = SeatChange(session.buyer_mind, session.buyer_temperament, policy=session.buyer_policy)
    told = _seat_words("buyer", changes.buyer, was_buyer)
    for limit, was, name in (
        (changes.minimum, item.min_price_per_unit, "lowest"),
        (changes.maximum, item.max_price_per_unit, "highest"),
    ):
        if limit is not None and limit != was:
            told.append(f"{name} price {money_words(limit, session.currency)}")
    for seat in origin.participants.all():
        change = changes.sellers.get(str(seat.seller_code), SeatChange())
        told += _seat_words(seat.name, change, SeatChange(seat.mind, seat.temperament, toughness=seat.toughness))
    if changes.seed not in (None, origin.seed):
        told.append("other draws")
    words = "; ".join(told) or "nothing changed"
    return words if len(words) <= 300 else f"{words[:299]}…"


def _seat_words(who: str, change: SeatChange, was: SeatChange) -> list[str]:
    told = []
    for manner, before in (
        (change.temperament, was.temperament),
        (change.policy, was.policy),
        (change.toughness, was.toughness),
    ):
        if manner is not None and manner != before:
            words = MANNER_WORDS.get(manner, manner)
            told.append(f"{words} {who}" if who == "buyer" else f"{who} {words}")
    if change.mind is not None and change.mind != was.mind:
        told.append(f"{who} played by {MIND_WORDS[change.mind]}")
    elif was.mind in BY_HAND:
        told.append(f"{who} played by its agent")
    return told
