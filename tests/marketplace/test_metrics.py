import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db import OperationalError

from marketplace.metrics import all_metrics
from marketplace.models import Role
from marketplace.throttling import RATES, Kind, Throttle
from tests import accounts

pytestmark = pytest.mark.django_db

OPERATIONS = (Path(__file__).resolve().parents[2] / "docs" / "operations.md").read_text()


@pytest.fixture
def told(client, api_for):
    """What the metrics say after a look, to a program of that role."""

    def ask(role: Role = Role.OPERATOR, party: str | None = None):
        return client.get("/metrics", headers={"Authorization": f"Bearer {api_for(role, party).key}"})

    return ask


def value(text: str, line: str) -> float:
    found = re.search(rf"^{re.escape(line)} (\S+)$", text, re.MULTILINE)
    return float(found[1]) if found else 0.0


def test_list_of_metrics_is_whole():
    kinds = re.findall(r"^# TYPE (parley_\w+) (\w+)$", all_metrics().decode(), re.MULTILINE)
    told = {name.removesuffix("_total") for name, _ in kinds if not name.endswith("_created")}

    assert set(re.findall(r"^\| `(parley_\w+)`", OPERATIONS, re.MULTILINE)) == told


@pytest.mark.parametrize("role", [Role.OPERATOR, Role.AUDITOR])
def test_whoever_may_read_all_may_read_the_metrics(told, role):
    assert told(role).status_code == 200


def test_watcher_finds_no_metrics(told):
    assert told(Role.WATCHER).status_code == 404


def test_stranger_finds_no_metrics(client):
    assert client.get("/metrics").status_code == 404


def test_operator_reads_the_metrics_in_a_browser(client):
    client.force_login(accounts.operator())

    assert client.get("/metrics").status_code == 200


def test_played_room_is_counted(operator, started, play):
    before = all_metrics().decode()

    play(started)

    after = all_metrics().decode()
    assert value(after, 'parley_rooms{status="queued"}') == value(before, 'parley_rooms{status="queued"}') - 1
    assert value(after, "parley_deals") == value(before, "parley_deals") + 1


def test_routes_are_counted_without_their_ids(operator, played):
    operator.get(f"/negotiation/{played}/state")

    text = all_metrics().decode()

    assert played not in text
    assert "negotiation/<" in text


def test_unknown_addresses_and_methods_are_counted_as_one(client):
    client.get("/no/such/page/here")
    client.generic("BREW", "/no/such/page/here")

    text = all_metrics().decode()

    assert ("such/page" in text, "BREW" in text) == (False, False)


def test_caller_that_is_too_fast_is_counted(client, settings):
    settings.RATE_LIMITS = True
    throttle = apps.get_app_config("marketplace").throttle = Throttle(lambda: 0.0)  # the time stands still
    for _ in range(RATES[Kind.ANONYMOUS].most):
        throttle.take(Kind.ANONYMOUS, "127.0.0.1")
    line = 'parley_throttled_total{kind="anonymous"}'
    before = value(all_metrics().decode(), line)

    client.get("/")

    assert value(all_metrics().decode(), line) == before + 1


def test_answer_that_the_database_is_away_is_counted(operator, monkeypatch):
    def fail(*arguments: object) -> None:
        raise OperationalError("gone")

    monkeypatch.setattr("marketplace.api.principal_of_key", fail)
    before = value(all_metrics().decode(), "parley_database_away_answers_total")

    assert operator.get("/simulation").status_code == 503

    assert value(all_metrics().decode(), "parley_database_away_answers_total") == before + 1
