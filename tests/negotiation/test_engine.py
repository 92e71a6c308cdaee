import asyncio
from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from negotiation import asking
from negotiation.asking import Minds
from negotiation.codec import decode, encode
from negotiation.core.events import (
    Accepted,
    Closed,
    Decided,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    RoundStarted,
    StatusChanged,
    WalkedAway,
)
from negotiation.core.folding import replay
from negotiation.core.moves import Accept, Award, Bids, Leave, Propose, Say, WalkAway, Withdraw, Words
from negotiation.core.protocol import change_status, end_without_deal, interject
from negotiation.core.room import is_standing
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Failure, OfferStatus, Party, Reason, Result, RoomStatus, Voice
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.seller_phrases import DELIVERY_ANSWERS
from negotiation.minds.strategy import StrategyMind
from tests.factories import (
    a_buyer,
    a_seller,
    a_setup,
    play_out,
    proposal,
    rooms_with_odd_secrets,
    strategy_minds,
)
from tests.fakes import (
    AnsweringMind,
    EagerSeller,
    GreedySeller,
    HangingMind,
    IllegalMind,
    IntrudedJournal,
    MeetingSeller,
    QueueingSeller,
    RaisingMind,
    ResumableJournal,
    ScriptedMind,
    SilentMind,
    SoldOutJournal,
    WatchingBuyer,
)

SETUP = a_setup(a_seller("Acme", floor=70), a_seller("Bolt", floor=80), a_seller("Cedar", floor=90))
NO_WAITING = Limits(call_seconds=0)
QUESTION = Words("When do you deliver?", Voice.PERSON)
SELLS_AT_BOLT = (Party.SELLER, "bolt")
TERMS = proposal(100).terms
# The whole room takes 22 writes.
APPENDS = range(1, 22)
BAD_MINDS = [
    pytest.param(RaisingMind, Failure.RAISED, id="raises"),
    pytest.param(HangingMind, Failure.TIMED_OUT, id="hangs"),
    pytest.param(lambda: AnsweringMind("a bargain"), Failure.NONSENSE, id="babbles"),
    pytest.param(lambda: AnsweringMind(None), Failure.NONSENSE, id="says-nothing"),
    pytest.param(IllegalMind, Failure.ILLEGAL, id="breaks-the-rules"),
]


async def skip(seconds):
    """A rest that takes no time."""


def cast(setup=SETUP, buyer=None, **sellers):
    """Strategy minds, but for those named."""
    minds = strategy_minds(setup)
    return Minds(buyer or minds.buyer, {**minds.sellers, **sellers})


async def run(journal, minds=None, limits=NO_WAITING, pace=None):
    return await Engine(journal, minds or cast(), limits=limits, pace=pace or Pace()).run()


async def log(minds=None, setup=SETUP, limits=NO_WAITING):
    journal = MemoryJournal(setup)
    await run(journal, minds or cast(setup), limits)
    return journal.events


def of(kind, events):
    return [event for event in events if isinstance(event, kind)]


def end_of(events):
    (closed,) = of(Closed, events)
    return closed.result, closed.reason, closed.seller_id, closed.terms


def rounds_of(events):
    return len(of(RoundStarted, events))


async def let_others_run():
    for _ in range(1000):
        await asyncio.sleep(0)


async def test_room_is_played_from_the_queue_to_its_close():
    events = await log()

    assert events[1] == StatusChanged(RoomStatus.QUEUED, RoomStatus.ACTIVE)
    assert isinstance(events[-1], Closed)
    assert end_of(events)[2] == "acme"


async def test_engine_returns_the_room_as_its_log_has_it():
    journal = MemoryJournal(SETUP)

    room = await run(journal)

    assert room == replay(SETUP, journal.events)


async def test_room_that_is_over_is_left_alone():
    journal = ResumableJournal(SETUP, await log())

    await run(journal)

    assert journal.ends == [len(journal.events)]


