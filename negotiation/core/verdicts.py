"""Why a room ended as it did, with the numbers of the buyer's side: why this offer, and why not sooner."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from negotiation.core.decision import best_option, valid_quotes
from negotiation.core.events import Decided, Event, RoundStarted
from negotiation.core.folding import evolve
from negotiation.core.reasons import Told, known_figures, said
from negotiation.core.room import Room, Setup, new_room
from negotiation.core.strategy import acceptable_price, live_quotes
from negotiation.core.utility import buyer_price
from negotiation.core.visibility import BuyerView, buyer_view
from negotiation.core.vocabulary import Reason


@dataclass(frozen=True, slots=True)
class _Stand:
    """What the best offer that the buyer might have taken when a round was over came to for it."""

    round: int
    price: Decimal


def explain_decision(setup: Setup, events: Sequence[Event], asked: Room) -> Told:
    """The last of the events is the decision, `asked` the room in which it was taken."""
    decided = events[-1]
    assert isinstance(decided, Decided)
    view = buyer_view(asked)
    if decided.terms is None:
        return _without_deal(view, decided)
    price, counted = _comes_to(setup, decided), ", with its further terms" if _has_agenda(setup) else ""
    others = [thread for thread in valid_quotes(view) if thread.seller_id != decided.seller_id]
    next_best = best_option(view, others[0]) if others else None
    earlier = [stand for stand in _stands(setup, events) if stand.round < decided.round]
    sentences = (decided.explanation, _good_enough(view, decided), _why_not_sooner(setup, earlier, decided))
    figures = [
        ("Price", decided.terms.unit_price),
        (f"Price{counted}", price if counted else None),
        (f"Next best offer{counted}", next_best.price if next_best else None),
        ("Limit", view.limits.maximum),
        ("Below the limit", view.limits.maximum - price),
        (f"Best offer in round {earlier[0].round}{counted}" if earlier else "", earlier[0].price if earlier else None),
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


def _why_not_sooner(setup: Setup, earlier: Sequence[_Stand], decided: Decided) -> str:
    if decided.round < 2:
        return ""
    if not earlier:
        return f"Before round {decided.round} no offer stood that the buyer may take."
    first, price = earlier[0], _comes_to(setup, decided)
    best = (
        "the best offer, with what its further terms take from the buyer," if _has_agenda(setup) else "the best offer"
    )
    if first.price > price:
        return (
            f"Sooner would have been dearer: in round {first.round} {best} was {said(first.price)}, and as an"
            f" offer that stands does not get worse, waiting brought {said(first.price - price)}."
        )
    return f"{best.capitalize()} was {said(first.price)} in round {first.round} already; waiting brought nothing more."


def _comes_to(setup: Setup, decided: Decided) -> Decimal:
    assert decided.terms is not None
    assert decided.seller_id is not None
    return buyer_price(setup.buyer, decided.terms, setup.agenda(decided.seller_id))


def _has_agenda(setup: Setup) -> bool:
    return any(setup.agenda(seat.seller_id) for seat in setup.sellers)


def _stands(setup: Setup, events: Sequence[Event]) -> Iterator[_Stand]:
    """At the end of each round in which there was something to take."""
    room = new_room(setup)
    for event in events:
        if isinstance(event, RoundStarted):
            view = buyer_view(room)
            options = [best_option(view, thread) for thread in valid_quotes(view)]
            if options and options[0] is not None:
                yield _Stand(room.round, options[0].price)
        room = evolve(room, event)


def _told(sentences: tuple[str, ...], figures: Sequence[tuple[str, Decimal | None]]) -> Told:
    return Told(tuple(filter(None, sentences)), known_figures(figures))
