from decimal import Decimal
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone

from marketplace.models import ApiKey, Buyer, BuyerItem, IdempotentReply, Role, Seller, SellerInventory, Session
from negotiation.models import Message, NegotiationRun, Offer, Outcome, Participant, RunEvent

pytestmark = pytest.mark.django_db

CHECKS = [
    (Session, {"max_rounds": 0}, "session_has_1_to_100_rounds"),
    (Session, {"max_rounds": 101}, "session_has_1_to_100_rounds"),
    (Session, {"turn_seconds": -0.1}, "session_turn_seconds_not_negative"),
    (Session, {"seat_hours": 0}, "seat_hours_positive"),
    (Session, {"on_timeout": "shrug"}, "time_out_is_known"),
    (Session, {"approve_above": Decimal("-0.01")}, "session_threshold_not_negative"),
    (BuyerItem, {"target_price": Decimal("-0.01")}, "target_price_not_negative"),
    (BuyerItem, {"approve_above": Decimal("-0.01")}, "item_threshold_not_negative"),
    (BuyerItem, {"quantity_needed": 0}, "at_least_one_unit_needed"),
    (BuyerItem, {"min_price_per_unit": Decimal("-0.01")}, "minimum_price_not_negative"),
    (BuyerItem, {"max_price_per_unit": Decimal("401.13")}, "maximum_price_above_minimum"),
    (Seller, {"priority": "charity"}, "seller_priority_is_known"),
    (Seller, {"speaking_style": "mumbling"}, "seller_style_is_known"),
    (SellerInventory, {"cost_price": Decimal("-0.01")}, "cost_not_negative"),
    (SellerInventory, {"least_price": Decimal("391.21")}, "floor_above_cost"),
    (SellerInventory, {"selling_price": Decimal("452.33")}, "asking_price_above_floor"),
    (SellerInventory, {"quantity_available": 0}, "at_least_one_unit_available"),
    (SellerInventory, {"quantity_reserved": 101}, "stock_never_oversold"),
    (SellerInventory, {"quantity_settled": 1}, "settled_units_are_reserved"),
    (NegotiationRun, {"status": "sleeping"}, "run_status_is_known"),
    (NegotiationRun, {"current_round": 101}, "run_keeps_its_round_limit"),
    (Offer, {"unit_price": Decimal("-0.01")}, "offer_price_not_negative"),
    (Offer, {"quantity": 0}, "offer_for_at_least_one_unit"),
    (Offer, {"status": "shelved"}, "offer_status_is_known"),
    (Outcome, {"unit_price": None}, "a_deal_has_a_seller_and_terms"),
    (Outcome, {"participant": None}, "a_deal_has_a_seller_and_terms"),
    (Outcome, {"quantity": 0}, "a_deal_has_a_seller_and_terms"),
    (Outcome, {"result": "no_deal"}, "a_deal_has_a_seller_and_terms"),
]
COPIES = [
    (Buyer, ("session",)),
    (BuyerItem, ("buyer", "item_id")),
    (SellerInventory, ("seller", "item_id")),
    (Participant, ("run", "seller")),
    (Participant, ("run", "name")),
    (RunEvent, ("run", "seq")),
    (Message, ("run", "seq", "participant")),
    (Offer, ("run", "number")),
    (Outcome, ("run",)),
]


@pytest.fixture
def rows(session):
    """A row of every table, for a deal."""
    run, participant = NegotiationRun.objects.get(), Participant.objects.first()
    now, price = timezone.now(), Decimal(500)
    run.events.create(seq=1, type="Closed", payload={}, at=now, hash="")
    run.messages.create(seq=1, round=1, party="seller", voice="template", participant=participant, text="Yes", at=now)
    run.offers.create(participant=participant, number=1, party="seller", round=1, unit_price=price, quantity=50, at=now)
    Outcome.objects.create(
        run=run, result="deal", reason="forced", participant=participant, unit_price=price, quantity=50, decided_at=now
    )


