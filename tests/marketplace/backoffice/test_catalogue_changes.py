from decimal import Decimal

import pytest
from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext

from marketplace.backoffice.catalogue_changes import CatalogueMoved, Difference, carry_out, plan_import, read_catalogue
from marketplace.backoffice.catalogue_file import STOCK, read_lines, write_file
from marketplace.models import Seller, SellerInventory, Session

pytestmark = pytest.mark.django_db

HEADINGS = ("seller", "region", *STOCK[:-2])
DESK = ("Acme", "Bergen", "desk", "Oak desk", "5", "40", "60", "100")


def lines_of(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS):
    return read_lines("\n".join("\t".join(row) for row in (headings, *rows)).encode())


def plan_of(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS):
    lines = lines_of(*rows, headings=headings)
    return plan_import(lines, read_catalogue(lines))


def imported(*rows: tuple[str, ...], headings: tuple[str, ...] = HEADINGS):
    lines = lines_of(*rows, headings=headings)
    user = User.objects.create(username=f"importer {User.objects.count()}")
    return carry_out(lines, plan_import(lines, read_catalogue(lines)).fingerprint, user.pk)


def with_cell(column: str, cell: str) -> tuple[str, ...]:
    row = list(DESK)
    row[HEADINGS.index(column)] = cell
    return tuple(row)


def reasons_in(plan) -> list[tuple[str, str]]:
    return [(reason.column, reason.words) for bad in plan.bad for reason in bad.reasons]


def export() -> bytes:
    return write_file(list(Seller.objects.standing()), SellerInventory.objects.all()).encode()


def test_new_seller_comes_with_its_stock():
    imported(DESK, ("Acme", "", "lamp", "Lamp", "7", "1", "2", "3.50"))

    seller = Seller.objects.get()
    assert (seller.name, seller.region, seller.session, seller.mind) == ("Acme", "Bergen", None, "narrated")
    assert list(seller.inventory.order_by("item_id").values_list("item_id", "quantity_available", "selling_price")) == [
        ("desk", 5, Decimal(100)),
        ("lamp", 7, Decimal("3.50")),
    ]


def test_export_imported_again_changes_nothing():
    imported(DESK, ("Bolt", "", "", "", "", "", "", ""))
    SellerInventory.objects.update(allowed_terms={"delivery_days": [0, 14]}, quantity_reserved=3)
    Seller.objects.update(contact="+49 30 1234", legal_name="=Acme & Sons", llm_temperature=0.3, is_active=False)
    lines = read_lines(export())

    plan = plan_import(lines, read_catalogue(lines))

    assert (plan.is_empty, plan.unchanged, plan.bad) == (True, 2, [])


def test_change_is_told_field_by_field():
    imported(DESK)

    plan = plan_of(with_cell("selling_price", "110"))

    [change] = plan.changed
    assert (change.line, change.seller, change.item) == (2, "Acme", "desk")
    assert change.differences == (Difference("selling_price", "100.00", "110.00"),)


def test_changed_profile_is_told_apart_from_the_stock():
    imported(DESK)

    plan = plan_of(with_cell("region", "Oslo"))

    [change] = plan.changed
    assert (change.item, change.differences, plan.unchanged) == ("", (Difference("region", "Bergen", "Oslo"),), 1)


def test_what_is_reserved_stays_reserved():
    imported(DESK)
    SellerInventory.objects.update(quantity_reserved=4)

    imported(with_cell("quantity_available", "9"))

    assert SellerInventory.objects.values_list("quantity_available", "quantity_reserved").get() == (9, 4)


def test_column_that_is_not_there_changes_nothing():
    imported(DESK)
    Seller.objects.update(mind="strategy")

    imported(("Acme", "desk", "8"), headings=("seller", "item_id", "quantity_available"))

    assert Seller.objects.values_list("mind", "region").get() == ("strategy", "Bergen")
    assert SellerInventory.objects.values_list("quantity_available", "cost_price").get() == (8, Decimal(40))


def test_empty_cell_empties_a_text_and_leaves_a_price():
    imported(DESK)

    imported(("Acme", "", "desk", "", "", "", "", ""))

    assert Seller.objects.get().region == ""
    assert SellerInventory.objects.values_list("item_name", "selling_price").get() == ("Oak desk", Decimal(100))


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("least_price", "100", "The floor must be below the asking price."),
        ("least_price", "40", "The floor must be above the cost."),
        ("cost_price", "-1", "Ensure this value is greater than or equal to 0."),
        ("cost_price", "cheap", '"cheap" is no number such as 1200.50.'),
        ("selling_price", "100,50", '"100,50" is no number such as 1200.50.'),
        ("selling_price", "NaN", '"NaN" is no number such as 1200.50.'),
        ("selling_price", "100.005", "Ensure that there are no more than 2 decimal places."),
        ("quantity_available", "0", "Ensure this value is greater than or equal to 1."),
        ("quantity_available", "a few", '"a few" is no whole number.'),
        ("item_name", "x" * 101, "Ensure this value has at most 100 characters (it has 101)."),
        ("item_name", "", "It must not be empty."),
        ("item_id", "", "It must not be empty where anything is said of an item."),
        ("seller", "", "It must not be empty."),
        ("seller", "x" * 51, "Ensure this value has at most 50 characters (it has 51)."),
    ],
)
def test_cell_that_makes_no_sense_is_told_in_words(column, cell, words):
    assert reasons_in(plan_of(with_cell(column, cell))) == [(column, words)]


