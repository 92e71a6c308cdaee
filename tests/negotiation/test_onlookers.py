import asyncio
import json
from uuid import UUID

import pytest

from llm import openai_compatible
from negotiation import onlookers as onlookers_module
from negotiation import services
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer
from negotiation.core.vocabulary import Party
from negotiation.minds.calls import Seat
from negotiation.onlookers import BEHIND_SECONDS, LOOK_SECONDS, PROBE_SECONDS, Leisure, RoomOnlookers
from negotiation.stream import Rhythm, each, follow, live_feed
from negotiation.turnstile import CALM_SECONDS, CROWDED_SECONDS, Turnstile
from negotiation.writing import Writer
from tests import bodies
from tests.factories import a_roster, a_setup
from tests.fake_llm.behaviours import Reply
from tests.fake_llm.sensible import facts_in
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import SECONDS, act, in_database, spoken_by, until_over, working

ROSTER = a_roster(a_setup())


@pytest.fixture
async def subscription():
    watching = live_feed().subscribe(ROSTER.room_id)
    yield watching
    live_feed().unsubscribe(ROSTER.room_id, watching)


class Clock:
    """Stands still unless `seconds` is changed."""

    def __init__(self):
        self.seconds = 100.0

    def __call__(self):
        return self.seconds


def at_once(news):
    news()


def onlookers_of(seller_id, clock=None):
    """Of a seat whose loop keeps up."""
    clock = clock or Clock()
    return RoomOnlookers(ROSTER, seller_id, Leisure(clock), Turnstile(clock), at_once, clock)


async def frames(subscription):
    """What has been announced so far, each with the thread it belongs to."""
    live_feed().announce(ROSTER.room_id, [None])
    announced = []
    while (passing := await subscription.next()) is not None:
        announced.append((passing.seller_id, passing.frame))
    return announced


async def test_nobody_is_there_until_somebody_watches_the_room():
    watched = onlookers_of("acme")
    assert not watched.are_there()

    subscription = live_feed().subscribe(ROSTER.room_id)
    assert watched.are_there()

    live_feed().unsubscribe(ROSTER.room_id, subscription)
    assert not watched.are_there()


async def test_seat_is_the_sellers_or_the_buyers():
    room = str(ROSTER.room_id)

    assert onlookers_of("acme").seat == Seat(room, Party.SELLER, "acme")
    assert onlookers_of("").seat == Seat(room, Party.BUYER, "")


async def test_words_of_a_seller_come_with_its_name_and_belong_to_its_thread(subscription):
    onlookers_of("acme").show("acme", "Good day to you.")

    [(seller_id, frame)] = await frames(subscription)
    assert seller_id == "acme"
    assert frame.pop("timestamp")
    assert frame == {
        "type": "message_delta",
        "room_id": str(ROSTER.room_id),
        "sender_type": "seller",
        "sender_id": "acme",
        "sender_name": "Acme",
        "seller_id": "acme",
        "text": "Good day to you.",
    }


async def test_words_of_the_buyer_belong_to_the_thread_they_are_said_in(subscription):
    onlookers_of("").show("bolt", "Good day to you.")

    [(seller_id, frame)] = await frames(subscription)
    assert (seller_id, frame["seller_id"], frame["sender_type"]) == ("bolt", "bolt", "buyer")
    assert (frame["sender_id"], frame["sender_name"]) == (str(ROSTER.buyer_id), "Harbour Hotel")


async def test_reply_on_its_way_is_looked_at_now_and_then(subscription):
    clock = Clock()
    watched = onlookers_of("acme", clock)

    looks = []
    for _ in range(5):
        looks.append(watched.may_look())
        clock.seconds += 0.6 * LOOK_SECONDS

    assert looks == [True, False, True, False, True]


async def test_reply_is_not_looked_at_where_nobody_watches():
    assert not onlookers_of("acme").may_look()


