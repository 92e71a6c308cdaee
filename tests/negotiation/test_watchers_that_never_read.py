"""A socket whose client takes nothing: what the server keeps for it is bounded, and the others do not notice."""

import asyncio
import gc
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from asgiref.sync import sync_to_async

from marketplace.asgi import application
from negotiation.core.events import Interjected
from negotiation.core.moves import Words
from negotiation.hub import QUEUE_LENGTH
from negotiation.store import append, read_room
from negotiation.stream import Live, announce, live_feed
from tests.negotiation.test_consumers import SECONDS, opened, read, socket

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

EVENTS, AT_ONCE = 1000, 50


@asynccontextmanager
async def watcher_that_never_reads(room_id, key):
    """It is connected; whatever is written to it after the handshake never gets through."""
    gone, is_stuck = asyncio.Event(), asyncio.Event()
    arriving = iter([{"type": "websocket.connect"}])

    async def receive():
        for message in arriving:
            return message
        await gone.wait()
        return {"type": "websocket.disconnect", "code": 1006}

    async def send(message):
        if message["type"] != "websocket.accept":
            is_stuck.set()
            await gone.wait()

    serving = asyncio.create_task(application(socket(room_id, key).scope, receive, send))
    async with asyncio.timeout(SECONDS):
        await is_stuck.wait()
    try:
        yield
    finally:
        gone.set()
        await serving


def say_much(code):
    stored = read_room(code)
    for first in range(0, EVENTS, AT_ONCE):
        said = [Interjected(tuple(stored.seats), 0, Words(f"Remark {first + n}")) for n in range(AT_ONCE)]
        stored = append(stored, said, announce)


def events_kept_for(watchers):
    gc.collect()
    assert live_feed().watcher_count(watchers) == 1
    return sum(isinstance(thing, Live) for thing in gc.get_objects())


async def test_others_see_everything_and_little_is_kept_for_one_that_never_reads(operator, started):
    code = UUID(started)
    async with watcher_that_never_reads(started, operator.key):
        lively = await opened(started, operator.key)
        speaking = asyncio.create_task(sync_to_async(say_much)(code))
        seen = [(await read(lively))["seq"]]
        while seen[-1] < EVENTS:
            seen.append((await read(lively))["seq"])
        await speaking
        await lively.disconnect()

        kept = events_kept_for(code)

    assert seen == list(range(1, len(seen) + 1))
    assert 0 < kept <= QUEUE_LENGTH