@pytest.mark.parametrize(
    ("column", "cell", "words"),
    [
        ("mind", "clever", '"clever" is none of: strategy, narrated, llm, human, external.'),
        ("is_active", "maybe", '"maybe" is neither yes nor no.'),
        ("llm_temperature", "hot", '"hot" is no number such as 1200.50.'),
        ("contact", "at home", "It must be an e-mail address or a telephone number."),
    ],
)
def test_profile_that_makes_no_sense_is_told_in_words(column, cell, words):
    assert reasons_in(plan_of(("Acme", cell), headings=("seller", column))) == [(column, words)]


@pytest.mark.parametrize("cell", ["soon", "delivery_days 3", "delivery_days 1-2; delivery_days 1-2"])
def test_further_terms_of_another_form_are_told_in_words(cell):
    [(column, words)] = reasons_in(plan_of(("Acme", "desk", cell), headings=("seller", "item_id", "allowed_terms")))[
        -1:
    ]

    assert (column, "is not of the form: delivery_days 0-14" in words) == ("allowed_terms", True)


def test_new_item_needs_its_columns():
    plan = plan_of(("Acme", "desk"), headings=("seller", "item_id"))

    assert {column for column, _ in reasons_in(plan)} == set(STOCK) - {"item_id", "allowed_terms", "term_weights"}


def test_same_item_of_a_seller_twice_is_a_mistake():
    assert reasons_in(plan_of(DESK, DESK)) == [("item_id", "Line 2 is about the same item of the same seller.")]


def test_lines_of_a_seller_must_not_contradict_each_other():
    plan = plan_of(DESK, ("Acme", "Oslo", "lamp", "Lamp", "7", "1", "2", "3"))

    assert reasons_in(plan) == [("region", '"Oslo" is not what line 2 says of the same seller.')]


def test_less_than_is_promised_is_a_mistake():
    imported(DESK)
    SellerInventory.objects.update(quantity_reserved=4)

    assert reasons_in(plan_of(with_cell("quantity_available", "3"))) == [
        ("quantity_available", "4 units are already promised to buyers.")
    ]


def test_seller_of_a_session_is_never_touched():
    inline = Seller.objects.create(name="Acme", session=Session.objects.create(), region="Oslo")

    imported(DESK)

    inline.refresh_from_db()
    assert (inline.region, inline.inventory.count()) == ("Oslo", 0)
    assert Seller.objects.standing().get().region == "Bergen"


def test_one_bad_line_keeps_all_others_out():
    lines = lines_of(DESK, with_cell("seller", ""))
    plan = plan_import(lines, read_catalogue(lines))

    with pytest.raises(CatalogueMoved):
        carry_out(lines, plan.fingerprint, User.objects.create(username="importer").pk)

    assert not Seller.objects.exists()


def test_what_somebody_changed_since_is_looked_at_again():
    imported(DESK)
    lines = lines_of(with_cell("selling_price", "110"))
    plan = plan_import(lines, read_catalogue(lines))
    SellerInventory.objects.update(selling_price=90)

    with pytest.raises(CatalogueMoved):
        carry_out(lines, plan.fingerprint, User.objects.create(username="importer").pk)

    assert SellerInventory.objects.get().selling_price == 90


def test_import_stands_in_the_history_of_each_seller_it_touched():
    imported(DESK, ("Bolt", "Oslo", "", "", "", "", "", ""))
    imported(with_cell("selling_price", "110"))

    told = LogEntry.objects.order_by("pk").values_list("object_repr", "change_message")
    assert sorted(told) == [(name, "Imported from a file.") for name in ("Acme", "Acme", "Bolt")]


def test_many_lines_take_as_many_questions_to_the_database_as_few():
    def asked(count: int, price: str) -> int:
        rows = [("Acme", "", f"item {n}", "Lamp", "7", "1", "2", price) for n in range(count)]
        with CaptureQueriesContext(connection) as queries:
            imported(*rows)
        return len(queries)

    few_added, few_changed = asked(3, "3"), asked(3, "4")
    Seller.objects.all().delete()

    assert (asked(60, "3"), asked(60, "4")) == (few_added, few_changed)
