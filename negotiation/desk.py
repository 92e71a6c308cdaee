"""What a side is told of its thread: one body for the API, the socket and whoever opens a negotiation."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from negotiation.core.events import Closed, Offered
from negotiation.core.preferences import Range
from negotiation.core.room import Offer as OpenOffer
from negotiation.core.suggesting import MarketPrice, Suggestion
from negotiation.core.table import legal_actions
from negotiation.core.terms import Terms
from negotiation.core.visibility import see
from negotiation.core.vocabulary import Action, Holder, OfferStatus, Party, Result
from negotiation.desk_places import Place, status_of
from negotiation.figures import money
from negotiation.models import AutoAcceptRule, Offer, OfferAdvice, SeatWait
from negotiation.reading import Marks, marks_of, unread_counts
from negotiation.trade_models import Trade

Body = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kept:
    """What the tables keep of a thread beside its log. `offers`, by number, may be some events behind or ahead."""

    wait: SeatWait | None
    marks: Marks
    rule: AutoAcceptRule | None
    unread: int
    trade: Trade | None
    offers: Mapping[int, Offer]


def negotiation_out(place: Place) -> Body:
    """With all offers, the oldest first."""
    kept = _kept([place])[place.row.pk]
    made = _offers_made(place)
    offers = [_offer(place, offer, made[offer.offer_id], kept) for offer in place.thread.offers]
    return {**_line(place, kept), "offers": offers}


def negotiation_lines(places: Sequence[Place]) -> list[Body]:
    """Without the offers that are not open any more."""
    kept = _kept(places)
    return [_line(place, kept[place.row.pk]) for place in places]


def read_marks_out(marks: Marks) -> Body:
    return {party: {"seq": marks[party].seq, "at": marks[party].at} if party in marks else None for party in Party}


def suggestion_out(suggestion: Suggestion) -> Body:
    terms, market = suggestion.terms, suggestion.market
    return {
        "suggested_price": money(terms.unit_price),
        "suggested_quantity": terms.quantity,
        "terms": dict(terms.extras),
        "action": suggestion.action,
        "confidence": suggestion.confidence,
        "reasoning": suggestion.reasoning,
        "acceptance_probability": suggestion.acceptance_probability,
        "market_comparison": None if market is None else _market(market, terms.unit_price),
    }


def _market(market: MarketPrice, price: Decimal) -> Body:
    return {
        "market_price": money(market.price),
        "difference_pct": market.difference(price),
        "n": market.count,
        "window_days": market.window_days,
    }


def _line(place: Place, kept: Kept) -> Body:
    row, room, setup = place.row, place.stored.room, place.roster.setup
    status = status_of(place, kept.wait)
    made = _offers_made(place)
    live, own = place.live_offer, place.own_offer
    in_play = status in ("active", "waiting")
    return {
        "negotiation_id": row.code,
        "room_id": place.roster.room_id,
        "session_id": place.roster.session_id,
        "item_id": row.run.item.item_id,
        "item_name": setup.item_name,
        "quantity_needed": setup.buyer.quantity,
        "currency": place.roster.currency,
        "status": status,
        "round": room.round,
        "max_rounds": setup.max_rounds,
        "your_party": place.party,
        "turn": place.thread.turn if in_play else None,
        "waiting": _waiting(kept.wait, place) if kept.wait is not None and in_play else None,
        "legal_actions": actions_now(place),
        "holders": {party: room.holder(party, place.seller_id) for party in Party},
        "counterparty": _counterparty(place, kept.trade),
        "your_limits": _limits(place),
        "asking_price": money(setup.seat(place.seller_id).limits.ask),
        "agenda": setup.agenda(place.seller_id),
        "live_offer": None if live is None else _offer(place, live, made[live.offer_id], kept),
        "own_offer": None if own is None else _offer(place, own, made[own.offer_id], kept),
        "unread": kept.unread,
        "read_marks": read_marks_out(kept.marks),
        "auto_accept": None if kept.rule is None else _rule(kept.rule),
        "outcome": _outcome(place),
        "trade_number": None if kept.trade is None else kept.trade.number,
        "last_seq": place.stored.last_seq,
    }


def actions_now(place: Place) -> list[Action]:
    """What the caller's side may do: while its agent holds the seat, only speak."""
    if place.party is None:
        return []
    legal = legal_actions(place.stored.room, place.party, place.seller_id)
    is_held = place.stored.room.holder(place.party, place.seller_id) is not Holder.AGENT
    return [action for action in legal if is_held or action is Action.MESSAGE]


def _waiting(wait: SeatWait, place: Place) -> Body:
    """What it may do is told to the side that is asked."""
    actions = wait.actions if place.party in (None, wait.party) else []
    return {"party": wait.party, "actions": actions, "asked_at": wait.asked_at, "expires_at": wait.until}


def _counterparty(place: Place, trade: Trade | None) -> Body | None:
    """The name from the start; who it is by law, and how to reach it, with the deal."""
    if place.party is None:
        return None
    other = place.party.other
    name = place.row.name if other is Party.SELLER else place.roster.setup.buyer_name
    if trade is None:
        return {"name": name, "legal_name": None, "contact": None}
    legal_name, contact = (
        (trade.seller_legal_name, trade.seller_contact)
        if other is Party.SELLER
        else (trade.buyer_legal_name, trade.buyer_contact)
    )
    return {"name": name, "legal_name": legal_name or None, "contact": contact or None}


