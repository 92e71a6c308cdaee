import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from io import StringIO
from uuid import UUID, uuid4

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from llm.purse import Budget
from negotiation import seats, services
from negotiation.core.moves import Accept, Propose, Reject, WalkAway, Withdraw, Words
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import ApprovalState, Fallback, Holder, Party, Voice
from negotiation.minds.auto_accept import AutoAccept
from negotiation.models import Approval, LLMCall, RunEvent, SeatWait
from negotiation.replaying import recording_of, replay_room
from negotiation.store import read_room
from tests import bodies
from tests.fake_llm import behaviours
from tests.fake_llm.behaviours import Reply, refusal
from tests.fake_llm.sensible import facts_in, sensible
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import (
    act,
    events_of,
    in_database,
    is_farewell,
    play_all,
    run_of,
    speaker_in,
    spoken_by,
    until,
    until_given_back,
    until_over,
    until_so,
    voices,
    working,
)

pytestmark = pytest.mark.django_db(transaction=True)

GOOD = Reply(text=sensible)
MODEL = (Voice.MODEL, None)


@pytest.fixture
def fake():
    with FakeLlm(GOOD) as server:
        yield server


@pytest.fixture(autouse=True)
def model(settings, fake, log_folder):
    settings.LLM = spoken_by(fake)


@pytest.fixture
def set_up(open_session):
    def open_room(mind="narrated", **changes):
        session = open_session(**{"minds": {"buyer": mind, "sellers": mind}, **changes})
        return session["negotiation_rooms"][0]["room_id"]

    return in_database(open_room)


async def assert_same_again(room_id):
    count, difference = await in_database(replay_room)(UUID(room_id))

    assert difference is None
    assert count == (await run_of(room_id)).last_seq


async def voices_in(room_id):
    return voices(await in_database(events_of)(room_id))


@pytest.mark.parametrize("mind", ["narrated", "llm", "strategy"])
async def test_room_replays_to_the_same_events(set_up, fake, mind):
    room_id = await set_up(mind)

    await play_all([room_id])
    asked = len(fake.chats)

    await assert_same_again(room_id)
    assert len(fake.chats) == asked


