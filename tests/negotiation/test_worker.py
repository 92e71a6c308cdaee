import asyncio
import json
import math
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from datetime import timedelta
from decimal import Decimal
from itertools import pairwise
from uuid import UUID

import pytest
from channels.db import database_sync_to_async
from django.conf import settings
from django.db import OperationalError
from django.utils import timezone

from marketplace.logging_setup import correlation_id
from negotiation import seats, services
from negotiation import worker as worker_module
from negotiation.asking import Minds
from negotiation.core.events import Said, StatusChanged
from negotiation.core.moves import Propose, Words
from negotiation.core.protocol import change_status
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Party, RoomStatus, Voice
from negotiation.dispatch import is_by_jobs
from negotiation.engine import Engine, Limits, Overtaken, Pace
from negotiation.journal import LeaseLost, StoreJournal
from negotiation.leases import claim_rooms
from negotiation.minds.strategy import StrategyMind
from negotiation.models import LLMCall, Message, NegotiationRun, Outcome, RunEvent
from negotiation.records import Record
from negotiation.stream import WORKERS, live_feed
from negotiation.studio import Studio
from negotiation.turnstile import Turnstile
from negotiation.worker import MOST_WAITING, Worker, played_seconds
from tests import bodies
from tests.factories import NOON, a_call, some_words
from tests.fake_llm import behaviours
from tests.fake_llm.behaviours import Reply
from tests.fake_llm.sensible import facts_in, sensible
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import Studios, spoken_by
from tests.workers import at_work

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20


class Gate(StrategyMind):
    """A buyer that thinks until the gate is opened."""

    def __init__(self):
        self.reached, self.open = asyncio.Event(), asyncio.Event()

    async def buy(self, view):
        self.reached.set()
        await self.open.wait()
        return await super().buy(view)

    def minds(self, casting, calls):
        return Minds(self, cast(casting, calls).sellers)


def cast(casting, calls):
    return Studio(settings.LLM).cast(casting, calls)


@asynccontextmanager
async def working(minds_for=None, concurrency=5):
    async with at_work(Worker(concurrency, minds_for), seconds=SECONDS) as worker:
        yield worker


@database_sync_to_async
def run_of(room_id):
    return NegotiationRun.objects.get(code=room_id)


@database_sync_to_async
def log_of(room_id):
    return list(RunEvent.objects.filter(run__code=room_id).order_by("seq").values_list("seq", "type"))


async def until(room_id, is_reached):
    """The run, as soon as this can be said of it."""
    async with asyncio.timeout(SECONDS):
        while not is_reached(run := await run_of(room_id)):  # noqa: ASYNC110  # watching would be another test
            await asyncio.sleep(0)
    return run


async def until_logged(room_id, event_type):
    async with asyncio.timeout(SECONDS):
        while event_type not in dict(await log_of(room_id)).values():  # noqa: ASYNC110  # watching would be another test
            await asyncio.sleep(0)


async def until_status(room_id, status):
    return await until(room_id, lambda run: run.status == status)


def is_given_back(run):
    return (run.lease_owner, run.lease_until) == ("", None)


def gapless(log):
    return [seq for seq, _ in log] == list(range(1, len(log) + 1))


@pytest.fixture
def act():
    """Calls a service beside the loop."""

    async def call(service, room_id):
        await database_sync_to_async(service)(UUID(room_id))

    return call


async def test_queued_room_is_played_to_its_end_though_nobody_watches(started, log_folder):
    async with working():
        run = await until_status(started, "completed")

    log = await log_of(started)
    assert (run.last_seq, log[-1][1], gapless(log)) == (len(log), "Closed", True)
    assert is_given_back(run)


async def test_worker_keeps_the_log_of_the_room(started, log_folder):
    async with working():
        await until(started, lambda run: any(log_folder.rglob("*.json")))

    assert [path.stem for path in log_folder.rglob("*.json")] == [started]


async def test_lines_of_a_room_in_play_carry_its_id(started, log_folder):
    seen = set()

    class Curious(StrategyMind):
        async def buy(self, view):
            seen.add(correlation_id.get())
            return await super().buy(view)

    async with working(lambda casting, calls: Minds(Curious(), cast(casting, calls).sellers)):
        await until_status(started, "completed")

    assert seen == {started}
    assert correlation_id.get() != started


