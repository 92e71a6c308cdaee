"""Whoever moves next is asked while the turn before is still being written."""

import asyncio
from functools import partial

import pytest

from negotiation import asking
from negotiation.asking import Asked, Minds
from negotiation.core.events import Closed, Interjected
from negotiation.core.folding import replay
from negotiation.core.moves import Words
from negotiation.core.pacing import play_one_round
from negotiation.core.protocol import change_status, interject
from negotiation.core.table import hand_over
from negotiation.core.vocabulary import Holder, Party, RoomStatus, Voice
from negotiation.engine import Engine, Limits, Pace
from negotiation.memory import MemoryJournal
from negotiation.minds.strategy import StrategyMind
from tests.factories import a_seller, a_setup
from tests.fakes import IntrudedJournal

SETUP = a_setup(a_seller("Acme", floor=70), a_seller("Bolt", floor=80), a_seller("Cedar", floor=90), max_rounds=4)
SELLERS = {"acme", "bolt", "cedar"}
QUESTION = Words("When do you deliver?", Voice.PERSON)


async def let_others_run():
    for _ in range(50):
        await asyncio.sleep(0)


async def at_once():
    """Nobody has to go first."""


class Minutes:
    """Who was asked, in which round, and whose asking was broken off."""

    def __init__(self):
        self.asked, self.broken_off = [], []


class SlowMind(StrategyMind):
    """Takes longer than a write."""

    def __init__(self, minutes):
        self._minutes = minutes

    async def buy(self, view):
        return await self._answer(("", view.round), super().buy(view))

    async def sell(self, view):
        return await self._answer((view.seat.seller_id, view.round), super().sell(view))

    async def _answer(self, turn, answer):
        self._minutes.asked.append(turn)
        try:
            await let_others_run()
            await let_others_run()
        except asyncio.CancelledError:
            self._minutes.broken_off.append(turn)
            answer.close()
            raise
        return await answer


class Slowly:
    """A journal that takes its time; `asked_meanwhile` has for each write the seats that were asked during it."""

    def __init__(self, *args, minutes, **options):
        super().__init__(*args, **options)
        self._minutes, self.asked_meanwhile = minutes, []

    async def append(self, events, after, when=None):
        before = len(self._minutes.asked)
        await let_others_run()
        self.asked_meanwhile.append([seat for seat, _ in self._minutes.asked[before:]])
        await super().append(events, after, when)


class SlowJournal(Slowly, MemoryJournal):
    pass


class SlowIntrudedJournal(Slowly, IntrudedJournal):
    pass


@pytest.fixture
def minutes():
    return Minutes()


@pytest.fixture
def minds(minutes):
    mind = SlowMind(minutes)
    return Minds(mind, dict.fromkeys(SELLERS, mind))


def engine(journal, minds, pace=None, **limits):
    return Engine(journal, minds, limits=Limits(call_seconds=60, **limits), pace=pace or Pace())


async def test_agents_are_asked_while_the_turn_before_theirs_is_written(minutes, minds):
    journal = SlowJournal(SETUP, minutes=minutes)

    await engine(journal, minds).run()

    start, bids, answers, *_ = journal.asked_meanwhile
    assert (start, set(bids), answers) == ([""], SELLERS, [""])
    assert journal.asked_meanwhile[-1] == []
    assert not minutes.broken_off


async def test_nobody_is_asked_twice_for_a_turn(minutes, minds):
    await engine(SlowJournal(SETUP, minutes=minutes), minds).run()

    assert len(minutes.asked) == len(set(minutes.asked))


async def test_sellers_who_take_longer_are_not_asked_again_as_others_answers_are_written(minutes, minds, monkeypatch):
    monkeypatch.setattr(asking, "GATHER_SECONDS", 0.0)
    quick = StrategyMind()

    await engine(SlowJournal(SETUP, minutes=minutes), Minds(minds.buyer, {**minds.sellers, "acme": quick})).run()

    assert len(minutes.asked) == len(set(minutes.asked))
    assert not minutes.broken_off