@pytest.mark.parametrize(("a_mind", "failure"), BAD_MINDS)
async def test_failing_seller_is_recorded_and_moves_by_its_strategy(a_mind, failure):
    events = await log(cast(acme=a_mind()))

    failures = of(MindFailed, events)
    assert {(event.party, event.seller_id, event.failure) for event in failures} == {(Party.SELLER, "acme", failure)}
    assert len(failures) == rounds_of(events)


@pytest.mark.parametrize(("a_mind", "failure"), BAD_MINDS)
async def test_failing_buyer_is_recorded_and_moves_by_its_strategy(a_mind, failure):
    events = await log(cast(buyer=a_mind()))

    failures = of(MindFailed, events)
    assert {(event.party, event.seller_id, event.failure) for event in failures} == {(Party.BUYER, "", failure)}
    assert len(failures) == rounds_of(events) + 1


@pytest.mark.parametrize(("a_mind", "failure"), BAD_MINDS)
async def test_room_whose_minds_all_fail_ends_like_one_played_by_strategies(a_mind, failure):
    healthy = await log()

    failed = await log(Minds(a_mind(), {seat.seller_id: a_mind() for seat in SETUP.sellers}))

    assert (end_of(failed), rounds_of(failed)) == (end_of(healthy), rounds_of(healthy))


@pytest.mark.parametrize(
    "turn",
    [
        Bids((("nobody", proposal(60)),)),
        Bids((("acme", proposal(60)), ("acme", proposal(61)))),
        Award("nobody", 1, Reason.BEST_OFFER),
    ],
    ids=["unknown-seller", "one-seller-twice", "award-to-nobody"],
)
async def test_buyers_turn_about_sellers_that_are_not_there_is_nonsense(turn):
    events = await log(cast(buyer=AnsweringMind(turn)))

    assert {event.failure for event in of(MindFailed, events)} == {Failure.NONSENSE}
    assert end_of(events)[0] is Result.DEAL


@pytest.mark.parametrize(
    "turn",
    [
        Award("acme", 99, Reason.BEST_OFFER),
        Bids((("acme", Accept(99)),)),
        Bids((("acme", proposal(60)), ("bolt", proposal(60, claim=1)))),
    ],
    ids=["award-of-no-offer", "accept-of-no-offer", "false-claim"],
)
async def test_no_part_of_a_buyers_turn_is_played_if_one_part_is_illegal(turn):
    events = await log(cast(buyer=ScriptedMind(turn, *[RuntimeError()] * 20)))

    assert of(MindFailed, events)[0] == MindFailed(Party.BUYER, "", 0, Failure.ILLEGAL)
    assert end_of(events) == end_of(await log())


async def test_sellers_of_a_round_are_asked_at_once():
    meeting = asyncio.Barrier(3)

    events = await log(cast(**{name: MeetingSeller(meeting) for name in ("acme", "bolt", "cedar")}), limits=Limits(5))

    assert not of(MindFailed, events)


async def test_answers_are_recorded_in_the_order_they_arrive_in():
    first = QueueingSeller()
    second = QueueingSeller(first)
    third = QueueingSeller(second)

    events = await log(cast(cedar=first, acme=second, bolt=third), limits=Limits(5))

    answers = [e.seller_id for e in events if isinstance(e, Offered | Accepted) and e.party is Party.SELLER]
    assert answers[:6] == ["cedar", "acme", "bolt"] * 2


async def test_answers_that_come_together_are_written_together_and_nobody_waits_once_all_are_there(monkeypatch):
    monkeypatch.setattr(asking, "GATHER_SECONDS", 3600.0)
    journal, first = ResumableJournal(SETUP), QueueingSeller()

    async with asyncio.timeout(60):  # a guard: whoever waits for more than the last answer waits for an hour
        await run(journal, cast(cedar=first, acme=QueueingSeller(first)), limits=Limits(5))

    written = [journal.events[a:b] for a, b in pairwise(journal.ends)]
    answers = [len([e for e in part if isinstance(e, Offered) and e.party is Party.SELLER]) for part in written]
    assert max(answers) == 3
    assert len([count for count in answers if count]) == rounds_of(journal.events)