async def test_room_that_rests_for_a_minute_goes_on_when_it_is_told_to_be_faster(open_session, act, log_folder):
    session = await database_sync_to_async(lambda: open_session(turn_seconds=60, max_rounds=2))()
    room_id = session["negotiation_rooms"][0]["room_id"]
    await act(services.start, room_id)

    async with working():
        await until_status(room_id, "active")
        await act(lambda code: services.change_pace(code, Decimal(0)), room_id)
        run = await until_status(room_id, "completed")

    assert run.current_round == 2


async def test_room_that_is_started_later_is_heard_of(room_id, act, log_folder):
    async with working():
        await act(services.start, room_id)
        run = await until_status(room_id, "completed")

    assert run.ended_at is not None


async def test_many_rooms_are_played_by_a_worker_of_two_seats(operator, open_session, log_folder):
    def open_rooms():
        items = [bodies.item(item_id=f"i{n}") for n in range(5)]
        stock = [bodies.stock(item_id=f"i{n}") for n in range(5)]
        session = open_session(buyer=bodies.buyer(*items), sellers=[bodies.seller("Acme", *stock)], max_rounds=1)
        rooms = [room["room_id"] for room in session["negotiation_rooms"]]
        for room_id in rooms:
            operator.post(f"/negotiation/{room_id}/start")
        return rooms

    rooms = await database_sync_to_async(open_rooms)()

    async with working(concurrency=2):
        runs = [await until_status(room_id, "completed") for room_id in rooms]

    assert len(runs) == 5


@pytest.mark.skipif(is_by_jobs(), reason="a worker that gets rooms as jobs does not look for them")
async def test_room_stays_queued_as_long_as_those_in_hand_have_to_wait_for_their_turns(
    started, monkeypatch, log_folder
):
    seen = []

    def waiting(turnstile):
        seen.append("look")
        return MOST_WAITING if len(seen) < 3 else 0

    def claim(*args, **options):
        seen.append("claim")
        return claim_rooms(*args, **options)

    monkeypatch.setattr(Turnstile, "waiting", property(waiting))
    monkeypatch.setattr(worker_module, "claim_rooms", claim)
    monkeypatch.setattr(worker_module, "IDLE_SECONDS", 0.01)

    async with working():
        await until_status(started, "completed")

    assert seen[:4] == ["look", "look", "look", "claim"]


@pytest.mark.parametrize("mind", ["strategy", "narrated"])
async def test_only_rooms_that_speak_by_a_model_wait_for_their_turns(open_session, act, monkeypatch, log_folder, mind):
    ranks = []

    async def enter(turnstile, rank):
        ranks.append(rank)

    monkeypatch.setattr(Turnstile, "enter", enter)
    minds = {"buyer": mind, "sellers": mind}
    session = await database_sync_to_async(open_session)(minds=minds)
    room_id = session["negotiation_rooms"][0]["room_id"]
    await act(services.start, room_id)

    async with working():
        await until_status(room_id, "completed")

    assert set(ranks) == ({0} if mind == "narrated" else set())


async def test_paused_room_is_left_at_once_and_given_back(started, act):
    gate = Gate()

    async with working(gate.minds):
        await gate.reached.wait()
        await act(services.pause, started)
        run = await until(started, is_given_back)

    assert run.status == "paused"
    assert (await log_of(started))[-1][1] == "StatusChanged"


async def test_room_that_is_paused_before_its_worker_has_begun_goes_on_when_it_is_resumed(room_id, act, log_folder):
    """The doorbell can ring between the claim and the first step of what was claimed."""
    async with working() as worker:
        take = worker._take

        async def take_and_hear_of_the_pause(claim, asked_at, group):
            await act(services.pause, room_id)
            worker._take = take
            await take(claim, asked_at, group)
            worker._playing[claim.code].task.cancel()

        worker._take = take_and_hear_of_the_pause
        await act(services.start, room_id)
        await until_status(room_id, "paused")
        async with asyncio.timeout(SECONDS):
            while worker._playing:  # noqa: ASYNC110  # as above
                await asyncio.sleep(0)
        await database_sync_to_async(NegotiationRun.objects.update)(lease_until=None)  # it has run out
        await act(services.resume, room_id)

        assert await until_status(room_id, "completed")


