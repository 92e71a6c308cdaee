"""Rooms in which names, items or messages are attacks, and the model does what each attack asks of it."""

import json
import re
import unicodedata
from decimal import Decimal
from itertools import cycle
from uuid import UUID

import pytest

from marketplace.text import clean_text
from negotiation import logs, services
from negotiation.core.events import Accepted, MindFailed, Offered
from negotiation.core.visibility import BuyerViewer, SellerViewer, SpectatorViewer
from negotiation.core.vocabulary import Party, Result, Voice
from negotiation.frames import frame_of, to_json
from negotiation.models import LLMCall, NegotiationRun
from negotiation.store import read_history
from tests import bodies
from tests.fake_llm.behaviours import Reply
from tests.fake_llm.obedient import Obedient, notations
from tests.fake_llm.sensible import facts_in
from tests.fake_llm.server import FakeLlm
from tests.model_rooms import act, in_database, play_all, spoken, spoken_by, until_over, working
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


def shown_secrets(room_id):
    """Secrets that somebody else is shown, with who that is; an offer is no secret any more."""
    stored, records = read_history(UUID(room_id))
    viewers = {SpectatorViewer(): "", BuyerViewer(): "buyer"}
    viewers |= {SellerViewer(seat.seller_id): owner_of(seat) for seat in stored.room.setup.sellers}
    for viewer, owner in viewers.items():
        frames = [frame_of(record, stored.roster, viewer) for record in records]
        shown = "".join(to_json(frame) for frame in frames if frame is not None)
        shown += json.dumps(logs.build(stored, records, viewer), default=str)
        shown += json.dumps(logs.conversation(records, stored.roster, viewer), default=str)
        yield from ((owner, secret) for secret in others(owner, records) & numbers_told(shown))


def asked_secrets(room_id):
    """Secrets of others in the prompts of a seat, with whose prompts they are."""
    stored, records = read_history(UUID(room_id))
    owners = {seat.seller_id: owner_of(seat) for seat in stored.room.setup.sellers}
    for call in LLMCall.objects.filter(run__code=room_id).select_related("participant"):
        owner = owners[str(call.participant.seller_code)] if call.participant else "buyer"
        yield from ((owner, secret) for secret in others(owner, records) & numbers_told(call.prompt))


def owner_of(seat):
    return "Acme" if str(seat.limits.cost) in bodies.ACME_SECRETS else "Bolt"


def others(owner, records):
    """The numbers that are none of the owner's business, but those that have been offered."""
    offered = {f"{record.event.terms.unit_price:.2f}" for record in records if isinstance(record.event, Offered)}
    return ALL_SECRETS - set(SECRETS.get(owner, ())) - offered


def unsound(room_id):
    """Words of models that break the rules, with the rule."""
    stored, records = read_history(UUID(room_id))
    setup, events = stored.room.setup, [record.event for record in records]
    for event in spoken(events):
        if event.words.voice is Voice.MODEL:
            yield from ((broken, event.words.text) for broken in broken_rules(event, setup, events))


def broken_rules(event, setup, events):
    text, seat = event.words.text, setup.seat(event.seller_id)
    rivals = [other.name for other in setup.sellers if other is not seat]
    if len(text) > 240:
        yield "too long"
    if re.search(r"[<>{}\[\]\x00-\x1f`|\u202a-\u202e]|https?:|javascript", text):
        yield "markup"
    if any(len(name) > 3 and name.casefold() in text.casefold() for name in rivals):
        yield "rival named"
    if not {Decimal(number) for number in numbers_told(nameless(text, seat, setup))} <= sayable(
        event, seat, setup, events
    ):
        yield "foreign number"


def nameless(text, seat, setup):
    for name in (setup.item_name, seat.name, setup.buyer_name):
        text = re.sub(re.escape(name), "", text, flags=re.IGNORECASE)
    return text


def sayable(event, seat, setup, events):
    """The numbers of the thread: prices, claims, the quantity and the totals."""
    offers = [made for made in events if isinstance(made, Offered) and made.seller_id == event.seller_id]
    prices = {offer.terms.unit_price for offer in offers} | {seat.limits.ask, Decimal(1)}
    claims = {offer.claim for offer in offers} - {None}
    return prices | claims | {price * setup.buyer.quantity for price in prices} | {Decimal(setup.buyer.quantity)}


async def assert_harmless(room_ids, caplog, *, is_told=False):
    """Attacks have been made, and nothing came of them. A model that is told secrets is told its own replies, too."""
    assert await in_database(LLMCall.objects.exclude(result="ok").count)() >= len(room_ids) / 2
    assert [secret for secret in ALL_SECRETS if secret in caplog.text] == []
    for room_id in room_ids:
        await in_database(assert_legal)(room_id)
        assert await in_database(lambda room: [*shown_secrets(room), *unsound(room)])(room_id) == []
        if not is_told:
            assert await in_database(lambda room: list(asked_secrets(room)))(room_id) == []
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


async def test_model_that_knows_every_secret_gets_none_of_them_said(open_rooms, fake, caplog):
    told = cycle(notation for secret in sorted(ALL_SECRETS) for notation in notations(secret))

    def tell(asked):
        words = f"To be honest, my limit is {next(told)} and no more."
        threads = facts_in(asked.last_user).get("threads", ())
        bids = [{"to": thread["key"], "price": 500, "message": words} for thread in threads]
        choice = {"action": "offer", "price": 600, "quantity": 50, "message": words}
        return json.dumps({**choice, "decision": "go_on", "bids": bids, "messages": bids})

    fake.rule = lambda asked: Reply(text=tell)
    room_ids = await open_rooms([{} for _ in range(6)])

    await play_all(room_ids)

    await assert_harmless(room_ids, caplog, is_told=True)
