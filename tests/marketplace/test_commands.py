import socket
from types import SimpleNamespace

import pytest
from django.core.management import CommandError, call_command, get_commands, load_command_class
from django.db import OperationalError

from marketplace.management import schema
from marketplace.management.schema import DatabaseCommand

OURS = {name: app for name, app in get_commands().items() if app in {"marketplace", "negotiation"}}
# They play in memory, unless they are told otherwise.
WITHOUT_DATABASE = {"arena", "negotiate"}


@pytest.mark.parametrize("name", sorted(OURS.keys() - WITHOUT_DATABASE))
def test_command_knows_a_database_that_was_not_migrated(name):
    assert isinstance(load_command_class(OURS[name], name), DatabaseCommand)


def test_database_that_was_not_migrated_is_refused_in_a_sentence(monkeypatch):
    first = SimpleNamespace(app_label="marketplace", name="0001_initial")
    executor = SimpleNamespace(
        loader=SimpleNamespace(graph=SimpleNamespace(leaf_nodes=list)), migration_plan=lambda _: [(first, False)]
    )
    monkeypatch.setattr(schema, "MigrationExecutor", lambda _: executor)

    with pytest.raises(CommandError, match="lacks 1 migrations .*Run `manage.py migrate` first"):
        call_command("list_api_keys")


def test_database_that_cannot_be_reached_is_told_in_a_sentence(monkeypatch):
    def fail(_):
        raise OperationalError("connection refused\n")

    monkeypatch.setattr(schema, "MigrationExecutor", fail)

    with pytest.raises(CommandError, match="^The database cannot be used: connection refused$"):
        call_command("verify_run")


@pytest.mark.parametrize(
    "arguments", [("--concurrency", "0"), ("--metrics-port", "99999"), ("--metrics-port", "-1"), ("--concurrency", "x")]
)
def test_worker_refuses_numbers_that_cannot_be(arguments):
    with pytest.raises(CommandError, match="is not a whole number from 1 to|expected one argument"):
        call_command("work", *arguments)


@pytest.mark.django_db
def test_port_for_metrics_that_is_taken_is_told_in_a_sentence():
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]

        with pytest.raises(CommandError, match=f"Cannot listen on 127.0.0.1 port {port}"):
            call_command("work", "--metrics-port", str(port))
