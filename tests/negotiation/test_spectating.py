"""What comes over sockets and streams to those who look on by a link, and to those who borrow another's eyes."""

import asyncio
import json
from dataclasses import replace

import pytest
from asgiref.sync import sync_to_async
from channels.testing import WebsocketCommunicator

from marketplace.asgi import application
from marketplace.presence import seats
from marketplace.throttling import RATES, Kind
from negotiation import sse, watching
from negotiation.consumers import NOT_FOUND, NOT_SIGNED_IN, TOO_FAST
from negotiation.models import NegotiationRun
from negotiation.spectator_models import SpectatorLink
from negotiation.spectators import NewLink, make_spectator_link, revoke_spectator_link
from tests import bodies
from tests.negotiation.test_consumers import answer_to, close_code, read, read_to, socket
from tests.negotiation.test_sse import events_of

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20
NAMES = ("Acme", "Bolt", "TechCorp")
LIMITS = (*bodies.BUYER_SECRETS, *bodies.ACME_SECRETS, *bodies.BOLT_SECRETS)


@pytest.fixture(autouse=True)
def quick_rhythm(settings):
    settings.STREAM = replace(settings.STREAM, heartbeat_seconds=0.02)


@sync_to_async
def token_to(room_id, *, shows_talk=False):
    run = NegotiationRun.objects.get(code=room_id)
    return make_spectator_link(run.pk, NewLink(shows_talk, 1), "test")[1]


def watching_by(token):
    return WebsocketCommunicator(application, f"/ws/watch/{token}/")


async def told_by(communicator):
    """All that comes to the end, as text."""
    await communicator.connect(timeout=SECONDS)
    frames = await read_to(communicator, "negotiation_complete")
    await communicator.disconnect()
    return frames, json.dumps(frames)


def found(text, things):
    return [thing for thing in things if thing in text]


async def test_room_that_goes_on_is_followed_without_names_and_prices_though_the_link_shares_the_talk(started, play):
    communicator = watching_by(await token_to(started, shows_talk=True))
    await communicator.connect(timeout=SECONDS)
    first = await read(communicator)
    async with asyncio.TaskGroup() as group:
        listening = group.create_task(read_to(communicator, "negotiation_complete"))
        group.create_task(sync_to_async(play)(started))

    frames = [first, *listening.result()]
    kinds = {frame["type"] for frame in frames}
    assert kinds == {"connected", "status_changed", "round_start", "decision", "negotiation_complete"}
    assert frames[0]["sellers"] == []
    assert found(json.dumps(frames), (*NAMES, *LIMITS, "price_per_unit")) == []
    assert frames[-1]["final_offer"] is None


@pytest.mark.parametrize("session", [bodies.LIMIT_IS_KEPT], indirect=True, ids=["limit kept"])
async def test_after_the_end_a_link_that_shares_the_talk_tells_all_but_limits(played):
    frames, text = await told_by(watching_by(await token_to(played, shows_talk=True)))

    assert found(text, NAMES) == list(NAMES)
    assert found(text, LIMITS) == []
    assert {"buyer_message", "seller_response"} <= {frame["type"] for frame in frames}
    assert frames[-1]["final_offer"]["price"] > 0
    assert frames[-1]["explanation"] == ""


async def test_after_the_end_a_link_that_shares_progress_tells_that_and_no_more(played):
    frames, text = await told_by(watching_by(await token_to(played)))

    assert found(text, (*NAMES, *LIMITS, "I ask", "I bid")) == []
    assert frames[-1]["outcome"] in ("deal", "no_deal")


async def test_stream_of_a_link_tells_what_its_socket_does(played):
    token = await token_to(played, shows_talk=True)
    frames, _ = await told_by(watching_by(token))

    status, text = await stream_of(token)

    assert status == 200
    assert [json.loads(event["data"]) for event in events_of(text) if "id" in event] == frames[1:]


async def test_link_that_leads_nowhere_is_told_so_in_the_same_words(played):
    token = await token_to(played)
    await sync_to_async(SpectatorLink.objects.update)(revoked_at="2020-01-01T00:00:00Z")
    communicator = watching_by(token)
    await communicator.connect(timeout=SECONDS)

    ended, unknown = await stream_of(token), await stream_of("guessed")

    assert await close_code(communicator) == NOT_FOUND
    assert ended[0] == unknown[0] == 404
    assert [json.loads(text)["error"]["message"] for _, text in (ended, unknown)] == ["This link leads nowhere."] * 2


