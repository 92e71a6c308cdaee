import asyncio
import gc
from uuid import UUID

import pytest

from llm.gateway import Ask, Gateway, Rules
from llm.types import ChatMessage, Role
from negotiation import metrics
from negotiation.core.protocol import change_status
from negotiation.core.vocabulary import RoomStatus
from negotiation.engine import Overtaken
from negotiation.metrics import Gateways
from negotiation.store import append, read_room
from tests.scripted_provider import Held, ScriptedProvider

ASK = Ask((ChatMessage(Role.USER, "What is your price?"),), 0.7, 100)
SECONDS = 20


def told(gateways):
    """The value of each sample."""
    samples = [sample for family in gateways.collect() for sample in family.samples]
    return {(sample.name, sample.labels["provider"]): sample.value for sample in samples}


async def test_calls_under_way_and_in_the_queue_are_told_by_provider():
    gateways, gate = Gateways(), asyncio.Event()
    gateway = Gateway(ScriptedProvider(Held("Good day.", gate)), Rules(max_concurrency=2))
    gateways.add(gateway)

    async with asyncio.timeout(SECONDS), asyncio.TaskGroup() as group:
        for number in range(5):
            group.create_task(gateway.ask(ASK, room=f"room {number}", seconds=SECONDS))
        while gateway.waiting < 3:  # noqa: ASYNC110
            await asyncio.sleep(0)
        during = told(gateways)
        gate.set()

    flying, waiting = ("parley_model_calls_in_flight", "scripted"), ("parley_model_calls_waiting", "scripted")
    assert during == {flying: 2, waiting: 3}
    assert told(gateways) == {flying: 0, waiting: 0}


def test_way_to_a_provider_that_is_gone_is_forgotten():
    gateways = Gateways()
    gateways.add(Gateway(ScriptedProvider(), Rules()))
    gc.collect()

    assert told(gateways) == {}


@pytest.mark.django_db
def test_writer_that_came_second_is_counted_whoever_it_is(started):
    stored = read_room(UUID(started))
    events = (change_status(stored.room, RoomStatus.PAUSED),)
    append(stored, events, lambda roster, records: None)
    before = metrics.OVERTAKEN._value.get()

    with pytest.raises(Overtaken):
        append(stored, events, lambda roster, records: None)

    assert metrics.OVERTAKEN._value.get() == before + 1
