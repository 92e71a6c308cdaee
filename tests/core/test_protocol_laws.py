"""Random moves by random parties, legal or not: what holds in every room whatever its parties try."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from negotiation.core.errors import IllegalMove
from negotiation.core.events import (
    Accepted,
    Closed,
    Decided,
    Event,
    OfferChanged,
    Offered,
    PaceChanged,
    RoundStarted,
    Said,
    WalkedAway,
)
from negotiation.core.folding import evolve, replay
from negotiation.core.moves import SILENCE, Accept, Move, Propose, Reject, Say, WalkAway, Withdraw
from negotiation.core.pacing import change_speed, play_one_round
from negotiation.core.protocol import (
    award,
    best_rival_price,
    change_status,
    end_without_deal,
    interject,
    next_round,
    play,
    run_out,
)
from negotiation.core.room import Room, Thread, is_standing
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import OfferStatus, Party, Reason, Result, RoomStatus
from tests.factories import STARTED, a_buyer, a_seller, a_setup, after, an_active_room, some_words

Act = Callable[[Room, Thread, Random], tuple[Event, ...]]

SETUP = a_setup(
    a_seller("Acme", floor=80, ask=120, stock=4),
    a_seller("Bolt", floor=95, ask=130, stock=3),
    a_seller("Cedar", floor=60, ask=70),
    buyer=a_buyer(minimum=65, maximum=110, quantity=4),
    max_rounds=4,
)
ACCEPTED = OfferStatus.ACCEPTED
NONSENSE_PRICES = (64, 65, 70, 80, 95, 110, 111, 120, 131)
laws = settings(max_examples=50, deadline=None)
any_chance = st.randoms(use_true_random=True)


def try_to_propose(room: Room, thread: Thread, chance: Random) -> tuple[Event, ...]:
    party = somebody(thread, chance)
    price = Decimal(chance.choice(NONSENSE_PRICES)) if chance.random() < 0.1 else next_price(thread, party, chance)
    true_claim = best_rival_price(room, thread.seller_id) if party is Party.BUYER else None
    claim = chance.choice((None, None, true_claim, true_claim, Decimal(66)))
    quantity = chance.choice((4, 4, 4, 4, 3, 5))
    move = Propose(Terms(price, quantity), SILENCE, claim, is_final=chance.random() < 0.05)
    return play(room, party, thread.seller_id, move)


def next_price(thread: Thread, party: Party, chance: Random) -> Decimal:
    mine = thread.bids if party is Party.BUYER else thread.quotes
    start = 65 if party is Party.BUYER else SETUP.seat(thread.seller_id).limits.ask
    step = chance.randint(-2, 12)
    return (mine[-1].terms.unit_price if mine else start) + Decimal(step if party is Party.BUYER else -step)


def somebody(thread: Thread, chance: Random) -> Party:
    """Mostly the party that has the turn."""
    return thread.turn.other if chance.random() < 0.1 else thread.turn


def try_numbered(kind: type[Accept | Reject | Withdraw]) -> Act:
    def attempt(room: Room, thread: Thread, chance: Random) -> tuple[Event, ...]:
        numbers = [offer.offer_id for offer in thread.offers[-2:]] or [1]
        return play(room, somebody(thread, chance), thread.seller_id, kind(chance.choice(numbers)))

    return attempt


def try_words(move: Move) -> Act:
    return lambda room, thread, chance: play(room, somebody(thread, chance), thread.seller_id, move)


def try_next_round(room: Room, thread: Thread, chance: Random) -> tuple[Event, ...]:
    return (next_round(room),)


def try_to_award(room: Room, thread: Thread, chance: Random) -> tuple[Event, ...]:
    return award(room, thread.seller_id, chance.randint(1, room.offer_count + 1), Reason.BEST_OFFER)


def try_to_sell_out(room: Room, thread: Thread, chance: Random) -> tuple[Event, ...]:
    return run_out(room, thread.seller_id) if thread.is_open and not room.status.is_over else ()


def try_status(room: Room, thread: Thread, chance: Random) -> tuple[Event, ...]:
    return (change_status(room, chance.choice(list(RoomStatus))),)


def try_to_interject(room: Room, thread: Thread, chance: Random) -> tuple[Event, ...]:
    return (interject(room, (thread.seller_id,), some_words()),)


def try_pace(room: Room, thread: Thread, chance: Random) -> tuple[Event, ...]:
    return play_one_round(room) if chance.random() < 0.6 else change_speed(room, Decimal(chance.randint(0, 3)))


ATTEMPTS: dict[Act, int] = {
    try_to_propose: 60,
    try_numbered(Accept): 10,
    try_numbered(Reject): 2,
    try_numbered(Withdraw): 2,
    try_words(Say(SILENCE)): 4,
    try_words(WalkAway()): 1,
    try_next_round: 20,
    try_to_sell_out: 1,
    try_to_award: 2,
    try_to_interject: 2,
    try_status: 5,
    try_pace: 4,
}


def perform(chance: Random) -> Iterator[tuple[Room, tuple[Event, ...], Room]]:
    """Each legal step: the room before, the events, the room after. In the end somebody closes the room."""
    room = an_active_room(SETUP)
    for attempt in chance.choices(list(ATTEMPTS), list(ATTEMPTS.values()), k=chance.randint(20, 150)):
        before, events = room, performed(attempt, room, chance)
        room = after(room, *events)
        yield before, events, room
    if not room.status.is_over:
        closing = end_without_deal(room, Reason.OUT_OF_TIME)
        yield room, closing, after(room, *closing)


def performed(attempt: Act, room: Room, chance: Random) -> tuple[Event, ...]:
    """Nothing if the attempt was illegal."""
    try:
        return attempt(room, chance.choice(room.threads), chance)
    except IllegalMove:
        return ()


def log_of(chance: Random) -> list[Event]:
    return [*STARTED, *(event for _, events, _ in perform(chance) for event in events)]


def offered(events: Iterable[Event]) -> list[Offered]:
    return [event for event in events if isinstance(event, Offered)]


@laws
@given(any_chance)
def test_each_sides_prices_in_a_thread_move_only_towards_the_other(chance):
    spoken = defaultdict(list)

    for offer in offered(log_of(chance)):
        spoken[offer.seller_id, offer.party].append(offer.terms.unit_price)

    for (_, party), prices in spoken.items():
        assert prices == sorted(prices, reverse=party is Party.SELLER)


@laws
@given(any_chance)
def test_sides_take_turns_in_every_thread(chance):
    last_to_speak = {}

    for event in log_of(chance):
        if isinstance(event, Offered | Said | Accepted):
            assert event.party is not last_to_speak.get(event.seller_id, Party.SELLER)
            last_to_speak[event.seller_id] = event.party


@laws
@given(any_chance)
def test_no_side_has_two_open_offers_in_a_thread(chance):
    for _, _, room in perform(chance):
        for thread in room.threads:
            for side in (thread.bids, thread.quotes):
                assert sum(offer.is_live for offer in side) <= 1


@laws
@given(any_chance)
def test_offers_are_numbered_from_one_without_gaps_or_repeats(chance):
    numbers = [offer.offer_id for offer in offered(log_of(chance))]

    assert numbers == list(range(1, len(numbers) + 1))


@laws
@given(any_chance)
def test_every_offer_is_within_the_limits_of_who_made_it(chance):
    for offer in offered(log_of(chance)):
        mine = SETUP.buyer if offer.party is Party.BUYER else SETUP.seat(offer.seller_id).limits
        assert mine.permit(offer.terms)


@laws
@given(any_chance)
def test_room_is_decided_at_most_once_and_nothing_happens_after_it_is_closed(chance):
    kinds = [type(event) for event in log_of(chance)]

    assert kinds.count(Decided) <= 1
    assert kinds.count(Closed) == 1
    assert kinds[-1] is Closed


@laws
@given(any_chance)
def test_deal_is_always_an_offer_one_side_made_and_the_other_accepted(chance):
    events = log_of(chance)

    for decided in (event for event in events if isinstance(event, Decided) and event.result is Result.DEAL):
        (offer,) = (made for made in offered(events) if made.offer_id == decided.offer_id)
        took_it = any(isinstance(e, Accepted) and e.offer_id == offer.offer_id for e in events)
        assert (offer.seller_id, offer.terms) == (decided.seller_id, decided.terms)
        assert offer.party is Party.SELLER or took_it


@laws
@given(any_chance)
def test_deal_is_within_both_sides_limits_and_nobody_pays_more_than_the_asking_price(chance):
    for event in log_of(chance):
        if isinstance(event, Decided) and event.terms is not None:
            assert SETUP.buyer.permit(event.terms)
            assert SETUP.seat(event.seller_id).limits.permit(event.terms)


@laws
@given(any_chance)
def test_offer_that_is_off_the_table_is_never_taken(chance):
    off_the_table = set()

    for event in log_of(chance):
        taken = isinstance(event, Accepted) or (isinstance(event, OfferChanged) and event.status is ACCEPTED)
        assert not (taken and event.offer_id in off_the_table)
        if isinstance(event, OfferChanged) and event.status is not ACCEPTED:
            off_the_table.add(event.offer_id)


@laws
@given(any_chance)
def test_seller_that_left_is_not_heard_of_again(chance):
    left = set()

    for event in log_of(chance):
        if isinstance(event, Offered | Said | Accepted | WalkedAway):
            assert event.seller_id not in left
        if isinstance(event, WalkedAway):
            left.add(event.seller_id)


@laws
@given(any_chance)
def test_claims_are_prices_that_stood_in_another_thread_when_they_were_made(chance):
    for before, events, _ in perform(chance):
        for offer in offered(events):
            if offer.party is Party.BUYER and offer.claim is not None:
                rivals = [t.quote for t in before.open_threads if t.seller_id != offer.seller_id]
                assert offer.claim == min(quote.terms.unit_price for quote in rivals if quote)


@laws
@given(any_chance)
def test_rounds_count_up_one_by_one_to_the_limit_and_no_further(chance):
    rounds = [event.round for event in log_of(chance) if isinstance(event, RoundStarted)]

    assert rounds == list(range(1, len(rounds) + 1))
    assert len(rounds) <= SETUP.max_rounds


@laws
@given(any_chance)
def test_pace_changes_nothing_but_the_pace_and_what_is_played_on(chance):
    for before, events, room in perform(chance):
        if any(isinstance(event, PaceChanged) for event in events):
            pace = {"turn_seconds": room.turn_seconds, "pause_after_round": room.pause_after_round}
            assert replace(before, status=room.status, **pace) == room
            assert room.status.is_started
            assert room.pause_after_round in (None, before.pause_after_round, before.round + 1)


@laws
@given(any_chance)
def test_paused_room_has_no_round_to_pause_after(chance):
    for _, _, room in perform(chance):
        assert room.status is not RoomStatus.PAUSED or room.pause_after_round is None


@laws
@given(any_chance)
def test_log_replays_to_the_room_as_it_was_played(chance):
    steps = list(perform(chance))

    events = [*STARTED, *(event for _, events, _ in steps for event in events)]

    assert replay(SETUP, events) == steps[-1][-1]


@settings(max_examples=40, deadline=None)
@given(any_chance)
def test_room_can_be_taken_up_from_any_event_and_ends_the_same(chance):
    events = log_of(chance)
    whole = replay(SETUP, events)

    for cut in range(len(events) + 1):
        room = replay(SETUP, events[:cut])
        for event in events[cut:]:
            room = evolve(room, event)
        assert room == whole


@laws
@given(any_chance)
def test_no_thread_has_two_offers_the_buyer_could_award(chance):
    for _, _, room in perform(chance):
        for thread in room.open_threads:
            assert sum(is_standing(offer) for offer in thread.offers) <= 1
