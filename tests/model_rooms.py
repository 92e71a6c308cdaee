"""Whole rooms whose minds speak through a server: settings that point at it, a worker, and what the tables then say."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any
from uuid import UUID

from channels.db import database_sync_to_async
from django.conf import settings

from llm.configuration import LlmSettings
from negotiation import services
from negotiation.asking import Minds
from negotiation.casting import Casting
from negotiation.core.events import Accepted, Closed, Event, Offered, Said
from negotiation.core.room import Setup
from negotiation.core.vocabulary import Fallback, Voice
from negotiation.models import LLMCall, NegotiationRun
from negotiation.store import read_history
from negotiation.studio import PendingCalls, Studio
from negotiation.worker import Worker
from tests.factories import play_out
from tests.fake_llm.asked import Asked
from tests.fake_llm.sensible import facts_in
from tests.fake_llm.server import FakeLlm
from tests.workers import at_work

SECONDS = 30
PROVIDER = "openai_compatible"


def spoken_by(fake: FakeLlm, **changes: Any) -> LlmSettings:
    """The installation's settings with this server as its provider, and no patience at all."""
    own = settings.LLM
    endpoint = replace(own.openai_compatible, base_url=fake.base_url, model="fake-model", timeout_seconds=10.0)
    quick = {"provider": PROVIDER, "max_retries": 0, "retry_delay_seconds": 0.0, "turn_seconds": 5.0}
    return replace(own, openai_compatible=endpoint, **{**quick, **changes})


class Studios:
    """A studio for each room, so that none has another's breaker."""

    def __init__(self) -> None:
        self._studios: list[Studio] = []

    def cast(self, casting: Casting, calls: PendingCalls) -> Minds:
        self._studios.append(Studio(settings.LLM))
        return self._studios[-1].cast(casting, calls)

    async def close(self) -> None:
        for studio in self._studios:
            await studio.close()


@asynccontextmanager
async def working(*, apart: bool = False, concurrency: int = 10) -> AsyncIterator[Worker]:
    """A worker at work, drained at the end; with a studio for each room if they are to be kept apart."""
    studios = Studios()
    worker = Worker(concurrency, studios.cast if apart else None)
    async with at_work(worker, seconds=SECONDS):
        yield worker
    await studios.close()


@database_sync_to_async
def run_of(room_id: str) -> NegotiationRun:
    return NegotiationRun.objects.get(code=room_id)


async def until(room_id: str, is_reached: Callable[[NegotiationRun], bool]) -> NegotiationRun:
    """The run, as soon as this can be said of it."""
    async with asyncio.timeout(SECONDS):
        while not is_reached(run := await run_of(room_id)):  # noqa: ASYNC110  # watching would be another test
            await asyncio.sleep(0.005)
    return run


async def until_over(*room_ids: str) -> list[NegotiationRun]:
    return [await until(room_id, lambda run: run.ended_at is not None) for room_id in room_ids]


async def until_given_back(room_id: str) -> NegotiationRun:
    """Left by its worker."""
    return await until(room_id, lambda run: run.lease_owner == "")


async def until_so(is_so: Callable[[], bool]) -> None:
    async with asyncio.timeout(SECONDS):
        while not is_so():  # noqa: ASYNC110  # another thread makes it so
            await asyncio.sleep(0.002)


async def act(service: Callable[[UUID], object], room_id: str) -> None:
    """Calls a service beside the loop."""
    await database_sync_to_async(service)(UUID(room_id))


async def play_all(room_ids: Sequence[str], *, apart: bool = False) -> None:
    """Starts the rooms and plays them to their ends."""
    for room_id in room_ids:
        await act(services.start, room_id)
    async with working(apart=apart):
        await until_over(*room_ids)


in_database: Callable[..., Callable[..., Awaitable[Any]]] = database_sync_to_async


def setup_of(room_id: str) -> Setup:
    return read_history(UUID(room_id))[0].roster.setup


def events_of(room_id: str) -> list[Event]:
    return [record.event for record in read_history(UUID(room_id))[1]]


def calls_of(room_id: str) -> list[LLMCall]:
    return list(LLMCall.objects.filter(run__code=room_id).order_by("id"))


def spoken(events: Sequence[Event]) -> list[Offered | Accepted | Said]:
    return [event for event in events if isinstance(event, Offered | Accepted | Said)]


def bargain(events: Sequence[Event], *, with_words: bool = True) -> list[str]:
    """What was offered, said and decided, in an order that does not depend on who was quicker."""
    made = [
        (event.round, event.party, event.seller_id, getattr(event, "terms", None), event.words.text * with_words)
        for event in spoken(events)
    ]
    end = events[-1]
    assert isinstance(end, Closed)
    return [*sorted(map(str, made)), str((end.result, end.seller_id, end.terms, end.reason, end.round))]


def strategys_bargain(room_id: str, *, with_words: bool = True) -> list[str]:
    """The same room, played by strategy minds."""
    return bargain(play_out(setup_of(room_id)), with_words=with_words)


def voices(events: Sequence[Event]) -> set[tuple[Voice, Fallback | None]]:
    return {(event.words.voice, event.words.fallback) for event in spoken(events)}


def item_in(asked: Asked) -> str:
    """The item that the prompt is about; empty for no prompt of a room."""
    return str(facts_in(asked.last_user).get("item", ""))


def speaker_in(asked: Asked) -> str:
    return str(facts_in(asked.last_user).get("you", ""))


def is_farewell(asked: Asked) -> bool:
    threads = facts_in(asked.last_user).get("threads") or [{}]
    return str(threads[0].get("decision", "")).startswith(("accept this", "thank this", "end the talk"))
