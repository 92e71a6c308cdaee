"""A deal sheet as lines of a file: one for each room, whatever became of it."""

from collections.abc import Iterator

from marketplace.csv_files import Cell, terms_cell
from marketplace.summary import Purchase, RoomRow, SessionSummary, whole_cents
from negotiation.core.vocabulary import Result

DEAL_HEADINGS = (
    *("seller", "quantity", "unit_price", "total"),
    *("asking_price", "limit_price", "saved_against_asking", "saved_against_limit"),
    *("competitive_price", "best_possible_price", "buyer_share", "lowest_floor_won"),
    *("price_in_effect", "terms"),
    *("messages", "trade"),
)
HEADINGS = (
    *("room_id", "item_id", "item", "direct", "quantity_needed", "currency", "result", "what_if"),
    *("rounds", "seconds", "reason", "explanation"),
    *DEAL_HEADINGS,
)


def rows_of(summary: SessionSummary) -> Iterator[tuple[Cell, ...]]:
    purchases = {purchase.room_id: purchase for purchase in summary.purchases}
    for room in summary.rooms:
        purchase = purchases.get(room.code)
        deal = _deal(purchase) if purchase else (None,) * (len(DEAL_HEADINGS) - 1) + (room.trade_number,)
        yield (*_room(room, summary), *deal)


def _room(room: RoomRow, summary: SessionSummary) -> tuple[Cell, ...]:
    return (
        str(room.code),
        room.item_id,
        room.item_name,
        bool(room.is_bilateral),
        room.quantity_needed,
        summary.currency,
        _result(room),
        summary.session.is_what_if,
        room.current_round,
        room.duration_seconds,
        room.reason or room.skip_reason,
        room.explanation,
    )


def _result(room: RoomRow) -> str:
    if not room.is_over:
        return "open"
    if room.is_bought:
        return "bought"
    return "trade_cancelled" if room.result == Result.DEAL else "not_bought"


def _deal(purchase: Purchase) -> tuple[Cell, ...]:
    return (
        purchase.seller_name,
        purchase.quantity,
        purchase.unit_price,
        purchase.total_cost,
        purchase.asking_price,
        purchase.limit_price,
        purchase.savings_against_ask,
        purchase.savings_against_limit,
        whole_cents(purchase.competitive_price),
        whole_cents(purchase.best_possible_price),
        purchase.buyer_share,
        purchase.was_best_seller,
        purchase.price_in_effect,
        terms_cell(purchase.extras),
        purchase.messages,
        purchase.trade_number,
    )
