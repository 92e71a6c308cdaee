"""How a session reads in a terminal: a line for everything said, and a table of what came of it."""

import textwrap
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from marketplace.offline import OfflineRoom, PlayedRoom
from marketplace.requests import SessionRequest
from negotiation.core.events import (
    Accepted,
    Answered,
    Closed,
    Decided,
    Event,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    RoundStarted,
    Said,
    StatusChanged,
    TableEvent,
    WalkedAway,
)
from negotiation.core.folding import evolve
from negotiation.core.matching import WHY_SKIPPED
from negotiation.core.room import Room, Setup, new_room
from negotiation.core.vocabulary import Party, Result
from negotiation.frames import FAILURES

LABEL_WIDTH = 18
LEAST_WIDTH = 80
HEADINGS = ("Item", "Result", "Seller", "Price", "Qty", "Total", "Saved", "Rounds")
LEFT_ALIGNED = 3
# Which columns give way to which width, one after the other; the rest hold numbers and short words.
ITEM, SELLER = 0, 2
SHRINKING = ((ITEM, 18), (SELLER, 14), (ITEM, 10), (SELLER, 6))

Paint = Callable[[str], str]
Spoken = Offered | Accepted | Said | Answered | WalkedAway


@dataclass(frozen=True, slots=True)
class Palette:
    """How text is coloured, if at all."""

    label: Paint
    head: Paint
    good: Paint
    bad: Paint


class Transcript:
    """Writes what happens in all rooms of a session, each line led by its room's item."""

    def __init__(
        self, rooms: Sequence[OfflineRoom], write: Callable[[str], None], width: int, palette: Palette
    ) -> None:
        self._write, self._width, self._palette = write, max(width, LEAST_WIDTH), palette
        self._labels = {room.item.item_id: _label(n, room) for n, room in enumerate(rooms, 1)}
        self._folds: dict[str, Room] = {room.item.item_id: new_room(room.setup) for room in rooms}

    def introduce(self, request: SessionRequest, rooms: Sequence[OfflineRoom]) -> None:
        items, rounds = len(request.items), request.max_rounds
        head = f"{request.buyer_name} negotiates {items} items in {request.currency},"
        self._write(f"{head} {rounds} rounds at most.")
        for room in rooms:
            if room.why_none is not None:
                self._paragraph(room, "Skipped.", WHY_SKIPPED[room.why_none], self._palette.bad)
            else:
                self._paragraph(room, "Opens.", _invitation(room), self._palette.head)

    def tell(self, room: OfflineRoom, event: Event) -> None:
        before = self._folds[room.item.item_id]
        self._folds[room.item.item_id] = evolve(before, event)
        paint = self._palette.head
        match event:
            case RoundStarted():
                self._paragraph(room, f"Round {event.round} of {before.setup.max_rounds}.", _standing(before), paint)
            case Offered() | Accepted() | Said() | Answered() | WalkedAway():
                self._paragraph(room, _speech_head(room.setup, event), event.words.text, paint)
            case Interjected():
                self._paragraph(room, "Buyer:", event.words.text, paint)
            case MindFailed():
                paint = self._palette.bad
                self._paragraph(room, f"{_mover(room.setup, event)}:", FAILURES[event.failure], paint)
            case Decided():
                self._decision(room, event)
            case StatusChanged() | OfferChanged() | TableEvent() | Closed():
                pass

    def _decision(self, room: OfflineRoom, event: Decided) -> None:
        if event.result is Result.DEAL and event.terms is not None and event.seller_id is not None:
            terms, name = event.terms, room.setup.seat(event.seller_id).name
            price, total = money(terms.unit_price), money(terms.total)
            head = f"Deal with {name}: {terms.quantity} at {price}, {total} in all."
            self._paragraph(room, head, event.explanation, self._palette.good)
        else:
            self._paragraph(room, "No deal.", event.explanation, self._palette.bad)

    def _paragraph(self, room: OfflineRoom, head: str, text: str, paint: Paint) -> None:
        label = self._labels[room.item.item_id]
        indent = LABEL_WIDTH + 2
        first, *rest = textwrap.wrap(f"{head} {text}", self._width - indent)
        if first.startswith(head):
            first = paint(head) + first.removeprefix(head)
        self._write(self._palette.label(f"{label:{indent}}") + first)
        for line in rest:
            self._write(" " * indent + line)


