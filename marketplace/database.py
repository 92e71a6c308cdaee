"""Turns `DATABASE_URL` into what Django wants to know of a database."""

import os
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

CONNECTION_AGE_SECONDS = 60
SQLITE_OPTIONS = {
    # DEFERRED fails at once with "database is locked" when a reader turns writer; IMMEDIATE waits its turn.
    "transaction_mode": "IMMEDIATE",
    "timeout": 20,
    # FULL: an acknowledged turn survives a power cut.
    "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;PRAGMA foreign_keys=ON;",
}
POOL_SIZE = 10
POOL_OPTIONS = {
    "min_size": 0,
    "timeout": 5.0,  # that a piece of work waits for a connection
    # A pool that gives up soon tries anew for whoever asks next; one that is patient waits ever longer in between.
    "reconnect_timeout": 2.0,
    "max_idle": 60.0,
}
ALLOWED = "sqlite:///path/to/file or postgres://user:password@host:port/name"


def parse_database_url(url: str, *, root: Path, pool_size: int = POOL_SIZE) -> dict[str, Any]:
    """Takes SQLAlchemy's spellings too: a `+driver` is ignored, and a third slash starts a path relative to
    `root`, a fourth an absolute one. Messages never repeat the address, for it may hold a password.
    """
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        # Without the parser's own words, which can repeat a part of a password.
        raise _refuse("the address cannot be read") from None
    match parts.scheme.partition("+")[0]:
        case "sqlite":
            return _sqlite(parts, root)
        case "postgres" | "postgresql":
            return _postgres(parts, port, pool_size)
        case _:
            raise _refuse("the kind of database is unknown")


def log_statements() -> None:
    """Has every statement logged (level DEBUG), which Django itself only does while `DEBUG` is on."""
    from django.db.backends.signals import connection_created  # the settings are not complete before

    connection_created.connect(_force_debug_cursor, dispatch_uid="log_statements")


def _sqlite(parts: SplitResult, root: Path) -> dict[str, Any]:
    location = unquote(parts.path.removeprefix("/"))
    if parts.netloc or not location:
        raise _refuse("a SQLite address has three slashes and a path")
    if location == ":memory:":
        raise _refuse("a database in memory cannot be shared between threads")
    path = (root / Path(location).expanduser()).resolve()
    if path.is_dir():
        raise _refuse(f"{path} is a folder")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refuse(f"{path.parent}: {error.strerror}") from error
    return {
        "ENGINE": "marketplace.sqlite",
        "NAME": path,
        "CONN_MAX_AGE": CONNECTION_AGE_SECONDS,
        "OPTIONS": SQLITE_OPTIONS,
        # Django would test in memory, where threads cannot lock one another out as they do in a file.
        "TEST": {"NAME": Path(tempfile.gettempdir()) / f"parley-test-{os.getpid()}.sqlite3"},
    }


def _postgres(parts: SplitResult, port: int | None, pool_size: int) -> dict[str, Any]:
    name = unquote(parts.path.removeprefix("/"))
    if not name:
        raise _refuse("the name of the database is missing")
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": str(port or ""),
        "CONN_MAX_AGE": 0,  # each piece of work gives its connection back to the pool
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**dict(parse_qsl(parts.query)), "pool": {**POOL_OPTIONS, "max_size": pool_size}},
    }


def _refuse(problem: str) -> ImproperlyConfigured:
    return ImproperlyConfigured(f"DATABASE_URL: {problem}. Allowed: {ALLOWED}.")


def _force_debug_cursor(connection: Any, **kwargs: object) -> None:
    connection.force_debug_cursor = True
