from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core import strategy
from negotiation.core.events import Accepted, Closed, MindFailed, Offered
from negotiation.core.folding import replay
from negotiation.core.frontier import frontier, place
from negotiation.core.moves import Propose
from negotiation.core.preferences import Range
from negotiation.core.price_views import buyer_price_view, seller_price_view
from negotiation.core.room import Offer
from negotiation.core.suggesting import suggest_to_buyer, suggest_to_seller
from negotiation.core.tradeoff import (
    Wish,
    bid_offers,
    choose_award,
    choose_bids,
    choose_quote,
    compromise,
    quote_offer,
    read_wishes,
    rival_claim,
)
from negotiation.core.utility import buyer_price, like_for_like, seller_price, worth_to_buyer
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import Party, Result
from tests.factories import (
    a_buyer_thread,
    a_buyer_view,
    a_seller,
    a_seller_view,
    an_active_room,
    play_out,
    played,
    some_setups,
)
from tests.rooms_with_terms import a_room_with_terms, some_rooms_with_terms, terms_of

FAST = Range("delivery_days", 1, 10, Decimal(-2))
LATE = Range("payment_days", 0, 30, Decimal("0.1"))


def offers_of(events, party):
    return [event for event in events if isinstance(event, Offered) and event.party is party]


def replayed(setup, events):
    """The room just before each offer."""
    for number, event in enumerate(events):
        if isinstance(event, Offered):
            yield replay(setup, events[:number]), event


def test_without_an_agenda_the_views_are_their_own_price_views_and_the_strategys_answers_stand():
    seller, buyer = a_seller_view(bids=(60, 70), quotes=(110,), round=2), a_buyer_view(a_buyer_thread(quotes=(100,)))

    assert seller_price_view(seller) is seller
    assert buyer_price_view(buyer) is buyer
    assert choose_quote(seller) == strategy.choose_quote(seller)
    assert choose_bids(buyer) == strategy.choose_bids(buyer)
    assert choose_award(buyer) == strategy.choose_award(buyer)


def test_who_has_heard_nothing_names_its_ideal():
    assert compromise((FAST, LATE), {}, Decimal(50)) == (("delivery_days", 1), ("payment_days", 30))


def test_a_side_goes_to_what_was_asked_as_far_as_its_budget_and_first_where_nearness_is_cheap():
    asked = {"delivery_days": Wish(9, 9, 9), "payment_days": Wish(0, 0, 0)}

    assert compromise((FAST, LATE), asked, Decimal(100)) == (("delivery_days", 9), ("payment_days", 0))
    # All of payment takes 3.00 and brings it as near as 18.00 for all of delivery would.
    assert compromise((FAST, LATE), asked, Decimal("7.50")) == (("delivery_days", 3), ("payment_days", 0))
    assert compromise((FAST, LATE), asked, Decimal(0)) == (("delivery_days", 1), ("payment_days", 30))


def test_known_worths_decide_who_gives_way():
    dear = {"delivery_days": Wish(9, 2, 10, rate=Decimal(3)), "payment_days": Wish(0, 0, 20, rate=Decimal("-0.05"))}

    assert compromise((FAST, LATE), dear, Decimal(100)) == (("delivery_days", 10), ("payment_days", 30))


def test_where_both_want_the_same_the_range_of_the_other_decides():
    alike = {"delivery_days": Wish(3, 3, 5, rate=Decimal(-1))}

    assert compromise((FAST,), alike, Decimal(100)) == (("delivery_days", 3),)


def test_a_last_offer_names_no_value_that_the_other_side_has_never_come_to():
    wish = Wish(6, 4, 8, rate=Decimal("0.5"))

    assert compromise((FAST,), {"delivery_days": wish}, Decimal(100)) == (("delivery_days", 1),)
    assert compromise((FAST,), {"delivery_days": replace(wish, is_last=True)}, Decimal(100)) == (("delivery_days", 4),)


def test_who_does_not_care_takes_what_is_asked_for_nothing():
    careless = Range("delivery_days", 1, 10)

    assert compromise((careless,), {"delivery_days": Wish(14, 14, 14)}, Decimal(0)) == (("delivery_days", 10),)