async def test_buyer_decides_only_when_every_seller_of_the_round_has_answered():
    first, buyer = QueueingSeller(), WatchingBuyer()

    await log(cast(buyer=buyer, cedar=first, acme=QueueingSeller(first)), limits=Limits(5))

    assert len(buyer.views) > 2
    for view in buyer.views[1:]:
        assert all(thread.quotes[-1].round == view.round or thread.is_agreed for thread in view.threads)


async def test_answering_first_is_no_advantage():
    first = QueueingSeller()
    queued = cast(cedar=first, bolt=QueueingSeller(first), acme=QueueingSeller(first))

    assert end_of(await log(queued, limits=Limits(5))) == end_of(await log())


async def test_sellers_equally_fast_answer_in_an_order_drawn_by_lot():
    first_to_answer = set()

    for seed in range(20):
        events = await log(setup=replace(SETUP, seed=seed))
        first_to_answer.add(next(e.seller_id for e in of(Offered, events) if e.party is Party.SELLER))

    assert first_to_answer == {"acme", "bolt", "cedar"}


async def test_rest_is_taken_before_every_turn_of_a_room_people_follow():
    rests = []

    async def rest(seconds):
        rests.append(seconds)

    journal = ResumableJournal(a_setup(a_seller(ask=105), max_rounds=2))
    await run(journal, cast(a_setup(a_seller())), pace=Pace(1.5, rest))

    assert rests == [1.5] * (len(journal.ends) - 2)


async def test_paced_room_shows_each_answer_by_itself():
    journal = ResumableJournal(SETUP)

    await run(journal, pace=Pace(1, skip))

    written = [journal.events[a:b] for a, b in zip(journal.ends, journal.ends[1:], strict=False)]
    assert max(len([e for e in of(Offered, part) if e.party is Party.SELLER]) for part in written) == 1


async def test_every_offer_of_a_room_has_a_number_of_its_own():
    numbers = [event.offer_id for event in of(Offered, await log())]

    assert numbers == list(range(1, len(numbers) + 1))


async def test_pace_changes_nothing_in_what_is_agreed():
    journal = MemoryJournal(SETUP)

    await run(journal, pace=Pace(1, skip))

    assert journal.events == await log()


@pytest.mark.parametrize("at_append", APPENDS)
async def test_room_somebody_pauses_stops_there(at_append):
    journal = IntrudedJournal(SETUP, lambda room: (change_status(room, RoomStatus.PAUSED),), at_append=at_append)

    room = await run(journal)

    assert room.status is RoomStatus.PAUSED
    assert len(journal.events) == journal.number_of_intrusion + 1


@pytest.mark.parametrize("at_append", APPENDS)
async def test_room_somebody_closes_gets_no_further_event(at_append):
    journal = IntrudedJournal(SETUP, lambda room: end_without_deal(room, Reason.FORCED), at_append=at_append)

    room = await run(journal)

    assert room.status is RoomStatus.COMPLETED
    assert end_of(journal.events)[:2] == (Result.NO_DEAL, Reason.FORCED)
    assert isinstance(journal.events[-1], Closed)


@pytest.mark.parametrize("at_append", range(1, 21))
async def test_question_of_a_person_is_answered_in_the_sellers_next_turn(at_append):
    journal = IntrudedJournal(SETUP, lambda room: (interject(room, ("bolt",), QUESTION),), at_append=at_append)

    await run(journal)

    later = journal.events[journal.number_of_intrusion :]
    reply = next(e for e in later if isinstance(e, Offered | Accepted) and (e.party, e.seller_id) == SELLS_AT_BOLT)
    assert reply.words.text.startswith(tuple(answer for answers in DELIVERY_ANSWERS.values() for answer in answers))


