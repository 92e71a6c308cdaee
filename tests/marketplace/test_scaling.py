import pytest
from django.core.exceptions import ImproperlyConfigured

from marketplace import scaling
from marketplace.scaling import DOORBELL, POSTGRESQL, channel_layers, choose_engine

SQLITE = "django.db.backends.sqlite3"


@pytest.mark.parametrize(
    ("wanted", "database", "engine"),
    [
        ("auto", SQLITE, "embedded"),
        ("auto", POSTGRESQL, "procrastinate"),
        ("embedded", POSTGRESQL, "embedded"),
        ("procrastinate", POSTGRESQL, "procrastinate"),
    ],
)
def test_engine_fits_the_database_unless_told_otherwise(wanted, database, engine):
    assert choose_engine(wanted, database) == engine


def test_jobs_are_refused_without_postgres():
    with pytest.raises(ImproperlyConfigured, match="needs PostgreSQL"):
        choose_engine("procrastinate", SQLITE)


@pytest.mark.parametrize("missing", ["psycopg_pool", "procrastinate"])
def test_missing_package_is_refused_with_the_file_that_lists_it(monkeypatch, missing):
    monkeypatch.setattr(scaling, "find_spec", lambda package: None if package == missing else package)

    with pytest.raises(ImproperlyConfigured, match=r"requirements-scale\.txt"):
        choose_engine("auto", POSTGRESQL)


def test_one_process_needs_no_layer():
    assert channel_layers("") == {}


def test_websockets_take_no_channels_of_the_layer():
    assert list(channel_layers("redis://localhost")) == [DOORBELL]


def test_address_that_is_not_redis_is_refused_without_being_repeated():
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL") as refused:
        channel_layers("http://user:secret@localhost")

    assert "secret" not in str(refused.value)