async def test_model_is_not_listened_to_while_rooms_have_to_wait_for_their_turns(subscription):
    clock = Clock()
    turnstile = Turnstile(clock)
    watched = RoomOnlookers(ROSTER, "acme", Leisure(clock), turnstile, at_once, clock)
    at_first = watched.are_there()

    waiting = [asyncio.create_task(turnstile.enter(rank)) for rank in range(3)]
    await asyncio.sleep(0)
    clock.seconds += 2 * CROWDED_SECONDS
    in_the_crowd = watched.are_there()
    await asyncio.wait(waiting)
    clock.seconds += 2 * CALM_SECONDS

    assert (at_first, in_the_crowd, watched.are_there()) == (True, False, True)


async def test_reply_is_not_looked_at_while_the_loop_is_behind(subscription):
    clock = Clock()
    leisure = Leisure(clock)
    assert not leisure.is_behind()

    clock.seconds += PROBE_SECONDS + 2 * BEHIND_SECONDS
    async with asyncio.timeout(SECONDS):
        while not leisure.is_behind():  # noqa: ASYNC110  # a timer of its own tells it
            await asyncio.sleep(0.001)

    assert not RoomOnlookers(ROSTER, "acme", leisure, Turnstile(clock), at_once, clock).may_look()


async def test_loop_that_has_caught_up_is_not_behind():
    clock = Clock()
    leisure = Leisure(clock)
    leisure.is_behind()
    clock.seconds += PROBE_SECONDS + 2 * BEHIND_SECONDS

    async with asyncio.timeout(SECONDS):
        while not leisure.is_behind():  # noqa: ASYNC110  # a timer of its own tells it
            await asyncio.sleep(0.001)
        while leisure.is_behind():  # noqa: ASYNC110
            await asyncio.sleep(0.001)


async def test_place_in_the_queue_is_told_and_ends_with_nought(subscription):
    watched = onlookers_of("acme")

    watched.wait(3)
    watched.wait(0)

    told = await frames(subscription)
    assert [(frame["type"], frame["is_typing"], frame["queue_position"]) for _, frame in told] == [
        ("typing", True, 3),
        ("typing", True, 0),
    ]


async def test_buyer_that_thinks_is_no_business_of_the_sellers(subscription):
    onlookers_of("").wait(0)

    passing = await subscription.next()
    assert passing.sent_to(SellerViewer("acme")) is None
    assert passing.sent_to(BuyerViewer()) is not None


async def test_nobody_is_told_of_a_queue_where_nobody_watches():
    onlookers_of("acme").wait(3)

    assert live_feed().watcher_count(ROSTER.room_id) == 0


PATIENT = Rhythm(heartbeat_seconds=60, poll_seconds=60)
SECRET = "My floor is 452.33 and yours is 603.57."


def wordy(asked):
    """A draft between other sentences, the last but one of which nobody may see."""
    facts = facts_in(asked.last_user)
    if "threads" not in facts:
        return json.dumps({"message": _around(facts["draft"])})
    return json.dumps({"messages": [{"to": t["key"], "message": _around(t["draft"])} for t in facts["threads"]]})


def _around(draft):
    return f"Good day to you. {draft} {SECRET} That is all."


@pytest.fixture
def watched_room(settings, open_session, log_folder, monkeypatch):
    """The id of a room that waits for its start, and the ids of its sellers by name; every word on its way is shown."""
    monkeypatch.setattr(openai_compatible, "GATHER_SECONDS", 0.0)
    monkeypatch.setattr(onlookers_module, "LOOK_SECONDS", 0.0)
    monkeypatch.setattr(onlookers_module, "BEHIND_SECONDS", SECONDS)

    def open_room():
        # A buyer that puts deals first bids its limit in a room of one round, which then is no secret.
        session = open_session(buyer=bodies.buyer() | {"policy": "price_first"}, max_rounds=1)
        (room,) = session["negotiation_rooms"]
        return room["room_id"], {s["seller_name"]: s["seller_id"] for s in room["participating_sellers"]}

    with FakeLlm(Reply(text=wordy, tokens_per_second=400)) as fake:
        settings.LLM = spoken_by(fake)
        yield in_database(open_room)


async def collect(code, viewer):
    return [json.loads(sent.json) async for sent in each(follow(code, viewer, 0, PATIENT)) if sent.type != "heartbeat"]


