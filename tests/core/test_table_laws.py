"""Random deeds by people, programs and agents, legal or not: what holds in every room whoever sits at its seats."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.codec import decode, encode
from negotiation.core.closing import conclude
from negotiation.core.decision import best_award
from negotiation.core.errors import IllegalMove, OutsideLimits
from negotiation.core.events import (
    Accepted,
    Answered,
    ApprovalDecided,
    ApprovalRequested,
    Closed,
    Decided,
    Event,
    Offered,
    RoundStarted,
    Said,
    ThreadExpired,
    WalkedAway,
)
from negotiation.core.folding import replay
from negotiation.core.moves import Accept, Move, Propose, Reject, Say, WalkAway, Withdraw, Words
from negotiation.core.pacing import change_speed, play_one_round
from negotiation.core.preferences import Range
from negotiation.core.protocol import change_status, interject, next_round, play, run_out
from negotiation.core.room import Room, is_standing
from negotiation.core.table import (
    decide_approval,
    hand_over,
    legal_actions,
    move_by_hand,
    request_approval,
    settle,
    take_at_once,
)
from negotiation.core.terms import Terms
from negotiation.core.visibility import buyer_view
from negotiation.core.vocabulary import Action, ApprovalState, Holder, OfferStatus, Party, Reason, Result, RoomStatus
from negotiation.core.waiting import held_threads, request_input, stand_in_for_buyer, time_out, warn
from negotiation.minds.strategy import plan_purchase
from tests.factories import STARTED, a_buyer, a_seller, a_setup, after, an_active_room, some_words
from tests.seated_rooms import DELIVERY, with_extras

Deed = Callable[[Room, str, Random], tuple[Event, ...]]

PAYMENT = Range("payment_days", 0, 30)
SETUP = a_setup(
    with_extras(a_seller("Acme", floor=80, ask=120, stock=4), DELIVERY),
    replace(a_seller("Bolt", floor=95, ask=130, stock=3), holder=Holder.PERSON),
    a_seller("Cedar", floor=60, ask=70),
    buyer=replace(a_buyer(minimum=65, maximum=110, quantity=4), approve_above=Decimal(350), extras=(DELIVERY, PAYMENT)),
    max_rounds=4,
)
LONELY = replace(SETUP, sellers=SETUP.sellers[:1], buyer_holder=Holder.PROGRAM)
laws = settings(max_examples=40, deadline=None)
any_chance = st.randoms(use_true_random=True)
any_setup = st.sampled_from([SETUP, LONELY, replace(SETUP, buyer_holder=Holder.PERSON)])


def somebody(room: Room, seller_id: str, chance: Random) -> Party:
    turn = room.thread(seller_id).turn
    return turn.other if chance.random() < 0.15 else turn


def some_terms(chance: Random) -> Terms:
    price = chance.choice((0, 40, 65, 70, 80, 85, 95, 100, 110, 115, 130))
    extras = chance.choice(((), (), (("delivery_days", 7),), (("delivery_days", 99),), (("payment_days", 30),)))
    return Terms(Decimal(price), chance.choice((4, 4, 4, 3, 5)), extras)


def some_move(room: Room, seller_id: str, chance: Random) -> Move:
    number = chance.choice([offer.offer_id for offer in room.thread(seller_id).offers[-3:]] or [1])
    kinds = (Accept(number), Reject(number), Withdraw(number), Say(some_words()), WalkAway())
    other = chance.choices(kinds, (8, 3, 3, 1, 0.5))[0]
    propose = Propose(
        some_terms(chance), claim=chance.choice((None, None, Decimal(100))), is_final=chance.random() < 0.1
    )
    return propose if chance.random() < 0.6 else other


def moves_by_hand(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    counter = Propose(some_terms(chance)) if chance.random() < 0.2 else None
    move = some_move(room, seller_id, chance)
    overrule = chance.random() < 0.5
    return move_by_hand(room, somebody(room, seller_id, chance), seller_id, move, counter=counter, overrule=overrule)


def moves_as_agent(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    """Only for a seat that an agent holds, as the engine does."""
    party = somebody(room, seller_id, chance)
    if room.holder(party, seller_id) is not Holder.AGENT or room.status is not RoomStatus.ACTIVE:
        return ()
    move = some_move(room, seller_id, chance)
    if party is Party.BUYER:
        started = next_round(room)
        return (started, *play(after(room, started), party, seller_id, move))
    return play(room, party, seller_id, move)


def awards_as_agent(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    award = best_award(buyer_view(room))
    if award is None or room.buyer_holder is not Holder.AGENT or room.approval or not room.status.is_in_play:
        return ()
    return request_approval(room, award, 60) or conclude(room, award)


def takes_at_once(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    award = best_award(buyer_view(room), Reason.CHOSEN)
    return take_at_once(room, award, 60) if award and room.buyer_holder is not Holder.AGENT else ()


def changes_hands(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return hand_over(room, chance.choice(list(Party)), seller_id, chance.choice(list(Holder)))


def is_asked(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return request_input(room, 60) if room.status.is_in_play else ()


def times_out(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return time_out(room, seller_id, stand_in=chance.random() < 0.7) if room.status.is_in_play else ()


def is_warned(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return warn(room, seller_id, 15) if room.status.is_in_play else ()


def stands_in(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    late = [t.seller_id for t in room.open_threads if t.turn is Party.BUYER and t.is_stood_in]
    if not late or room.buyer_holder is Holder.AGENT or room.approval or room.status is not RoomStatus.ACTIVE:
        return ()
    return stand_in_for_buyer(room, plan_purchase(buyer_view(room)).turn, late, 60)


def decides_approval(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    if not room.status.is_started:
        return ()
    number = chance.choice((room.approval_count, room.approval_count, 1))
    counter = chance.choice((None, some_terms(chance)))
    return decide_approval(room, number, chance.choice(list(ApprovalState)), by="Ada", counter=counter)


def settles(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return settle(room) if room.status.is_in_play else ()


def changes_status(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return (change_status(room, chance.choice(list(RoomStatus))),)


def speaks(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return (interject(room, (seller_id,), some_words(), chance.choice(list(Party))),)


def sells_out(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return run_out(room, seller_id) if room.thread(seller_id).is_open and room.status is RoomStatus.ACTIVE else ()


def changes_pace(room: Room, seller_id: str, chance: Random) -> tuple[Event, ...]:
    return play_one_round(room) if chance.random() < 0.6 else change_speed(room, Decimal(chance.randint(0, 3)))


DEEDS: dict[Deed, float] = {
    moves_by_hand: 60,
    moves_as_agent: 20,
    awards_as_agent: 2,
    takes_at_once: 1,
    changes_hands: 12,
    is_asked: 10,
    times_out: 2,
    is_warned: 2,
    stands_in: 10,
    decides_approval: 6,
    settles: 5,
    changes_status: 12,
    changes_pace: 3,
    speaks: 2,
    sells_out: 0.5,
}


def perform(setup, chance: Random) -> Iterator[tuple[Room, tuple[Event, ...], Room]]:
    """Each legal step: the room before, the events, the room after."""
    room = an_active_room(setup)
    for deed in chance.choices(list(DEEDS), list(DEEDS.values()), k=chance.randint(20, 120)):
        before = room
        try:
            events = deed(room, chance.choice(room.threads).seller_id, chance)
        except IllegalMove:
            events = ()
        room = after(room, *events)
        yield before, events, room


def log_of(setup, chance: Random) -> list[Event]:
    return [*STARTED, *(event for _, events, _ in perform(setup, chance) for event in events)]


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


@laws
@given(any_setup, any_chance)
def test_room_has_at_most_one_outcome_and_nothing_happens_after_it(setup, chance):
    kinds = [type(event) for event in log_of(setup, chance)]

    assert kinds.count(Decided) <= 1
    assert Closed not in kinds[:-1]


@laws
@given(any_setup, any_chance)
def test_only_what_is_on_the_table_is_taken(setup, chance):
    for before, events, _ in perform(setup, chance):
        live = {o.offer_id for t in before.open_threads for o in t.offers if o.is_live or is_standing(o)}
        assert {event.offer_id for event in of(Accepted, events)} <= live
        assert {event.offer_id for event in of(Decided, events) if event.offer_id is not None} <= live


@laws
@given(any_setup, any_chance)
def test_deal_has_a_price_and_units_that_are_there_and_are_needed(setup, chance):
    for event in of(Decided, log_of(setup, chance)):
        if event.result is Result.DEAL:
            assert event.terms.unit_price > 0
            assert event.terms.quantity <= min(setup.buyer.quantity, setup.seat(event.seller_id).limits.stock)


@laws
@given(any_setup, any_chance)
def test_nobody_moves_out_of_turn_in_any_thread(setup, chance):
    for before, events, _ in perform(setup, chance):
        room = before
        for event in events:
            if isinstance(event, Offered | Accepted):
                assert room.thread(event.seller_id).turn is event.party
            room = after(room, event)


@laws
@given(any_setup, any_chance)
def test_thread_that_is_over_is_not_heard_of_again(setup, chance):
    over = set()

    for event in log_of(setup, chance):
        if isinstance(event, Offered | Accepted | Answered | WalkedAway | ThreadExpired):
            assert event.seller_id not in over
        if isinstance(event, WalkedAway | ThreadExpired):
            over.add(event.seller_id)


@laws
@given(any_setup, any_chance)
def test_no_side_has_two_open_offers_in_a_thread_and_none_stands_twice(setup, chance):
    for _, _, room in perform(setup, chance):
        for thread in room.open_threads:
            assert sum(offer.is_live for offer in thread.bids) <= 1
            assert sum(offer.is_live for offer in thread.quotes) <= 1
            assert sum(is_standing(offer) for offer in thread.offers) <= 1


@laws
@given(any_setup, any_chance)
def test_offer_ends_in_one_way_and_an_accepted_one_only_if_it_is_not_bought_after_all(setup, chance):
    for before, _, room in perform(setup, chance):
        ended = {o.offer_id: o.status for t in before.threads for o in t.offers if not o.is_live}
        for thread in room.threads:
            for offer in thread.offers:
                was = ended.get(offer.offer_id, offer.status)
                assert was in (offer.status, OfferStatus.ACCEPTED)


@laws
@given(any_setup, any_chance)
def test_rounds_count_up_one_by_one_to_the_limit_and_no_further(setup, chance):
    rounds = [event.round for event in of(RoundStarted, log_of(setup, chance))]

    assert rounds == list(range(1, len(rounds) + 1))
    assert len(rounds) <= setup.max_rounds


@laws
@given(any_setup, any_chance)
def test_room_of_a_buyers_seat_held_by_hand_is_over_when_no_thread_is_open(setup, chance):
    for before, events, room in perform(setup, chance):
        if of(WalkedAway, events) or of(ThreadExpired, events):
            is_by_hand = room.buyer_holder is not Holder.AGENT
            is_engines = any(room.setup.seat(e.seller_id) and e.party is Party.SELLER for e in of(WalkedAway, events))
            if is_by_hand and not is_engines and before.open_threads:
                assert room.open_threads or room.status.is_over


@laws
@given(any_setup, any_chance)
def test_one_approval_at_a_time_is_waited_for_and_each_is_decided_once(setup, chance):
    waits = None

    for event in log_of(setup, chance):
        if isinstance(event, ApprovalRequested):
            assert waits is None
            waits = event.number
        if isinstance(event, ApprovalDecided):
            assert event.number == waits
            waits = None


@laws
@given(any_setup, any_chance)
def test_program_and_agent_close_nothing_above_the_threshold_unless_it_was_approved(setup, chance):
    for before, events, _ in perform(setup, chance):
        for event in of(Decided, events):
            if event.terms is None or event.terms.total <= setup.buyer.approve_above:
                continue
            is_persons = before.buyer_holder is Holder.PERSON and event.reason in (
                Reason.CHOSEN,
                Reason.FIRM_ACCEPTANCE,
            )
            assert is_persons or event.reason is Reason.APPROVED


@laws
@given(any_setup, any_chance)
def test_log_replays_to_the_room_and_comes_back_from_the_table_as_it_went_in(setup, chance):
    steps = list(perform(setup, chance))
    events = [*STARTED, *(event for _, events, _ in steps for event in events)]

    stored = [encode(event) for event in events]

    assert [decode(kind, json.loads(json.dumps(payload))) for kind, payload in stored] == events
    assert replay(setup, events) == steps[-1][-1]


@laws
@given(any_setup, any_chance)
def test_whoever_is_asked_has_the_turn_and_holds_the_seat_by_hand(setup, chance):
    for _, _, room in perform(setup, chance):
        for event in request_input(room, 60) if room.status.is_in_play else ():
            assert room.thread(event.seller_id).turn is event.party
            assert room.holder(event.party, event.seller_id) is not Holder.AGENT
            assert event.actions == legal_actions(room, event.party, event.seller_id)
        assert all(thread.is_open for thread in held_threads(room))


def tries(room: Room, seller_id: str, action: Action) -> list[Move]:
    """Moves of that kind, of which one is possible if any is."""
    offers = room.thread(seller_id).offers
    words = Words("Well.")
    match action:
        case Action.OFFER:
            return [Propose(Terms(Decimal(100), 1), words)]
        case Action.ACCEPT:
            return [Accept(offer.offer_id, words) for offer in offers]
        case Action.REJECT:
            return [Reject(offer.offer_id, words) for offer in offers]
        case Action.WITHDRAW:
            return [Withdraw(offer.offer_id, words) for offer in offers]
        case Action.WALK_AWAY:
            return [WalkAway(words)]
        case Action.MESSAGE:
            return []


def is_taken(room: Room, party: Party, seller_id: str, move: Move) -> bool:
    try:
        move_by_hand(room, party, seller_id, move, overrule=True)
    except OutsideLimits as refused:
        return "only a person" in str(refused)  # the mandate, of which the list says nothing
    except IllegalMove:
        return False
    return True


@laws
@given(any_setup, any_chance)
def test_list_of_legal_actions_is_what_is_taken_by_hand(setup, chance):
    for _, _, room in perform(setup, chance):
        for thread in room.threads:
            for party in Party:
                if room.holder(party, thread.seller_id) is Holder.AGENT:
                    continue
                legal = set(legal_actions(room, party, thread.seller_id)) - {Action.MESSAGE}
                taken = {
                    action
                    for action in Action
                    for move in tries(room, thread.seller_id, action)
                    if is_taken(room, party, thread.seller_id, move)
                }
                assert taken == legal


@laws
@given(any_setup, any_chance)
def test_move_by_hand_is_never_told_in_an_agents_words(setup, chance):
    for before, _, _ in perform(setup, chance):
        try:
            events = moves_by_hand(before, chance.choice(before.threads).seller_id, chance)
        except IllegalMove:
            continue
        for event in of(Offered | Accepted | Answered | Said | WalkedAway, events):
            assert event.words.voice.speaker is not Holder.AGENT
