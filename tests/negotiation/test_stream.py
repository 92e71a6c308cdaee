import asyncio
import json
from contextlib import aclosing
from uuid import UUID, uuid4

import pytest
from asgiref.sync import sync_to_async
from channels.db import database_sync_to_async
from django.apps import apps

from marketplace.models import Session
from negotiation import hub as hub_module
from negotiation import services
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer
from negotiation.errors import RoomNotFound
from negotiation.hub import Hub
from negotiation.models import NegotiationRun, RunEvent
from negotiation.stream import Passing, Rhythm, each, follow, live_feed
from tests import bodies

pytestmark = pytest.mark.django_db(transaction=True)

QUICK = Rhythm(heartbeat_seconds=0.02, poll_seconds=0.01)
PATIENT = Rhythm(heartbeat_seconds=60, poll_seconds=60)
STAFF = OperatorViewer()
SPECTATORS = (SpectatorViewer(), SpectatorViewer(shows_talk=True))
SECONDS = 20


class SilentHub(Hub):
    """Its doorbell never rings."""

    def announce(self, room, items):
        pass


@pytest.fixture
def code(started):
    return UUID(started)


@pytest.fixture
def play_on(play, started):
    """Plays the room in a thread beside the loop."""
    return sync_to_async(lambda **options: play(started, **options))


async def read(events):
    """What is left of a stream, without its heartbeats."""
    async with asyncio.timeout(SECONDS):
        return [sent async for sent in events if sent.type != "heartbeat"]


async def take(events, count):
    """The next so many of a stream."""
    async with asyncio.timeout(SECONDS):
        return [await anext(events) for _ in range(count)]


async def watch(code, viewer=STAFF, after=0, rhythm=QUICK):
    return await read(each(follow(code, viewer, after, rhythm)))


def numbers(sent):
    return [one.seq for one in sent if one.seq is not None]


async def last_number(code):
    return await database_sync_to_async(NegotiationRun.objects.values_list("last_seq", flat=True).get)(code=code)


async def everything(code):
    return list(range(1, await last_number(code) + 1))


async def test_connected_comes_first_and_the_end_comes_last_and_once(code, play_on):
    await play_on()

    sent = await watch(code)

    assert (sent[0].type, sent[0].seq) == ("connected", None)
    assert [one.type for one in sent].count("negotiation_complete") == 1
    assert sent[-1].type == "negotiation_complete"


async def test_room_that_nobody_can_serve_tells_its_end_to_whoever_asks(open_session):
    item = bodies.buyer(bodies.item(item_id="moon"))
    session = await sync_to_async(open_session)(buyer=item)

    connected, last = await watch(UUID(session["negotiation_rooms"][0]["room_id"]))

    end = json.loads(last.json)
    assert (connected.type, last.type, last.seq) == ("connected", "negotiation_complete", None)
    assert (end["outcome"], end["status"], end["reason"]) == ("no_deal", "no_sellers_available", "no_inventory")
    assert end["explanation"] == "None of the invited sellers stocks this item."


async def test_spectators_are_not_told_that_prices_did_not_fit(open_session):
    limits = {"min_price_per_unit": 9_000, "max_price_per_unit": 9_900}
    session = await sync_to_async(open_session)(buyer=bodies.buyer(bodies.item() | limits))
    code = UUID(session["negotiation_rooms"][0]["room_id"])

    reasons = [json.loads((await watch(code, viewer))[-1].json)["reason"] for viewer in (BuyerViewer(), *SPECTATORS)]

    assert reasons == ["price_mismatch", "no_sellers_available", "no_sellers_available"]


async def test_late_watcher_gets_everything_once_and_in_order(code, play_on):
    await play_on()

    assert numbers(await watch(code)) == await everything(code)


async def test_live_watcher_gets_everything_once_and_in_order(code, play_on):
    events = each(follow(code, STAFF, 0, PATIENT))
    before = await take(events, 2)

    await play_on()

    assert numbers(before) + numbers(await read(events)) == await everything(code)


async def test_what_is_in_the_table_and_in_the_queue_is_sent_once(code, play_on):
    events = each(follow(code, STAFF, 0, PATIENT))
    await anext(events)
    await play_on(until_seq=9)
    before = await take(events, 9)

    await play_on()

    assert numbers(before) + numbers(await read(events)) == await everything(code)


@pytest.mark.parametrize("seen", [1, 2, 5, 9])
async def test_watcher_that_comes_back_misses_nothing_and_gets_nothing_twice(code, play_on, seen):
    await play_on(until_seq=9)
    async with aclosing(each(follow(code, STAFF, 0, QUICK))) as events:
        first = await take(events, seen + 1)
    await play_on()

    rest = await watch(code, after=first[-1].seq)

    assert numbers(first) + numbers(rest) == await everything(code)


