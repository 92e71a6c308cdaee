"""Installations to break: one process on SQLite, and two web and three worker processes on PostgreSQL and Redis.

To start one takes longer than most faults, so tests hand it on to one another, as long as it is left in order.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from tests.chaos.installation import Installation
from tests.chaos.judging import CountingLlm
from tests.services import Postgres, Redis

LATENCY_SECONDS = 0.1


class Shelf:
    """The installations that nobody is using."""

    def __init__(self) -> None:
        self._ready: dict[str, Installation] = {}

    @contextmanager
    def lend(self, kind: str, make: Callable[[], Installation]) -> Iterator[Installation]:
        installation = self._ready.pop(kind, None) or make()
        installation.start_what_is_not_running()
        try:
            yield installation
        except BaseException:
            installation.close()
            raise
        if installation.is_in_order():
            self._ready[kind] = installation
        else:
            installation.close()

    def clear(self) -> None:
        for installation in self._ready.values():
            installation.close()


@pytest.fixture(scope="session")
def shelf() -> Iterator[Shelf]:
    shelf = Shelf()
    yield shelf
    shelf.clear()


@pytest.fixture(scope="session")
def llm() -> Iterator[CountingLlm]:
    llm = CountingLlm(LATENCY_SECONDS)
    with llm.server:
        yield llm


@pytest.fixture
def embedded(shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, llm: CountingLlm) -> Iterator[Installation]:
    def make() -> Installation:
        return Installation(tmp_path_factory.mktemp("embedded"), **llm.settings)

    with shelf.lend("embedded", make) as installation:
        yield installation


@pytest.fixture
def scaled_out(
    shelf: Shelf, tmp_path_factory: pytest.TempPathFactory, llm: CountingLlm, postgres: Postgres, redis: Redis
) -> Iterator[Installation]:
    def make() -> Installation:
        folder, database_url = tmp_path_factory.mktemp("scaled-out"), postgres.new_database()
        return Installation(folder, database_url=database_url, redis_url=redis.url, webs=2, workers=3, **llm.settings)

    with shelf.lend("scaled out", make) as installation:
        yield installation
