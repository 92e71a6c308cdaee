"""What of further terms and packages goes over the wire, and to whom."""

from decimal import Decimal

import pytest

from negotiation.core.events import Closed, Decided, Offered
from negotiation.core.moves import Words
from negotiation.core.room import new_room
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer
from negotiation.core.vocabulary import Party, Reason, Result, RoomStatus
from negotiation.frames import connected, frame_of
from tests.factories import NOON, a_roster, a_setup, records_of, terms
from tests.rooms_with_terms import a_room_with_terms, terms_of

SLOW, FAST = terms_of(100, delivery_days=10), terms_of(104, delivery_days=2)
PACKAGE = {"price": 104.0, "quantity": 4, "terms": {"delivery_days": 2}, "total_cost": 416.0}


def frame(event, viewer=OperatorViewer()):  # noqa: B008
    (record,) = records_of([event])
    return frame_of(record, a_roster(a_room_with_terms()), viewer)


def offered(party, offered_terms=SLOW, **more):
    return Offered(party, "acme", 1, 1, offered_terms, Words("Let us see."), **more)


def test_packages_go_with_the_offer_of_either_side():
    quote = frame(offered(Party.SELLER, packages=(FAST,)))
    bid = frame(offered(Party.BUYER, packages=(FAST,)))

    assert quote["offer"]["packages"] == [PACKAGE]
    assert bid["offers"][0]["packages"] == [PACKAGE]
    assert quote["offer"]["terms"] == {"delivery_days": 10}


def test_an_offer_of_price_alone_looks_as_it_always_did():
    quote = frame(offered(Party.SELLER, terms(100)))["offer"]

    assert not {"packages", "terms"} & quote.keys()


def test_the_decision_and_the_end_name_the_terms_that_were_taken():
    decided = frame(Decided(Result.DEAL, Reason.BEST_OFFER, 3, "acme", 1, FAST))
    closed = frame(Closed(RoomStatus.COMPLETED, Result.DEAL, Reason.BEST_OFFER, 3, "acme", FAST))
    plain = frame(Decided(Result.DEAL, Reason.BEST_OFFER, 3, "acme", 1, terms(Decimal(100))))

    assert decided["terms"] == closed["final_offer"]["terms"] == {"delivery_days": 2}
    assert "terms" not in plain


@pytest.mark.parametrize(
    ("viewer", "told"),
    [
        (OperatorViewer(), {"acme", "bolt"}),
        (BuyerViewer(), {"acme", "bolt"}),
        (SellerViewer("acme"), {"acme"}),
        (SpectatorViewer(), set()),
    ],
)
def test_which_terms_are_bargained_over_is_told_in_ones_own_threads(viewer, told):
    setup = a_room_with_terms()
    first = connected(new_room(setup), RoomStatus.ACTIVE, 0, a_roster(setup), viewer, NOON)

    with_agenda = {s["seller_id"] for s in first["sellers"] if s.get("agenda") == ["delivery_days", "payment_days"]}
    assert with_agenda == told


def test_without_further_terms_there_is_no_agenda():
    setup = a_setup()
    first = connected(new_room(setup), RoomStatus.ACTIVE, 0, a_roster(setup), OperatorViewer(), NOON)

    assert {"agenda" in seller for seller in first["sellers"]} == {False}
