"""Offers that carry packages: what may be in them, what may be taken of them, and what then stands."""

from dataclasses import replace
from decimal import Decimal

import pytest

from negotiation.codec import decode, encode
from negotiation.core.decision import best_award, best_option, explain
from negotiation.core.errors import BeyondOwnLimits, OfferNotLive, OutsideLimits
from negotiation.core.events import Accepted, ApprovalRequested, Closed, Decided, Offered
from negotiation.core.folding import replay
from negotiation.core.moves import SILENCE, Accept, Award, Propose
from negotiation.core.protocol import best_rival_price, play
from negotiation.core.table import decide_approval, hand_over, move_by_hand, request_approval
from negotiation.core.visibility import BuyerViewer, SellerViewer, SpectatorViewer, buyer_view, see
from negotiation.core.vocabulary import ApprovalState, Holder, OfferStatus, Party, Reason
from tests.factories import STARTED, a_buyer, a_seller, after, an_active_room, played
from tests.rooms_with_terms import a_room_with_terms, terms_of

BID = terms_of(80, delivery_days=3, payment_days=30)
SLOW = terms_of(100, delivery_days=10, payment_days=0)
FAST = terms_of(104, delivery_days=2, payment_days=0)
LATER = terms_of(109, delivery_days=10, payment_days=30)
QUOTE = Propose(SLOW, packages=(FAST, LATER))


def an_open_room(**options):
    """Acme has bid, Bolt too; the sellers have the turn."""
    room = an_active_room(a_room_with_terms(**options))
    return played(room, *((Party.BUYER, seat.seller_id, Propose(BID)) for seat in room.setup.sellers))


def a_quoted_room(**options):
    return played(an_open_room(**options), (Party.SELLER, "acme", QUOTE))


def event_of(events, kind):
    return next(event for event in events if isinstance(event, kind))


def test_the_buyer_may_award_a_package_and_that_alone_is_agreed():
    room = a_quoted_room(sellers=(a_seller("Acme"),))

    events = play(room, Party.BUYER, "acme", Accept(2, package=1))

    assert event_of(events, Decided).terms == event_of(events, Closed).terms == FAST
    closed = after(room, *events)
    assert closed.terms == FAST
    assert closed.thread("acme").offers[-1].options == (FAST,)


def test_a_seller_may_accept_a_package_and_it_becomes_the_standing_offer():
    package = terms_of(70, delivery_days=10, payment_days=30)
    room = an_active_room(a_room_with_terms(sellers=(a_seller("Acme", floor=60),)))
    room = played(room, (Party.BUYER, "acme", Propose(BID, packages=(package,))))

    events = play(room, Party.SELLER, "acme", Accept(1, package=1))
    room = after(room, *events)

    assert event_of(events, Accepted).terms == package
    assert room.thread("acme").quote.options == (package,)
    assert room.thread("acme").quote.status is OfferStatus.ACCEPTED
    assert best_award(buyer_view(room)) == Award("acme", 1, Reason.FIRM_ACCEPTANCE)


@pytest.mark.parametrize("number", [-1, 3])
def test_a_package_that_is_not_there_cannot_be_taken(number):
    with pytest.raises(OfferNotLive, match=f"offer 2 has no package {number}") as refused:
        play(a_quoted_room(sellers=(a_seller("Acme"),)), Party.BUYER, "acme", Accept(2, package=number))

    assert refused.value.code == "OFFER_NOT_LIVE"


@pytest.mark.parametrize(
    ("packages", "rule"),
    [
        ((FAST, LATER, terms_of(101, delivery_days=9, payment_days=0)), "at most 2 packages"),
        ((replace(SLOW, unit_price=Decimal(99)),), "differ in their further terms"),
        ((FAST, replace(FAST, unit_price=Decimal(105))), "differ in their further terms"),
        ((replace(FAST, quantity=3),), "for one quantity"),
        ((terms_of(119, delivery_days=13, payment_days=0),), "outside the seller's limits"),
        ((terms_of(82, delivery_days=2, payment_days=0),), "outside the seller's limits"),
    ],
)
def test_each_package_is_judged_like_the_offer(packages, rule):
    with pytest.raises(OutsideLimits, match=rule):
        play(an_open_room(), Party.SELLER, "acme", Propose(SLOW, packages=packages))


def test_a_package_may_not_be_worth_more_to_the_seller_than_what_it_asked_before():
    room = played(a_quoted_room(), (Party.SELLER, "bolt", Propose(SLOW)))
    room = replace(room, round=2)
    room = played(room, (Party.BUYER, "acme", Propose(replace(BID, unit_price=Decimal(81)))))

    # Less money, but the buyer would wait longer: dearer in effect.
    with pytest.raises(OutsideLimits, match="never asks for more"):
        play(room, Party.SELLER, "acme", Propose(terms_of("99.99", delivery_days=12, payment_days=0)))
    play(room, Party.SELLER, "acme", Propose(terms_of(108, delivery_days=12, payment_days=30)))


def test_a_bid_of_more_money_may_still_be_less_than_before():
    room = played(a_quoted_room(), (Party.SELLER, "bolt", Propose(SLOW)))

    with pytest.raises(OutsideLimits, match="never bids less"):
        play(room, Party.BUYER, "acme", Propose(terms_of(81, delivery_days=2, payment_days=30)))
    play(room, Party.BUYER, "acme", Propose(terms_of(79, delivery_days=4, payment_days=30)))


