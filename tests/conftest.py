"""Clients with a key for each role, a session to use them on, and a way to play its rooms without a worker."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.apps import apps
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper
from django.http import HttpResponse
from django.test import Client
from django.test.client import ClientHandler
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis

from llm.prices import PriceTable
from llm.purse import Purse
from marketplace.identity import create_api_key
from marketplace.models import Role
from marketplace.presence import Doorman, Seats
from marketplace.readiness import Readiness
from marketplace.throttling import Throttle
from negotiation import logs
from negotiation.casting import read_casting
from negotiation.core.events import Event
from negotiation.core.room import Room
from negotiation.engine import Engine, Limits, Pace, When
from negotiation.store import StoredRoom, append, read_room
from negotiation.stream import announce
from negotiation.studio import Means, PendingCalls, make_minds
from tests import bodies

# No test fails because the machine has other things to do.
hypothesis.register_profile("unhurried", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis.load_profile("unhurried")


class Api:
    """A caller of the API with its key; paths are those behind /api/v1."""

    def __init__(self, key: str = "") -> None:
        self.key = key
        self._client = Client()
        self._client.handler = shared_handler()
        self._headers = {"Authorization": f"Bearer {key}"} if key else {}

    def get(self, path: str, **query: Any) -> HttpResponse:
        return self._client.get(f"/api/v1{path}", query, headers=self._headers)

    def post(self, path: str, body: Any = None, **headers: str) -> HttpResponse:
        return self.post_raw(path, b"" if body is None else json.dumps(body).encode(), **headers)

    def post_raw(self, path: str, body: bytes, content_type: str = "application/json", **headers: str) -> HttpResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self._client.post(f"/api/v1{path}", body, content_type=content_type, headers={**self._headers, **named})

    def send(self, method: str, path: str) -> HttpResponse:
        return self._client.generic(method, f"/api/v1{path}", headers=self._headers)

    def delete(self, path: str) -> HttpResponse:
        return self.send("DELETE", path)


@cache
def shared_handler() -> ClientHandler:
    """One chain of middleware for all callers: to make it, all static files are looked through."""
    return ClientHandler(enforce_csrf_checks=False)


class Interrupted(Exception):
    """The engine was stopped after an event, as by a crash."""


class DirectJournal:
    """A room's log in the database, written in the thread of the test and so inside its transaction."""

    def __init__(self, code: UUID, until_seq: int | None = None) -> None:
        self._code, self._until_seq = code, until_seq
        self._stored: StoredRoom

    async def load(self) -> tuple[Room, int]:
        self._stored = await sync_to_async(read_room)(self._code)
        return self._stored.room, self._stored.last_seq

    async def append(self, events: tuple[Event, ...], after: int, when: When | None = None) -> None:
        self._stored = await sync_to_async(append)(self._stored, events, announce)
        if self._until_seq is not None and self._stored.last_seq >= self._until_seq:
            raise Interrupted


@pytest.fixture(autouse=True)
def fresh_counts() -> None:
    """What this process counts and remembers of its callers, whose keys' numbers begin anew in each test; and no test
    makes it stop for others."""
    shell = apps.get_app_config("marketplace")
    shell.throttle, shell.seats, shell.doorman, shell.readiness = Throttle(), Seats(), Doorman(), Readiness()


@pytest.fixture(autouse=True)
def commits_are_followed(monkeypatch: pytest.MonkeyPatch) -> None:
    """What waits for a commit is done at once where the only transaction is the test's own, which has none."""
    wait_for_commit = BaseDatabaseWrapper.on_commit

    def on_commit(self: BaseDatabaseWrapper, follow: Callable[[], object], robust: bool = False) -> None:
        if self.in_atomic_block and all(block._from_testcase for block in self.atomic_blocks):
            follow()
        else:
            wait_for_commit(self, follow, robust)

    monkeypatch.setattr(BaseDatabaseWrapper, "on_commit", on_commit)


@pytest.fixture
def api_for(db: None) -> Callable[..., Api]:
    """Makes a caller with a new key."""

    def make(role: Role, party: str | None = None) -> Api:
        return Api(create_api_key(role, role, UUID(party) if party else None)[1])

    return make


@pytest.fixture
def anonymous(db: None) -> Api:
    return Api()