async def test_resumed_room_goes_on_to_its_end(started, act, log_folder):
    gate = Gate()

    async with working(gate.minds):
        await gate.reached.wait()
        await act(services.pause, started)
        gate.open.set()
        await act(services.resume, started)
        await until_status(started, "completed")

    assert gapless(await log_of(started))


@pytest.mark.parametrize(
    ("end", "status"),
    [(services.cancel, "cancelled"), (services.decide_now, "completed"), (services.force_no_deal, "completed")],
)
async def test_room_that_somebody_ended_gets_no_further_word(started, act, log_folder, end, status):
    gate = Gate()

    async with working(gate.minds):
        await gate.reached.wait()
        await act(end, started)
        gate.open.set()
        run = await until(started, is_given_back)

    assert run.status == status
    assert (await log_of(started))[-1][1] == "Closed"


async def test_deleted_room_harms_no_worker(operator, session, started, open_session, act, log_folder):
    gate = Gate()
    delete = database_sync_to_async(operator.delete)

    async with working(gate.minds):
        await gate.reached.wait()
        await delete(f"/simulation/{session['session_id']}")
        gate.open.set()
        other = (await database_sync_to_async(open_session)())["negotiation_rooms"][0]["room_id"]
        await act(services.start, other)
        run = await until_status(other, "completed")

    assert run.status == "completed"


async def test_room_whose_minds_cannot_be_cast_fails_and_the_worker_lives_on(started, open_session, act, log_folder):
    failures = [RuntimeError("no such mind")]

    def minds_for(casting, calls):
        if failures:
            raise failures.pop()
        return cast(casting, calls)

    async with working(minds_for):
        failed = await until_status(started, "failed")
        other = (await database_sync_to_async(open_session)())["negotiation_rooms"][0]["room_id"]
        await act(services.start, other)
        await until_status(other, "completed")

    assert (await log_of(started))[-1][1] == "Closed"
    assert failed.ended_at is not None


async def test_mind_that_raises_is_replaced_by_its_own_strategy(started, log_folder):
    class Broken(StrategyMind):
        async def buy(self, view):
            raise RuntimeError("broken")

    async with working(lambda casting, calls: Minds(Broken(), cast(casting, calls).sellers)):
        await until_status(started, "completed")

    assert "MindFailed" in [kind for _, kind in await log_of(started)]


async def test_drained_worker_gives_its_rooms_back_at_their_last_event(started):
    gate = Gate()

    async with working(gate.minds):
        await gate.reached.wait()

    run = await run_of(started)
    assert (run.status, is_given_back(run)) == ("active", True)
    assert live_feed().watcher_count(WORKERS) == 0


@pytest.mark.skipif(is_by_jobs(), reason="a worker that gets rooms as jobs does not look for them")
async def test_worker_that_is_drained_while_it_claims_plays_nothing(started, monkeypatch, log_folder):
    claiming, proceed = asyncio.Event(), asyncio.Event()
    claim_more = Worker._claim_more

    async def claim_slowly(self, group):
        claiming.set()
        await proceed.wait()
        await claim_more(self, group)

    monkeypatch.setattr(Worker, "_claim_more", claim_slowly)
    async with working() as worker:
        await claiming.wait()
        await worker.drain(SECONDS)
        proceed.set()

    run = await run_of(started)
    assert (run.status, is_given_back(run)) == ("queued", True)


async def test_room_goes_on_with_the_next_worker_where_the_first_was_stopped(started, log_folder):
    gate = Gate()
    async with working(gate.minds):
        await gate.reached.wait()
    before = await log_of(started)

    async with working():
        await until_status(started, "completed")

    after = await log_of(started)
    assert after[: len(before)] == before
    assert gapless(after)


async def test_room_of_a_dead_worker_is_taken_over_when_its_lease_has_run_out(started, log_folder):
    def die():
        claim = claim_rooms("dead", 1)[0]
        NegotiationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        return claim

    claim = await database_sync_to_async(die)()

    async with working():
        run = await until_status(started, "completed")

    assert run.fence > claim.fence


async def test_room_of_a_living_worker_is_left_alone(started):
    await database_sync_to_async(claim_rooms)("alive", 1)
    gate = Gate()

    async with working(gate.minds) as worker:
        worker._wake.set()
        await until(started, lambda run: True)

    assert not gate.reached.is_set()


