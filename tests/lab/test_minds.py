"""Negotiators of NegMAS at our seats; skipped where requirements-lab.txt is not installed."""

import asyncio
import random

import pytest

from negotiation.asking import Minds
from negotiation.core.events import Accepted, Decided, MindFailed, Offered
from negotiation.core.moves import Accept, Award, Bids, Propose
from negotiation.core.vocabulary import Party
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind
from tests.factories import a_buyer, a_buyer_thread, a_buyer_view, a_seller, a_seller_view, a_setup

pytest.importorskip("negmas", reason="NegMAS is not installed (requirements-lab.txt)")

from lab import minds  # imports NegMAS
from lab.negotiators import BARGAINERS

THREE = (a_seller("Acme", floor=80, ask=120), a_seller("Bolt", floor=85, ask=125), a_seller("Cedar", floor=95, ask=140))


def play(setup, buyer=None, seller=None):
    """The room's events; seats of whom nothing is said are the strategy's."""
    built_in = StrategyMind()
    journal = MemoryJournal(setup)
    cast = Minds(buyer or built_in, {seat.seller_id: seller or built_in for seat in setup.sellers})
    asyncio.run(Engine(journal, cast, limits=Limits(), pace=Pace()).run())
    return journal.events


def made(party, name="BoulwareTBNegotiator", **parameters):
    return minds.make(party, name, parameters, 5)


def sold(name, **view):
    return asyncio.run(made(Party.SELLER, name).sell(a_seller_view(**view)))


@pytest.mark.parametrize("name", sorted(BARGAINERS))
@pytest.mark.parametrize("party", Party)
def test_every_negotiator_plays_either_side_to_the_end_within_its_limits(party, name):
    setup = a_setup(*THREE, buyer=a_buyer(minimum=0, maximum=130))
    seat = {"buyer" if party is Party.BUYER else "seller": made(party, name)}

    events = play(setup, **seat)

    assert any(isinstance(event, Decided) for event in events)
    for event in events:
        if isinstance(event, Offered | Accepted):
            limits = setup.buyer if event.party is Party.BUYER else setup.seat(event.seller_id).limits
            assert limits.permit(event.terms)
    assert [event.failure for event in events if isinstance(event, MindFailed)] == []


@pytest.mark.parametrize("name", ["BoulwareTBNegotiator", "RandomNegotiator", "HardHeaded"])
def test_same_seed_gives_the_same_talk(name):
    talks = [play(a_setup(*THREE), made(Party.BUYER, name), made(Party.SELLER, name)) for _ in range(2)]

    assert talks[0] == talks[1]


def test_generators_of_the_process_are_left_as_they_were():
    random.seed(3)
    expected = random.random()
    random.seed(3)

    sold("RandomNegotiator", bids=[60], round=1)

    assert random.random() == expected


def test_conceder_gives_sooner_than_a_boulware():
    boulware, conceder = (sold(f"{kind}TBNegotiator", bids=[50] * 5, round=5) for kind in ("Boulware", "Conceder"))

    assert conceder.terms.unit_price < boulware.terms.unit_price <= 120


def test_nice_seller_takes_a_bid_at_its_floor_and_is_kept_from_one_below():
    taken = sold("NiceNegotiator", bids=[80], round=1)
    refused = sold("NiceNegotiator", bids=[79], round=1)

    assert isinstance(taken, Accept)
    assert isinstance(refused, Propose)
    assert refused.terms.unit_price == 120


def test_seller_that_would_sell_below_its_floor_stays_with_its_last_offer():
    move = sold("WARNegotiator", bids=[60, 79], quotes=[100], round=2)

    assert isinstance(move, Propose)
    assert move.terms.unit_price >= 80


def test_seller_never_raises_what_it_asked_before():
    move = sold("ToughNegotiator", bids=[50, 55], quotes=[100], round=2)

    assert isinstance(move, Propose)
    assert move.terms.unit_price == 100


def test_tough_buyer_stays_at_its_first_bid():
    view = a_buyer_view(a_buyer_thread("Acme", bids=[55], quotes=[100]), round=1, max_rounds=10)

    turn = asyncio.run(made(Party.BUYER, "ToughNegotiator").buy(view))

    assert isinstance(turn, Bids)
    assert turn.moves[0][1].terms.unit_price == 55


def test_buyer_awards_the_best_offer_once_any_of_its_negotiators_agrees():
    threads = [a_buyer_thread(name, bids=[55], quotes=[price]) for name, price in (("Acme", 100), ("Bolt", 90))]

    turn = asyncio.run(made(Party.BUYER, "NiceNegotiator").buy(a_buyer_view(*threads, round=1, max_rounds=10)))

    assert isinstance(turn, Award)
    assert turn.seller_id == "bolt"


def test_levels_are_how_finely_prices_are_spoken_of():
    view = a_seller_view(bids=[50] * 4, round=4)

    moves = {n: asyncio.run(made(Party.SELLER, "LinearTBNegotiator", levels=str(n)).sell(view)) for n in (2, 1001)}

    assert moves[2].terms.unit_price == 120
    assert moves[1001].terms.unit_price < 110


@pytest.mark.parametrize(
    ("name", "parameters", "words"),
    [
        ("Nobody", {}, "there is no negotiator 'Nobody' in the lab; there are AgentK, "),
        ("MiCRONegotiator", {"exponent": "4"}, "lab:MiCRONegotiator has no parameter 'exponent'; it has levels"),
        ("MiCRONegotiator", {"levels": "1"}, "levels must be a whole number from 2 to 1001, not '1'"),
        ("MiCRONegotiator", {"levels": "many"}, "levels must be a whole number from 2 to 1001, not 'many'"),
    ],
)
def test_what_there_is_not_is_named(name, parameters, words):
    with pytest.raises(ValueError, match=words.split(" in the lab")[0].replace("(", "\\(")):
        minds.check(Party.SELLER, name, parameters)
