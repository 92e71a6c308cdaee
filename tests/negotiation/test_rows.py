import json
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict

from marketplace.models import ApiKey, Buyer, BuyerItem, Role, Session
from negotiation import rows
from negotiation.models import RunEvent
from negotiation.rows import Insert, Insertion
from negotiation.store import EVENTS

pytestmark = pytest.mark.django_db


@pytest.fixture
def sessions() -> Insertion[Session]:
    return Insertion(Session)


def test_saved_row_is_the_row_that_django_reads(sessions):
    [saved] = sessions.save([Session(name="Desks", max_rounds=7, budget_cost=Decimal("1.5"), seed=2**53)])

    assert saved == Session.objects.get()
    assert model_to_dict(saved) == model_to_dict(Session.objects.get())
    assert (saved.code, saved.created_at) == Session.objects.values_list("code", "created_at").get()


def test_rows_get_their_keys_in_the_order_in_which_they_were_made(sessions):
    saved = sessions.save(Session(name=name) for name in ("one", "two", "three"))

    assert {row.pk: row.name for row in saved} == dict(Session.objects.values_list("pk", "name"))


def test_saved_row_can_be_pointed_to_and_changed(sessions):
    [session] = sessions.save([Session(name="Desks")])
    [buyer] = Insertion(Buyer).save([Buyer(session=session, name="Ada")])

    session.name = "Chairs"
    session.save()

    assert list(Session.objects.values_list("name", "buyer__name")) == [("Chairs", "Ada")]
    assert session.buyer == buyer


def test_enumeration_is_kept_by_its_value():
    [key] = Insertion(ApiKey).save([ApiKey(name="CI", role=Role.OPERATOR, expires_at=datetime(2030, 1, 1, tzinfo=UTC))])

    assert ApiKey.objects.values_list("role", "expires_at").get(pk=key.pk) == ("operator", key.expires_at)


def test_rule_of_the_table_holds_for_what_is_inserted(sessions):
    [session] = sessions.save([Session(name="Desks")])
    [buyer] = Insertion(Buyer).save([Buyer(session=session, name="Ada")])
    upside_down = BuyerItem(
        buyer=buyer, item_name="desk", quantity_needed=1, min_price_per_unit=Decimal(9), max_price_per_unit=Decimal(1)
    )

    with pytest.raises(IntegrityError), transaction.atomic():
        Insertion(BuyerItem).save([upside_down])


def test_nothing_to_save_is_nothing(sessions):
    assert sessions.save([]) == []


def test_insert_must_name_all_columns():
    with pytest.raises(AssertionError):
        Insert(RunEvent, "run_id", "seq")


@pytest.mark.parametrize(("most", "step"), [(3, 1), (4, 2), (7, 7), (64, 16)])
def test_rows_beyond_what_one_statement_holds_are_all_written(monkeypatch, played, most, step):
    monkeypatch.setattr(rows, "MOST_ROWS", most)
    monkeypatch.setattr(rows, "STEP", step)
    events = RunEvent.objects.order_by("seq").values_list(*EVENTS.columns)
    kept = list(events)
    RunEvent.objects.all().delete()

    EVENTS.write([(*row[:3], json.dumps(row[3]), *row[4:]) for row in kept])

    assert len(kept) > 16
    assert list(events.all()) == kept


def test_few_statements_write_any_number_of_rows():
    """A connection keeps each that differs."""
    written = {count: [sql for sql, _ in EVENTS._statements([[None] * 6] * count)] for count in range(1, 300)}

    assert len({sql for statements in written.values() for sql in statements}) <= 24
    assert all(sum(sql.count("(%s") for sql in statements) == count for count, statements in written.items())
    assert len(written[128]) == 1
    assert max(len(written[count]) for count in range(1, 128)) == 2