async def test_asking_ahead_changes_nothing_of_the_room(minutes, minds):
    slow, quick = SlowJournal(SETUP, minutes=minutes), MemoryJournal(SETUP)

    await engine(slow, minds).run()
    await engine(quick, Minds(StrategyMind(), dict.fromkeys(SELLERS, StrategyMind()))).run()

    assert slow.events == quick.events


async def test_room_that_people_follow_turn_by_turn_is_not_asked_ahead(minutes, minds):
    async def skip(seconds):
        """A rest that takes no time."""

    journal = SlowJournal(SETUP, minutes=minutes)

    await engine(journal, minds, Pace(1, skip)).run()

    assert not any(set(asked) & {""} for asked in journal.asked_meanwhile)


async def test_buyer_is_not_asked_before_a_room_pauses_that_was_to_play_one_round(minutes, minds):
    journal = SlowJournal(SETUP, minutes=minutes)
    journal.events.extend(play_one_round(replay(SETUP, journal.events)))

    room = await engine(journal, minds).run()

    assert room.status is RoomStatus.PAUSED
    assert minutes.asked.count(("", 1)) == 0
    assert not minutes.broken_off


async def test_buyer_is_not_asked_for_its_last_bids_before_the_room_has_settled(minutes, minds):
    asked_before = []

    async def settle():
        asked_before.extend(minutes.asked)
        return False

    await engine(SlowJournal(SETUP, minutes=minutes), minds, Pace(settle=settle)).run()

    assert ("", 2) in asked_before
    assert ("", 3) not in asked_before


async def test_agents_are_not_asked_before_people_who_are_to_move_with_them(minutes, minds):
    journal = SlowJournal(SETUP, minutes=minutes)
    journal.events.extend(hand_over(replay(SETUP, journal.events), Party.SELLER, "bolt", Holder.PERSON))

    room = await engine(journal, minds).run()

    assert room.status is RoomStatus.WAITING
    assert not minutes.broken_off


async def test_nobody_is_asked_beyond_the_calls_that_a_room_may_use(minutes, minds):
    await engine(SlowJournal(SETUP, minutes=minutes), minds, max_calls=4).run()

    assert sorted(minutes.asked) == [("", 0), ("acme", 1), ("bolt", 1), ("cedar", 1)]
    assert not minutes.broken_off


async def test_who_was_asked_as_time_ran_out_is_broken_off(minutes, minds):
    def is_second_turn_of_the_buyer():
        return ("", 1) in minutes.asked

    journal = SlowJournal(SETUP, minutes=minutes)
    room = await engine(journal, minds, is_out_of_time=is_second_turn_of_the_buyer).run()

    assert room.status.is_over
    assert minutes.broken_off == [("", 1)]


@pytest.mark.parametrize("at_append", range(1, 8))
async def test_answer_to_a_turn_that_was_not_stored_is_not_taken(minutes, minds, at_append):
    def ask_bolt(room):
        return (interject(room, ("bolt",), QUESTION),)

    journal = SlowIntrudedJournal(SETUP, ask_bolt, at_append=at_append, minutes=minutes)

    await engine(journal, minds).run()

    asked_meanwhile = journal.asked_meanwhile[at_append - 1]
    assert sorted(seat for seat, _ in minutes.broken_off) == sorted(asked_meanwhile)
    assert len([event for event in journal.events if isinstance(event, Interjected)]) == 1
    assert isinstance(journal.events[-1], Closed)


async def test_room_that_was_paused_meanwhile_leaves_nobody_thinking(minutes, minds):
    def pause(room):
        return (change_status(room, RoomStatus.PAUSED),)

    journal = SlowIntrudedJournal(SETUP, pause, at_append=2, minutes=minutes)

    room = await engine(journal, minds).run()

    assert room.status is RoomStatus.PAUSED
    assert {seat for seat, _ in minutes.broken_off} == SELLERS


