from decimal import Decimal

import pytest

from marketplace.offline import Deal, OfflineRoom, PlayedRoom
from marketplace.requests import ItemRequest
from marketplace.terminal import Palette, Transcript, summary, table
from negotiation.core.analysis import measure
from negotiation.core.events import (
    Accepted,
    Answered,
    Closed,
    Decided,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    RoundStarted,
    Said,
    StatusChanged,
    WalkedAway,
)
from negotiation.core.moves import Words
from negotiation.core.preferences import BuyerLimits, SellerLimits
from negotiation.core.room import SellerSeat, Setup
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Failure, OfferStatus, Party, Reason, Result, RoomStatus

PLAIN = Palette(str, str, str, str)
TERMS = Terms(Decimal("1234567.50"), 4)
HELLO = Words("Hello.")


def make_room(item_name="Oak desk", seller="Acme") -> OfflineRoom:
    limits = SellerLimits(Decimal(1), Decimal(2), Decimal(2_000_000), stock=9)
    setup = Setup(
        item_name=item_name,
        buyer_name="Harbour",
        buyer=BuyerLimits(Decimal(0), Decimal(3_000_000), 4),
        sellers=(SellerSeat("seller_1", seller, limits),),
        max_rounds=5,
    )
    item = ItemRequest("desk", item_name, 4, Decimal(0), Decimal(3_000_000))
    return OfflineRoom(item, setup, (), None)


def make_played(room: OfflineRoom) -> PlayedRoom:
    explanation = "The one standing offer was within the mandate."
    ending = Closed(RoomStatus.COMPLETED, Result.DEAL, Reason.ONLY_OFFER, 3, "seller_1", TERMS, explanation=explanation)
    return PlayedRoom(room, (ending,))


def told(*events, width: int = 100, palette: Palette = PLAIN) -> list[str]:
    room, lines = make_room(), []
    transcript = Transcript([room], lines.append, width, palette)
    for event in events:
        transcript.tell(room, event)
    return lines


@pytest.mark.parametrize(
    ("event", "line"),
    [
        (RoundStarted(1), "Round 1 of 5. No offer stands yet."),
        (Said(Party.SELLER, "seller_1", 1, HELLO), "Acme to buyer: Hello."),
        (Interjected(("seller_1",), 1, HELLO), "Buyer: Hello."),
        (Offered(Party.BUYER, "seller_1", 1, 1, TERMS, HELLO), "Buyer to Acme at 1,234,567.50: Hello."),
        (Accepted(Party.SELLER, "seller_1", 1, 1, TERMS, HELLO), "Acme to buyer, accepts 1,234,567.50: Hello."),
        (Answered(Party.SELLER, "seller_1", 1, 1, HELLO), "Acme to buyer, declines: Hello."),
        (WalkedAway(Party.SELLER, "seller_1", 1, HELLO), "Acme to buyer, leaves: Hello."),
        (Decided(Result.NO_DEAL, Reason.SELLERS_LEFT, 2, explanation="All left."), "No deal. All left."),
        (
            MindFailed(Party.SELLER, "seller_1", 1, Failure.TIMED_OUT),
            "Acme: A mind did not answer in time; its seat moved by its own strategy.",
        ),
    ],
)
def test_everything_that_people_follow_is_a_line_led_by_its_item(event, line):
    assert told(event) == [f"1 Oak desk          {line}"]


@pytest.mark.parametrize(
    "event",
    [
        StatusChanged(RoomStatus.QUEUED, RoomStatus.ACTIVE),
        OfferChanged("seller_1", 1, OfferStatus.COUNTERED),
        Closed(RoomStatus.COMPLETED, Result.NO_DEAL, Reason.SELLERS_LEFT, 2),
    ],
)
def test_bookkeeping_is_no_line(event):
    assert told(event) == []


def test_round_begins_with_the_best_offer_that_stands():
    offered = Offered(Party.SELLER, "seller_1", 1, 1, TERMS, HELLO)

    *_, line = told(offered, RoundStarted(2))

    assert line.endswith("Round 2 of 5. Best standing offer: 1,234,567.50 from Acme.")


def test_long_words_are_wrapped_under_their_beginning():
    first, *rest = told(Said(Party.BUYER, "seller_1", 1, Words("word " * 40)), width=80)

    assert first.startswith("1 Oak desk          Buyer to Acme: word")
    assert rest
    assert all(line.startswith(" " * 20 + "word") and len(line) <= 80 for line in rest)


def test_colour_is_put_around_the_item_and_the_speaker_only():
    palette = Palette(lambda text: f"<{text}>", lambda text: f"[{text}]", str, str)

    [line] = told(Said(Party.BUYER, "seller_1", 1, HELLO), palette=palette)

    assert line == "<1 Oak desk          >[Buyer to Acme:] Hello."


def test_table_fits_its_width_however_long_the_names_and_large_the_numbers():
    played = [make_played(make_room("A desk of " + "very " * 18 + "old oak", seller="Acme " * 9 + "Works"))]

    assert max(map(len, table(played, 80, PLAIN))) <= 80


def test_table_gives_the_reason_below_its_row():
    lines = table([make_played(make_room())], 80, PLAIN)

    assert lines[2].startswith("Oak desk deal   Acme   1,234,567.50   4 4,938,270.00 38.3 %      3")
    assert lines[3] == "  The one standing offer was within the mandate."


def test_sums_are_of_the_deals_only():
    skipped = PlayedRoom(make_room(), ())

    assert summary([make_played(make_room()), skipped]) == (
        "Bought 1 of 2 items for 4,938,270.00, 3,061,730.00 (38.3 %) below the winners' asking prices."
    )


def test_saving_of_a_deal_is_against_the_winners_asking_price():
    setup = make_room().setup

    deal = Deal(setup.sellers[0], TERMS, measure(setup, "seller_1", TERMS))

    assert (deal.asked, deal.saved) == (Decimal(8_000_000), Decimal("3061730.00"))