class Moody:
    """Chooses another price within its advice each time, and fails now and then."""

    def __init__(self, *faults):
        self._faults, self._turn = faults, 0

    def __call__(self, asked):
        self._turn += 1
        if self._turn % 3 == 0:
            return self._faults[self._turn // 3 % len(self._faults)]
        return Reply(text=self._choose)

    def _choose(self, asked):
        facts = facts_in(asked.last_user)
        end = ("low", "high")[self._turn % 2]
        if "advice" in facts:
            price = facts["advice"][end]
            return json.dumps(
                {"action": "offer", "price": float(price), "quantity": facts["quantity"], "message": f"I ask {price}."}
            )
        threads = facts.get("threads") or [{}]
        if "advice" not in threads[0]:
            return sensible(asked)
        bids = [{"to": t["key"], "price": float(t["advice"][end]), "message": "Well."} for t in threads]
        return json.dumps({"decision": "go_on", "to": None, "bids": bids})


FAULTS = (
    refusal(500),
    refusal(401),
    behaviours.page,
    Reply(text=""),
    Reply(text="Let us think it over."),
    replace(GOOD, finish_reason="length"),
    replace(GOOD, finish_reason="content_filter"),
    behaviours.cut,
)


@pytest.mark.parametrize("mind", ["narrated", "llm"])
async def test_room_with_faults_in_between_replays_to_the_same_events(set_up, fake, mind):
    fake.rule = Moody(*FAULTS)
    room_id = await set_up(mind, max_rounds=8)

    await play_all([room_id])

    assert len(await voices_in(room_id)) > 1
    await assert_same_again(room_id)


async def test_seat_that_gave_its_model_up_does_so_again(set_up, fake):
    fake.rule = lambda asked: Reply(text="No.") if speaker_in(asked) == "Acme" else GOOD
    room_id = await set_up(max_rounds=5)

    await play_all([room_id])

    assert (Voice.TEMPLATE, Fallback.GIVEN_UP) in await voices_in(room_id)
    await assert_same_again(room_id)


@pytest.mark.parametrize("mind", ["narrated", "llm"])
async def test_room_whose_calls_timed_out_replays_to_the_same_events(settings, set_up, fake, mind):
    settings.LLM = spoken_by(fake, turn_seconds=1.5)
    fake.rule = lambda asked: behaviours.hang if speaker_in(asked) == "Bolt" else GOOD
    room_id = await set_up(mind, max_rounds=1)

    await play_all([room_id])

    assert (Voice.TEMPLATE, Fallback.TIMED_OUT) in await voices_in(room_id)
    await assert_same_again(room_id)


async def test_room_of_a_provider_that_was_away_replays_to_the_same_events(set_up, fake):
    room_id = await set_up()
    await asyncio.to_thread(fake.stop)

    await play_all([room_id])
    await asyncio.to_thread(fake.start)

    assert await voices_in(room_id) == {(Voice.TEMPLATE, Fallback.UNAVAILABLE)}
    await assert_same_again(room_id)


async def test_room_that_spent_its_budget_replays_to_the_same_events(settings, set_up, fake):
    settings.LLM = spoken_by(fake, room_budget=Budget(calls=3))
    room_id = await set_up()

    await play_all([room_id])

    assert (Voice.TEMPLATE, Fallback.BUDGET) in await voices_in(room_id)
    await assert_same_again(room_id)


async def test_room_in_which_there_was_no_time_for_a_second_question_replays_to_the_same_events(settings, set_up, fake):
    settings.LLM = spoken_by(fake, turn_seconds=0.9)
    fake.rule = lambda asked: Reply(text="No.") if is_farewell(asked) else GOOD
    room_id = await set_up(max_rounds=1)

    await play_all([room_id])

    assert (Voice.TEMPLATE, Fallback.UNUSABLE) in await voices_in(room_id)
    await assert_same_again(room_id)


@pytest.mark.parametrize("mind", ["narrated", "llm"])
async def test_room_with_a_persons_message_replays_to_the_same_events(set_up, fake, mind):
    room_id = await set_up(mind, max_rounds=6, turn_seconds=0.02)
    await act(services.start, room_id)

    async with working():
        await until(room_id, lambda run: run.current_round >= 2)
        await in_database(services.send_message)(UUID(room_id), "@Acme how soon can you deliver?")
        await until_over(room_id)

    assert any("how soon" in asked.prompt for asked in fake.chats)
    await assert_same_again(room_id)


@pytest.mark.parametrize("mind", ["narrated", "llm"])
async def test_room_that_was_paused_in_mid_turn_replays_to_the_same_events(set_up, fake, mind):
    room_id = await set_up(mind)
    fake.rule = lambda asked: behaviours.hang if speaker_in(asked) == "Bolt" else GOOD
    await act(services.start, room_id)

    async with working():
        await until_so(lambda: any(speaker_in(asked) == "Bolt" for asked in fake.chats))
        await act(services.pause, room_id)
        await until_given_back(room_id)
        fake.rule = lambda asked: GOOD
        await act(services.resume, room_id)
        await until_over(room_id)

    await assert_same_again(room_id)


@pytest.mark.parametrize("mind", ["narrated", "llm"])
async def test_room_at_a_pace_of_its_own_replays_to_the_same_events(set_up, fake, mind):
    room_id = await set_up(mind, max_rounds=6, turn_seconds=0.02)
    await act(services.start, room_id)

    async with working():
        await until(room_id, lambda run: run.current_round >= 2)
        await act(services.step, room_id)
        await until(room_id, lambda run: run.status == "paused")
        await in_database(services.change_pace)(UUID(room_id), Decimal("0.01"))
        await act(services.step, room_id)
        await until(room_id, lambda run: run.status == "paused" and run.current_round >= 4)
        await in_database(services.change_pace)(UUID(room_id), Decimal(0))
        await act(services.resume, room_id)
        await until_over(room_id)

    await assert_same_again(room_id)


async def test_room_that_was_paused_after_a_seat_gave_up_replays_to_the_same_events(set_up, fake):
    fake.rule = lambda asked: Reply(text="No.") if speaker_in(asked) == "Acme" else GOOD
    room_id = await set_up(max_rounds=6, turn_seconds=0.02)
    await act(services.start, room_id)

    async with working():
        await until(room_id, lambda run: run.current_round >= 4)
        await act(services.pause, room_id)
        await until_given_back(room_id)
        fake.rule = lambda asked: GOOD
        await act(services.resume, room_id)
        await until_over(room_id)

    await assert_same_again(room_id)


async def test_room_that_went_on_with_another_worker_replays_to_the_same_events(set_up, fake):
    room_id = await set_up(max_rounds=6, turn_seconds=0.02)
    await act(services.start, room_id)
    async with working():
        await until(room_id, lambda run: run.current_round >= 3)

    async with working():
        await until_over(room_id)

    await assert_same_again(room_id)


async def test_room_whose_seat_gave_up_and_that_went_on_with_another_worker_replays_to_the_same_events(set_up, fake):
    fake.rule = lambda asked: Reply(text="No.") if speaker_in(asked) == "Acme" else GOOD
    room_id = await set_up(max_rounds=6, turn_seconds=0.02)
    await act(services.start, room_id)
    async with working():
        await until(room_id, lambda run: run.current_round >= 4)
    fake.rule = lambda asked: GOOD

    async with working():
        await until_over(room_id)

    await assert_same_again(room_id)


@pytest.mark.parametrize("end", [services.decide_now, services.cancel, services.force_no_deal])
@pytest.mark.parametrize("mind", ["narrated", "llm"])
async def test_room_that_somebody_ended_replays_to_the_same_events(set_up, fake, mind, end):
    room_id = await set_up(mind, max_rounds=8, turn_seconds=0.02)
    await act(services.start, room_id)

    async with working():
        await until(room_id, lambda run: run.current_round >= 3)
        await act(end, room_id)
        await until_given_back(room_id)

    await assert_same_again(room_id)


async def played_room(set_up):
    room_id = await set_up()
    await play_all([room_id])
    return room_id


async def test_reply_that_was_changed_is_found_and_named(set_up):
    room_id = await played_room(set_up)
    call = await in_database(LLMCall.objects.filter(participant__name="Acme").select_related("participant").first)()
    words = json.loads(call.reply)["message"]
    changed = f"Now then, {words}"
    await in_database(LLMCall.objects.filter(pk=call.pk).update)(reply=json.dumps({"message": changed}))

    _, difference = await in_database(replay_room)(UUID(room_id))

    assert difference.seq == call.seq
    assert difference.played.seller_id == str(call.participant.seller_code)
    assert (difference.recorded.words.text, difference.played.words.text) == (words, changed)


async def test_reply_whose_text_is_gone_is_a_difference(set_up):
    room_id = await played_room(set_up)
    await in_database(LLMCall.objects.filter(participant__isnull=True, round=1).update)(prompt="", reply="")

    _, difference = await in_database(replay_room)(UUID(room_id))

    assert difference.played.words.fallback is Fallback.UNAVAILABLE


async def test_event_that_was_taken_away_from_the_end_is_a_difference(set_up):
    room_id = await played_room(set_up)
    last = (await run_of(room_id)).last_seq
    await in_database(RunEvent.objects.filter(run__code=room_id, seq=last).delete)()

    _, difference = await in_database(replay_room)(UUID(room_id))

    assert (difference.seq, difference.recorded) == (last, None)


async def test_recording_has_every_call_that_reached_the_server_in_order(set_up, fake):
    room_id = await played_room(set_up)

    recording = await in_database(recording_of)(UUID(room_id))

    assert len(recording) == len(fake.chats)
    assert [entry.outcome.text for entry in recording][:1] == [sensible(fake.chats[0])]


async def test_command_says_how_many_events_came_out_again(set_up):
    room_id, out = await played_room(set_up), StringIO()

    await in_database(lambda: call_command("replay_room", room_id, stdout=out))()

    count = (await run_of(room_id)).last_seq
    assert out.getvalue() == f"the same again: {count} of {count} events\n"


async def test_command_fails_and_names_the_event_that_came_out_otherwise(set_up):
    room_id = await played_room(set_up)
    await in_database(LLMCall.objects.update)(reply='{"message": "No."}')

    with pytest.raises(CommandError, match="event 4 came out otherwise"):
        await in_database(lambda: call_command("replay_room", room_id))()


async def test_command_fails_for_a_room_that_is_not_there():
    with pytest.raises(CommandError, match="there is no room"):
        await in_database(lambda: call_command("replay_room", str(uuid4())))()


BUYER, SELLER = Party.BUYER, Party.SELLER
WORDS = Words("Well.", Voice.PERSON)


@pytest.fixture
def play_by_hand(settings, open_session, play):
    """Plays a room with templates, while people do these deeds one after the other; its id."""
    settings.NEGOTIATION = replace(settings.NEGOTIATION, default_mind="strategy")

    def play_room(*deeds, buyer="human", sellers="strategy", **changes):
        minds, wealthy = {"buyer": buyer, "sellers": sellers}, bodies.buyer(bodies.item(max_price_per_unit=700))
        session = open_session(buyer=wealthy, minds=minds, max_rounds=6, **changes)
        room_id, acme = session["negotiation_rooms"][0]["room_id"], session["seller_ids"][0]
        services.start(UUID(room_id))
        play(room_id)
        for deed in deeds:
            deed(UUID(room_id), acme)
            play(room_id)
        return room_id

    return play_room


def move(party, made, **how):
    return lambda code, acme: seats.make_move(code, party, acme, made, **how)


def offer(price):
    return Propose(Terms(Decimal(price), 50), WORDS)


def take(party, holder):
    return lambda code, acme: seats.take(code, party, acme if party is SELLER else "", holder)


def order(party, price):
    rule = AutoAccept(target=Decimal(price))
    return lambda code, acme: seats.set_auto_accept(code, party, acme if party is SELLER else "", rule)


def answer(kind, party):
    """To what the other side has on the table."""

    def act(code, acme):
        thread = read_room(code).room.thread(acme)
        standing = thread.quote if party is BUYER else thread.bid
        seats.make_move(code, party, acme, kind(standing.offer_id, WORDS), overrule=True)

    return act


def withdraw(code, acme):
    seats.make_move(code, SELLER, acme, Withdraw(read_room(code).room.thread(acme).quotes[-1].offer_id, WORDS))


def sweep(code, acme):
    past = timezone.now() - timedelta(seconds=1)
    SeatWait.objects.filter(run__code=code, participant__seller_code=acme).update(until=past)
    Approval.objects.filter(run__code=code).update(expires_at=past)
    seats.end_what_is_overdue()


def decide(state, counter=None):
    def act(code, acme):
        approval = Approval.objects.get(run__code=code, state="pending")
        terms = None if counter is None else Terms(Decimal(counter), 50)
        seats.decide_approval(approval, state, by="Ada", counter=terms)

    return act


def assert_same_events_again(room_id):
    count, difference = replay_room(UUID(room_id))

    assert difference is None
    assert count == RunEvent.objects.filter(run__code=room_id).count()


BY_HAND = {
    "bargained": [move(BUYER, offer(450)), move(BUYER, offer(480)), answer(Accept, BUYER)],
    "rejected": [move(BUYER, offer(450)), answer(Reject, BUYER), answer(Reject, BUYER)],
    "walked-away": [move(BUYER, offer(450)), move(BUYER, WalkAway(WORDS))],
    "taken-over": [move(BUYER, offer(450)), take(BUYER, Holder.AGENT)],
    "seller-taken-over": [move(BUYER, offer(450)), take(SELLER, Holder.PERSON), move(BUYER, offer(460))],
    "stood-in": [sweep, move(BUYER, offer(470))],
    "standing-order": [order(BUYER, 700), move(BUYER, offer(450))],
    "standing-order-late": [move(BUYER, offer(450)), order(BUYER, 700)],
}
SELLERS_BY_HAND = {
    "accepted": [answer(Accept, SELLER)],
    "withdrawn": [move(SELLER, offer(600)), withdraw, move(SELLER, offer(590))],
    "expired": [sweep],
    "given-back": [move(SELLER, offer(600)), take(SELLER, Holder.AGENT)],
}
APPROVALS = [
    pytest.param(buyer, deeds, id=f"{buyer}-{name}")
    for buyer in ("strategy", "external")
    for name, deeds in {
        "approved": [decide(ApprovalState.APPROVED)],
        "rejected": [decide(ApprovalState.REJECTED)],
        "expired": [sweep],
    }.items()
] + [pytest.param("external", [decide(ApprovalState.MODIFIED, 500)], id="external-modified")]


@pytest.mark.parametrize("deeds", BY_HAND.values(), ids=BY_HAND)
def test_room_in_which_a_person_buys_replays_to_the_same_events(play_by_hand, deeds):
    assert_same_events_again(play_by_hand(*deeds, on_timeout="strategy"))


@pytest.mark.parametrize("deeds", SELLERS_BY_HAND.values(), ids=SELLERS_BY_HAND)
def test_room_in_which_people_sell_replays_to_the_same_events(play_by_hand, deeds):
    room_id = play_by_hand(*deeds, buyer="strategy", sellers="human")

    assert_same_events_again(room_id)


@pytest.mark.parametrize(("buyer", "deeds"), APPROVALS)
def test_room_with_an_approval_replays_to_the_same_events(play_by_hand, buyer, deeds):
    until_asked = [move(BUYER, offer(450)), order(BUYER, 700)] if buyer == "external" else []

    room_id = play_by_hand(*until_asked, *deeds, buyer=buyer, approve_above=100)

    assert Approval.objects.filter(run__code=room_id).exists()
    assert_same_events_again(room_id)