async def test_worker_that_comes_back_too_late_cannot_write(started):
    def overtake():
        NegotiationRun.objects.update(lease_until=timezone.now() - timedelta(seconds=1))
        claim_rooms("new", 1)

    claim = (await database_sync_to_async(claim_rooms)("old", 1))[0]
    worker = Worker(1)
    journal = StoreJournal(claim, worker._database)
    room, number = await journal.load()
    await database_sync_to_async(overtake)()

    with pytest.raises(Overtaken):
        await journal.append((change_status(room, RoomStatus.ACTIVE),), after=number)
    with pytest.raises(LeaseLost):
        await journal.load()
    assert len(await log_of(started)) == 1


async def test_worker_that_lost_its_lease_in_play_stops_without_a_word(started):
    gate = Gate()
    claim = (await database_sync_to_async(claim_rooms)("old", 1))[0]
    engine = Engine(StoreJournal(claim, Worker(1)._database), Minds(gate, {}), limits=Limits(), pace=Pace())
    playing = asyncio.create_task(engine.run())
    await gate.reached.wait()
    await until_status(started, "active")  # a mind is asked while the turn before is still being written
    before = await log_of(started)
    await database_sync_to_async(NegotiationRun.objects.update)(fence=claim.fence + 1)
    gate.open.set()

    with pytest.raises(LeaseLost):
        await playing

    assert await log_of(started) == before


def offers_of(room_id):
    events = RunEvent.objects.filter(run__code=room_id, type="Offered").order_by("seq")
    return [(event.payload["party"], event.payload["round"], json.dumps(event.payload["terms"])) for event in events]


@pytest.mark.parametrize("stopped_at", [2, 3, 6, 10, 13, 19])
def test_interrupted_room_ends_as_if_nothing_had_happened(open_session, operator, play, stopped_at):
    rooms = [open_session()["negotiation_rooms"][0]["room_id"] for _ in range(2)]
    for room_id in rooms:
        operator.post(f"/negotiation/{room_id}/start")
    whole, interrupted = rooms
    play(whole)

    play(interrupted, until_seq=stopped_at)
    assert play(interrupted).status is RoomStatus.COMPLETED

    assert offers_of(interrupted) == offers_of(whole)
    assert Outcome.objects.values("unit_price").distinct().count() == 1


@pytest.fixture
def fake(settings):
    """The server that all models are asked at."""
    with FakeLlm() as server:
        settings.LLM = spoken_by(server)
        yield server


def calls_of(room_id):
    return list(LLMCall.objects.filter(run__code=room_id).order_by("id"))


async def test_calls_to_models_are_stored_with_the_events_they_led_to(started, fake, log_folder):
    async with working():
        await until_status(started, "completed")

    calls, log = await database_sync_to_async(calls_of)(started), dict(await log_of(started))
    # On a busy machine a ping may come too late, and a turn be spoken without asking.
    asked = [call for call in calls if call.attempts]
    assert sum(call.attempts for call in asked) == len(fake.chats) > 0
    assert {log[call.seq] for call in asked} <= {"Offered", "Accepted", "Said"}
    assert {call.result for call in asked} == {"ok"}


async def test_call_of_a_turn_that_was_being_stored_when_the_worker_stopped_is_kept_once(started, seller_ids):
    claim = (await database_sync_to_async(claim_rooms)("me", 1))[0]
    database, is_free = ThreadPoolExecutor(1), threading.Event()
    journal = StoreJournal(claim, database)
    _, number = await journal.load()
    database.submit(is_free.wait)
    journal.calls.add(a_call())

    turn = Said(Party.BUYER, seller_ids["Acme"], 0, some_words())
    storing = asyncio.create_task(journal.append((turn,), after=number))
    await asyncio.sleep(0)
    storing.cancel()
    is_free.set()
    await journal.keep_calls()

    assert [call.seq for call in await database_sync_to_async(calls_of)(started)] == [number + 1]