@pytest.mark.parametrize("at_append", APPENDS)
async def test_interruption_changes_neither_rounds_nor_outcome(at_append):
    journal = IntrudedJournal(SETUP, lambda room: (interject(room, ("bolt",), QUESTION),), at_append=at_append)

    await run(journal)

    undisturbed = await log()
    assert (end_of(journal.events), rounds_of(journal.events)) == (end_of(undisturbed), rounds_of(undisturbed))
    assert len(of(Interjected, journal.events)) == 1


async def test_paced_room_is_interrupted_between_two_answers():
    journal = IntrudedJournal(SETUP, lambda room: (change_status(room, RoomStatus.PAUSED),), at_append=4)

    room = await run(journal, pace=Pace(1, skip))

    assert room.status is RoomStatus.PAUSED
    assert len([event for event in of(Offered, journal.events) if event.party is Party.SELLER]) == 1


async def test_award_whose_units_are_gone_falls_to_the_next_best():
    journal = SoldOutJournal(SETUP, "acme")

    await run(journal)

    result, _, winner, _ = end_of(journal.events)
    assert (result, winner) == (Result.DEAL, "bolt")


async def test_seller_that_sold_out_leaves_and_takes_its_offer_along():
    journal = SoldOutJournal(SETUP, "acme")

    room = await run(journal)

    assert [event.seller_id for event in of(WalkedAway, journal.events)] == ["acme"]
    assert not any(is_standing(offer) for offer in room.thread("acme").offers)


async def test_room_whose_sellers_all_sold_out_ends_without_a_deal():
    journal = SoldOutJournal(SETUP, "acme", "bolt", "cedar")

    await run(journal)

    assert end_of(journal.events)[:2] == (Result.NO_DEAL, Reason.SELLERS_LEFT)


async def test_sold_out_seller_that_had_accepted_does_not_bind_the_room():
    journal = SoldOutJournal(a_setup(a_seller(floor=50), a_seller("Bolt", floor=80)), "acme")

    room = await run(journal, cast(acme=EagerSeller()))

    assert room.winner == "bolt"


@pytest.mark.parametrize("max_calls", [0, 1, 7, 30])
async def test_room_stops_at_the_call_limit(max_calls):
    events = await log(limits=Limits(max_calls=max_calls))

    assert end_of(events)[1] is Reason.OUT_OF_CALLS
    assert len(of(Offered, events)) in range(max_calls, max_calls + 6)


async def test_call_limit_ends_in_the_best_offer_the_buyer_may_accept():
    setup = a_setup(a_seller(floor=70, ask=100), a_seller("Bolt", ask=108))

    result, reason, seller_id, terms = end_of(await log(cast(setup), setup, Limits(max_calls=4)))

    assert (result, reason) == (Result.DEAL, Reason.OUT_OF_CALLS)
    assert (seller_id, terms.unit_price) == ("acme", 100)


async def test_call_limit_without_an_acceptable_offer_ends_without_a_deal():
    setup = a_setup(a_seller(ask=150))

    assert end_of(await log(cast(setup), setup, Limits(max_calls=2)))[:2] == (Result.NO_DEAL, Reason.OUT_OF_CALLS)


def out_of_time_after(steps):
    left = iter([False] * steps)
    return Limits(is_out_of_time=lambda: next(left, True))


@pytest.mark.parametrize(("steps", "result"), [(0, Result.NO_DEAL), (1, Result.NO_DEAL), (2, Result.DEAL)])
async def test_time_that_is_up_ends_in_the_best_standing_offer_if_there_is_one(steps, result):
    setup = a_setup(a_seller(floor=70, ask=100), a_seller("Bolt", ask=108))

    end = end_of(await log(cast(setup), setup, out_of_time_after(steps)))

    assert end[:3] == (result, Reason.OUT_OF_TIME, "acme" if result is Result.DEAL else None)


