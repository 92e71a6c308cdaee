import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder

from marketplace.management.commands.serve import Marketplace
from marketplace.readiness import readiness

pytestmark = pytest.mark.django_db


def refuse(*args: object) -> None:
    raise OperationalError("the database is away")


def test_process_with_its_database_is_ready(anonymous):
    first, second = anonymous.get("/health/ready"), anonymous.get("/health/ready")

    assert (first.status_code, first.json(), second.status_code) == (200, {"status": "ready"}, 200)


def test_database_that_lacks_a_migration_is_not_ready(anonymous):
    MigrationRecorder(connection).migration_qs.filter(app="negotiation").order_by("-name")[:1].get().delete()

    answer = anonymous.get("/health/ready")

    assert (answer.status_code, answer.json()["error"]["code"]) == (503, "NOT_READY")


def test_process_is_ready_again_when_its_database_is_back(anonymous):
    anonymous.get("/health/ready")
    with connection.execute_wrapper(refuse):
        away = anonymous.get("/health/ready").status_code

    back = anonymous.get("/health/ready").status_code

    assert (away, back) == (503, 200)


def test_process_lives_without_its_database(anonymous):
    with connection.execute_wrapper(refuse):
        answer = anonymous.get("/health/live")

    assert (answer.status_code, answer.json()) == (200, {"status": "alive"})


async def test_server_that_stops_is_ready_no_more():
    await Marketplace(print, worker=None, play_demo=None).stopping(1.0)

    assert not readiness().is_ready()


def test_draining_process_is_sent_no_requests(anonymous):
    readiness().drain()

    assert anonymous.get("/health/ready").status_code == 503
    assert anonymous.get("/health/live").status_code == 200


def test_asking_often_is_never_too_often(anonymous, settings):
    settings.RATE_LIMITS = True

    answers = {anonymous.get(f"/health/{which}").status_code for which in ("live", "ready") for _ in range(200)}

    assert answers == {200}