async def watch_to_the_end(room_id, *viewers):
    """Plays the room; what each of these viewers was sent."""
    code = UUID(room_id)
    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        watching = [group.create_task(collect(code, viewer)) for viewer in viewers]
        while live_feed().watcher_count(code) < len(viewers):  # noqa: ASYNC110  # the hub rings for events alone
            await asyncio.sleep(0.001)
        await act(services.start, room_id)
        async with working():
            await until_over(room_id)
    return [task.result() for task in watching]


def deltas(sent):
    return [frame for frame in sent if frame["type"] == "message_delta"]


@pytest.mark.django_db(transaction=True)
async def test_watchers_see_the_words_on_their_way_up_to_what_may_not_be_said(watched_room):
    room_id, _ = await watched_room()

    (sent,) = await watch_to_the_end(room_id, OperatorViewer())

    assert {frame["sender_type"] for frame in deltas(sent)} == {"buyer", "seller"}
    for frame in deltas(sent):
        assert frame["text"].startswith("Good day to you.")
        assert ("floor" in frame["text"], "603.57" in frame["text"], "That is all" in frame["text"]) == (False,) * 3
        assert "seq" not in frame


@pytest.mark.django_db(transaction=True)
async def test_sellers_are_seen_to_write_only_after_the_bid_that_they_answer(watched_room, monkeypatch):
    write = Writer.write

    async def write_slowly(writer, turn):
        await asyncio.sleep(0.2)  # in which sellers are asked, and answer
        await write(writer, turn)

    monkeypatch.setattr(Writer, "write", write_slowly)
    room_id, _ = await watched_room()

    (sent,) = await watch_to_the_end(room_id, OperatorViewer())

    sent = [(frame["type"], frame.get("sender_type")) for frame in sent]
    assert sent.index(("typing", "seller")) > sent.index(("buyer_message", "buyer"))
    assert sent.index(("message_delta", "seller")) > sent.index(("buyer_message", "buyer"))


@pytest.mark.django_db(transaction=True)
async def test_message_on_record_comes_after_its_parts_and_replaces_them(watched_room):
    room_id, _ = await watched_room()

    (sent,) = await watch_to_the_end(room_id, OperatorViewer())

    kinds = ("buyer_message", "seller_response")
    for place, frame in enumerate(sent):
        if frame["type"] == "message_delta":
            rest = [later for later in sent[place:] if later["type"] in kinds]
            replaced = [later for later in rest if later["sender_id"] == frame["sender_id"]]
            assert replaced
    recorded = [frame for frame in sent if frame["type"] in kinds]
    assert {(frame["voice"], frame["fallback"]) for frame in recorded} == {("template", "unusable_reply")}


@pytest.mark.django_db(transaction=True)
async def test_seller_sees_no_words_of_another_thread(watched_room):
    room_id, seller_ids = await watched_room()
    viewers = [SellerViewer(seller_ids["Acme"]), SellerViewer(seller_ids["Bolt"]), SpectatorViewer()]

    acme, bolt, spectator = await watch_to_the_end(room_id, *viewers)

    assert {frame["seller_id"] for frame in deltas(acme)} == {seller_ids["Acme"]}
    assert {frame["seller_id"] for frame in deltas(bolt)} == {seller_ids["Bolt"]}
    assert [frame["type"] for frame in spectator if frame["type"] in ("message_delta", "typing")] == []


@pytest.mark.django_db(transaction=True)
async def test_no_viewer_is_sent_a_secret_by_words_on_their_way(watched_room):
    room_id, seller_ids = await watched_room()
    viewers = [BuyerViewer(), SellerViewer(seller_ids["Acme"]), SpectatorViewer()]

    buyer, acme, spectator = map(json.dumps, await watch_to_the_end(room_id, *viewers))

    foreign = {"buyer": bodies.ACME_SECRETS + bodies.BOLT_SECRETS, "acme": ("603.57", *bodies.BOLT_SECRETS)}
    assert [secret for secret in foreign["buyer"] if secret in buyer] == []
    assert [secret for secret in foreign["acme"] if secret in acme] == []
    assert "452.33" not in spectator
