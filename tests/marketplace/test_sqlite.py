"""Transactions on SQLite take turns within a process, and whatever ends one lets the next begin."""

import sqlite3
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import pytest
from django.db import OperationalError
from django.db.utils import ConnectionHandler

from marketplace.database import parse_database_url

pytestmark = pytest.mark.django_db
MOST_SECONDS = 20


@pytest.fixture
def database(tmp_path):
    """As settings have it, with a table of one number."""
    database = parse_database_url(f"sqlite:///{tmp_path}/x.db", root=tmp_path)
    with sqlite3.connect(database["NAME"]) as connection:
        connection.executescript("CREATE TABLE counter (value INTEGER); INSERT INTO counter VALUES (0)")
    connection.close()
    return database


@pytest.fixture
def connect(database):
    """A new connection of Django's, for a thread of its own."""
    made = []

    def connect(**options):
        options = {**database["OPTIONS"], **options}
        connection = ConnectionHandler({"default": {**database, "OPTIONS": options}})["default"]
        connection.inc_thread_sharing()
        made.append(connection)
        return connection

    yield connect
    for connection in made:
        connection.close()


def begin(connection):
    connection.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)


@contextmanager
def transaction_on(connection):
    begin(connection)
    try:
        yield
        connection.commit()
    finally:
        connection.set_autocommit(True)


def count_on(connection):
    """Reads, then writes what would be wrong if somebody else had written in between."""
    with transaction_on(connection), connection.cursor() as cursor:
        cursor.execute("SELECT value FROM counter")
        cursor.execute("UPDATE counter SET value = %s", [cursor.fetchone()[0] + 1])


def counted(connection):
    with connection.cursor() as cursor:
        return cursor.execute("SELECT value FROM counter").fetchone()[0]


def test_many_threads_count_without_losing_one(connect):
    def count(connection):
        for _ in range(25):
            count_on(connection)

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(count, [connect() for _ in range(8)]))

    assert counted(connect()) == 8 * 25


def test_transaction_waits_for_the_one_before_without_asking_the_database(connect):
    first, second, has_begun = connect(), connect(), threading.Event()
    asked = []
    second.ensure_connection()
    second.connection.set_trace_callback(asked.append)

    def begin_second():
        with transaction_on(second):
            has_begun.set()

    begin(first)
    thread = threading.Thread(target=begin_second)
    thread.start()
    began_too_soon = has_begun.wait(0.1)
    asked_too_soon = list(asked)
    first.commit()

    assert has_begun.wait(MOST_SECONDS)
    thread.join()
    assert not began_too_soon
    assert asked_too_soon == []
    assert asked == ["BEGIN IMMEDIATE", "COMMIT"]


@pytest.mark.parametrize("end", ["commit", "rollback", "close"])
def test_whatever_ends_a_transaction_lets_the_next_begin(connect, end):
    first, second = connect(), connect(timeout=0.1)
    begin(first)

    getattr(first, end)()

    count_on(second)
    assert counted(second) == 1


def test_who_waits_too_long_is_told_what_sqlite_would_say(connect):
    first, second = connect(), connect(timeout=0.1)
    begin(first)

    with pytest.raises(OperationalError, match="database is locked"):
        begin(second)

    first.rollback()
    count_on(second)


def test_transaction_that_another_process_keeps_from_beginning_keeps_no_turn(connect, database):
    first, second = connect(timeout=0.1), connect(timeout=0.1)
    other = sqlite3.connect(database["NAME"], isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(OperationalError, match="database is locked"):
        begin(first)
    other.close()

    count_on(second)


def test_commit_that_fails_keeps_no_turn(connect):
    first, second = connect(), connect(timeout=0.1)
    with first.cursor() as cursor:
        cursor.execute("CREATE TABLE parent (id INTEGER PRIMARY KEY)")
        cursor.execute("CREATE TABLE child (parent REFERENCES parent (id) DEFERRABLE INITIALLY DEFERRED)")
    begin(first)
    with first.cursor() as cursor:
        cursor.execute("INSERT INTO child VALUES (1)")

    with pytest.raises(Exception, match="FOREIGN KEY"):
        first.commit()
    first.rollback()

    count_on(second)
