"""Why a room ended as it did, with the numbers of the buyer's side: why this offer, and why not sooner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.decision import valid_quotes
from negotiation.core.events import Decided, Event, RoundStarted
from negotiation.core.folding import evolve
from negotiation.core.reasons import Figure, Told, said
from negotiation.core.room import Room, Setup, new_room
from negotiation.core.strategy import acceptable_price, live_quotes
from negotiation.core.visibility import BuyerView, buyer_view
from negotiation.core.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class _Stand:
    """The best offer that the buyer might have taken when a round was over."""

    round: int
    price: Decimal


def explain_decision(setup: Setup, events: Sequence[Event], asked: Room) -> Told:
    """The last of the events is the decision, `asked` the room in which it was taken."""
    decided = events[-1]
    assert isinstance(decided, Decided)
    view = buyer_view(asked)
    if decided.terms is None:
        return _without_deal(view, decided)
    price = decided.terms.unit_price
    others = [t.quote.terms.unit_price for t in valid_quotes(view) if t.quote and t.seller_id != decided.seller_id]
    earlier = [stand for stand in _stands(setup, events) if stand.round < decided.round]
    sentences = (decided.explanation, _good_enough(view, decided), _why_not_sooner(earlier, decided.round, price))
    figures = [
        ("Price", price),
        ("Next best offer", min(others, default=None)),
        ("Limit", view.limits.maximum),
        ("Below the limit", view.limits.maximum - price),
        (f"Best offer in round {earlier[0].round}" if earlier else "", earlier[0].price if earlier else None),
    ]
    return _told(sentences, figures)


def _without_deal(view: BuyerView, decided: Decided) -> Told:
    quotes, limit = live_quotes(view), view.limits.maximum
    best = quotes[0] if quotes else None
    beyond = ""
    if best is not None and best > limit:
        beyond = f"The best offer was {said(best)}, {said(best - limit)} above the limit of {said(limit)}."
    elif best is None:
        beyond = "No offer stood at the end."
    return _told((decided.explanation, beyond), [("Best offer at the end", best), ("Limit", limit)])


def _good_enough(view: BuyerView, decided: Decided) -> str:
    if decided.reason is not Reason.GOOD_ENOUGH:
        return ""
    mark = said(acceptable_price(view))
    return (
        f"With one seller left the buyer would itself go up to {mark} by the next round, so there was no need to wait."
    )


def _why_not_sooner(earlier: Sequence[_Stand], at_round: int, price: Decimal) -> str:
    if at_round < 2:
        return ""
    if not earlier:
        return f"Before round {at_round} no offer stood that the buyer may take."
    first = earlier[0]
    if first.price > price:
        return (
            f"Sooner would have been dearer: in round {first.round} the best offer was {said(first.price)}, and as an"
            f" offer that stands does not get worse, waiting brought {said(first.price - price)}."
        )
    return f"The best offer was {said(first.price)} in round {first.round} already; waiting brought nothing more."


def _stands(setup: Setup, events: Sequence[Event]) -> Iterator[_Stand]:
    """At the end of each round in which there was something to take."""
    room = new_room(setup)
    for event in events:
        if isinstance(event, RoundStarted):
            ranked = valid_quotes(buyer_view(room))
            if ranked and ranked[0].quote is not None:
                yield _Stand(room.round, ranked[0].quote.terms.unit_price)
        room = evolve(room, event)


def _told(sentences: tuple[str, ...], figures: Sequence[tuple[str, Decimal | None]]) -> Told:
    known = tuple(Figure(name, value) for name, value in figures if value is not None)
    return Told(tuple(filter(None, sentences)), known)
