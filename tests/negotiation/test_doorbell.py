import asyncio
import logging
from contextlib import asynccontextmanager
from uuid import UUID

import pytest
from channels.layers import InMemoryChannelLayer

from marketplace.scaling import DOORBELL, channel_layers
from negotiation import doorbell as doorbell_module
from negotiation.doorbell import Doorbell, PassingFrame

ROOM, OTHER = UUID(int=1), UUID(int=2)
SECONDS = 20


class AbsentLayer:
    """A layer whose transport is away until told otherwise."""

    def __init__(self, layer):
        self.layer, self.is_away, self.attempts = layer, True, 0

    def __getattr__(self, name):
        async def call(*arguments):
            self.attempts += 1
            if self.is_away:
                raise ConnectionError("refused")
            return await getattr(self.layer, name)(*arguments)

        return call


@asynccontextmanager
async def ringing(layer, hear, watched=frozenset, bell=None):
    """A doorbell of a process of its own, once it hears."""
    bell = bell or Doorbell()
    task = asyncio.create_task(bell.run(layer, hear, watched))
    try:
        yield bell
    finally:
        task.cancel()
        await asyncio.wait({task})


async def until(is_reached):
    async with asyncio.timeout(SECONDS):
        while not is_reached():  # noqa: ASYNC110  # there is nothing to be woken by
            await asyncio.sleep(0.005)


async def ring_until_heard(bell, heard, room=ROOM):
    """A call that comes before the other listens is lost, as it may be."""
    async with asyncio.timeout(SECONDS):
        while not heard:
            bell.ring(room, 1)
            await asyncio.sleep(0.01)


@pytest.fixture(params=["memory", pytest.param("redis", marks=pytest.mark.redis)])
def make_layer(request):
    """Makes the layer of one process."""
    if request.param == "memory":
        layer = InMemoryChannelLayer()
        layer.flush = lambda: asyncio.sleep(0)
        return lambda: layer
    from channels_redis.pubsub import RedisPubSubChannelLayer

    configuration = channel_layers(request.getfixturevalue("redis_url"))[DOORBELL]["CONFIG"]
    return lambda: RedisPubSubChannelLayer(**configuration)


async def test_what_one_process_rings_for_another_hears(make_layer):
    heard = []
    async with ringing(make_layer(), lambda ring: None) as bell, ringing(make_layer(), heard.append):
        await ring_until_heard(bell, heard)

    assert heard[0].rooms == {ROOM: 1}
    assert ROOM not in heard[0].commanded


async def test_own_calls_are_not_heard(make_layer):
    own, foreign = [], []
    async with ringing(make_layer(), own.append) as bell, ringing(make_layer(), foreign.append):
        await ring_until_heard(bell, foreign)

    assert own == []


async def test_calls_for_one_room_go_out_as_one_from_its_first_number_on(make_layer):
    heard = []
    async with ringing(make_layer(), lambda ring: None) as bell, ringing(make_layer(), heard.append):
        await ring_until_heard(bell, heard)
        bell.ring(OTHER, 7)
        bell.ring(OTHER, 5, is_command=True)
        bell.ring(OTHER, 9)
        await until(lambda: any(OTHER in ring.rooms for ring in heard))

    assert [(ring.rooms[OTHER], OTHER in ring.commanded) for ring in heard if OTHER in ring.rooms] == [(5, True)]


async def test_words_go_out_only_for_rooms_that_are_watched_elsewhere(make_layer):
    heard = []
    async with (
        ringing(make_layer(), lambda ring: None) as bell,
        ringing(make_layer(), heard.append, lambda: {ROOM}),
    ):
        await until(lambda: bell.is_watched_elsewhere(ROOM))
        for room in (OTHER, ROOM):
            bell.pass_on(PassingFrame(room, "acme", {"type": "message_delta", "text": "Good"}))
        await until(lambda: any(ring.words for ring in heard))

    [words] = [words for ring in heard for words in ring.words]
    assert (words.room, words.seller_id, words.frame["text"]) == (ROOM, "acme", "Good")


async def test_words_wait_for_one_another_and_news_take_them_along(make_layer, monkeypatch):
    heard = []
    async with (
        ringing(make_layer(), lambda ring: None) as bell,
        ringing(make_layer(), heard.append, lambda: {ROOM, OTHER}),
    ):
        await until(lambda: bell.is_watched_elsewhere(ROOM))
        monkeypatch.setattr(doorbell_module, "WORDS_SECONDS", 3600.0)
        for room in (ROOM, OTHER):
            bell.pass_on(PassingFrame(room, "acme", {"type": "message_delta", "text": "Good"}))
            await asyncio.sleep(0.01)
        assert not any(ring.words for ring in heard)
        bell.ring(OTHER, 5)
        await until(lambda: any(ring.rooms for ring in heard))

    [call] = heard
    assert ({words.room for words in call.words}, call.rooms) == ({ROOM, OTHER}, {OTHER: 5})


async def test_word_of_one_side_does_not_take_the_place_of_the_others(make_layer):
    heard = []
    async with (
        ringing(make_layer(), lambda ring: None) as bell,
        ringing(make_layer(), heard.append, lambda: {ROOM}),
    ):
        await until(lambda: bell.is_watched_elsewhere(ROOM))
        for party, is_here in (("buyer", False), ("seller", True), ("buyer", True)):
            bell.pass_on(PassingFrame(ROOM, "acme", {"type": "presence", "party": party, "is_here": is_here}))
        await until(lambda: len([words for ring in heard for words in ring.words]) >= 2)

    words = {words.frame["party"]: words.frame["is_here"] for ring in heard for words in ring.words}
    assert words == {"buyer": True, "seller": True}


async def test_absent_redis_is_told_of_once_and_found_again(monkeypatch, caplog):
    monkeypatch.setattr(doorbell_module, "FIRST_WAIT_SECONDS", 0.001)
    monkeypatch.setattr(doorbell_module, "LONGEST_WAIT_SECONDS", 0.01)
    memory = InMemoryChannelLayer()
    memory.flush = lambda: asyncio.sleep(0)
    absent, heard = AbsentLayer(memory), []

    with caplog.at_level(logging.WARNING, "negotiation.doorbell"):
        async with ringing(absent, lambda ring: None) as bell, ringing(memory, heard.append):
            async with asyncio.timeout(SECONDS):
                while absent.attempts < 20:
                    bell.ring(ROOM, 1)
                    await asyncio.sleep(0.001)
            told = len(caplog.records)
            absent.is_away = False
            await ring_until_heard(bell, heard)

    assert told == 1
    assert heard


async def test_bell_that_nobody_hears_keeps_nothing():
    bell = Doorbell()

    bell.ring(ROOM, 1)
    bell.pass_on(PassingFrame(ROOM, "acme", {"type": "typing"}))

    assert (bell._rooms, bell._words) == ({}, {})