async def test_whoever_looks_on_has_to_go_when_the_link_is_taken_back(midway, monkeypatch):
    monkeypatch.setattr(watching, "LOOK_AGAIN_SECONDS", 0.01)
    monkeypatch.setattr("marketplace.presence.FRESH_SECONDS", 0.0)
    communicator = watching_by(await token_to(midway))
    await communicator.connect(timeout=SECONDS)
    await read(communicator)

    link = await SpectatorLink.objects.aget()
    await sync_to_async(revoke_spectator_link)(midway, link.pk)

    assert await close_code(communicator) == NOT_SIGNED_IN


@pytest.mark.parametrize("command", ["start", "pause", "cancel", "decide", "message", "resume"])
async def test_who_looks_on_by_a_link_commands_nothing(room_id, command):
    communicator = watching_by(await token_to(room_id))
    await communicator.connect(timeout=SECONDS)

    answer = await answer_to(communicator, {"type": command, "message": "Hello"})

    assert answer["error_code"] == "VALIDATION_ERROR"
    assert (await NegotiationRun.objects.aget(code=room_id)).status == "pending"
    await communicator.disconnect()


async def test_onlookers_of_one_link_are_counted_by_their_addresses(midway, monkeypatch):
    monkeypatch.setattr(sse, "MOST_OF_ONE_CALLER", 1)
    token = await token_to(midway)
    number = (await SpectatorLink.objects.aget()).pk

    with seats().taken(f"stream {midway} spectator/{number} 10.0.0.1", 1):
        refused, _ = await stream_of(token, client="10.0.0.1")
        let_in, _ = await stream_of(token, client="10.0.0.2", leave_at="connected")

    assert (refused, let_in) == (429, 200)


async def test_guesses_at_links_are_held_back_like_all_that_nobody_sends(monkeypatch, settings):
    settings.RATE_LIMITS = True
    monkeypatch.setitem(RATES, Kind.ANONYMOUS, replace(RATES[Kind.ANONYMOUS], most=1, seconds=3600))
    first, second = watching_by("guessed"), watching_by("guessed")
    for communicator in (first, second):
        await communicator.connect(timeout=SECONDS)

    assert [await close_code(first), await close_code(second)] == [NOT_FOUND, TOO_FAST]


async def test_operator_hears_by_socket_what_the_party_does_whose_eyes_it_borrows(
    operator, buyer, acme, played, seller_ids
):
    for own, eyes in ((buyer, "buyer"), (acme, f"seller:{seller_ids['Acme']}")):
        frames, _ = await told_by(socket(played, own.key))
        borrowed, _ = await told_by(socket(played, operator.key, f"&as={eyes}"))

        assert without_times(borrowed) == without_times(frames)


async def test_nobody_else_sees_more_by_asking_for_other_eyes(buyer, acme, watcher, played, seller_ids):
    for caller in (buyer, acme, watcher):
        own, _ = await told_by(socket(played, caller.key))
        for eyes in ("xray", "buyer", f"seller:{seller_ids['Bolt']}", "nonsense"):
            frames, _ = await told_by(socket(played, caller.key, f"&as={eyes}"))

            assert without_times(frames) == without_times(own)


@pytest.mark.parametrize("eyes", ["nonsense", f"seller:{bodies.NO_ID}", "seller:"])
async def test_eyes_of_nobody_in_the_room_are_not_there(operator, played, eyes):
    communicator = socket(played, operator.key, f"&as={eyes}")
    await communicator.connect(timeout=SECONDS)

    assert await close_code(communicator) == NOT_FOUND


async def test_borrowed_eyes_leave_the_operators_rights_as_they_are(operator, room_id):
    communicator = socket(room_id, operator.key, "&as=buyer")
    await communicator.connect(timeout=SECONDS)

    assert (await answer_to(communicator, {"type": "start"}))["type"] == "ack"
    await communicator.disconnect()


def without_times(frames):
    return [
        {name: value for name, value in frame.items() if frame.get("seq") or name != "timestamp"} for frame in frames
    ]


async def stream_of(token, *, client="127.0.0.1", leave_at=""):
    """Status and text of the link's stream that ended, or was left when this piece of text was read."""
    sent, is_leaving = [], asyncio.Event()

    async def receive():
        await is_leaving.wait()
        return {"type": "http.disconnect"}

    async def send(message):
        sent.append(message)
        if leave_at and leave_at in message.get("body", b"").decode():
            is_leaving.set()

    path = f"/api/v1/watch/{token}/stream"
    named = {"method": "GET", "path": path, "query_string": b"", "headers": [], "client": (client, 1)}
    async with asyncio.timeout(SECONDS):
        await application({"type": "http", **named}, receive, send)
    return sent[0]["status"], b"".join(message.get("body", b"") for message in sent).decode()
