import asyncio
import logging
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from channels.db import database_sync_to_async
from django.core import mail
from django.db import OperationalError

from negotiation import notifying, outbox
from negotiation.core.moves import Propose
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import Party
from negotiation.delivery import Arrived, Failed
from negotiation.models import NegotiationRun
from negotiation.notification_models import Channel, DeliveryState, Notification, NotificationTarget, Side
from negotiation.notifying import Post, own_senders
from negotiation.outbox import claim_due
from negotiation.seats import make_move
from negotiation.threads import in_thread
from negotiation.worker import Worker
from tests.receiver import receiving
from tests.told import a_target, make_due, sellers_with_a_person
from tests.workers import at_work

pytestmark = pytest.mark.django_db(transaction=True)

SECONDS = 20
STATES = ("target__address", "state", "attempts", "last_error")


class FakeSender:
    """Gives these answers in turn, the last one again and again; hangs while it is told to."""

    def __init__(self, *answers):
        self.answers, self.sent = list(answers) or [Arrived()], []
        self.reached, self.open = asyncio.Event(), asyncio.Event()
        self.open.set()
        self.is_closed = False

    async def send(self, letter):
        self.sent.append(letter)
        self.reached.set()
        await self.open.wait()
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def close(self):
        self.is_closed = True


class HangingFor(FakeSender):
    """Hangs for one address for ever."""

    def __init__(self, address):
        super().__init__()
        self._address = address

    async def send(self, letter):
        if letter.address == self._address:
            self.sent.append(letter)
            await asyncio.Event().wait()
        return await super().send(letter)


@pytest.fixture
def database():
    with ThreadPoolExecutor(2) as pool:
        yield pool


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_ALLOW_PRIVATE = True
    with receiving() as receiver:
        yield receiver


@pytest.fixture(autouse=True)
def impatient(monkeypatch):
    monkeypatch.setattr(notifying, "LOOK_SECONDS", 0.01)


@pytest.fixture
def notify(open_session, operator, play):
    """Has operators told of an offer at each of these addresses; the code of the room."""

    def tell(*addresses, channel=Channel.WEBHOOK):
        session = open_session(sellers=sellers_with_a_person())
        for address in addresses:
            a_target(Side.OPERATOR, channel=channel, address=address)
        room = session["negotiation_rooms"][0]["room_id"]
        operator.post(f"/negotiation/{room}/start")
        play(room)
        make_due()
        return UUID(room)

    return tell


@asynccontextmanager
async def posting(database, sender=None):
    """The post at work, with this sender for all, else with its own."""
    senders = None if sender is None else dict.fromkeys(Channel, sender)
    async with asyncio.timeout(SECONDS):
        task = asyncio.create_task(Post(database, senders).run())
        try:
            yield task
        finally:
            task.cancel()
            await asyncio.wait({task})


@database_sync_to_async
def states():
    return sorted(Notification.objects.values_list(*STATES))


@database_sync_to_async
def due_again():
    make_due()


async def until(is_reached):
    """The notifications, as soon as this can be said of them."""
    while not is_reached(found := await states()):  # noqa: ASYNC110  # nobody tells of what is only written down
        await asyncio.sleep(0.01)
    return found


def all_are(state):
    return lambda found: {row[1] for row in found} == {state}


async def test_webhook_arrives_signed_and_is_marked(notify, receiver, database):
    await database_sync_to_async(notify)(receiver.url)

    async with posting(database):
        await until(all_are(DeliveryState.DELIVERED))

    (posted,) = receiver.posted
    notification = await Notification.objects.aget()
    assert posted.headers["x-parley-delivery"] == str(notification.code)
    assert posted.body == notification.body.encode()
    assert posted.headers["x-parley-signature"].startswith("v1=")


async def test_mail_arrives_and_is_marked(notify, database):
    await database_sync_to_async(notify)("", channel=Channel.EMAIL)

    async with posting(database):
        await until(all_are(DeliveryState.DELIVERED))

    (sent,) = mail.outbox
    assert (sent.subject, sent.to) == ("New offer: HP 15 Laptop", ["told@example.com"])


async def test_receiver_that_fails_is_asked_again(notify, receiver, database):
    await database_sync_to_async(notify)(receiver.url)
    receiver.answer(500, 200)

    async with posting(database):
        await until(lambda found: found[0][3] == "answered 500")
        await due_again()
        await until(all_are(DeliveryState.DELIVERED))

    first, second = receiver.posted
    assert first.headers["x-parley-delivery"] == second.headers["x-parley-delivery"]
    assert first.body == second.body


async def test_gone_receiver_is_not_asked_again(notify, receiver, database):
    await database_sync_to_async(notify)(receiver.url)
    receiver.answer(410)

    async with posting(database):
        await until(all_are(DeliveryState.GIVEN_UP))
        await due_again()

    assert len(receiver.posted) == 1
    assert not (await NotificationTarget.objects.aget()).is_active