async def test_time_that_is_up_while_sellers_are_thinking_keeps_the_offers_of_the_round_before():
    setup = a_setup(a_seller(floor=70, ask=100), a_seller("Bolt", ask=108))

    events = await log(cast(setup), setup, out_of_time_after(3))

    assert end_of(events)[2:] == ("acme", Terms(a_seller(ask=100).limits.ask, 4))
    assert rounds_of(events) == 2


@settings(max_examples=10, deadline=None)
@given(rooms_with_odd_secrets())
def test_room_taken_up_after_any_of_its_writes_ends_exactly_as_it_would_have(setup):
    journal = ResumableJournal(setup)
    asyncio.run(run(journal, cast(setup)))

    for end in journal.ends:
        resumed = ResumableJournal(setup, journal.events[:end])
        asyncio.run(run(resumed, cast(setup)))
        assert resumed.events == journal.events


async def test_room_taken_up_after_any_single_event_still_comes_to_an_end():
    events = await log()

    for cut in range(1, len(events) - 1):
        resumed = ResumableJournal(SETUP, events[:cut])
        room = await run(resumed)
        assert room.status.is_over


async def test_paced_room_taken_up_between_two_answers_ends_in_the_same_deal():
    journal = ResumableJournal(SETUP)
    await run(journal, pace=Pace(1, skip))

    for end in journal.ends:
        resumed = ResumableJournal(SETUP, journal.events[:end])
        await run(resumed, pace=Pace(1, skip))
        assert end_of(resumed.events) == end_of(journal.events)


async def test_answer_that_is_on_record_is_not_asked_for_again():
    whole = ResumableJournal(SETUP)
    await run(whole, pace=Pace(1, skip))
    answered = replay(SETUP, whole.events[: whole.ends[3]])
    (seller_id,) = (thread.seller_id for thread in answered.threads if thread.turn is Party.BUYER)

    resumed = ResumableJournal(SETUP, whole.events[: whole.ends[3]])
    await run(resumed, cast(**{seller_id: RaisingMind()}))

    assert min(event.round for event in of(MindFailed, resumed.events)) == 2


@pytest.mark.parametrize("seat", ["buyer", "acme"])
async def test_engine_that_is_cancelled_stops_and_blames_no_mind(seat):
    mind, journal = HangingMind(), MemoryJournal(SETUP)
    task = asyncio.ensure_future(run(journal, cast(**{seat: mind}), Limits(60)))
    await mind.is_asked.wait()

    task.cancel()

    with pytest.raises(asyncio.CancelledError):
        await task
    assert not of(MindFailed, journal.events)


async def test_error_of_the_journal_comes_out_as_it_is():
    class FullDisk(MemoryJournal):
        async def append(self, events, after, when=None):
            if of(Offered, self.events):
                raise OSError("disk full")
            await super().append(events, after, when)

    with pytest.raises(OSError, match="disk full"):
        await run(FullDisk(SETUP))


async def test_sellers_that_never_move_do_not_keep_the_room_from_ending():
    events = await log(cast(acme=GreedySeller(), bolt=GreedySeller(), cedar=GreedySeller()))

    assert rounds_of(events) == SETUP.max_rounds
    assert end_of(events)[0] is Result.NO_DEAL


@pytest.mark.parametrize("who", ["buyer", "sellers", "both"])
async def test_minds_that_only_talk_do_not_keep_the_room_from_ending(who):
    silent = {name: SilentMind() for name in ("acme", "bolt", "cedar")} if who != "buyer" else {}

    events = await log(cast(buyer=None if who == "sellers" else SilentMind(), **silent))

    assert rounds_of(events) == SETUP.max_rounds
    assert isinstance(events[-1], Closed)