async def test_watcher_that_reads_too_slowly_still_gets_everything(code, play_on, monkeypatch):
    monkeypatch.setattr(hub_module, "QUEUE_LENGTH", 2)
    events = each(follow(code, STAFF, 0, PATIENT))
    before = await take(events, 2)

    await play_on()

    assert numbers(before) + numbers(await read(events)) == await everything(code)


async def test_watcher_whose_doorbell_never_rings_still_gets_everything(code, play_on, monkeypatch):
    monkeypatch.setattr(apps.get_app_config("negotiation"), "hub", SilentHub())
    events = each(follow(code, STAFF, 0, QUICK))
    before = await take(events, 2)

    await play_on()

    assert numbers(before) + numbers(await read(events)) == await everything(code)


async def test_announcement_that_comes_before_its_predecessor_waits_for_it(code, monkeypatch):
    events = each(follow(code, STAFF, 0, PATIENT))
    before = await take(events, 2)
    doorbell = live_feed().announce
    kept = []
    monkeypatch.setattr(live_feed(), "announce", lambda room, items: kept.append((room, items)))
    await database_sync_to_async(services.pause)(code)
    await database_sync_to_async(services.cancel)(code)

    for room, items in reversed(kept):
        doorbell(room, items)

    assert numbers(before) + numbers(await read(events)) == await everything(code)


async def test_log_longer_than_a_page_is_read_whole(code, monkeypatch):
    monkeypatch.setattr("negotiation.stream.PAGE", 3)
    for _ in range(7):
        await database_sync_to_async(services.send_message)(code, "Hello")
    await database_sync_to_async(services.cancel)(code)

    assert numbers(await watch(code)) == await everything(code)


async def test_watcher_that_comes_back_after_the_end_is_sent_away(code, play_on):
    await play_on()

    sent = await watch(code, after=await last_number(code))

    assert [one.type for one in sent] == ["connected"]


async def test_watcher_with_a_number_from_the_future_begins_anew(code, play_on):
    await play_on()

    assert numbers(await watch(code, after=10_000)) == await everything(code)


async def test_room_without_sellers_has_ended_for_its_watchers(open_session):
    session = await sync_to_async(open_session)(buyer=bodies.buyer(bodies.item(item_id="moon")))

    sent = await watch(UUID(session["negotiation_rooms"][0]["room_id"]))

    assert json.loads(sent[0].json)["status"] == "no_sellers_available"


async def test_silent_room_sends_heartbeats_without_a_number(code):
    async with aclosing(each(follow(code, STAFF, 1, QUICK))) as events:
        _, *beats = await take(events, 3)

    assert [(beat.type, beat.seq) for beat in beats] == [("heartbeat", None)] * 2
    assert not await database_sync_to_async(RunEvent.objects.filter(type="heartbeat").exists)()


async def test_stream_ends_when_the_room_is_deleted(code):
    events = each(follow(code, STAFF, 1, QUICK))
    await anext(events)

    await database_sync_to_async(Session.objects.all().delete)()

    assert await read(events) == []


async def test_unknown_room_is_not_found_and_leaves_no_watcher_behind():
    code = uuid4()

    with pytest.raises(RoomNotFound):
        await watch(code)

    assert live_feed().watcher_count(code) == 0


async def test_watcher_that_leaves_is_not_counted_any_more(code):
    async with aclosing(each(follow(code, STAFF, 0, QUICK))) as events:
        await anext(events)
        assert live_feed().watcher_count(code) == 1

    assert live_feed().watcher_count(code) == 0


async def test_stream_that_ended_leaves_no_watcher_behind(code, play_on):
    await play_on()

    await watch(code)

    assert live_feed().watcher_count(code) == 0


async def test_each_frame_repeats_its_type_number_and_room(code, play_on):
    await play_on()

    for sent in (await watch(code))[1:]:
        frame = json.loads(sent.json)
        assert (frame["type"], frame["seq"], frame["room_id"]) == (sent.type, sent.seq, str(code))
        assert "timestamp" in frame
        assert "\n" not in sent.json


VIEWERS = {
    "buyer": (lambda seller_ids: BuyerViewer(), bodies.ACME_SECRETS + bodies.BOLT_SECRETS),
    "acme": (lambda seller_ids: SellerViewer(seller_ids["Acme"]), ("603.57", *bodies.BOLT_SECRETS)),
    "bolt": (lambda seller_ids: SellerViewer(seller_ids["Bolt"]), ("603.57", *bodies.ACME_SECRETS)),
    "watcher": (
        lambda seller_ids: SpectatorViewer(),
        bodies.BUYER_SECRETS + bodies.ACME_SECRETS + bodies.BOLT_SECRETS,
    ),
}