@pytest.fixture
def operator(api_for: Callable[..., Api]) -> Api:
    return api_for(Role.OPERATOR)


@pytest.fixture
def watcher(api_for: Callable[..., Api]) -> Api:
    return api_for(Role.WATCHER)


@pytest.fixture
def open_session(operator: Api) -> Callable[..., dict[str, Any]]:
    """Sets up a session of the default body with these changes; the answer."""

    def open_with(**changes: Any) -> dict[str, Any]:
        response = operator.post("/simulation/initialize", bodies.session(**changes))
        assert response.status_code == 200, response.content
        return response.json()

    return open_with


@pytest.fixture
def session(request: pytest.FixtureRequest, open_session: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    """Of the default body, or with the changes that a test is parametrized by."""
    return open_session(**getattr(request, "param", {}))


@pytest.fixture
def room_id(session: dict[str, Any]) -> str:
    return session["negotiation_rooms"][0]["room_id"]


@pytest.fixture
def seller_ids(session: dict[str, Any]) -> dict[str, str]:
    """The codes of the room's sellers by name."""
    sellers = session["negotiation_rooms"][0]["participating_sellers"]
    return {seller["seller_name"]: seller["seller_id"] for seller in sellers}


@pytest.fixture
def buyer(api_for: Callable[..., Api], session: dict[str, Any]) -> Api:
    return api_for(Role.BUYER, session["buyer_id"])


@pytest.fixture
def acme(api_for: Callable[..., Api], seller_ids: dict[str, str]) -> Api:
    return api_for(Role.SELLER, seller_ids["Acme"])


@pytest.fixture
def bolt(api_for: Callable[..., Api], seller_ids: dict[str, str]) -> Api:
    return api_for(Role.SELLER, seller_ids["Bolt"])


@pytest.fixture
def other_session(open_session: Callable[..., dict[str, Any]]) -> dict[str, Any]:
    return open_session(buyer=bodies.buyer(name="Elsewhere"))


@pytest.fixture
def outsiders(api_for: Callable[..., Api], other_session: dict[str, Any]) -> dict[str, Api]:
    """The parties of another session."""
    return {
        "buyer": api_for(Role.BUYER, other_session["buyer_id"]),
        "seller": api_for(Role.SELLER, other_session["seller_ids"][0]),
    }


@pytest.fixture
def started(operator: Api, room_id: str) -> str:
    """The id of the room, which waits for a worker."""
    assert operator.post(f"/negotiation/{room_id}/start").status_code == 200
    return room_id


@pytest.fixture
def play(log_folder: Path) -> Callable[..., Room]:
    """Plays a started room, to its end or until a number of events is on record; saves the log of an ended one."""

    def play_room(room_id: str, until_seq: int | None = None) -> Room:
        code = UUID(room_id)
        journal = DirectJournal(code, until_seq)
        casting = read_casting(code)
        minds = make_minds(casting, Means(None, Purse(()), PendingCalls(), PriceTable()))
        engine = Engine(journal, minds, limits=Limits(hand_seconds=casting.hand_seconds), pace=Pace())
        with suppress(Interrupted):
            async_to_sync(engine.run)()
            logs.save(code)
        return read_room(code).room

    return play_room


@pytest.fixture
def played(started: str, play: Callable[..., Room]) -> str:
    """The id of the room, played to its end."""
    play(started)
    return started


@pytest.fixture
def midway(started: str, play: Callable[..., Room]) -> str:
    """The id of the room, in which both sellers have made an offer and nothing is decided."""
    play(started, until_seq=7)
    return started


@pytest.fixture
def log_folder(settings: Any, tmp_path: Path) -> Path:
    settings.LOGS = replace(settings.LOGS, directory=tmp_path / "logs")
    return settings.LOGS.directory


@pytest.fixture
def race() -> Callable[[list[Callable[[], Any]]], list[Any]]:
    """Runs functions at the same moment, each in a thread of its own; what they returned or raised."""

    def run(functions: list[Callable[[], Any]]) -> list[Any]:
        barrier = threading.Barrier(len(functions))

        def run_one(function: Callable[[], Any]) -> Any:
            barrier.wait(10)
            try:
                return function()
            except Exception as error:
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(functions)) as pool:
            return list(pool.map(run_one, functions))

    return run