def test_packages_of_equal_worth_tell_what_a_term_is_worth_to_their_maker():
    offer = Offer(
        1,
        Party.SELLER,
        "acme",
        1,
        terms_of(100, delivery_days=4, payment_days=30),
        packages=(terms_of(97, delivery_days=10, payment_days=30), terms_of(94, delivery_days=4, payment_days=10)),
    )

    wishes = read_wishes((offer,), ("delivery_days", "payment_days"), Party.SELLER)

    assert wishes["delivery_days"] == Wish(4, 4, 10, Decimal("0.5"))
    assert wishes["payment_days"] == Wish(30, 10, 30, Decimal("-0.3"))
    assert read_wishes((offer,), ("delivery_days",), Party.BUYER)["delivery_days"].rate == Decimal("-0.5")


def test_packages_that_differ_in_two_terms_tell_nothing():
    packages = (terms_of(97, delivery_days=10, payment_days=10),)
    offer = Offer(1, Party.SELLER, "acme", 1, terms_of(100, delivery_days=4, payment_days=30), packages=packages)

    assert read_wishes((offer,), ("delivery_days",), Party.SELLER)["delivery_days"].rate is None


def test_a_claim_is_told_on_the_terms_of_the_bid_that_carries_it():
    room = an_active_room(a_room_with_terms())
    bids = bid_offers(buyer_view(room))
    room = played(
        room,
        *((Party.BUYER, name, Propose(bids[name].terms)) for name in ("acme", "bolt")),
        (Party.SELLER, "acme", Propose(terms_of(100, delivery_days=2, payment_days=30))),
        (Party.SELLER, "bolt", Propose(terms_of(118, delivery_days=12, payment_days=0))),
    )

    bid = next(bid for bid in choose_bids(buyer_view(room)) if bid.seller_id == "bolt")
    terms = bid_offers(buyer_view(room))["bolt"].terms

    # To the buyer Acme's offer is worth 102.00; what the terms bid to Bolt take from it comes off that.
    burden = sum(each.burden(dict(terms.extras)[each.name]) for each in room.setup.buyer.extras)
    assert bid.claim == 102 - burden


def test_a_claim_that_presses_nobody_is_not_made():
    """Bolt's asking price is 120; by what the terms are worth to the buyer, Acme's offer comes to more."""
    room = an_active_room(a_room_with_terms())
    bids = bid_offers(buyer_view(room))
    room = played(
        room,
        *((Party.BUYER, name, Propose(bids[name].terms)) for name in ("acme", "bolt")),
        (Party.SELLER, "acme", Propose(terms_of(118, delivery_days=12, payment_days=0))),
    )
    view = buyer_view(room)
    thread = view.thread("bolt")
    terms = bid_offers(view)["bolt"].terms

    assert like_for_like(view.limits, [worth(view, "acme")], terms, thread.agenda) >= thread.ask
    assert rival_claim(view, thread, terms) is None


def worth(view, seller_id):
    other = view.thread(seller_id)
    return worth_to_buyer(view.limits, other.quote, other.agenda)


laws = settings(max_examples=25, deadline=None)


@laws
@given(some_rooms_with_terms())
def test_strategies_stay_inside_their_limits_whatever_the_terms_take(setup):
    events = play_out(setup)

    assert not [event for event in events if isinstance(event, MindFailed)]
    for event in offers_of(events, Party.BUYER):
        assert all(setup.buyer.permit(terms) for terms in (event.terms, *event.packages))
    for event in offers_of(events, Party.SELLER):
        limits = setup.seat(event.seller_id).limits
        assert all(limits.permit(terms) for terms in (event.terms, *event.packages))
    closed = events[-1]
    if closed.result is Result.DEAL:
        assert setup.buyer.admit(closed.terms)
        assert setup.seat(closed.seller_id).limits.permit(closed.terms)


@laws
@given(some_rooms_with_terms())
def test_the_packages_of_an_offer_are_worth_the_same_to_the_cent_to_its_maker(setup):
    for event in (event for event in play_out(setup) if isinstance(event, Offered) and event.packages):
        agenda = setup.agenda(event.seller_id)
        if event.party is Party.BUYER:
            worths = {buyer_price(setup.buyer, terms, agenda) for terms in (event.terms, *event.packages)}
        else:
            limits = setup.seat(event.seller_id).limits
            worths = {seller_price(limits, terms, agenda) for terms in (event.terms, *event.packages)}
        assert len(worths) == 1


