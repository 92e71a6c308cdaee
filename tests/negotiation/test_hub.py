import asyncio
import threading
from uuid import uuid4

import pytest

from negotiation import hub as hub_module
from negotiation.hub import Hub

ROOM = uuid4()


@pytest.fixture
def hub():
    return Hub()


async def test_watcher_gets_what_is_announced_in_order(hub):
    subscription = hub.subscribe(ROOM)

    hub.announce(ROOM, [1, 2])
    hub.announce(ROOM, [3])

    assert [await subscription.next() for _ in range(3)] == [1, 2, 3]


async def test_watcher_hears_of_its_own_room_only(hub):
    subscription = hub.subscribe(ROOM)

    hub.announce(uuid4(), ["elsewhere"])
    hub.announce(ROOM, ["here"])

    assert await subscription.next() == "here"


async def test_every_watcher_gets_everything(hub):
    subscriptions = [hub.subscribe(ROOM) for _ in range(3)]

    hub.announce(ROOM, ["news"])

    assert [await subscription.next() for subscription in subscriptions] == ["news"] * 3


async def test_announcement_from_another_thread_arrives(hub):
    subscription = hub.subscribe(ROOM)

    thread = threading.Thread(target=hub.announce, args=(ROOM, ["news"]))
    thread.start()

    assert await subscription.next() == "news"
    thread.join()


async def test_watcher_that_does_not_read_is_marked_and_holds_up_nobody(hub, monkeypatch):
    monkeypatch.setattr(hub_module, "QUEUE_LENGTH", 2)
    slow = hub.subscribe(ROOM)
    monkeypatch.setattr(hub_module, "QUEUE_LENGTH", 256)
    quick = hub.subscribe(ROOM)

    hub.announce(ROOM, [1, 2, 3])

    assert [await quick.next() for _ in range(3)] == [1, 2, 3]
    assert (slow.is_lagged, quick.is_lagged) == (True, False)


async def test_lag_is_forgotten_with_all_that_was_queued(hub, monkeypatch):
    monkeypatch.setattr(hub_module, "QUEUE_LENGTH", 1)
    subscription = hub.subscribe(ROOM)
    hub.announce(ROOM, ["old", "lost"])
    await asyncio.sleep(0)

    subscription.forget_lag()
    hub.announce(ROOM, ["new"])

    assert (await subscription.next(), subscription.is_lagged) == ("new", False)


async def test_watcher_that_left_is_not_counted(hub):
    stays, leaves = hub.subscribe(ROOM), hub.subscribe(ROOM)

    hub.unsubscribe(ROOM, leaves)

    assert hub.watcher_count(ROOM) == 1
    hub.unsubscribe(ROOM, stays)
    assert hub.watcher_count(ROOM) == 0


async def test_watcher_may_leave_twice(hub):
    subscription = hub.subscribe(ROOM)

    hub.unsubscribe(ROOM, subscription)
    hub.unsubscribe(ROOM, subscription)

    assert hub.watcher_count(ROOM) == 0


async def test_room_that_nobody_watches_takes_no_space(hub):
    hub.unsubscribe(ROOM, hub.subscribe(ROOM))
    hub.announce(uuid4(), ["unheard"])

    assert len(hub._subscriptions) == 0


def test_watcher_whose_loop_has_ended_harms_nobody(hub):
    async def watch():
        return hub.subscribe(ROOM)

    subscription = asyncio.run(watch())

    hub.announce(ROOM, ["too late"])

    assert subscription.is_lagged


async def test_many_watchers_cost_the_loop_one_call(hub, monkeypatch):
    subscriptions = [hub.subscribe(ROOM) for _ in range(100)]
    calls = []
    loop = asyncio.get_running_loop()
    monkeypatch.setattr(loop, "call_soon_threadsafe", lambda call, *arguments: calls.append((call, arguments)))

    hub.announce(ROOM, ["news"])

    assert len(calls) == 1
    call, arguments = calls[0]
    call(*arguments)
    assert [await subscription.next() for subscription in subscriptions] == ["news"] * 100


async def test_watcher_that_waits_is_told_of_a_silence(hub):
    subscription = hub.subscribe(ROOM)

    assert await subscription.all_within(0.001) == []


async def test_what_has_come_is_given_at_once(hub):
    subscription = hub.subscribe(ROOM)
    hub.announce(ROOM, ["first", "second"])
    hub.announce(ROOM, ["third"])

    assert await subscription.all_within(0.05) == ["first", "second", "third"]
    assert await subscription.all_within(0.05) == []


async def test_silence_begins_anew_with_each_item(hub):
    loop, subscription = asyncio.get_running_loop(), hub.subscribe(ROOM)
    hub.announce(ROOM, ["news"])
    assert await subscription.all_within(0.05) == ["news"]
    begun = loop.time()

    assert await subscription.all_within(0.05) == []

    assert loop.time() - begun >= 0.05


async def test_what_comes_in_a_silence_ends_it(hub):
    subscription = hub.subscribe(ROOM)
    waiting = asyncio.create_task(subscription.all_within(60.0))
    await asyncio.sleep(0)

    hub.announce(ROOM, ["news"])

    assert await waiting == ["news"]


async def test_watcher_that_left_leaves_no_timer_behind(hub):
    subscription = hub.subscribe(ROOM)
    waiting = asyncio.create_task(subscription.all_within(60.0))
    await asyncio.sleep(0)
    alarm = subscription._alarm
    waiting.cancel()

    hub.unsubscribe(ROOM, subscription)

    assert alarm.cancelled()