def test_nobody_pays_the_asking_price_twice_by_a_package():
    room = an_active_room(a_room_with_terms(sellers=(a_seller("Acme", ask=100),)))

    with pytest.raises(OutsideLimits, match="asking price"):
        play(room, Party.BUYER, "acme", Propose(BID, packages=(terms_of(101, delivery_days=1, payment_days=30),)))


def test_the_best_package_is_the_price_that_others_are_told_of_like_for_like():
    room = a_quoted_room()

    # To the buyer the three are worth 121.00, 109.00 and 127.00.
    assert best_rival_price(room, "bolt") == 109
    assert best_rival_price(room, "bolt", BID) == 105
    assert best_rival_price(room, "acme", BID) is None


def test_a_false_claim_in_the_price_alone_is_refused():
    room = played(a_quoted_room(), (Party.SELLER, "bolt", Propose(SLOW)))

    with pytest.raises(OutsideLimits, match="best standing offer"):
        play(room, Party.BUYER, "bolt", Propose(BID, claim=FAST.unit_price))
    play(room, Party.BUYER, "bolt", Propose(BID, claim=best_rival_price(room, "bolt", BID)))


def test_offers_are_ranked_by_what_they_are_worth_with_their_terms():
    room = played(a_quoted_room(), (Party.SELLER, "bolt", Propose(terms_of(95, delivery_days=9, payment_days=0))))
    view = buyer_view(room)

    award = best_award(view)

    assert (award.seller_id, award.package) == ("acme", 1)
    assert best_option(view, view.threads[0]).price == 109
    assert explain(award, view) == (
        "The one standing offer was within the mandate. No other offer was one the buyer may accept."
    )


def test_the_explanation_says_that_terms_decided():
    room = played(a_quoted_room(), (Party.SELLER, "bolt", Propose(terms_of(95, delivery_days=6, payment_days=10))))
    view = buyer_view(room)

    assert best_award(view).seller_id == "bolt"
    assert explain(best_award(view), view).endswith(
        "With their further terms it was the best of 2 acceptable offers, by 2.00 a unit."
    )
    assert explain(Award("acme", 3, Reason.CHOSEN, package=1), view).endswith(
        "With its further terms it was worth 2.00 a unit less to the buyer than the best of 2 acceptable offers."
    )


def test_by_hand_a_package_is_taken_too_and_a_wrong_one_is_not():
    room = a_quoted_room(sellers=(a_seller("Acme"),))
    room = after(room, *hand_over(room, Party.BUYER, "", Holder.PERSON))

    events = move_by_hand(room, Party.BUYER, "acme", Accept(2, package=1))

    assert event_of(events, Decided).terms == FAST
    with pytest.raises(OfferNotLive, match="no package 3"):
        move_by_hand(room, Party.BUYER, "acme", Accept(2, package=3))
    with pytest.raises(BeyondOwnLimits):
        move_by_hand(room, Party.BUYER, "acme", Accept(2, package=2))


def test_by_hand_packages_are_offered_within_the_same_rules():
    room = an_open_room()
    room = after(room, *hand_over(room, Party.SELLER, "acme", Holder.PERSON))

    assert event_of(move_by_hand(room, Party.SELLER, "acme", QUOTE), Offered).packages == (FAST, LATER)
    with pytest.raises(OutsideLimits, match="at most 2"):
        move_by_hand(room, Party.SELLER, "acme", Propose(SLOW, packages=(FAST, LATER, BID)))
    with pytest.raises(BeyondOwnLimits):
        move_by_hand(
            room, Party.SELLER, "acme", Propose(SLOW, packages=(terms_of(119, delivery_days=20, payment_days=0),))
        )


def test_an_approval_is_asked_for_the_package_and_closes_with_it():
    setup = a_room_with_terms(sellers=(a_seller("Acme"),))
    setup = replace(setup, buyer=replace(setup.buyer, approve_above=a_buyer().minimum))
    room = replay(setup, STARTED)
    room = played(room, (Party.BUYER, "acme", Propose(BID)), (Party.SELLER, "acme", QUOTE))

    asked = request_approval(room, Award("acme", 2, Reason.BEST_OFFER, package=1), 60)
    events = decide_approval(after(room, *asked), 1, ApprovalState.APPROVED)

    assert event_of(asked, ApprovalRequested).terms == FAST
    assert event_of(events, Decided).terms == FAST


def test_packages_survive_the_log_and_an_older_log_has_none():
    offered = Offered(Party.SELLER, "acme", 1, 2, SLOW, SILENCE, packages=(FAST, LATER))
    name, payload = encode(offered)

    assert decode(name, payload) == offered
    del payload["packages"]
    assert decode(name, payload) == replace(offered, packages=())


def test_a_rival_is_shown_neither_packages_nor_terms():
    offered = Offered(Party.SELLER, "acme", 1, 2, SLOW, SILENCE, packages=(FAST,))

    assert see(offered, SellerViewer("acme")) == see(offered, BuyerViewer()) == offered
    assert see(offered, SellerViewer("bolt")) is None
    assert see(offered, SpectatorViewer()) is None