@laws
@given(some_rooms_with_terms())
def test_in_effect_no_seller_asks_for_more_and_no_buyer_bids_less_than_before(setup):
    events = play_out(setup)

    for seat in setup.sellers:
        agenda = setup.agenda(seat.seller_id)
        bids = [e.terms for e in offers_of(events, Party.BUYER) if e.seller_id == seat.seller_id]
        quotes = [e.terms for e in offers_of(events, Party.SELLER) if e.seller_id == seat.seller_id]
        worths = [buyer_price(setup.buyer, terms, agenda) for terms in bids]
        asked = [seller_price(seat.limits, terms, agenda) for terms in quotes]
        assert worths == sorted(worths)
        assert asked == sorted(asked, reverse=True)


@laws
@given(some_setups(max_sellers=3))
def test_ranges_that_nobody_gains_by_change_no_price(setup):
    ranges = (Range("delivery_days", 1, 10), Range("payment_days", 0, 30))
    with_ranges = replace(
        setup,
        buyer=replace(setup.buyer, extras=ranges),
        sellers=tuple(replace(seat, limits=replace(seat.limits, extras=ranges)) for seat in setup.sellers),
    )

    assert play_out(with_ranges) == play_out(setup)


def test_two_strategies_agree_on_the_terms_that_leave_most_to_share():
    for seed in range(8):
        setup = a_room_with_terms(seed=seed)
        closed = play_out(setup)[-1]

        assert isinstance(closed, Closed)
        assert dict(closed.terms.extras) == {"delivery_days": 2, "payment_days": 0}
        assert place(setup, closed.seller_id, closed.terms).left_per_unit == 0


@settings(max_examples=15, deadline=None)
@given(st.integers(0, 10_000), st.integers(1, 40), st.integers(1, 40))
def test_the_terms_agreed_are_within_a_few_percent_of_the_frontier(seed, delivery, payment):
    """A day may cost the buyer or the seller up to a whole unit of money: much or little against the price."""
    setup = a_room_with_terms(seed=seed)
    buyer, seller = setup.buyer, setup.sellers[0]
    ranges = (Range("delivery_days", 1, 12, Decimal(-delivery) / 40), Range("payment_days", 0, 12, Decimal("0.5")))
    theirs = (Range("delivery_days", 1, 12, Decimal("0.5")), Range("payment_days", 0, 12, Decimal(-payment) / 40))
    setup = replace(
        setup,
        buyer=replace(buyer, extras=ranges),
        sellers=(replace(seller, limits=replace(seller.limits, extras=theirs)),),
    )

    closed = play_out(setup)[-1]

    most = frontier(setup, "acme").nash.joint_gain
    assert closed.result is Result.DEAL
    assert place(setup, "acme", closed.terms).left_per_unit <= most * Decimal("0.05")


def test_a_seller_shows_packages_in_the_middle_rounds_only():
    events = play_out(a_room_with_terms())

    rounds = {event.round for event in offers_of(events, Party.SELLER) if event.packages}
    assert rounds
    assert rounds <= set(range(2, 10))


def test_a_quotes_price_is_that_of_the_terms_it_goes_with():
    setup = a_room_with_terms()
    for room, event in replayed(setup, play_out(setup)):
        if event.party is Party.SELLER:
            view = seller_view(room, event.seller_id)
            assert choose_quote(view).price == quote_offer(view).terms.unit_price == event.terms.unit_price


def test_a_seller_takes_the_package_of_a_last_bid_that_suits_it_best():
    setup = a_room_with_terms(max_rounds=2, sellers=(a_seller("Acme"),))
    events = play_out(setup)

    taken = [event for event in events if isinstance(event, Accepted)]
    last = offers_of(events, Party.BUYER)[-1]
    limits = setup.sellers[0].limits
    assert last.packages
    takeable = [terms for terms in (last.terms, *last.packages) if limits.permit(terms)]
    agenda = setup.agenda("acme")
    assert [event.terms for event in taken] == [max(takeable, key=lambda terms: seller_price(limits, terms, agenda))]


@laws
@given(some_rooms_with_terms())
def test_what_is_suggested_at_a_seat_is_legal_there(setup):
    for room, event in list(replayed(setup, play_out(setup)))[:6]:
        if event.party is Party.SELLER:
            suggested = suggest_to_seller(seller_view(room, event.seller_id))
            assert setup.seat(event.seller_id).limits.permit(suggested.terms)
        elif not buyer_view(room).is_over and not room.thread(event.seller_id).is_agreed:
            suggested = suggest_to_buyer(buyer_view(room), event.seller_id)
            assert setup.buyer.admit(suggested.terms)
