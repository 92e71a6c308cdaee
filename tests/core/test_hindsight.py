from dataclasses import replace

import pytest

from negotiation.core.events import (
    Accepted,
    Answered,
    Decided,
    InputRequested,
    InputTimedOut,
    MindFailed,
    OfferChanged,
    Offered,
)
from negotiation.core.hindsight import as_asked
from negotiation.core.moves import SILENCE
from negotiation.core.protocol import play
from negotiation.core.tradeoff import choose_award, choose_bids, choose_quote
from negotiation.core.visibility import buyer_view, seller_view
from negotiation.core.vocabulary import Action, Failure, Holder, OfferStatus, Party, Reason, Result
from tests.factories import (
    STARTED,
    a_buyer,
    a_seller,
    a_setup,
    an_active_room,
    play_out,
    proposal,
    strategy_minds,
    terms,
)
from tests.fakes import RaisingMind

THREE = (a_seller("Acme"), a_seller("Bolt", floor=86, ask=118), a_seller("Cask", floor=104, ask=125))
SETUPS = [
    a_setup(*THREE, seed=seed, buyer=a_buyer(maximum=most), max_rounds=rounds)
    for seed, most, rounds in ((1, 110, 10), (2, 90, 6), (3, 81, 3), (4, 60, 4))
] + [a_setup(a_seller(), seed=5), a_setup(a_seller(floor=100), seed=6, buyer=a_buyer(maximum=104))]


def chosen_in_hindsight(setup, events):
    """What the strategy chooses in the room as it was asked: a price and whether it accepts, or the offer it takes."""
    move, room = events[-1], as_asked(setup, events).room
    if isinstance(move, Decided):
        award = choose_award(buyer_view(room))
        return award.offer_id if award else None
    if move.party is Party.SELLER:
        quote = choose_quote(seller_view(room, move.seller_id))
        return quote.price, quote.accepts
    return next(bid.price for bid in choose_bids(buyer_view(room)) if bid.seller_id == move.seller_id), False


def done(move):
    return move.offer_id if isinstance(move, Decided) else (move.terms.unit_price, isinstance(move, Accepted))


@pytest.mark.parametrize("setup", SETUPS)
def test_strategy_asked_again_in_hindsight_chooses_every_move_that_it_made(setup):
    log = play_out(setup)
    moves = [number for number, event in enumerate(log, 1) if isinstance(event, Offered | Accepted | Decided)]

    again = [chosen_in_hindsight(setup, log[:number]) for number in moves]

    assert again == [done(log[number - 1]) for number in moves]


def test_buyers_bids_of_a_round_were_all_made_before_any_of_them_was_heard():
    log = play_out(a_setup())
    bids = [n for n, event in enumerate(log, 1) if isinstance(event, Offered) and event.party is Party.BUYER]
    first, second = bids[2:4]

    assert as_asked(a_setup(), log[:second]) == as_asked(a_setup(), log[:first])


def test_bid_that_a_seller_answered_stood_when_it_was_asked():
    log = play_out(a_setup())
    number = next(n for n, event in enumerate(log, 1) if isinstance(event, Offered) and event.party is Party.SELLER)

    assert as_asked(a_setup(), log[:number]).room.thread(log[number - 1].seller_id).bid is not None


@pytest.mark.parametrize("party", Party)
def test_mind_that_failed_is_known_to_have_failed(party):
    setup = a_setup(a_seller())
    minds = strategy_minds(setup)
    failing = replace(
        minds, **({"buyer": RaisingMind()} if party is Party.BUYER else {"sellers": {"acme": RaisingMind()}})
    )
    log = play_out(setup, failing)
    failed = next(n for n, event in enumerate(log) if isinstance(event, MindFailed))
    moved = next(n for n, e in enumerate(log, 1) if n > failed and isinstance(e, Offered) and e.party is party)

    asked = as_asked(setup, log[:moved])

    assert (asked.failure, asked.before) == (Failure.RAISED, failed)


def test_move_for_somebody_who_did_not_move_in_time_is_known_as_such():
    setup = a_setup(replace(a_seller(), holder=Holder.PERSON))
    bid = play(an_active_room(setup), Party.BUYER, "acme", proposal(60))
    waited = (InputRequested(Party.SELLER, "acme", (Action.OFFER,), 60), InputTimedOut(Party.SELLER, "acme"))
    log = [*STARTED, *bid, *waited, an_offer_by("acme", 120)]

    asked = as_asked(setup, log)

    assert (asked.is_stood_in, asked.before) == (True, len(log) - 1)
    assert choose_quote(seller_view(asked.room, "acme")).price == 120


def test_offer_that_was_taken_back_before_the_decision_does_not_stand_in_it():
    bid = play(an_active_room(), Party.BUYER, "acme", proposal(60))
    back = (Answered(Party.SELLER, "acme", 1, 2, SILENCE), OfferChanged("acme", 2, OfferStatus.WITHDRAWN))
    log = [*STARTED, *bid, an_offer_by("acme", 120), *back, Decided(Result.NO_DEAL, Reason.NO_VALID_OFFER, 1)]

    assert as_asked(a_setup(), log).room.thread("acme").quote is None


def an_offer_by(seller_id, price):
    return Offered(Party.SELLER, seller_id, 1, 2, terms(price), SILENCE)