async def test_engine_that_is_stopped_during_a_write_ends_after_those_it_has_asked(minutes, minds):
    class StuckJournal(MemoryJournal):
        async def append(self, events, after, when=None):
            await asyncio.Event().wait()

    running = asyncio.create_task(engine(StuckJournal(SETUP), minds).run())
    await let_others_run()

    running.cancel()
    await asyncio.wait([running])

    assert minutes.asked == minutes.broken_off == [("", 0)]


async def test_withdrawal_that_is_itself_cancelled_still_waits_until_all_have_ended():
    has_ended = []

    async def think():
        try:
            await asyncio.Event().wait()
        finally:
            await let_others_run()
            has_ended.append(True)

    asked = Asked(at_once, [think, think])
    await let_others_run()
    withdrawing = asyncio.create_task(asked.withdraw())
    await asyncio.sleep(0)
    withdrawing.cancel()

    await asyncio.wait([withdrawing])

    assert withdrawing.cancelled()
    assert has_ended == [True, True]


@pytest.mark.parametrize(
    ("idle_seconds", "order"),
    [
        (60.0, ["asks 1", "sends 1", "asks 2", "sends 2", "asks 3", "sends 3"]),
        (0.0, ["asks 1", "sends 1", "asks 2", "asks 3", "sends 2", "sends 3"]),
    ],
)
async def test_request_is_sent_before_the_next_is_made_where_there_is_time_for_it(monkeypatch, idle_seconds, order):
    monkeypatch.setattr(asking, "IDLE_SECONDS", idle_seconds)
    happened = []

    async def send(number):
        happened.append(f"sends {number}")

    async def ask(number):
        happened.append(f"asks {number}")
        await asyncio.create_task(send(number))

    asked = Asked(at_once, [partial(ask, 1), partial(ask, 2), partial(ask, 3)])
    while asked.missing:
        await asked.next()

    assert happened == order


class RequestingMind(StrategyMind):
    """Asks somebody by a task of its own, as is done over a connection, and gets no answer while a turn is stored."""

    def __init__(self, happened):
        self._happened = happened

    async def sell(self, view):
        await asyncio.create_task(self._send(view.seat.name))
        await let_others_run()
        return await super().sell(view)

    async def _send(self, name):
        self._happened.append(name)


class NotingJournal(MemoryJournal):
    def __init__(self, happened):
        super().__init__(SETUP)
        self._happened = happened

    async def append(self, events, after, when=None):
        if when is not None:
            await when()
        self._happened.append("stored")
        await super().append(events, after)


@pytest.mark.parametrize(
    ("requests_first", "idle_seconds", "sent_before"), [(True, 60.0, 3), (True, 0.0, 0), (False, 60.0, 0)]
)
async def test_turn_is_stored_once_requests_are_on_their_way_if_that_takes_but_a_moment(
    monkeypatch, requests_first, idle_seconds, sent_before
):
    monkeypatch.setattr(asking, "IDLE_SECONDS", idle_seconds)
    happened = []
    minds = Minds(StrategyMind(), dict.fromkeys(SELLERS, RequestingMind(happened)))

    await engine(NotingJournal(happened), minds, Pace(requests_first=requests_first)).run()

    assert happened.index("stored", 1) - 1 == sent_before


async def test_turn_does_not_wait_for_requests_that_others_hold_up():
    never = asyncio.Event()
    asked = Asked(never.wait, [StrategyMind])

    await asked.sent()

    assert asked.missing == 1
    await asked.withdraw()


async def test_turn_does_not_wait_for_those_who_have_answered(monkeypatch):
    waits = []

    async def let_others_go_first():
        waits.append(1)
        await asyncio.sleep(0)
        await asyncio.sleep(0)
        return True

    async def answer():
        return "at once"

    monkeypatch.setattr(asking, "let_others_go_first", let_others_go_first)
    asked = Asked(at_once, [answer])
    await let_others_run()

    await asked.sent()

    assert not waits
    assert await asked.next() == "at once"


async def test_error_of_an_asking_is_raised_where_its_answer_is_waited_for():
    async def fail():
        raise LookupError("nobody sits there")

    asked = Asked(at_once, [fail])

    with pytest.raises(LookupError):
        await asked.next()
