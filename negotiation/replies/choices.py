"""Reads what a model chose, from a JSON object and from nothing else.

"reject" and "decline" are refused, since they may mean another offer or the end of talks. Without an action, the name
of a tool that is called is one; without either, a price is an offer unless the object says anything of accepting or
leaving. Objects that say different things are refused.
"""

import re
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any

from negotiation.replies.amounts import read_price, read_quantity
from negotiation.replies.flaws import Flaw, Unusable
from negotiation.replies.messages import SELLER_KEYS, Sellers, entries, known_key, words_of
from negotiation.replies.messages import read_message as read_message
from negotiation.replies.messages import read_messages as read_messages
from negotiation.replies.money import is_currency
from negotiation.replies.objects import as_object, no_object, objects_in, plain_key


class SellerAction(StrEnum):
    OFFER = "offer"
    ACCEPT = "accept"
    WALK = "walk"


class BuyerDecision(StrEnum):
    GO_ON = "go_on"
    AWARD = "award"
    LEAVE = "leave"


@dataclass(frozen=True, slots=True)
class SellerChoice:
    """`price` is there whenever an offer is made; with an acceptance it is what the model believes to accept."""

    action: SellerAction
    price: Decimal | None
    quantity: int | None
    message: str


@dataclass(frozen=True, slots=True)
class BidChoice:
    key: str
    price: Decimal
    message: str


@dataclass(frozen=True, slots=True)
class BuyerChoice:
    """`to` is the key of the seller who gets the award, and only there with one."""

    decision: BuyerDecision
    to: str | None
    bids: tuple[BidChoice, ...]


_PRICES = (
    "price", "unit_price", "price_per_unit", "offer_price", "counter_price", "proposed_price", "bid_price", "new_price",
    "my_price", "asking_price",
)  # fmt: skip
_ACTION = ("action", "move", "decision", "choice", "act")
_ARGUMENTS = ("arguments", "parameters")
_NESTED = ("offer", "counter_offer", "counter", "bid", "terms", "proposal", *_ARGUMENTS)
_TOOLS = ("name", "tool", "function", "tool_name", "function_name")
_OTHER_PRICES = ("amount", "offer", "counter_offer", "counter", "bid", "proposal")
_ASKED = ("advice", "moves", "roundsleft")
_QUANTITY = ("quantity", "qty", "units")
_LISTS = ("bids", "offers", "threads")
_OFFERS = {
    "offer", "makeoffer", "makeanoffer", "newoffer", "counter", "counteroffer", "makecounteroffer", "propose",
    "proposal", "proposeoffer", "bid", "quote", "hold", "undercut", "finaloffer",
}  # fmt: skip
_ACCEPTS = {"accept", "acceptoffer", "acceptbid", "accepttheoffer", "acceptthebid", "accepted", "agree", "agreed"}
_WALKS = {"walk", "walkaway", "leave", "quit", "exit", "nodeal", "withdraw"}
_ENDS = re.compile(r"accept|agree|^(?:is)?deal$|walk")
_GOES_ON = {"goon", "continue", "keepgoing", "negotiate", "carryon", "nextround"} | _OFFERS
_AWARDS = {"award", "awarddeal", "buy"} | _ACCEPTS
_NOT_GIVEN = {"", "n/a", "na", "none", "null", "-", "0", "0.0", "0.00"}


def read_seller_choice(text: str, currency: str) -> SellerChoice:
    """Raises Unusable."""
    found = _objects(text, (*_ACTION, *_PRICES, *_NESTED, *_ACCEPTS, *_WALKS))
    if not found:
        raise no_object()
    choices = [_seller_choice(each, currency) for each in found]
    _agreed((choice.action, choice.price, choice.quantity) for choice in choices)
    return choices[0]


def read_buyer_choice(text: str, sellers: Sellers, currency: str) -> BuyerChoice:
    """Bids to sellers who were not asked about are left out. Raises Unusable."""
    found = _objects(text, (*_ACTION, *_LISTS, *_AWARDS, *_WALKS, *_ARGUMENTS)) or _bare_bids(text)
    if not found:
        raise no_object()
    choices = [_buyer_choice(each, sellers, currency) for each in found]
    _agreed((choice.decision, choice.to, [(bid.key, bid.price) for bid in choice.bids]) for choice in choices)
    return choices[0]


def _objects(text: str, wanted: Collection[str]) -> list[dict[str, Any]]:
    return [_with_arguments(each) for each in objects_in(text, wanted) if not _is_question(each)]


def _bare_bids(text: str) -> list[dict[str, Any]]:
    """Some models list their bids without an object around them; one alone might as well be meant as an award."""
    bids = _objects(text, SELLER_KEYS)
    return [{"bids": bids}] if len(bids) > 1 else []


