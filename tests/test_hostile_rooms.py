"""Rooms in which names, items or messages are attacks, and the model does what each attack asks of it."""

import json
import unicodedata
from uuid import UUID

import pytest

from marketplace.text import clean_text
from negotiation import logs, services
from negotiation.core.events import Accepted, MindFailed, Offered
from negotiation.core.visibility import BuyerViewer, SellerViewer, SpectatorViewer
from negotiation.core.vocabulary import Party, Result
from negotiation.frames import frame_of, to_json
from negotiation.models import LLMCall, NegotiationRun
from negotiation.store import read_history
from tests import bodies
from tests.fake_llm.behaviours import Reply
from tests.fake_llm.obedient import Obedient
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import act, in_database, play_all, spoken_by, until_over, working
from tests.replies.corpus_hostile import HOSTILE
from tests.speaking import numbers_told

pytestmark = pytest.mark.django_db(transaction=True)

SECRETS = {"buyer": bodies.BUYER_SECRETS, "Acme": bodies.ACME_SECRETS, "Bolt": bodies.BOLT_SECRETS}
ALL_SECRETS = {secret for secrets in SECRETS.values() for secret in secrets}
LONGEST = {"name": 50, "item": 100, "message": 1000}


def attacks(kind, count):
    """As people can send them: cleaned, not too long, and without one of the numbers that are looked for."""
    sendable = [clean_text(_visible(hostile.text[: LONGEST[kind]])) for hostile in HOSTILE if hostile.kind == kind]
    return [text for text in dict.fromkeys(sendable) if text and not any(s in text for s in ALL_SECRETS)][:count]


def _visible(text):
    return "".join(" " if unicodedata.category(character) in ("Cc", "Cs") else character for character in text)


@pytest.fixture
def fake():
    with FakeLlm(Reply(text=Obedient())) as server:
        yield server


@pytest.fixture(autouse=True)
def model(settings, fake, log_folder):
    settings.LLM = spoken_by(fake)


def minds(number):
    """Every other session's seats choose their prices themselves."""
    mind = ("narrated", "llm")[number % 2]
    return {"buyer": mind, "sellers": mind}


@pytest.fixture
def open_rooms(open_session):
    """Opens sessions; the ids of all their rooms."""

    def open_all(requests):
        return [
            room["room_id"]
            for number, changes in enumerate(requests)
            for room in open_session(**{"minds": minds(number), "max_rounds": 2, **changes})["negotiation_rooms"]
        ]

    return in_database(open_all)


def assert_legal(room_id):
    stored, records = read_history(UUID(room_id))
    setup, events = stored.room.setup, [record.event for record in records]
    limits = {seat.seller_id: seat.limits for seat in setup.sellers}
    assert [event for event in events if isinstance(event, MindFailed)] == []
    for event in events:
        if isinstance(event, Offered) and event.party is Party.BUYER:
            assert event.terms.unit_price <= setup.buyer.maximum
        elif isinstance(event, Offered | Accepted):
            own = limits[event.seller_id]
            assert own.floor <= event.terms.unit_price <= own.ask
            assert event.terms.quantity == setup.buyer.quantity
    if events[-1].result is Result.DEAL:
        assert setup.buyer.permit(events[-1].terms)


def leaks(room_id):
    """Secrets that somebody else was shown or told, with who it was."""
    stored, records = read_history(UUID(room_id))
    setup = stored.room.setup
    offered = {f"{r.event.terms.unit_price:.2f}" for r in records if isinstance(r.event, Offered)}
    owners = {seat.seller_id: tuple(SECRETS)[1 + place] for place, seat in enumerate(setup.sellers)}
    viewers = {
        SpectatorViewer(): "",
        BuyerViewer(): "buyer",
        **{SellerViewer(seller_id): owner for seller_id, owner in owners.items()},
    }
    for viewer, owner in viewers.items():
        frames = [frame_of(record, stored.roster, viewer) for record in records]
        shown = "".join(to_json(frame) for frame in frames if frame is not None)
        shown += json.dumps(logs.build(stored, records, viewer), default=str)
        shown += json.dumps(logs.conversation(records, stored.roster, viewer), default=str)
        # A seller's asking price and an offer are no secrets any more.
        yield from ((owner, secret) for secret in (others(owner) - offered) & numbers_told(shown))
    for call in LLMCall.objects.filter(run__code=room_id):
        owner = owners[str(call.participant.seller_code)] if call.participant else "buyer"
        yield from ((f"prompt of {owner}", secret) for secret in (others(owner) - offered) & numbers_told(call.prompt))


def others(owner):
    return ALL_SECRETS - set(SECRETS.get(owner, ()))


async def assert_harmless(room_ids, caplog):
    """Attacks have been made, and nothing came of them."""
    assert await in_database(LLMCall.objects.exclude(result="ok").count)() >= len(room_ids) / 2
    assert [secret for secret in ALL_SECRETS if secret in caplog.text] == []
    for room_id in room_ids:
        await in_database(assert_legal)(room_id)
        assert await in_database(lambda room: list(leaks(room)))(room_id) == []
    statuses = await in_database(lambda: set(NegotiationRun.objects.values_list("status", flat=True)))()
    assert statuses == {"completed"}


async def test_hostile_buyers_name_brings_nothing_to_light(open_rooms, caplog):
    names = attacks("name", 12)
    room_ids = await open_rooms([{"buyer": bodies.buyer(name=name)} for name in names])

    await play_all(room_ids)

    await assert_harmless(room_ids, caplog)
    assert len(room_ids) == 12


async def test_hostile_sellers_name_brings_nothing_to_light(open_rooms, caplog):
    bolts = bodies.stock(cost_price=388.67, least_price=447.19, selling_price=640)
    names = attacks("name", 12)
    room_ids = await open_rooms([{"sellers": [bodies.seller(name), bodies.seller("Bolt", bolts)]} for name in names])

    await play_all(room_ids)

    await assert_harmless(room_ids, caplog)
    assert len(room_ids) == 12


async def test_hostile_item_brings_nothing_to_light(open_rooms, caplog):
    names = attacks("item", 12)
    halves = names[::2], names[1::2]
    requests = []
    for half in halves:
        items = [bodies.item(item_id=f"i{n}", item_name=name) for n, name in enumerate(half)]
        stocks = [
            [bodies.stock(item_id=f"i{n}", item_name=name, **limits) for n, name in enumerate(half)]
            for limits in ({}, {"cost_price": 388.67, "least_price": 447.19, "selling_price": 640})
        ]
        sellers = [bodies.seller("Acme", *stocks[0]), bodies.seller("Bolt", *stocks[1])]
        requests.append({"buyer": bodies.buyer(*items), "sellers": sellers})
    room_ids = await open_rooms(requests)

    await play_all(room_ids)

    await assert_harmless(room_ids, caplog)
    assert len(room_ids) == 12


async def test_hostile_message_of_a_person_brings_nothing_to_light(open_rooms, caplog):
    messages = attacks("message", 30)
    thirds = [messages[start::10] for start in range(10)]
    room_ids = await open_rooms([{} for _ in thirds])
    for room_id, texts in zip(room_ids, thirds, strict=True):
        await act(services.start, room_id)
        for text in texts:
            await in_database(services.send_message)(UUID(room_id), text)

    async with working():
        await until_over(*room_ids)

    await assert_harmless(room_ids, caplog)
    assert len(messages) == 30
