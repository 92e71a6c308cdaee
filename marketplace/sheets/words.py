"""What the figures of a deal sheet mean, in sentences. They use both sides' private numbers: for operators alone."""

from decimal import Decimal

from marketplace.summary import Purchase, RoomRow, SessionSummary
from marketplace.templatetags.parley import money
from negotiation.core.analysis import lowest_legal_price, survey
from negotiation.core.room import Setup
from negotiation.core.vocabulary import Result


def verdict(summary: SessionSummary) -> str:
    """The whole session in a sentence or two."""
    wanted, bought = summary.total_items_requested, summary.items_purchased
    if not bought:
        return "Nothing is bought yet." if summary.open_rooms else "Nothing was bought."
    asked, competitive = summary.total_asked, summary.competitive_total
    parts = [f"{_percent(summary.savings_against_ask / asked)} less than was asked"] if asked else []
    if competitive:
        parts.append(_against(summary.total_spent, competitive))
    counted = f"{bought} of {wanted} items" if wanted != 1 else "The item"
    were = "would have been" if summary.session.is_what_if else "was" if bought == 1 else "were"
    return f"{counted} {were} bought for {money(summary.total_spent, summary.currency)}: {' and '.join(parts)}."


def on_purchase(purchase: Purchase, setup: Setup, currency: str) -> list[str]:
    """One sentence for each figure."""
    return [
        _on_asking(purchase, currency),
        _on_limit(purchase, currency),
        _on_competition(purchase, setup, currency),
        _on_best_possible(purchase, currency),
        _on_winner(purchase, setup, currency),
        _on_share(purchase),
    ]


def on_failure(room: RoomRow, setup: Setup, currency: str) -> str:
    """Whether the room could have ended with a deal at all, or what became of the deal that it had."""
    if room.result == Result.DEAL:
        had = f"The deal with {room.winner_name} at {money(room.unit_price, currency)} a unit"
        return f"{had} does not count: the trade {room.trade_number} was cancelled."
    zopa = survey(setup).zopa
    if zopa is None:
        return "No deal was possible: no seller could go as low as the buyer's limit."
    low, high = money(zopa.low, currency), money(zopa.high, currency)
    return (
        f"A deal was possible at any price from {low}, the lowest that a seller could accept, to the limit of {high}."
    )


def _on_asking(purchase: Purchase, currency: str) -> str:
    asked = money(purchase.asking_price, currency)
    a_unit = purchase.asking_price - purchase.unit_price
    if not a_unit:
        return f"{purchase.seller_name} got the {asked} a unit that it asked."
    saved = f"{money(abs(purchase.savings_against_ask), currency)} or {_percent(abs(a_unit) / purchase.asking_price)}"
    return f"{purchase.seller_name} asked {asked} a unit: {saved} {'were saved' if a_unit > 0 else 'were paid on top'}."


def _on_limit(purchase: Purchase, currency: str) -> str:
    under, limit = purchase.limit_price - purchase.unit_price, money(purchase.limit_price, currency)
    if not under:
        return f"The price is the buyer's limit of {limit}."
    where = "below" if under > 0 else "above"
    return f"The price is {money(abs(under), currency)} a unit {where} the buyer's limit of {limit}."


def _on_competition(purchase: Purchase, setup: Setup, currency: str) -> str:
    if purchase.competitive_price is None:
        return "No seller could legally sell at these limits, so there is no competitive price."
    if len(_able(setup)) == 1:
        return "Only one seller could sell within the limits, so open competition would lead to the limit itself."
    against = _against(purchase.unit_price, purchase.competitive_price)
    return f"The price is {against} ({money(purchase.competitive_price, currency)})."


def _on_best_possible(purchase: Purchase, currency: str) -> str:
    if purchase.best_possible_price is None:
        return ""
    left = purchase.unit_price - purchase.best_possible_price
    if left <= 0:
        return "This is the best possible price: no seller could accept less."
    least = money(purchase.best_possible_price, currency)
    return f"{money(left, currency)} a unit were left on the table: the lowest price a seller could accept is {least}."


def _on_winner(purchase: Purchase, setup: Setup, currency: str) -> str:
    able = _able(setup)
    if purchase.was_best_seller:
        alone = "The only seller that could serve the buyer won."
        return alone if len(able) == 1 else "The seller with the lowest floor won."
    if not able:
        return ""
    price, name = able[0]
    return f"{name} could have gone lowest, to {money(price, currency)}, but {purchase.seller_name} won."


def _on_share(purchase: Purchase) -> str:
    if purchase.buyer_share is None:
        return ""
    kept = _percent(purchase.buyer_share)
    return f"The buyer kept {kept} of the range between its limit and the best possible price."


def _able(setup: Setup) -> list[tuple[Decimal, str]]:
    """The sellers that could legally close, by the lowest price of each."""
    lowest = ((lowest_legal_price(setup.buyer, seat.limits), seat.name) for seat in setup.sellers)
    return sorted((price, name) for price, name in lowest if price is not None)


def _against(price: Decimal, competitive: Decimal) -> str:
    if price == competitive:
        return "exactly what open competition would lead to"
    away = f"{_percent(abs(price - competitive) / competitive)} " if competitive else ""
    return f"{away}{'above' if price > competitive else 'below'} what open competition would lead to"


def _percent(part: Decimal) -> str:
    """With one digit, or as many as it takes not to say 0.0 of what is more."""
    shown = f"{part * 100:.1f}"
    return f"{shown}\N{NO-BREAK SPACE}%" if shown != "0.0" or not part else "less than 0.1\N{NO-BREAK SPACE}%"