@pytest.mark.parametrize("name", VIEWERS)
@pytest.mark.parametrize("session", [bodies.LIMIT_IS_KEPT], indirect=True, ids=["limit kept"])
async def test_viewer_is_sent_no_secret_of_somebody_else(code, play_on, seller_ids, name):
    viewer, secrets = VIEWERS[name]
    await play_on()

    text = "".join(one.json for one in await watch(code, viewer(seller_ids)))

    assert [secret for secret in secrets if secret in text] == []


async def test_seller_hears_nothing_of_another_sellers_thread(code, play_on, seller_ids):
    await play_on()

    text = "".join(one.json for one in await watch(code, SellerViewer(seller_ids["Acme"])))

    assert seller_ids["Bolt"] not in text
    assert "Bolt" not in text


@pytest.mark.parametrize("name", VIEWERS)
async def test_every_viewer_is_told_the_end_last(code, play_on, seller_ids, name):
    await play_on()

    sent = await watch(code, VIEWERS[name][0](seller_ids))

    assert sent[-1].type == "negotiation_complete"
    assert numbers(sent) == sorted(set(numbers(sent)))


PASSING_VIEWERS = {
    "operator": (lambda ids: STAFF, ["to Acme", "to Bolt", "of the buyer"]),
    "buyer": (lambda ids: BuyerViewer(), ["to Acme", "to Bolt", "of the buyer"]),
    "acme": (lambda ids: SellerViewer(ids["Acme"]), ["to Acme"]),
    "bolt": (lambda ids: SellerViewer(ids["Bolt"]), ["to Bolt"]),
    "watcher": (lambda ids: SpectatorViewer(), []),
}


def announce_words(code, seller_ids):
    """Words on their way in each thread, and something of the buyer's side alone."""
    wheres = (("to Acme", seller_ids["Acme"]), ("to Bolt", seller_ids["Bolt"]), ("of the buyer", ""))
    passing = [Passing(seller_id, {"type": "message_delta", "text": where}) for where, seller_id in wheres]
    live_feed().announce(code, passing)


@pytest.mark.parametrize("name", PASSING_VIEWERS)
async def test_words_on_their_way_reach_those_who_may_read_the_thread(code, seller_ids, name):
    viewer, expected = PASSING_VIEWERS[name]
    events = each(follow(code, viewer(seller_ids), 1, PATIENT))
    await anext(events)

    announce_words(code, seller_ids)
    sent = await take(events, len(expected))
    await database_sync_to_async(services.cancel)(code)

    assert [(json.loads(one.json)["text"], one.type, one.seq) for one in sent] == [
        (text, "message_delta", None) for text in expected
    ]
    assert "message_delta" not in [one.type for one in await read(events)]


async def test_words_on_their_way_leave_no_gap_between_the_events(code, play_on, seller_ids):
    events = each(follow(code, STAFF, 0, PATIENT))
    before = await take(events, 2)
    await play_on(until_seq=5)
    announce_words(code, seller_ids)
    await play_on(until_seq=9)
    announce_words(code, seller_ids)

    await play_on()

    sent = [*before, *await read(events)]
    assert numbers(sent) == await everything(code)
    assert [one.type for one in sent].count("message_delta") == 6


async def test_words_on_their_way_are_not_repeated_to_those_who_come_later(code, play_on, seller_ids):
    announce_words(code, seller_ids)
    await play_on()

    assert "message_delta" not in [one.type for one in await watch(code)]


async def test_words_on_their_way_are_never_stored(code, seller_ids):
    announce_words(code, seller_ids)

    assert not await database_sync_to_async(RunEvent.objects.filter(type="message_delta").exists)()


async def test_words_on_their_way_keep_no_watcher_from_an_event_that_nobody_announced(code, seller_ids, monkeypatch):
    """Nor from its heartbeats, where they are of a thread that it may not see."""
    events = each(follow(code, SellerViewer(seller_ids["Bolt"]), 0, QUICK))
    await take(events, 2)
    others = Passing(seller_ids["Acme"], {"type": "message_delta", "text": "to Acme"})
    announce, is_over = live_feed().announce, asyncio.Event()

    async def chatter():
        while not is_over.is_set():
            announce(code, [others])
            await asyncio.sleep(0)

    chattering = asyncio.create_task(chatter())
    beats = await take(events, 2)
    monkeypatch.setattr(live_feed(), "announce", lambda room, items: None)
    await database_sync_to_async(services.cancel)(code)
    last = (await read(events))[-1]
    is_over.set()
    await chattering

    assert [beat.type for beat in beats] == ["heartbeat"] * 2
    assert last.type == "negotiation_complete"


async def test_flood_of_words_on_their_way_costs_nobody_an_event(code, play_on, seller_ids, monkeypatch):
    monkeypatch.setattr(hub_module, "QUEUE_LENGTH", 4)
    events = each(follow(code, STAFF, 0, QUICK))
    before = await take(events, 2)
    for _ in range(50):
        announce_words(code, seller_ids)

    await play_on()

    assert numbers(before) + numbers(await read(events)) == await everything(code)
