from dataclasses import replace

import pytest

from negotiation.arena.minds import seat_mind
from negotiation.arena.scoring import Effort, Ending, score_room
from negotiation.asking import Minds
from negotiation.core.events import Accepted, Closed, MindFailed, Offered
from negotiation.core.utility import buyer_price, seller_price
from negotiation.core.vocabulary import Party
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind
from negotiation.minds.words import terms_words
from tests.rooms_with_terms import a_room_with_terms, terms_of

BUYERS = ("linear", "first_in_range", "silent", "tit_for_tat", "strategy")
SELLERS = ("boulware", "final_offer", "silent", "eager", "strategy")
ROOM = replace(a_room_with_terms(), max_rounds=6, seed=5)


async def played(setup, buyer, sellers):
    """The events of a room of these minds; those of ordinary sessions are not in seats by name."""
    by_name = {"": seat_mind(Party.BUYER, buyer, 1)} if buyer != "strategy" else {}
    if sellers != "strategy":
        by_name |= {seat.seller_id: seat_mind(Party.SELLER, sellers, 1) for seat in setup.sellers}
    mind = StrategyMind()
    journal = MemoryJournal(setup)
    minds = Minds(by_name.get("", mind), {seat.seller_id: by_name.get(seat.seller_id, mind) for seat in setup.sellers})
    await Engine(journal, minds, limits=Limits(), pace=Pace()).run()
    return journal.events


@pytest.mark.parametrize("buyer", BUYERS)
@pytest.mark.parametrize("sellers", SELLERS)
async def test_opponents_bargain_over_all_terms_within_both_sides_limits(buyer, sellers):
    events = await played(ROOM, buyer, sellers)

    assert not [event for event in events if isinstance(event, MindFailed)]
    named = [dict(event.terms.extras).keys() for event in events if isinstance(event, Offered)]
    assert all(names == {"delivery_days", "payment_days"} for names in named)
    closed = events[-1]
    assert isinstance(closed, Closed)
    if closed.terms is not None:
        seller = ROOM.seat(closed.seller_id).limits
        assert buyer_price(ROOM.buyer, closed.terms) <= ROOM.buyer.maximum
        assert seller_price(seller, closed.terms) >= seller.floor


async def test_words_of_an_opponent_name_the_price_and_the_terms_that_it_offers():
    events = await played(ROOM, "linear", "boulware")

    for event in events:
        if isinstance(event, Offered | Accepted):
            assert str(event.terms.unit_price) in event.words.text
            packages = event.packages if isinstance(event, Offered) else ()
            assert event.words.text.endswith(terms_words(event.terms, packages))


async def test_price_alone_is_bargained_over_by_the_mind_itself():
    setup = replace(ROOM, buyer=replace(ROOM.buyer, extras=()))

    events = await played(setup, "linear", "boulware")

    assert {event.terms.extras for event in events if isinstance(event, Offered)} == {()}


def test_share_of_a_room_is_of_what_the_price_comes_to_with_its_terms():
    agreed = [terms_of(90, delivery_days=days, payment_days=0) for days in (2, 6)]

    at_once, late = (score_room(ROOM, Ending("lamp", "acme", terms, 4, 0.0), Effort(), Effort()) for terms in agreed)

    assert late.ideal_share < at_once.ideal_share
    assert late.price == at_once.price == "90.00"