def _limits(place: Place) -> Body | None:
    """The side's own private numbers, and never the other's."""
    setup = place.roster.setup
    match place.party:
        case None:
            return None
        case Party.BUYER:
            buyer = setup.buyer
            return {
                "min_price_per_unit": money(buyer.minimum),
                "max_price_per_unit": money(buyer.maximum),
                "target_price": money(place.row.run.item.target_price),
                "approve_above": money(buyer.approve_above),
                "approve_below_min": buyer.asks_below_minimum,
                **_ranges(buyer.extras),
            }
        case Party.SELLER:
            seller = setup.seat(place.seller_id).limits
            return {
                "cost_price": money(seller.cost),
                "least_price": money(seller.floor),
                "selling_price": money(seller.ask),
                "stock": seller.stock,
                **_ranges(seller.extras),
            }


def _ranges(extras: tuple[Range, ...]) -> Body:
    return {
        "terms": {each.name: [each.low, each.high] for each in extras},
        "term_worth": {each.name: round(float(each.worth), 4) for each in extras if each.worth},
    }


def _rule(rule: AutoAcceptRule) -> Body:
    return {
        "target_price": money(rule.target),
        "tolerance_pct": float(rule.tolerance * 100),
        "min_quantity_pct": float(rule.least_part * 100),
    }


def _outcome(place: Place) -> Body | None:
    """As the seller of the thread may know it, for both: of a deal with somebody else, that there is none here."""
    closed = next((see(r.event, place.viewer) for r in reversed(place.records) if isinstance(r.event, Closed)), None)
    if not isinstance(closed, Closed):
        return None
    is_won = closed.seller_id == place.seller_id and closed.terms is not None
    terms = closed.terms if is_won else None
    return {
        "result": Result.DEAL if is_won else Result.NO_DEAL,
        "reason": closed.reason,
        "price": money(terms.unit_price) if terms else None,
        "quantity": terms.quantity if terms else None,
        "total": money(terms.total) if terms else None,
        "terms": dict(terms.extras) if terms else {},
    }


def _offers_made(place: Place) -> dict[int, tuple[Offered, datetime]]:
    """The events by which the thread's offers were made, by number."""
    return {
        event.offer_id: (event, record.at)
        for record in place.records
        if isinstance(event := record.event, Offered) and event.seller_id == place.seller_id
    }


def _offer(place: Place, offer: OpenOffer, made: tuple[Offered, datetime], kept: Kept) -> Body:
    """Which suggestion was followed in it is for the maker's side alone. Of an accepted offer, what was taken."""
    event, at = made
    words, row = event.words, kept.offers.get(offer.offer_id)
    is_own = place.party in (None, offer.party)
    advice: OfferAdvice | None = getattr(row, "advice", None) if is_own else None
    return {
        "offer_id": place.roster.offer_id(offer.offer_id),
        "party": offer.party,
        "made_by": words.voice.speaker,
        **_option(offer.terms),
        "packages": [_option(package) for package in offer.packages],
        "state": offer.status,
        "is_final": offer.is_final,
        "message": words.text,
        "created_at": at,
        "responded_at": row.responded_at if row else None,
        "response_message": row.response_message if row else "",
        "ai_generated": words.voice.speaker is Holder.AGENT or advice is not None,
        "ai_confidence": advice.confidence if advice else None,
        "ai_reasoning": advice.reasoning if advice else None,
    }


def _option(terms: Terms) -> Body:
    return {
        "price": money(terms.unit_price),
        "quantity": terms.quantity,
        "total": money(terms.total),
        "terms": dict(terms.extras),
    }


def _kept(places: Sequence[Place]) -> dict[int, Kept]:
    """By thread, with as many queries for a hundred threads as for one."""
    rows = [place.row.pk for place in places]
    waits = {wait.participant_id: wait for wait in SeatWait.objects.filter(participant__in=rows)}
    trades = {
        trade.outcome.participant_id: trade
        for trade in Trade.objects.filter(outcome__participant__in=rows).select_related("outcome")
    }
    marks, unread, rules, offers = marks_of(rows), _unread(places), _rules(places), _offers(places)
    return {
        place.row.pk: Kept(
            waits.get(place.row.pk),
            marks.get(place.row.pk, {}),
            rules.get(place.row.pk),
            unread.get(place.row.pk, 0),
            trades.get(place.row.pk),
            offers.get(place.row.pk, {}),
        )
        for place in places
    }


def _unread(places: Sequence[Place]) -> dict[int, int]:
    found: dict[int, int] = {}
    for party in Party:
        if own := [place.row.pk for place in places if place.party is party]:
            found |= unread_counts(own, party)
    return found


def _rules(places: Sequence[Place]) -> dict[int, AutoAcceptRule]:
    """The side's own; the buyer's is one for all threads of a room."""
    kept = AutoAcceptRule.objects.filter(run__in={place.row.run_id for place in places})
    by_seat = {(rule.run_id, rule.participant_id): rule for rule in kept}
    own = {
        place.row.pk: by_seat.get((place.row.run_id, place.row.pk if place.party is Party.SELLER else None))
        for place in places
        if place.party is not None
    }
    return {row: rule for row, rule in own.items() if rule is not None}


def _offers(places: Sequence[Place]) -> dict[int, dict[int, Offer]]:
    """All of one thread; of several the open ones and those that a deal hangs on."""
    offers = Offer.objects.filter(participant__in=[place.row.pk for place in places]).order_by("number")
    if len(places) > 1:
        offers = offers.filter(status__in=[OfferStatus.PENDING, OfferStatus.ACCEPTED])
    found: dict[int, dict[int, Offer]] = {}
    for offer in offers.select_related("advice"):
        found.setdefault(offer.participant_id, {})[offer.number] = offer
    return found