async def test_no_model_is_asked_while_the_room_may_be_another_workers(started, fake, monkeypatch):
    def be_away(owner, run_ids):
        raise OperationalError("the database is away")

    gate, studios = Gate(), Studios()
    monkeypatch.setattr("negotiation.worker.LEASE", timedelta(seconds=0.3))
    with monkeypatch.context() as away:
        away.setattr("negotiation.worker.renew", be_away)
        async with working(lambda casting, calls: Minds(gate, studios.cast(casting, calls).sellers)) as worker:
            await gate.reached.wait()
            await asyncio.sleep(0.3)
            gate.open.set()
            await until_logged(started, "Offered")
            await asyncio.sleep(0.3)
            asked_meanwhile = len(fake.chats)
            away.undo()
            await until_status(started, "completed")

    await studios.close()
    assert worker._playing == {}
    assert (asked_meanwhile, len(fake.chats) > 0) == (0, True)


async def test_event_is_never_on_record_without_its_calls(started, fake, log_folder):
    def rounds_without_calls():
        spoken = RunEvent.objects.filter(run__code=started, type="Offered")
        return [event.seq for event in spoken if not LLMCall.objects.filter(round=event.payload["round"]).exists()]

    async with working():
        while (await run_of(started)).status != "completed":
            assert await database_sync_to_async(rounds_without_calls)() == []


async def asked_by(fake, speaker):
    async with asyncio.timeout(SECONDS):
        while not any(facts_in(asked.last_user).get("you") == speaker for asked in fake.chats):  # noqa: ASYNC110
            await asyncio.sleep(0.002)


@pytest.mark.parametrize("end", [services.pause, services.cancel, services.decide_now, services.force_no_deal])
async def test_call_that_nobody_waits_for_is_ended_at_the_server(started, fake, act, log_folder, end):
    fake.rule = lambda asked: behaviours.hang

    async with working():
        await asked_by(fake, "TechCorp")
        await act(end, started)
        await until(started, is_given_back)
        assert await asyncio.to_thread(fake.wait_until, lambda server: server.aborted == 1)

    assert (fake.in_flight, len(fake.chats)) == (0, 1)


async def test_deleted_room_ends_its_call_at_the_server(operator, session, started, fake):
    fake.rule = lambda asked: behaviours.hang

    async with working():
        await asked_by(fake, "TechCorp")
        await database_sync_to_async(operator.delete)(f"/simulation/{session['session_id']}")
        assert await asyncio.to_thread(fake.wait_until, lambda server: server.aborted == 1)

    assert fake.in_flight == 0


async def test_drained_worker_ends_its_calls_at_the_server(started, fake):
    fake.rule = lambda asked: behaviours.hang

    async with working():
        await asked_by(fake, "TechCorp")

    assert await asyncio.to_thread(fake.wait_until, lambda server: (server.aborted, server.in_flight) == (1, 0))


async def test_calls_of_a_turn_that_was_broken_off_are_kept_and_led_to_nothing(started, fake, act, log_folder):
    def answer(asked):
        is_buyer = facts_in(asked.last_user).get("you") == "TechCorp"
        return behaviours.hang if "last reply was no good" in asked.prompt else Reply("No." if is_buyer else sensible)

    fake.rule = answer

    async with working():
        await wait_for_second_question(fake)
        await act(services.pause, started)
        await until(started, is_given_back)

    calls = await database_sync_to_async(calls_of)(started)
    assert [(call.seq, call.result, call.reply, call.error, call.participant_id) for call in calls] == [
        (None, "retried", "No.", "", None),
        (None, "fallback", "", "CANCELLED", None),
    ]


async def wait_for_second_question(fake):
    async with asyncio.timeout(SECONDS):
        while not any("last reply was no good" in asked.prompt for asked in fake.chats):  # noqa: ASYNC110
            await asyncio.sleep(0.002)


async def test_calls_of_a_room_that_was_deleted_in_mid_turn_harm_no_worker(
    operator, session, started, fake, open_session, act, log_folder
):
    fake.rule = lambda asked: behaviours.hang if "last reply was no good" in asked.prompt else Reply("No.")

    async with working():
        await wait_for_second_question(fake)
        await database_sync_to_async(operator.delete)(f"/simulation/{session['session_id']}")
        fake.rule = lambda asked: Reply(sensible)
        other = (await database_sync_to_async(open_session)())["negotiation_rooms"][0]["room_id"]
        await act(services.start, other)
        run = await until_status(other, "completed")

    assert run.status == "completed"
    assert await database_sync_to_async(calls_of)(started) == []