def _is_question(found: Mapping[str, Any]) -> bool:
    """Whether it only repeats the data that the model was given."""
    keys = {plain_key(key) for key in found}
    return not keys.isdisjoint(_ASKED) and keys.isdisjoint(_ACTION)


def _with_arguments(found: dict[str, Any]) -> dict[str, Any]:
    """Arguments that are written as the text of an object, which is how tools are called, as that object."""
    return {key: as_object(value) or value if plain_key(key) in _ARGUMENTS else value for key, value in found.items()}


def _agreed(essences: Iterable[object]) -> None:
    first, *others = essences
    if any(other != first for other in others):
        raise Unusable(Flaw.WRONG_ACTION, "reply with one object only")


def _seller_choice(found: Mapping[str, Any], currency: str) -> SellerChoice:
    fields = _flattened(found)
    _check_currency(fields, currency)
    action, message = _seller_action(fields, _called(found)), words_of(found) or words_of(dict(fields))
    match action:
        case SellerAction.OFFER:
            price = _price(fields, currency)
            if price is None:
                raise Unusable(Flaw.NO_PRICE, "give the price of the offer as a number")
            return SellerChoice(action, price, _quantity(fields), message)
        case SellerAction.ACCEPT:
            given = [(key, value) for key, value in fields if not _is_blank(value)]
            return SellerChoice(action, _price(given, currency), _quantity(given), message)
        case SellerAction.WALK:
            return SellerChoice(action, None, None, message)


def _buyer_choice(found: Mapping[str, Any], sellers: Sellers, currency: str) -> BuyerChoice:
    fields = _flattened(found)
    _check_currency(fields, currency)
    listed = _only(_values(fields, _LISTS))
    bids = _bids(listed, sellers, currency)
    decision = _buyer_decision(fields, _called(found), has_bids=bool(bids))
    if decision is BuyerDecision.GO_ON and listed is None and _values(fields, SELLER_KEYS):
        bids = _bids([found], sellers, currency)
    if decision is not BuyerDecision.AWARD:
        return BuyerChoice(decision, None, bids)
    named = {known_key(value, sellers) for value in _values(fields, SELLER_KEYS)}
    if len(named) != 1 or None in named:
        raise Unusable(Flaw.WRONG_ACTION, 'say in "to" which one of the sellers gets the award')
    return BuyerChoice(decision, named.pop(), bids)


def _flattened(found: Mapping[str, Any]) -> list[tuple[str, Any]]:
    """Keys made plain, with those of a nested offer beside the others."""
    fields = [(plain_key(key), value) for key, value in found.items()]
    nested = {plain_key(key) for key in _NESTED}
    inner = [value for key, value in fields if key in nested and isinstance(value, dict)]
    return fields + [(plain_key(key), value) for value in inner for key, value in value.items()]


def _values(fields: Iterable[tuple[str, Any]], names: Collection[str]) -> list[Any]:
    plain = {plain_key(name) for name in names}
    return [value for key, value in fields if key in plain and value is not None]


def _only(values: Sequence[Any]) -> Any:
    """The one value, None if there is none. Raises Unusable if there are several that differ."""
    if any(value != values[0] for value in values):
        raise Unusable(Flaw.WRONG_TYPE, "give each field once")
    return values[0] if values else None


def _check_currency(fields: Sequence[tuple[str, Any]], currency: str) -> None:
    for written in _values(fields, ("currency", "currency_code")):
        if not (isinstance(written, str) and (not written.strip() or is_currency(written.strip(), currency))):
            raise Unusable(Flaw.WRONG_TYPE, f"the price must be in {currency}")


def _price(fields: Sequence[tuple[str, Any]], currency: str) -> Decimal | None:
    given = _values(fields, _PRICES) or [v for v in _values(fields, _OTHER_PRICES) if not isinstance(v, dict)]
    prices = [read_price(_amount(value, currency), currency) for value in given]
    if any(price != prices[0] for price in prices):
        raise Unusable(Flaw.NO_PRICE, "give one price only")
    return prices[0] if prices else None


def _amount(value: Any, currency: str) -> Any:
    """What stands in a price that is given as an object of amount and currency."""
    if not isinstance(value, dict):
        return value
    fields = _flattened(value)
    _check_currency(fields, currency)
    return _only(_values(fields, ("amount", "value", *_PRICES)))


def _quantity(fields: Sequence[tuple[str, Any]]) -> int | None:
    counts = {read_quantity(value) for value in _values(fields, _QUANTITY)}
    if len(counts) > 1:
        raise Unusable(Flaw.WRONG_QUANTITY, "give one quantity only")
    return counts.pop() if counts else None