def table(played: Sequence[PlayedRoom], width: int, palette: Palette) -> list[str]:
    """One row for each item with its reason below, and the sums."""
    width = max(width, LEAST_WIDTH)
    rows = [_row(room) for room in played]
    widths = _column_widths([HEADINGS, *rows], width)
    lines = [palette.head(_aligned(HEADINGS, widths)), "-" * (sum(widths) + len(widths) - 1)]
    for room, row in zip(played, rows, strict=True):
        paint = palette.good if room.deal else palette.bad
        lines.append(paint(_aligned(row, widths)))
        lines.extend(textwrap.wrap(reason(room), width, initial_indent="  ", subsequent_indent="  "))
    return [*lines, "", *textwrap.wrap(summary(played), width)]


def summary(played: Sequence[PlayedRoom]) -> str:
    deals = [room.deal for room in played if room.deal is not None]
    if not deals:
        return f"Bought none of {len(played)} items."
    spent = sum((deal.terms.total for deal in deals), Decimal(0))
    saved, asked = (
        sum((deal.saved for deal in deals), Decimal(0)),
        sum((deal.asked for deal in deals), Decimal(0)),
    )
    items = f"Bought {len(deals)} of {len(played)} items for {money(spent)}"
    return f"{items}, {money(saved)} ({_share(saved, asked)}) below the winners' asking prices."


def reason(played: PlayedRoom) -> str:
    """Why the room ended as it did, in a sentence."""
    if played.room.why_none is not None:
        return WHY_SKIPPED[played.room.why_none]
    assert played.ending is not None
    return played.ending.explanation


def money(amount: Decimal) -> str:
    return f"{amount:,.2f}"


def _label(number: int, room: OfflineRoom) -> str:
    return _cut(f"{number} {room.item.item_name}", LABEL_WIDTH)


def _cut(text: str, width: int) -> str:
    return text if len(text) <= width else f"{text[: width - 2].rstrip()}.."


def _invitation(room: OfflineRoom) -> str:
    sellers = ", ".join(f"{seat.name} ({money(seat.limits.ask)})" for seat in room.setup.sellers)
    invited = f"{room.item.quantity_needed} x {room.item.item_name}, asked of {sellers}."
    left_out = "; ".join(f"{seller.seller_name} ({seller.reason})" for seller in room.left_out)
    return f"{invited} Left out: {left_out}." if left_out else invited


def _standing(room: Room) -> str:
    """The best offer that stands as the round begins."""
    quotes = [
        (thread.quote.terms.unit_price, room.setup.seat(thread.seller_id).name)
        for thread in room.open_threads
        if thread.quote is not None
    ]
    if not quotes:
        return "No offer stands yet."
    price, name = min(quotes)
    return f"Best standing offer: {money(price)} from {name}."


def _speech_head(setup: Setup, event: Spoken) -> str:
    seller = setup.seat(event.seller_id).name
    who = f"Buyer to {seller}" if event.party is Party.BUYER else f"{seller} to buyer"
    match event:
        case Offered():
            return f"{who} at {money(event.terms.unit_price)}:"
        case Accepted():
            return f"{who}, accepts {money(event.terms.unit_price)}:"
        case WalkedAway():
            return f"{who}, leaves:"
        case Answered():
            return f"{who}, declines:"
        case Said():
            return f"{who}:"


def _mover(setup: Setup, event: MindFailed) -> str:
    return "Buyer" if event.party is Party.BUYER else setup.seat(event.seller_id).name


def _row(played: PlayedRoom) -> tuple[str, ...]:
    item, deal, ending = played.room.item, played.deal, played.ending
    if ending is None:
        return (item.item_name, "skipped", "", "", "", "", "", "")
    if deal is None:
        return (item.item_name, "no deal", "", "", "", "", "", str(ending.round))
    terms = deal.terms
    return (
        item.item_name,
        "deal",
        deal.seat.name,
        money(terms.unit_price),
        str(terms.quantity),
        money(terms.total),
        _share(deal.saved, deal.asked),
        str(ending.round),
    )


def _share(part: Decimal, whole: Decimal) -> str:
    return f"{100 * part / whole:.1f} %"


def _column_widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """As wide as the contents; what does not fit is taken from the names."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for column, least in SHRINKING:
        excess = max(0, sum(widths) + len(widths) - 1 - width)
        widths[column] = max(min(widths[column], least), widths[column] - excess)
    return widths


def _aligned(row: Sequence[str], widths: Sequence[int]) -> str:
    cells = [
        f"{_cut(cell, width):<{width}}" if column < LEFT_ALIGNED else f"{cell:>{width}}"
        for column, (cell, width) in enumerate(zip(row, widths, strict=True))
    ]
    return " ".join(cells).rstrip()
