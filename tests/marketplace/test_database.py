import sqlite3
from pathlib import Path

import pytest
from django.core.exceptions import ImproperlyConfigured

from marketplace.database import parse_database_url


@pytest.mark.parametrize("scheme", ["sqlite", "sqlite+aiosqlite"])
def test_relative_sqlite_path_starts_from_the_root_and_its_folder_is_made(tmp_path, scheme):
    database = parse_database_url(f"{scheme}:///./data/x.db", root=tmp_path)

    assert database["NAME"] == tmp_path / "data" / "x.db"
    assert database["NAME"].parent.is_dir()


def test_fourth_slash_makes_a_sqlite_path_absolute(tmp_path):
    database = parse_database_url(f"sqlite:///{tmp_path}/with%20space.db", root=Path("/nowhere"))

    assert database["NAME"] == tmp_path / "with space.db"


def test_sqlite_keeps_what_it_acknowledged_and_waits_for_the_lock(tmp_path):
    options = parse_database_url("sqlite:///x.db", root=tmp_path)["OPTIONS"]
    connection = sqlite3.connect(tmp_path / "x.db")

    connection.executescript(options["init_command"])

    pragmas = [
        connection.execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous", "foreign_keys")
    ]
    connection.close()
    assert pragmas == ["wal", 2, 1]
    assert options["transaction_mode"] == "IMMEDIATE"


def test_tests_on_sqlite_use_a_file_that_threads_can_share(settings):
    name = settings.DATABASES["default"]["TEST"]["NAME"]

    assert ":memory:" not in str(name)
    assert "mode=memory" not in str(name)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+asyncpg"])
def test_postgres_address_is_taken_apart(scheme):
    database = parse_database_url(f"{scheme}://me:p%40ss@db.example:5433/parley?sslmode=require", root=Path("/"))

    assert database["ENGINE"] == "django.db.backends.postgresql"
    assert [database[key] for key in ("USER", "PASSWORD", "HOST", "PORT", "NAME")] == [
        "me",
        "p@ss",
        "db.example",
        "5433",
        "parley",
    ]
    assert database["OPTIONS"]["sslmode"] == "require"


def test_process_holds_no_more_connections_to_postgres_than_it_may():
    database = parse_database_url("postgres://db.example/parley", root=Path("/"), pool_size=7)

    assert (database["OPTIONS"]["pool"]["max_size"], database["CONN_MAX_AGE"]) == (7, 0)


@pytest.mark.parametrize(
    "url",
    [
        "sqlite://",
        "sqlite:///",
        "sqlite:///:memory:",
        "sqlite://host/path",
        "postgres://me:hunter2@host",
        "postgres://me:hunter2@host:port/name",
        "mysql://me:hunter2@host/name",
        "hunter2",
    ],
)
def test_unusable_address_is_refused_without_being_repeated(url, tmp_path):
    with pytest.raises(ImproperlyConfigured, match="DATABASE_URL: .* Allowed: ") as caught:
        parse_database_url(url, root=tmp_path)

    assert "hunter2" not in str(caught.value)