@pytest.mark.parametrize(("model", "change", "constraint"), CHECKS)
def test_table_refuses_what_breaks_a_rule(rows, model, change, constraint):
    with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
        model.objects.filter(pk=model.objects.first().pk).update(**change)


@pytest.mark.parametrize(("model", "columns"), COPIES)
def test_table_refuses_a_second_row_for_what_is_there_once(rows, model, columns):
    copy = model.objects.first()
    kept = {name: getattr(copy, name) for name in columns}
    for field in model._meta.concrete_fields:
        if field.name in ("code", "name", "seq", "number") and field.name not in kept:
            setattr(copy, field.name, uuid4() if field.name == "code" else 999)
    copy.pk = None

    with pytest.raises(IntegrityError, match="(?i)unique"), transaction.atomic():
        model.objects.bulk_create([copy])


def test_two_standing_sellers_cannot_have_one_name():
    Seller.objects.create(name="Acme")

    with pytest.raises(IntegrityError), transaction.atomic():
        Seller.objects.create(name="Acme")


def test_sellers_of_two_sessions_may_have_one_name(session, other_session):
    assert Seller.objects.filter(name="Acme").count() == 2


@pytest.mark.parametrize("role", [Role.BUYER, Role.SELLER])
def test_key_of_a_party_names_it(role):
    with pytest.raises(IntegrityError, match="buyer_and_seller_keys_name_their_party"), transaction.atomic():
        ApiKey.objects.create(name="k", key_hash="h", role=role)


def test_idempotency_key_is_kept_once_for_a_principal():
    IdempotentReply.objects.create(principal="p", key="k")
    IdempotentReply.objects.create(principal="q", key="k")

    with pytest.raises(IntegrityError), transaction.atomic():
        IdempotentReply.objects.create(principal="p", key="k")


def test_all_rules_of_the_tables_are_tried_here():
    models = (Session, BuyerItem, Seller, SellerInventory, NegotiationRun, Offer, Outcome)
    checks = {c.name for m in models for c in m._meta.constraints if not hasattr(c, "fields")}

    assert checks == {constraint for _, _, constraint in CHECKS}


def message_of(row):
    with pytest.raises(ValidationError) as refused:
        row.full_clean()
    return refused.value.message_dict


@pytest.mark.parametrize(
    ("change", "field", "message"),
    [
        ({"least_price": Decimal(391)}, "least_price", "The floor must be above the cost."),
        ({"selling_price": Decimal(452)}, "least_price", "The floor must be below the asking price."),
        ({"quantity_reserved": 101}, "quantity_available", "101 units are already promised to buyers."),
    ],
)
def test_admin_says_what_is_wrong_with_stock(rows, change, field, message):
    stock = SellerInventory.objects.first()
    for name, value in change.items():
        setattr(stock, name, value)

    assert message in message_of(stock)[field]


def test_admin_says_what_is_wrong_with_an_item(rows):
    item = BuyerItem.objects.get()
    item.max_price_per_unit = Decimal(1)

    assert message_of(item)["max_price_per_unit"] == ["The maximum price must be above the minimum price."]


@pytest.mark.parametrize("name", ["", "a\x00b", "a\nb", " Acme", "Ac\u200bme", "\u202eemcA", "x" * 51])
def test_admin_takes_clean_names_only(name):
    assert "name" in message_of(Seller(name=name))


@pytest.mark.parametrize("price", ["-1", "1.234", "10000000000"])
def test_admin_takes_prices_only(rows, price):
    stock = SellerInventory.objects.first()
    stock.selling_price = Decimal(price)

    assert "selling_price" in message_of(stock)


def test_free_stock_is_what_is_not_promised():
    assert SellerInventory(quantity_available=100, quantity_reserved=40).quantity_free == 60


def test_seller_in_a_room_cannot_be_deleted_alone(rows):
    with pytest.raises(IntegrityError), transaction.atomic():
        Seller.objects.first().delete()


def test_key_shows_no_more_than_its_beginning():
    key = ApiKey(name="CI", prefix="parley_abcde", created_at=timezone.now())

    assert str(key) == "CI (parley_abcde...)"