async def test_drained_worker_closes_its_way_to_the_server(started, fake, log_folder):
    async with working():
        await until_status(started, "completed")

    assert await asyncio.to_thread(fake.wait_until, lambda server: not server._open)


async def test_call_of_a_slow_seller_is_never_laid_to_the_message_of_another(started, fake, log_folder):
    def answer(asked):
        if facts_in(asked.last_user).get("you") != "Acme":
            return Reply(sensible)
        return Reply(sensible, latency_seconds=0.2) if "last reply was no good" in asked.prompt else Reply("No.")

    fake.rule = answer

    async with working():
        await until_status(started, "completed")

    def speakers():
        calls = LLMCall.objects.filter(run__code=started, participant__name="Acme")
        return {Message.objects.get(run__code=started, seq=call.seq).participant.name for call in calls}

    assert await database_sync_to_async(speakers)() == {"Acme"}


# Rooms that wait for people


@pytest.fixture
def waiting_room(open_session):
    """Opens and starts a room whose only seller is a person; its code and the seller's id."""

    def open_room(**changes):
        minds = {"buyer": "strategy", "sellers": "human"}
        session = open_session(sellers=[bodies.seller()], minds=minds, **changes)
        code = UUID(session["negotiation_rooms"][0]["room_id"])
        services.start(code)
        return code, session["seller_ids"][0]

    return database_sync_to_async(open_room)


def sells_at(price):
    words = Words("Well.", Voice.PERSON)
    return Propose(Terms(Decimal(price), 50), words)


by_hand = database_sync_to_async(seats.make_move)


async def test_room_that_waits_for_a_person_takes_up_no_worker(waiting_room, started, log_folder):
    code, _ = await waiting_room()

    async with working(concurrency=1):
        waiting = await until(code, lambda run: run.status == "waiting" and is_given_back(run))
        other = await until_status(started, "completed")

    assert (waiting.status, other.status) == ("waiting", "completed")


async def test_move_of_a_person_wakes_the_room_at_another_worker(waiting_room, log_folder):
    code, acme = await waiting_room()
    async with working():
        await until_status(code, "waiting")

    await by_hand(code, Party.SELLER, acme, sells_at(600))
    async with working():
        run = await until(code, lambda run: run.status == "waiting" and run.current_round == 2)

    assert gapless(await log_of(code))
    assert run.status == "waiting"


async def test_worker_ends_what_nobody_moved_in_time(waiting_room, log_folder):
    code, _ = await waiting_room(seat_hours=0.0002)

    async with working():
        run = await until_status(code, "completed")

    assert "ThreadExpired" in [kind for _, kind in await log_of(run.code)]


def clocked(*steps):
    """The records of a log: each a status and the hours after the start at which it was reached."""
    room = [(RoomStatus.PENDING, 0), *steps]
    return [
        Record(number, NOON + timedelta(hours=at), StatusChanged(old, new), NOON)
        for number, ((old, _), (new, at)) in enumerate(pairwise(room), 1)
    ]


def test_days_in_which_a_room_waits_for_people_are_not_counted_as_its_time():
    days = clocked(
        (RoomStatus.QUEUED, 0),
        (RoomStatus.ACTIVE, 0),
        (RoomStatus.WAITING, 1),
        (RoomStatus.QUEUED, 73),
        (RoomStatus.ACTIVE, 73),
        (RoomStatus.PAUSED, 74),
        (RoomStatus.QUEUED, 99),
        (RoomStatus.ACTIVE, 100),
    )

    assert played_seconds(days, math.inf) == 2 * 3600
    assert played_seconds(days[:3], math.inf) == played_seconds(days[:4], math.inf) == 3600


@pytest.mark.parametrize("hours", [10, -10])
def test_night_in_which_the_server_was_off_or_its_clock_set_is_not_counted_as_a_rooms_time(hours):
    night = clocked((RoomStatus.QUEUED, 0), (RoomStatus.ACTIVE, 0), (RoomStatus.WAITING, hours))

    assert played_seconds(night, most_between=30) == (30 if hours > 0 else 0)


def test_room_that_has_not_begun_has_played_no_time():
    assert played_seconds([], math.inf) == 0
