"""What can be told of the other side's move: how it looks from across the table, and nothing of what made it."""

from decimal import Decimal

from negotiation.core.events import Accepted, Decided, Offered
from negotiation.core.reasons import Told, known_figures, said
from negotiation.core.room import Offer, Room
from negotiation.core.terms import Terms
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import Result

UNTOLD = "What made it choose so, only its own side is told."


def quote_across(before: Room, after: Room, move: Offered | Accepted) -> Told:
    """A seller's answer, as the buyer's side may know it."""
    thread, price = before.thread(move.seller_id), move.terms.unit_price
    last, bid = _last(thread.quotes), _last(thread.bids)
    rivals = {t.name: t.quote.terms.unit_price for t in buyer_view(after).threads if t.quote}
    rivals.pop(before.setup.seat(move.seller_id).name, None)
    if isinstance(move, Accepted):
        first = f"The seller takes the buyer's bid of {said(price)}."
        if last is not None:
            first += f" Its last offer was {said(last)}."
    else:
        first = _quoted(price, last, before.setup.seat(move.seller_id).limits.ask, is_final=move.is_final)
    claim = thread.bids[-1].claim if thread.bids and thread.bids[-1].round == before.round else None
    sentences = (first, _terms_of(move.terms), _to_rivals(price, rivals), _after(claim, price))
    figures = [
        ("Offer", price),
        ("Its offer before", last),
        ("The buyer's last bid", bid),
        ("Between the two", None if bid is None else price - bid),
        ("Best offer of another seller", min(rivals.values(), default=None)),
        ("Rival's price that it was told", claim),
    ]
    return _told(sentences, figures)


def bid_across(before: Room, move: Offered) -> Told:
    """The buyer's bid, as that seller may know it."""
    view, price = seller_view(before, move.seller_id), move.terms.unit_price
    last, own = _last(view.bids), _last(view.quotes)
    gap = None if own is None else own - price
    if last is None:
        first = f"The buyer opens at {said(price)}."
    elif price == last:
        first = f"The buyer stays at {said(price)}."
    else:
        first = f"The buyer bids {said(price)}, {_distance(price - last)} than before."
    below = f"That is {said(gap)} below the seller's last offer." if gap is not None and gap > 0 else ""
    is_reckoned = bool(before.setup.agenda(move.seller_id))
    how = "reckoned like for like over the further terms" if is_reckoned else "which is true"
    named = f"It names a rival's price of {said(move.claim)}, {how}." if move.claim is not None else ""
    figures = [
        ("Bid", price),
        ("Its bid before", last),
        ("The seller's last offer", own),
        ("Between the two", gap),
        ("Rival's price it names", move.claim),
    ]
    return _told((first, below, _terms_of(move.terms), named), figures)


def ending_across(before: Room, decided: Decided, seller_id: str) -> Told:
    """How the room ended, as that seller may know it: the event is the one that it is shown."""
    view = seller_view(before, seller_id)
    own = _last(view.quotes)
    claim = next((bid.claim for bid in reversed(view.bids) if bid.claim is not None), None)
    if decided.result is Result.DEAL and decided.terms is not None:
        price = decided.terms.unit_price
        first = f"The buyer took this seller's price of {said(price)} for {decided.terms.quantity}."
        figures = [("Price", price), ("The seller's last offer", own), ("Rival's price it was told last", claim)]
        return _told((first, _after_all(claim, price)), figures)
    first = "The room ended without a deal with this seller."
    figures = [("The seller's last offer", own), ("Rival's price it was told last", claim)]
    return _told((first, "" if own is None else _after_all(claim, own)), figures)


def _told(sentences: tuple[str, ...], figures: list[tuple[str, Decimal | None]]) -> Told:
    return Told((*filter(None, sentences), UNTOLD), known_figures(figures))


def _last(offers: tuple[Offer, ...]) -> Decimal | None:
    return offers[-1].terms.unit_price if offers else None


def _quoted(price: Decimal, last: Decimal | None, ask: Decimal, *, is_final: bool) -> str:
    end = ", and calls that final." if is_final else "."
    if last is None:
        return f"The seller opens at {said(price)}{', its asking price' if price == ask else ''}{end}"
    if price == last:
        return f"The seller stays at {said(price)}{end}"
    return f"The seller asks {said(price)}, {_distance(price - last)} than before{end}"


def _to_rivals(price: Decimal, rivals: dict[str, Decimal]) -> str:
    if not rivals:
        return ""
    name, best = min(rivals.items(), key=lambda rival: (rival[1], rival[0]))
    if best == price:
        return f"{name} asks as much."
    if price < best:
        return f"It is the best offer on the table, {said(best - price)} below the next."
    return f"{name} asks {said(price - best)} less."


def _after(claim: Decimal | None, price: Decimal) -> str:
    if claim is None:
        return ""
    return f"It had been told of a rival's {said(claim)}, and {'went' if price < claim else 'did not go'} below."


def _after_all(claim: Decimal | None, price: Decimal) -> str:
    if claim is None:
        return ""
    return f"The last rival's price that it was told was {said(claim)}, {_level(claim - price)}."


def _level(difference: Decimal) -> str:
    if not difference:
        return "the same as its own"
    return f"{said(abs(difference))} {'above' if difference > 0 else 'below'} its own"


def _distance(difference: Decimal) -> str:
    return f"{said(abs(difference))} {'more' if difference > 0 else 'less'}"


def _terms_of(terms: Terms) -> str:
    if not terms.extras:
        return ""
    named = ", ".join(f"{name.replace('_', ' ')} {value}" for name, value in terms.extras)
    return f"With it go {named}."
