from io import StringIO
from uuid import uuid4

import pytest
from django.core.management import CommandError, call_command

from marketplace.models import SellerInventory
from negotiation.models import NegotiationRun, RunEvent
from negotiation.verification import first_broken, strayed

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(played) -> NegotiationRun:
    return NegotiationRun.objects.get(code=played)


def verify(*arguments: object) -> str:
    out = StringIO()
    call_command("verify_run", *map(str, arguments), stdout=out, stderr=StringIO())
    return out.getvalue()


def test_log_that_nobody_touched_is_whole(run):
    assert first_broken(run) is None
    assert "as they were written: 1 of 1 logs" in verify(run.code)


def test_changed_price_is_found(run):
    event = run.events.filter(type="Offered")[2]
    event.payload["terms"]["unit_price"] = "1.00"
    event.save()

    assert first_broken(run) == event.seq


def test_changed_time_is_found(run):
    RunEvent.objects.filter(run=run, seq=3).update(at=run.created_at)

    assert first_broken(run) == 3


@pytest.mark.parametrize("place", [1, 5, -1])
def test_missing_event_is_found(run, place):
    seq = place if place > 0 else run.last_seq
    run.events.filter(seq=seq).delete()

    assert first_broken(run) == seq


def test_command_fails_on_a_changed_log(run):
    RunEvent.objects.filter(run=run, seq=2).update(type="RoundStarted")

    with pytest.raises(CommandError, match="1 of 1 logs were changed"):
        verify()


def test_room_that_is_not_there_is_said_to_be():
    with pytest.raises(CommandError, match="there is no room"):
        verify(uuid4())


def test_tables_of_a_played_room_say_what_its_log_says(run):
    assert strayed(run) == []
    assert "1 of 1 logs" in verify("--deep")


def test_offers_of_a_version_that_did_not_keep_what_was_said_to_them_are_whole(run):
    run.offers.update(responded_at=None, response_message="")

    assert strayed(run) == []


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("offers", lambda run: run.offers.filter(number=1).update(unit_price=1)),
        ("offers", lambda run: run.offers.filter(number=1).update(status="accepted")),
        ("messages", lambda run: run.messages.filter(seq=run.messages.first().seq).update(text="something else")),
        ("outcome", lambda run: type(run.outcome).objects.update(unit_price=1)),
        ("status", lambda run: NegotiationRun.objects.update(status="active")),
        ("round", lambda run: NegotiationRun.objects.update(current_round=0)),
    ],
)
def test_table_that_says_something_else_than_the_log_is_found(run, what, change):
    change(run)

    run.refresh_from_db()
    assert strayed(run) == [what]


def test_stock_that_nobody_bought_is_found(run):
    SellerInventory.objects.filter(quantity_reserved__gt=0).update(quantity_reserved=1)

    with pytest.raises(CommandError, match="the reserved stock of 1 items is not what was sold"):
        verify("--deep")
