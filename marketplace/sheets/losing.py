"""Why the other sellers of a room did not win, in words for operators: they name limits."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.summary import RoomRow
from marketplace.templatetags.parley import money, units
from negotiation.core.room import Setup
from negotiation.core.vocabulary import OfferStatus, Reason, Result
from negotiation.models import Offer

# Why a dearer offer won, where it did.
WHY_NOT_CHEAPEST: dict[str, str] = {
    Reason.FIRM_ACCEPTANCE: "the winner had accepted the buyer's price before, and the buyer kept its word",
    Reason.CHOSEN: "whoever holds the buyer's seat chose another",
    Reason.APPROVED: "the approved offer was another",
    Reason.FORCED: "an operator closed the room with another",
}


@dataclass(frozen=True, slots=True)
class LastWord:
    """What a seller held to at the end; `left_in` is the round it left in, if it did."""

    seller_id: str
    name: str
    offer: Offer | None
    left_in: int | None
    has_expired: bool


@dataclass(frozen=True, slots=True)
class OtherOffer:
    """An offer that lost; without a price the seller made none."""

    seller_name: str
    unit_price: Decimal | None
    round: int | None
    why: str


def losers(room: RoomRow, setup: Setup, words: Sequence[LastWord], currency: str) -> list[OtherOffer]:
    """All sellers but the winner, the cheapest first and those without an offer last."""
    won = str(room.winner) if room.result == Result.DEAL else None
    others = [_other(room, setup, word, currency) for word in words if word.seller_id != won]
    return sorted(others, key=lambda other: (other.unit_price is None, other.unit_price or 0, other.seller_name))


def _other(room: RoomRow, setup: Setup, word: LastWord, currency: str) -> OtherOffer:
    why = _why(room, setup, word, currency)
    if word.offer is None:
        return OtherOffer(word.name, None, None, why)
    return OtherOffer(word.name, word.offer.unit_price, word.offer.round, why)


def _why(room: RoomRow, setup: Setup, word: LastWord, currency: str) -> str:
    offer = word.offer
    if offer is None:
        return _left(word) or "Made no offer."
    if (left := _left(word)) and offer.status != OfferStatus.ACCEPTED:
        return left
    if offer.status == OfferStatus.WITHDRAWN:
        return "Took its offer back."
    if offer.unit_price > setup.buyer.maximum:
        return f"{money(offer.unit_price - setup.buyer.maximum, currency)} above the buyer's limit."
    if offer.unit_price < setup.buyer.minimum:
        return "Below the lowest price that the buyer may pay."
    if room.result != Result.DEAL:
        return "Within the buyer's limits, but the room ended without a deal."
    return _against_winner(room, offer, currency)


def _left(word: LastWord) -> str:
    if word.has_expired:
        return "Did not answer in time."
    return f"Left in round {word.left_in}." if word.left_in is not None else ""


def _against_winner(room: RoomRow, offer: Offer, currency: str) -> str:
    gap = offer.unit_price - room.unit_price
    fewer = f" It was for {units(offer.quantity)} only." if offer.quantity < room.quantity else ""
    if gap > 0:
        return f"{money(gap, currency)} a unit dearer.{fewer}"
    if gap == 0:
        return fewer.strip() or "Level with the winner: such ties go by reliability, the earlier round, then a draw."
    if fewer:
        return f"{money(-gap, currency)} a unit cheaper, but for {offer.quantity:,} of {room.quantity:,} units only."
    why = WHY_NOT_CHEAPEST.get(room.reason, "it did not stand when the buyer decided")
    return f"{money(-gap, currency)} a unit cheaper, but {why}."