def _is_blank(value: Any) -> bool:
    """Whether it says "none" where a schema wants something: with an acceptance, nought is no price."""
    return value is None or (not isinstance(value, bool) and str(value).strip().lower() in _NOT_GIVEN)


def _called(found: Mapping[str, Any]) -> list[str]:
    """The tools that the object calls. Where no arguments stand beside it, a name may be that of some thing.

    Raises Unusable if the arguments are no object, for then a price in them would be passed over.
    """
    fields = [(plain_key(key), value) for key, value in found.items()]
    arguments = [value for key, value in fields if key in _ARGUMENTS]
    named = [value.get("name") if isinstance(value, dict) else value for value in _values(fields, _TOOLS)]
    called = [name for name in named if isinstance(name, str) and (arguments or _is_action(name) or _is_decision(name))]
    if called and any(not (isinstance(value, dict) or _is_blank(value)) for value in arguments):
        raise Unusable(Flaw.WRONG_TYPE, "give what belongs to the action in one object")
    return called


def _seller_action(fields: Sequence[tuple[str, Any]], called: Sequence[str]) -> SellerAction:
    says = [_action_of(value) for value in _values(fields, _ACTION) or called]
    if not says and _values(fields, (*_PRICES, *_OTHER_PRICES)) and not any(_may_end(*field) for field in fields):
        says = [SellerAction.OFFER]
    marks = [SellerAction.ACCEPT for key, value in fields if key in _ACCEPTS and value]
    marks += [SellerAction.WALK for key, value in fields if key in _WALKS and value]
    marks += [_action_of(name) for name in called if _is_action(name)]
    if not says or len({*says, *marks}) != 1:
        raise Unusable(Flaw.WRONG_ACTION, "give one action: offer, accept or walk")
    return says[0]


def _may_end(key: str, value: Any) -> bool:
    """Whether a field that we do not know seems to accept or to leave."""
    is_said = isinstance(value, str) and plain_key(value) in _ACCEPTS | _WALKS
    return is_said or (bool(value) and _ENDS.search(key) is not None and key not in map(plain_key, _PRICES))


def _is_action(name: str) -> bool:
    return plain_key(name) in _OFFERS | _ACCEPTS | _WALKS


def _is_decision(name: str) -> bool:
    return plain_key(name) in _GOES_ON | _AWARDS | _WALKS


def _action_of(value: Any) -> SellerAction:
    word = plain_key(value) if isinstance(value, str) else ""
    if word in _OFFERS:
        return SellerAction.OFFER
    if word in _ACCEPTS:
        return SellerAction.ACCEPT
    if word in _WALKS:
        return SellerAction.WALK
    raise Unusable(Flaw.WRONG_ACTION, "the action must be offer, accept or walk")


def _buyer_decision(fields: Sequence[tuple[str, Any]], called: Sequence[str], *, has_bids: bool) -> BuyerDecision:
    says = [_decision_of(value) for value in _values(fields, _ACTION) or called]
    if not says and has_bids:
        says = [BuyerDecision.GO_ON]
    marks = [BuyerDecision.AWARD for key, value in fields if key in _AWARDS and value]
    marks += [BuyerDecision.LEAVE for key, value in fields if key in _WALKS and value]
    marks += [_decision_of(name) for name in called if _is_decision(name)]
    if not says or len({*says, *marks}) != 1:
        raise Unusable(Flaw.WRONG_ACTION, "give one decision: go_on, award or leave")
    return says[0]


def _decision_of(value: Any) -> BuyerDecision:
    word = plain_key(value) if isinstance(value, str) else ""
    if word in _GOES_ON:
        return BuyerDecision.GO_ON
    if word in _AWARDS:
        return BuyerDecision.AWARD
    if word in _WALKS:
        return BuyerDecision.LEAVE
    raise Unusable(Flaw.WRONG_ACTION, "the decision must be go_on, award or leave")


def _bids(listed: Any, sellers: Sellers, currency: str) -> tuple[BidChoice, ...]:
    bids: dict[str, BidChoice] = {}
    for key, entry in entries(listed, sellers):
        fields = _flattened(entry) if isinstance(entry, dict) else [("price", entry)]
        _check_currency(fields, currency)
        price = _price(fields, currency)
        if price is None:
            continue
        bid = BidChoice(key, price, words_of(entry) if isinstance(entry, dict) else "")
        if bids.setdefault(key, bid).price != price:
            raise Unusable(Flaw.NO_PRICE, "give one bid for each seller")
    return tuple(bids.values())
