"""Prices that fall with the quantity."""

from decimal import Decimal

import pytest
from django.core.exceptions import ValidationError

from marketplace.backoffice.stock_forms import TiersField, tiers_text
from marketplace.models import Seller, SellerInventory
from marketplace.volume_tiers import Prices, prices_at, tiers_problem
from negotiation.models import Participant
from tests import bodies

BASE = Prices(Decimal(600), Decimal(500))
TIERS = [
    {"min_quantity": 50, "selling_price": "580.00", "least_price": "470.00"},
    {"min_quantity": 200, "selling_price": "550.00", "least_price": "440.00"},
]


@pytest.mark.parametrize(
    ("quantity", "prices"), [(1, (600, 500)), (49, (600, 500)), (50, (580, 470)), (199, (580, 470)), (200, (550, 440))]
)
def test_prices_are_those_of_the_highest_tier_that_is_reached(quantity, prices):
    assert prices_at(quantity, BASE, TIERS) == prices


def test_tiers_in_order_are_fine():
    assert tiers_problem(TIERS, Decimal(400), BASE) == ""


@pytest.mark.parametrize(
    ("tiers", "problem"),
    [
        ("fifty", "list"),
        ([{}] * 11, "at most 10"),
        ([{"min_quantity": 50}], "tier 1 must have"),
        ([{**TIERS[0], "min_quantity": True}], "tier 1 must have"),
        ([{**TIERS[0], "selling_price": "NaN"}], "tier 1 must have"),
        ([{**TIERS[0], "selling_price": "579.999"}], "tier 1 must have"),
        ([{**TIERS[0], "min_quantity": 1}], "above 1"),
        ([TIERS[1], TIERS[0]], "tier 2: min_quantity must be above 200"),
        ([{**TIERS[0], "least_price": "400.00"}], "each be above"),
        ([{**TIERS[0], "selling_price": "470.00"}], "each be above"),
        ([{**TIERS[0], "selling_price": "601.00"}], "must not cost more"),
    ],
)
def test_what_is_wrong_with_a_tier_is_told_with_its_place(tiers, problem):
    assert problem in tiers_problem(tiers, Decimal(400), BASE)


def stocked_with(tiers):
    return bodies.session(sellers=[bodies.seller("Acme", bodies.stock(volume_tiers=tiers))])


def cheaper_from(quantity):
    return [{"min_quantity": quantity, "selling_price": 630, "least_price": 442.33}]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("quantity", "prices"), [(50, ("630.00", "442.33")), (51, ("650.00", "452.33"))], ids=["reached", "not reached"]
)
def test_room_for_fifty_is_opened_at_their_prices(operator, quantity, prices):
    answer = operator.post("/simulation/initialize", stocked_with(cheaper_from(quantity)))

    assert answer.status_code == 200, answer.json()
    seat = Participant.objects.get()
    assert (str(seat.selling_price), str(seat.least_price)) == prices


@pytest.mark.django_db
def test_tier_that_costs_more_is_refused_with_its_path(operator):
    dearer = [{**cheaper_from(10)[0], "selling_price": 651}]

    answer = operator.post("/simulation/initialize", stocked_with(dearer))

    assert answer.status_code == 400
    assert [problem["field"] for problem in answer.json()["error"]["details"]] == [
        "sellers[0].inventory[0].volume_tiers"
    ]
    assert not SellerInventory.objects.exists()


@pytest.mark.django_db
def test_form_says_what_is_wrong_beside_the_tiers():
    seller = Seller.objects.create(name="Standing")
    prices = {"cost_price": Decimal(400), "least_price": Decimal(500), "selling_price": Decimal(600)}
    stock = SellerInventory(seller=seller, item_id="a", item_name="A", quantity_available=10, **prices)
    stock.volume_tiers = [{**TIERS[0], "selling_price": "700.00"}]

    with pytest.raises(ValidationError) as caught:
        stock.full_clean()

    assert caught.value.message_dict == {"volume_tiers": ["Tier 1: more units must not cost more."]}


def test_tiers_are_typed_on_one_line():
    field = TiersField(required=False)

    assert field.clean("50+ 580.00 / 470.00; 200+ 550.00 / 440.00") == TIERS
    assert field.clean(tiers_text(TIERS)) == TIERS
    assert field.clean("") == []
    with pytest.raises(ValidationError, match="fifty"):
        field.clean("fifty 580 / 470")