async def test_letter_is_sent_again_with_its_id_after_a_death_between_sending_and_marking(notify, database):
    await database_sync_to_async(notify)("http://a.example/")
    sender = FakeSender()
    (parcel,) = await in_thread(database, claim_due, 1)
    await sender.send(await in_thread(database, outbox.open_letter, parcel))  # and here whoever sent it dies
    await due_again()

    async with posting(database, sender):
        await until(all_are(DeliveryState.DELIVERED))

    first, second = sender.sent
    assert first == second


async def test_two_workers_send_each_letter_once(notify, database):
    addresses = [f"http://{number}.example/" for number in range(20)]
    await database_sync_to_async(notify)(*addresses)
    senders = [FakeSender(), FakeSender()]
    with ThreadPoolExecutor(2) as other_database:
        async with posting(database, senders[0]), posting(other_database, senders[1]):
            await until(all_are(DeliveryState.DELIVERED))

    sent = [letter.address for sender in senders for letter in sender.sent]
    assert sorted(sent) == sorted(addresses)


async def test_target_that_hangs_keeps_nobody_else_waiting(notify, database):
    addresses = [f"http://{number}.example/" for number in range(15)]
    await database_sync_to_async(notify)(*addresses)

    async with posting(database, HangingFor(addresses[0])):
        found = await until(lambda rows: sum(row[1] == DeliveryState.DELIVERED for row in rows) == 14)

    assert [row[0] for row in found if row[1] != DeliveryState.DELIVERED] == [addresses[0]]


def repeat_all(times):
    """As if the events before had been told as well."""
    for row in list(Notification.objects.all()):
        for _ in range(1, times):
            row.pk, row.code, row.seq = None, uuid4(), row.seq - 1
            row.save(force_insert=True)


async def test_target_is_sent_no_second_letter_while_a_first_one_is_under_way(notify, database):
    await database_sync_to_async(notify)("http://a.example/", "http://b.example/")
    await database_sync_to_async(repeat_all)(5)
    sender = HangingFor("http://a.example/")

    async with posting(database, sender):
        await until(lambda rows: sum(row[1] == DeliveryState.DELIVERED for row in rows) == 5)

    assert [letter.address for letter in sender.sent].count("http://a.example/") == 1


async def test_what_is_under_way_when_the_post_stops_is_due_at_once(notify, database):
    await database_sync_to_async(notify)("http://a.example/")
    sender = FakeSender()
    sender.open.clear()

    async with posting(database, sender):
        await sender.reached.wait()

    assert len(await in_thread(database, claim_due, 10)) == 1
    assert sender.is_closed


async def test_letter_that_breaks_its_sender_stops_nobody_else(notify, database, caplog):
    await database_sync_to_async(notify)("http://a.example/", "http://b.example/")
    sender = FakeSender(RuntimeError("odd"), Arrived())

    async with posting(database, sender):
        found = await until(lambda rows: any(row[1] == DeliveryState.DELIVERED for row in rows))

    assert sorted(row[1] for row in found) == [DeliveryState.DELIVERED, DeliveryState.WAITING]
    assert [record.levelname for record in caplog.records if record.exc_info] == ["ERROR"]


async def test_post_goes_on_when_the_database_is_back(notify, database, monkeypatch, caplog):
    await database_sync_to_async(notify)("http://a.example/")
    outages = [OperationalError("away")] * 3

    def claim(*args):
        if outages:
            raise outages.pop()
        return claim_due(*args)

    monkeypatch.setattr(outbox, "claim_due", claim)
    async with posting(database, FakeSender()):
        await until(all_are(DeliveryState.DELIVERED))

    assert [record.getMessage() for record in caplog.records] == ["notifications wait for the database: away"] * 3


async def test_no_line_of_the_log_tells_where_a_letter_goes(notify, database, caplog):
    await database_sync_to_async(notify)("http://a.example/token-of-the-receiver")

    with caplog.at_level(logging.INFO):
        async with posting(database, FakeSender(Failed("answered 500"))):
            await until(lambda rows: caplog.records)

    assert "answered 500" in caplog.text
    assert "token-of-the-receiver" not in caplog.text


async def test_worker_delivers_while_it_plays(notify, receiver, log_folder):
    room = await database_sync_to_async(notify)(receiver.url)

    async with at_work(Worker(5), seconds=SECONDS):
        await until(all_are(DeliveryState.DELIVERED))
        await database_sync_to_async(offer_for_acme)(room)
        await until(lambda rows: len(rows) >= 2 and all_are(DeliveryState.DELIVERED)(rows))

    assert len(receiver.posted) >= 2


def offer_for_acme(room):
    acme = NegotiationRun.objects.get(code=room).participants.get(name="Acme")
    make_move(room, Party.SELLER, str(acme.seller_code), Propose(Terms(acme.selling_price, 50)))


def test_senders_reach_private_addresses_only_where_that_is_allowed(settings, receiver):
    letter = outbox.Letter("1", "deal", receiver.url, "secret", "", "{}")

    async def deliver():
        senders = own_senders()
        answer = await senders[Channel.WEBHOOK].send(letter)
        for sender in senders.values():
            await sender.close()
        return answer

    allowed = asyncio.run(deliver())
    settings.WEBHOOK_ALLOW_PRIVATE = False
    forbidden = asyncio.run(deliver())

    assert (allowed, forbidden) == (Arrived(), Failed("the address must lead to a public address"))
