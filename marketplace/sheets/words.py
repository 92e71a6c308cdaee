"""What the figures of a deal sheet mean, in sentences. They use both sides' private numbers: for operators alone."""

from decimal import Decimal

from marketplace.summary import Purchase, RoomRow, SessionSummary
from marketplace.templatetags.parley import money
from negotiation.core.analysis import lowest_legal_price, survey
from negotiation.core.room import Setup
from negotiation.core.vocabulary import Party, Result


def verdict(summary: SessionSummary) -> str:
    """The whole session in a sentence or two."""
    wanted, bought = summary.total_items_requested, summary.items_purchased
    if not bought:
        return "Nothing is bought yet." if summary.open_rooms else "Nothing was bought."
    asked, competitive = summary.total_asked, summary.competitive_total
    parts = [_against_asked(summary.savings_against_ask, asked)] if asked else []
    if competitive:
        parts.append(_against(summary.total_in_effect, competitive))
    counted = f"{bought} of {wanted} items" if wanted != 1 else "The item"
    were = "would have been" if summary.session.is_what_if else "was" if bought == 1 else "were"
    return f"{counted} {were} bought for {money(summary.total_spent, summary.currency)}: {' and '.join(parts)}."


def on_purchase(purchase: Purchase, setup: Setup, currency: str) -> list[str]:
    """What it came to against the asking price, the limit, an auction, the right winner and the best possible."""
    return [
        _on_asking(purchase, currency),
        _on_limit(purchase, currency),
        _on_further_terms(purchase, currency),
        _on_competition(purchase, setup, currency),
        _on_winner(purchase, setup, currency),
        _on_best_possible(purchase, currency),
        _on_split(purchase, currency),
        _on_way(purchase, currency),
    ]


def on_failure(room: RoomRow, setup: Setup, currency: str) -> str:
    """Whether the room could have ended with a deal at all, or what became of the deal that it had."""
    if room.result == Result.DEAL:
        had = f"The deal with {room.winner_name} at {money(room.unit_price, currency)} a unit"
        return f"{had} does not count: the trade {room.trade_number} was cancelled."
    zopa = survey(setup).zopa
    if zopa is None:
        return "No deal was possible: no seller could go as low as the buyer's limit."
    able = able_sellers(setup)
    low, high, missed = (money(amount, currency) for amount in (zopa.low, zopa.high, zopa.high - zopa.low))
    who = (
        f"{able[0][1]} could have gone to {low}" if len(able) == 1 else f"{able[0][1]} could have gone lowest, to {low}"
    )
    return f"A deal was missed: {who}, and the limit is {high}. Between the two lie {missed} a unit."


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


def _on_further_terms(purchase: Purchase, currency: str) -> str:
    deal = purchase.measures.deal
    if deal is None or deal.price == deal.unit_price:
        return ""
    comes_to = money(deal.price, currency)
    return f"With the further terms agreed it comes to {comes_to} a unit for the buyer; what follows is told of that."


def _on_competition(purchase: Purchase, setup: Setup, currency: str) -> str:
    measures, able = purchase.measures, able_sellers(setup)
    if not able:
        return "No seller could legally sell at these limits, so there is no competitive price."
    if measures.deal is None or measures.regret is None:
        return f"Only {able[0][1]} could sell within the limits, so nobody competed with it."
    auction = f"An auction among these sellers would have ended at {money(measures.competitive_price, currency)} a unit"
    if not measures.regret:
        return f"{auction}, exactly what was paid."
    away = money(abs(measures.regret), currency)
    paid = f"{auction}; {money(measures.deal.price, currency)} was paid, {away}"
    if measures.regret < 0:
        return f"{paid} better."
    share = measures.competitive_share
    got = f" The buyer got {_percent(share)} of what such an auction would have saved it." if share is not None else ""
    return f"{paid} more.{got}"


def _on_winner(purchase: Purchase, setup: Setup, currency: str) -> str:
    able, wasted = able_sellers(setup), purchase.measures.cost_of_winner
    if wasted is None or len(able) < 2:
        return ""
    if wasted <= 0:
        return f"The right seller won: nobody could have gone lower than {purchase.seller_name}."
    price, name = able[0]
    return (
        f"{name} would have been the right seller: it could have gone to {money(price, currency)}, "
        f"{_over_all(wasted, purchase.quantity, currency)} lower than {purchase.seller_name}."
    )


def _on_best_possible(purchase: Purchase, currency: str) -> str:
    least, left = purchase.measures.ideal_price, purchase.measures.left_by(Party.BUYER)
    if least is None or left is None:
        return ""
    if left <= 0:
        return "Nothing was left on the table: no seller could accept less."
    return (
        f"{_over_all(left, purchase.quantity, currency)} was left on the table: "
        f"the lowest price that a seller could accept is {money(least, currency)}."
    )


def _on_split(purchase: Purchase, currency: str) -> str:
    """Only where there was nobody else to turn to: else competition says more."""
    split, deal = purchase.measures.split, purchase.measures.deal
    if split is None or deal is None or purchase.measures.able != 1:
        return ""
    between = money(purchase.measures.limit - deal.legal, currency)
    return (
        f"Of the {between} a unit between its limit and the seller's, the buyer kept {_percent(split)} and "
        f"{purchase.seller_name} {_percent(1 - split)}."
    )


def _on_way(purchase: Purchase, currency: str) -> str:
    path = purchase.measures.path
    if path is None or path.buyer_part is None or path.seller_part is None:
        return ""
    return (
        f"They began {money(path.opening_gap, currency)} a unit apart: the buyer gave {_percent(path.buyer_part)} of "
        f"that, {purchase.seller_name} {_percent(path.seller_part)}."
    )


def able_sellers(setup: Setup) -> list[tuple[Decimal, str]]:
    """Those that could legally close, by the lowest price of each."""
    lowest = ((lowest_legal_price(setup.buyer, seat.limits), seat.name) for seat in setup.sellers)
    return sorted((price, name) for price, name in lowest if price is not None)


def _against_asked(saved: Decimal, asked: Decimal) -> str:
    if not saved:
        return "exactly what was asked"
    return f"{_percent(abs(saved) / asked)} {'less' if saved > 0 else 'more'} than was asked"


def _against(price: Decimal, competitive: Decimal) -> str:
    if price == competitive:
        return "exactly what open competition would lead to"
    away = f"{_percent(abs(price - competitive) / competitive)} " if competitive else ""
    return f"{away}{'above' if price > competitive else 'below'} what open competition would lead to"


def _over_all(a_unit: Decimal, quantity: int, currency: str) -> str:
    in_all = f" or {money(a_unit * quantity, currency)} in all" if quantity > 1 else ""
    return f"{money(a_unit, currency)} a unit{in_all}"


def _percent(part: Decimal) -> str:
    """With one digit, or as many as it takes not to say 0.0 of what is more."""
    shown = f"{part * 100:.1f}"
    return f"{shown}\N{NO-BREAK SPACE}%" if shown != "0.0" or not part else "less than 0.1\N{NO-BREAK SPACE}%"
