"""How an ended negotiation went for one of its two sides, in that side's own numbers: no other's limit enters."""

from collections.abc import Sequence
from decimal import Decimal

from marketplace.templatetags.parley import money
from negotiation.core.analysis import Path
from negotiation.core.vocabulary import OfferStatus, Party, Result
from negotiation.models import NegotiationRun, Offer, Outcome, Participant
from negotiation.summary import JUDGED


def how_it_went(run: NegotiationRun, thread: Participant, party: Party) -> list[str]:
    """Nothing while the room goes on, or where it was broken off."""
    outcome: Outcome | None = getattr(run, "outcome", None)
    if outcome is None or run.status not in JUDGED:
        return []
    offers = list(thread.offers.order_by("number"))
    is_won = outcome.result == Result.DEAL and outcome.participant_id == thread.pk
    if party is Party.SELLER:
        told = _sold(outcome, thread, run) if is_won else _unsold(thread, offers, run)
    elif is_won:
        told = _bought(outcome, thread, run)
    else:
        told = _passed_over(outcome, thread, offers, run)
    return [*told, *(_way(offers, outcome, thread, party) if is_won else ())]


def _sold(outcome: Outcome, thread: Participant, run: NegotiationRun) -> list[str]:
    assert outcome.unit_price is not None
    assert outcome.quantity is not None
    price, quantity, currency = outcome.unit_price, outcome.quantity, run.session.currency
    above = price - thread.least_price
    in_all = f", {money(abs(above) * quantity, currency)} in all" if above else ""
    return [
        f"You sold at {money(price, currency)} a unit, "
        f"{_apart(price - thread.selling_price, currency)} your asking price.",
        f"That is {_apart(above, currency)} your floor{in_all}, "
        f"and {_apart(price - thread.cost_price, currency)} your cost.",
    ]


def _unsold(thread: Participant, offers: Sequence[Offer], run: NegotiationRun) -> list[str]:
    last = _last_quote(offers)
    if last is None:
        return ["You made no offer and sold nothing."]
    price, currency = last.unit_price, run.session.currency
    room_left = _room_left(price - thread.least_price, currency)
    return [f"You sold nothing. Your last price was {money(price, currency)} a unit; {room_left}."]


def _room_left(above: Decimal, currency: str) -> str:
    """How far that price was from the floor, which a person may overrule."""
    if not above:
        return "that was your floor"
    if above < 0:
        return f"that was {money(-above, currency)} a unit below your floor"
    return f"you could have gone {money(above, currency)} a unit lower"


def _bought(outcome: Outcome, thread: Participant, run: NegotiationRun) -> list[str]:
    assert outcome.unit_price is not None
    assert outcome.quantity is not None
    price, quantity, currency = outcome.unit_price, outcome.quantity, run.session.currency
    saved, limit = thread.selling_price - price, run.item.max_price_per_unit
    in_all = f": {money(abs(saved) * quantity, currency)} {'less' if saved > 0 else 'more'} in all" if saved else ""
    told = [
        f"You pay {money(price, currency)} a unit, {_apart(-saved, currency)} what {thread.name} asked{in_all}.",
        f"That is {_apart(price - limit, currency)} your limit.",
    ]
    next_best = _next_best(run, thread)
    if next_best is None:
        return [*told, "No other seller's offer stood beside it."]
    gap = next_best.unit_price - price
    return [
        *told,
        f"The next best offer was {money(next_best.unit_price, currency)} from {next_best.participant.name}, "
        f"{_apart(gap, currency)} what you pay.",
    ]


def _passed_over(outcome: Outcome, thread: Participant, offers: Sequence[Offer], run: NegotiationRun) -> list[str]:
    last, currency = _last_quote(offers), run.session.currency
    if last is None:
        return [f"{thread.name} made no offer."]
    words = f"{thread.name} ended at {money(last.unit_price, currency)} a unit"
    if outcome.unit_price is not None:
        return [f"{words}, {_apart(last.unit_price - outcome.unit_price, currency)} what you pay another."]
    return [f"{words}, {_apart(last.unit_price - run.item.max_price_per_unit, currency)} your limit."]


def _way(offers: Sequence[Offer], outcome: Outcome, thread: Participant, party: Party) -> list[str]:
    bids = [offer.unit_price for offer in offers if offer.party == Party.BUYER]
    quotes = [offer.unit_price for offer in offers if offer.party == Party.SELLER]
    if not bids or not quotes or outcome.unit_price is None:
        return []
    path = Path(bids[0], quotes[0], outcome.unit_price)
    mine, theirs = path.buyer_part, path.seller_part
    if mine is None or theirs is None:
        return []
    if party is Party.SELLER:
        mine, theirs = theirs, mine
    other = thread.name if party is Party.BUYER else "the buyer"
    return [f"Of what lay between your first prices you gave {_percent(mine)} and {other} {_percent(theirs)}."]


def _next_best(run: NegotiationRun, thread: Participant) -> Offer | None:
    """The lowest that any other seller ended at, of what it did not take back."""
    others = Offer.objects.filter(run=run, party=Party.SELLER).exclude(participant=thread)
    standing = others.exclude(status__in=[OfferStatus.WITHDRAWN, OfferStatus.EXPIRED]).select_related("participant")
    last = {offer.participant_id: offer for offer in standing.order_by("number")}
    return min(last.values(), key=lambda offer: offer.unit_price, default=None)


def _last_quote(offers: Sequence[Offer]) -> Offer | None:
    return next((offer for offer in reversed(offers) if offer.party == Party.SELLER), None)


def _apart(difference: Decimal, currency: str) -> str:
    if not difference:
        return "exactly"
    return f"{money(abs(difference), currency)} {'above' if difference > 0 else 'below'}"


def _percent(part: Decimal) -> str:
    return f"{part * 100:.0f}\N{NO-BREAK SPACE}%"