async def test_acceptance_by_a_seller_ends_the_room_in_that_round():
    setup = a_setup(a_seller(floor=50), a_seller("Bolt", floor=80))

    events = await log(cast(setup, acme=EagerSeller()), setup)

    assert rounds_of(events) == 1
    assert end_of(events)[1:3] == (Reason.FIRM_ACCEPTANCE, "acme")


async def test_buyer_that_ignores_an_acceptance_is_made_to_keep_its_word():
    setup = a_setup(a_seller(floor=50))
    going_on = [Bids((("acme", proposal(price)),)) for price in (60, 70)]

    events = await log(cast(setup, buyer=ScriptedMind(*going_on), acme=EagerSeller()), setup)

    assert of(MindFailed, events) == [MindFailed(Party.BUYER, "", 1, Failure.ILLEGAL)]
    assert end_of(events)[3] == Terms(proposal(60).terms.unit_price, 4)


async def test_room_every_seller_left_ends_without_a_deal():
    events = await log(cast(**{name: AnsweringMind(WalkAway()) for name in ("acme", "bolt", "cedar")}))

    assert end_of(events)[:2] == (Result.NO_DEAL, Reason.SELLERS_LEFT)


async def test_buyer_may_leave_before_it_has_begun():
    events = await log(cast(buyer=AnsweringMind(Leave(Reason.BUYER_LEFT))))

    assert end_of(events)[:2] == (Result.NO_DEAL, Reason.BUYER_LEFT)


async def test_seller_that_takes_its_offer_back_still_has_to_answer():
    events = await log(cast(acme=ScriptedMind(proposal(110), Withdraw(4), Say(Words("Hm.")), *[RuntimeError()] * 9)))

    assert isinstance(events[-1], Closed)


async def test_one_mind_can_fail_without_the_others_being_blamed():
    events = await log(cast(acme=RaisingMind(), bolt=HangingMind()))

    assert {(e.seller_id, e.failure) for e in of(MindFailed, events)} == {
        ("acme", Failure.RAISED),
        ("bolt", Failure.TIMED_OUT),
    }


def test_same_seed_gives_the_same_log_even_when_minds_fail():
    logs = [play_out(SETUP, cast(acme=RaisingMind(), cedar=IllegalMind())) for _ in range(2)]

    assert logs[0] == logs[1]


async def test_paced_room_taken_up_between_two_answers_has_the_same_log():
    journal = ResumableJournal(SETUP)
    await run(journal, pace=Pace(1, skip))

    for end in journal.ends:
        resumed = ResumableJournal(SETUP, journal.events[:end])
        await run(resumed, pace=Pace(1, skip))
        assert resumed.events == journal.events


async def test_mind_that_fails_after_its_final_offer_does_not_stop_the_room():
    setup = a_setup(a_seller(ask=150), max_rounds=3)
    final = proposal(140, is_final=True)

    events = await log(cast(setup, acme=ScriptedMind(final, *[RuntimeError()] * 20)), setup)

    assert isinstance(events[-1], Closed)


async def test_buyer_may_leave_although_it_could_accept_an_offer():
    setup = a_setup(a_seller(ask=100), a_seller("Bolt", ask=100))
    bids = Bids((("acme", proposal(60)), ("bolt", proposal(60))))

    events = await log(cast(setup, buyer=ScriptedMind(bids, Leave(Reason.BUYER_LEFT))), setup)

    assert end_of(events)[:2] == (Result.NO_DEAL, Reason.BUYER_LEFT)


@pytest.mark.parametrize(
    "turn",
    [Bids(None), Bids(("acme",)), Bids((("acme", "a bargain"),)), Bids((("acme", Propose(None)),))],
    ids=["no-moves", "no-pairs", "no-move", "no-terms"],
)
async def test_nonsense_inside_a_buyers_turn_does_not_stop_the_room(turn):
    events = await log(cast(buyer=AnsweringMind(turn)))

    assert of(MindFailed, events)
    assert isinstance(events[-1], Closed)


