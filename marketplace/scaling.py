"""What more than one process needs: an engine that shares out the rooms, and Redis to tell the others what is new."""

from importlib.util import find_spec
from typing import Any

from django.core.exceptions import ImproperlyConfigured

DOORBELL = "doorbell"
# A Redis that is away is missed within seconds; nobody waits for it.
REDIS_OPTIONS = {"socket_connect_timeout": 2, "socket_timeout": 5}
POSTGRESQL = "django.db.backends.postgresql"


def choose_engine(wanted: str, database: str) -> str:
    """`embedded` or `procrastinate`; `auto` is what fits the database."""
    if wanted == "auto":
        wanted = "procrastinate" if database == POSTGRESQL else "embedded"
    if wanted == "procrastinate" and database != POSTGRESQL:
        raise ImproperlyConfigured("WORKER_ENGINE: procrastinate needs PostgreSQL. Allowed here: auto or embedded.")
    if database == POSTGRESQL:
        _require("psycopg_pool", "DATABASE_URL: PostgreSQL")
    if wanted == "procrastinate":
        _require("procrastinate", "WORKER_ENGINE: procrastinate")
    return wanted


def channel_layers(redis_url: str) -> dict[str, Any]:
    """Not the default layer, of which each websocket would take a channel of its own."""
    if not redis_url:
        return {}
    _require("channels_redis", "REDIS_URL: Redis")
    from redis.connection import parse_url  # it came with channels_redis

    try:
        parse_url(redis_url)  # type: ignore[no-untyped-call]  # redis leaves its types out
    except ValueError:
        # Without the parser's own words, which can repeat a part of a password.
        raise ImproperlyConfigured(
            "REDIS_URL: the address cannot be read. Allowed: redis://host:port/0 or rediss://..."
        ) from None
    hosts = [{"address": redis_url, **REDIS_OPTIONS}]
    return {
        DOORBELL: {
            "BACKEND": "channels_redis.pubsub.RedisPubSubChannelLayer",
            "CONFIG": {"hosts": hosts, "prefix": "parley."},
        }
    }


def _require(package: str, what: str) -> None:
    if find_spec(package) is None:
        raise ImproperlyConfigured(f"{what} needs more packages: pip install -r requirements-scale.txt")