@pytest.mark.parametrize("move", [Propose(None), Propose("100")], ids=["no-terms", "text-for-terms"])
async def test_nonsense_inside_a_sellers_move_does_not_stop_the_room(move):
    events = await log(cast(acme=AnsweringMind(move)))

    assert of(MindFailed, events)
    assert isinstance(events[-1], Closed)


@pytest.mark.parametrize(
    "move",
    [
        pytest.param(proposal(100, quantity=1.5), id="parts-of-a-unit"),
        pytest.param(Propose(TERMS, Words("Hello.", "loudly")), id="unknown-voice"),
        pytest.param(Propose(TERMS, Words("Half a letter: \ud800")), id="half-a-letter"),
        pytest.param(proposal(100, claim="sNaN"), id="no-number"),
    ],
)
async def test_move_that_could_not_be_stored_and_read_again_is_not_played(move):
    events = await log(cast(acme=AnsweringMind(move)))

    assert [decode(*encode(event)) for event in events] == events
    assert of(MindFailed, events)


async def test_mind_that_raises_before_it_can_be_awaited_does_not_stop_the_room():
    class Raising:
        def buy(self, view):
            raise RuntimeError("no mind today")

    events = await log(cast(buyer=Raising()))

    assert of(MindFailed, events)[0].failure is Failure.RAISED


async def test_seller_mind_whose_own_call_was_cancelled_does_not_hang_the_room():
    task = asyncio.ensure_future(log(cast(acme=ScriptedMind(*[asyncio.CancelledError()] * 20))))

    await let_others_run()

    is_stuck = not task.done()
    task.cancel()
    await asyncio.wait([task])
    assert not is_stuck


async def test_sold_out_seller_can_be_the_one_that_time_ran_out_for():
    setup = a_setup(a_seller(floor=70, ask=100), a_seller("Bolt", ask=108))
    journal = SoldOutJournal(setup, "acme")

    await run(journal, cast(setup), out_of_time_after(2))

    assert end_of(journal.events)[1:3] == (Reason.OUT_OF_TIME, "bolt")


async def test_buyer_with_nothing_to_say_to_anybody_still_ends_the_room():
    events = await log(cast(buyer=AnsweringMind(Bids(()))))

    assert rounds_of(events) == SETUP.max_rounds
    assert isinstance(events[-1], Closed)


async def test_infeasible_room_says_that_nothing_acceptable_stood():
    setup = replace(SETUP, buyer=a_buyer(maximum=60))

    assert end_of(await log(cast(setup), setup))[:2] == (Result.NO_DEAL, Reason.NO_VALID_OFFER)


async def test_room_has_exactly_one_decision():
    assert len(of(Decided, await log())) == 1


async def test_offers_of_losers_are_rejected_in_the_log():
    changed = of(OfferChanged, await log())

    assert [event.status for event in changed].count(OfferStatus.ACCEPTED) == 1
    assert changed[-1].status is OfferStatus.REJECTED


async def test_strategy_mind_may_sit_in_every_seat_at_once():
    mind = StrategyMind()

    events = await log(Minds(mind, dict.fromkeys(("acme", "bolt", "cedar"), mind)))

    assert events == await log()


async def test_room_waits_for_its_turn_before_each_side_is_asked():
    course = []

    class Told(StrategyMind):
        async def buy(self, view):
            course.append("buyer")
            return await super().buy(view)

        async def sell(self, view):
            course.append("seller")
            return await super().sell(view)

    async def begin():
        course.append("begin")

    minds = Minds(Told(), {seat.seller_id: Told() for seat in SETUP.sellers})

    await run(MemoryJournal(SETUP), minds, pace=Pace(begin=begin))

    asked = [each for each, before in zip(course, ["", *course], strict=False) if each != before and each != "begin"]
    begun = [after for each, after in pairwise(course) if each == "begin"]
    assert begun == asked
