import re
from decimal import Decimal

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from marketplace.models import Seller, SellerInventory, Session
from negotiation.models import LeftOut, NegotiationRun
from tests.bodies import NO_ID
from tests.marketplace.test_pages import LAPTOP, asked, staff, standing  # noqa: F401  # fixtures

# Of Dart's shelf, in digits that nothing else on the page has.
SECRETS = ("73", "391.21", "452.37")
CORNER_SHOP = {
    "name": "Corner Shop",
    "priority": "customer_retention",
    "speaking_style": "rude",
    "mind": "strategy",
    "temperament": "balanced",
    "toughness": "fair",
    "stock-0-quantity_available": "60",
    "stock-0-cost_price": "300",
    "stock-0-least_price": "420",
    "stock-0-selling_price": "640",
}


@pytest.fixture
def dart(db) -> Seller:
    """Has too few laptops."""
    seller = Seller.objects.create(name="Dart")
    SellerInventory.objects.create(
        seller=seller,
        item_id="laptop_hp_15",
        item_name="HP 15 Laptop",
        quantity_available=73,
        cost_price=Decimal("391.21"),
        least_price=Decimal("452.37"),
        selling_price=Decimal(650),
    )
    return seller


def with_newcomers(*newcomers: dict[str, str]) -> dict[str, str]:
    rows = {f"newcomers-{place}-{name}": value for place, one in enumerate(newcomers) for name, value in one.items()}
    return {"newcomers-TOTAL_FORMS": str(len(newcomers)), "newcomers-INITIAL_FORMS": "0", **rows}


def check(staff, form):  # noqa: F811
    """What the script of the page is told of each row."""
    return staff.post(reverse("check_list"), form, headers={"Accept": "application/json"}).json()["rows"]


def read(staff, **form):  # noqa: F811
    return staff.post(reverse("read_list"), {**asked(), **form}).content.decode()


def count_queries(staff, form) -> int:  # noqa: F811
    with CaptureQueriesContext(connection) as queries:
        check(staff, form)
    return len(queries)


def value_of(page: str, field: str) -> str:
    tag = re.search(rf'<input[^>]* name="{field}"[^>]*>', page).group()
    found = re.search(r'value="([^"]*)"', tag)
    return found.group(1) if found else ""


def test_sentence_fills_the_list_and_creates_nothing(staff, standing):  # noqa: F811
    page = read(staff, read="words", words="50 hp 15 laptops up to 600 each and 12 teapots for 240 in all")

    assert value_of(page, "items-0-item_name") == "HP 15 Laptop"
    assert value_of(page, "items-0-max_price_per_unit") == "600.00"
    assert (value_of(page, "items-1-item_name"), value_of(page, "items-1-max_price_per_unit")) == ("teapots", "20.00")
    assert not Session.objects.exists()


def test_each_row_says_what_it_was_read_from_and_how_surely(staff, standing):  # noqa: F811
    page = read(staff, read="words", words="50 HP 15 laptops up to 600 each and 12 teapots 20")

    assert re.search(r"<q>50 HP 15 laptops up to 600 each</q>:\s*<span class=\"is-sure\">sure", page)
    assert re.search(r"<q>12 teapots 20</q>:\s*<strong class=\"check-this\">please check", page)
    assert "No seller stocks anything called “teapots”." in page


def test_name_that_may_mean_several_things_is_left_for_the_person(staff, standing):  # noqa: F811
    SellerInventory.objects.create(
        seller=standing,
        item_id="xps",
        item_name="Dell XPS Laptop",
        quantity_available=9,
        cost_price=1,
        least_price=2,
        selling_price=3,
    )

    page = read(staff, read="words", words="5 laptops up to 600")

    assert value_of(page, "items-0-item_name") == "laptops"
    assert 'value="0|Dell XPS Laptop"' in page
    assert 'value="0|HP 15 Laptop"' in page


def test_chosen_name_takes_the_place_of_what_was_written(staff, standing):  # noqa: F811
    form = asked({**LAPTOP, "item_name": "laptops"}, choose="0|HP 15 Laptop", sellers=str(standing.code))

    page = staff.post(reverse("check_list"), form).content.decode()

    assert value_of(page, "items-0-item_name") == "HP 15 Laptop"
    assert value_of(page, "items-0-max_price_per_unit") == "600"


@pytest.mark.parametrize("place", ["7", "x", "-1", ""])
def test_name_chosen_for_a_row_that_is_not_there_changes_nothing(staff, standing, place):  # noqa: F811
    form = asked(LAPTOP, choose=f"{place}|Other", sellers=str(standing.code))

    response = staff.post(reverse("check_list"), form)

    assert response.status_code == 200
    assert value_of(response.content.decode(), "items-0-item_name") == "HP 15 Laptop"


@pytest.mark.parametrize(
    ("form", "words"),
    [
        ({"read": "words", "words": "  "}, "There is nothing to read yet"),
        ({"read": "words", "words": "x" * 4001}, "longer than 4,000 characters"),
        ({"read": "csv"}, "Choose a file or paste its lines."),
        ({"read": "csv", "csv_text": "Item,Quantity,Highest price\n"}, "There is no line below the heading."),
        ({"read": "words", "words": "and a nice day"}, "Nothing was made of: <q>nice day</q>"),
    ],
)
def test_nothing_to_read_leaves_the_list_as_it_was(staff, form, words):  # noqa: F811
    page = staff.post(reverse("read_list"), {**asked(LAPTOP), **form}).content.decode()

    assert words in page
    assert value_of(page, "items-0-item_name") == "HP 15 Laptop"


def test_what_was_entered_elsewhere_stays_when_a_sentence_is_read(staff, standing):  # noqa: F811
    form = asked(seed="11", words="5 HP 15 laptops up to 600", read="words", approve_above="900")

    page = staff.post(reverse("read_list"), form).content.decode()

    assert (value_of(page, "buyer_name"), value_of(page, "seed"), value_of(page, "approve_above")) == (
        "TechCorp",
        "11",
        "900",
    )
    assert "This field is required" not in page


def test_uploaded_file_fills_the_list_with_each_line_and_its_reasons(staff):  # noqa: F811
    content = "\ufeffItem;Quantity;Highest price\r\nDesk;5;1.450,50\r\nLamp;many;9\r\n".encode()

    page = read(staff, read="csv", csv_file=SimpleUploadedFile("list.csv", content))

    assert value_of(page, "items-0-max_price_per_unit") == "1450.50"
    assert "<q>line 3</q>" in page
    assert "Quantity: “many” is no number." in page
    assert not Session.objects.exists()


def test_line_without_its_last_cells_is_told_and_nothing_else_is_lost(staff):  # noqa: F811
    page = read(staff, read="csv", csv_text="Quantity,Highest price,Item\n50,600\n", name="Spring")

    assert "Item: This field is required." in page
    assert (value_of(page, "items-0-quantity_needed"), value_of(page, "name")) == ("50", "Spring")


def test_file_of_too_many_lines_keeps_ten_and_says_so(staff):  # noqa: F811
    lines = "".join(f"Item {number},1,9\n" for number in range(12))

    page = read(staff, read="csv", csv_text=f"Item,Quantity,Highest price\n{lines}")

    assert "the first 10 of 12 are on the list" in page
    assert value_of(page, "items-TOTAL_FORMS") == "10"


def test_file_that_is_no_text_is_told(staff):  # noqa: F811
    page = read(staff, read="csv", csv_file=SimpleUploadedFile("list.csv", b"\xff\xfe\x00"))

    assert "is not in UTF-8" in page


def test_list_is_saved_as_it_stands(staff):  # noqa: F811
    form = asked({**LAPTOP, "item_name": "=cmd()"}, {**LAPTOP, "quantity_needed": "x", "refuse_below_min": "on"})

    response = staff.post(reverse("export_list"), form)

    lines = response.content.decode().splitlines()
    assert lines[1:] == ["'=cmd(),50,600,400,,,,,,", "HP 15 Laptop,x,600,400,,,,no,,"]
    assert response["Content-Disposition"] == 'attachment; filename="shopping-list.csv"'


@pytest.mark.parametrize(("method", "name"), [("post", "export_list"), ("get", "sample_list")])
def test_saved_list_begins_with_the_mark_that_spreadsheets_need(staff, method, name):  # noqa: F811
    response = getattr(staff, method)(reverse(name), asked())

    assert response.content.startswith(b"\xef\xbb\xbfItem,Quantity")


def test_hostile_name_is_text_wherever_it_is_shown(staff):  # noqa: F811
    page = read(staff, read="words", words="5 <script>alert(1)</script> up to 9")

    assert "<script>alert" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_row_is_told_who_can_serve_it_and_why_others_cannot(staff, standing, dart):  # noqa: F811
    row = {**LAPTOP, "quantity_needed": "90"}
    Seller.objects.create(name="Echo")
    codes = [str(code) for code in Seller.objects.values_list("code", flat=True)]

    [told] = check(staff, asked(row, sellers=codes))

    assert told["preview"]["headline"] == "1 of 3 chosen sellers can serve this: ElectroMart."
    assert told["preview"]["others"] == "Has too few units free: Dart. Does not stock this item: Echo."


def test_preview_is_what_becomes_of_the_session(staff, standing, dart):  # noqa: F811
    form = asked({**LAPTOP, "quantity_needed": "90"}, sellers=[str(standing.code), str(dart.code)])
    [told] = check(staff, form)

    staff.post(reverse("new_session"), form)

    run = NegotiationRun.objects.get()
    assert ", ".join(run.participants.values_list("name", flat=True)) in told["preview"]["headline"]
    assert LeftOut.objects.get().seller.name in told["preview"]["others"]


@pytest.mark.parametrize("quantity", ["50", "74"])
@pytest.mark.parametrize("highest", ["100", "600"])
def test_preview_tells_no_private_number_whatever_is_asked(staff, dart, quantity, highest):  # noqa: F811
    row = {**LAPTOP, "quantity_needed": quantity, "min_price_per_unit": "1", "max_price_per_unit": highest}
    form = asked(row, sellers=str(dart.code))

    told = staff.post(reverse("check_list"), form, headers={"Accept": "application/json"}).content.decode()
    page = staff.post(reverse("check_list"), form).content.decode()

    assert not [
        secret for secret in SECRETS for text in (told, page) if re.search(rf"(?<![\w.-]){secret}(?![\w-])", text)
    ]


def test_limit_below_every_asking_price_leaves_nobody_out(staff, standing):  # noqa: F811
    row = {**LAPTOP, "min_price_per_unit": "", "max_price_per_unit": "1"}

    [told] = check(staff, asked(row, sellers=str(standing.code)))

    assert told["preview"]["headline"] == "The chosen seller can serve this: ElectroMart."


def test_nobody_who_can_serve_a_row_is_a_warning(staff, standing):  # noqa: F811
    [told] = check(staff, asked({**LAPTOP, "item_name": "Teapot"}, sellers=str(standing.code)))

    assert told["preview"]["is_served"] is False
    assert told["preview"]["headline"] == "The chosen seller cannot serve this."


@pytest.mark.parametrize("missing", ["item_name", "quantity_needed"])
def test_row_without_name_or_quantity_is_told_nothing_yet(staff, standing, missing):  # noqa: F811
    [told] = check(staff, asked({**LAPTOP, missing: ""}, sellers=str(standing.code)))

    assert told["preview"] is None


def test_row_is_looked_up_while_its_price_is_still_missing(staff, standing):  # noqa: F811
    [told] = check(staff, asked({**LAPTOP, "max_price_per_unit": ""}, sellers=str(standing.code)))

    assert told["preview"]["is_served"] is True


def test_check_without_script_shows_matches_and_mistakes_and_creates_nothing(staff, standing):  # noqa: F811
    form = asked({**LAPTOP, "max_price_per_unit": "400"}, sellers=str(standing.code))

    response = staff.post(reverse("check_list"), form)

    assert response.status_code == 200
    assert "The chosen seller can serve this: ElectroMart." in response.content.decode()
    assert "Must be above the lowest price." in response.content.decode()
    assert not Session.objects.exists()


def test_check_of_a_complete_form_says_that_nothing_is_missing(staff, standing):  # noqa: F811
    response = staff.post(reverse("check_list"), asked(LAPTOP, sellers=str(standing.code)))

    assert "Nothing is missing." in response.content.decode()


@pytest.mark.parametrize("name", ["read_list", "check_list"])
def test_address_of_an_answer_leads_back_to_the_form(staff, name):  # noqa: F811
    assert staff.get(reverse(name))["Location"] == reverse("new_session")


def test_check_takes_as_many_queries_for_many_rows_and_sellers(staff, standing, dart, django_assert_num_queries):  # noqa: F811
    rows = [{**LAPTOP, "item_name": f"Item {number}"} for number in range(10)]
    queries = count_queries(staff, asked(LAPTOP, sellers=str(dart.code)))

    with django_assert_num_queries(queries):
        check(staff, asked(*rows, sellers=[str(standing.code), str(dart.code)]))


def test_seller_for_this_session_alone_is_invited_with_its_stock(staff, standing):  # noqa: F811
    response = staff.post(reverse("new_session"), {**asked(LAPTOP), **with_newcomers(CORNER_SHOP)})

    seller = Session.objects.get().sellers.get()
    stock = seller.inventory.get()
    assert response.status_code == 302
    assert (seller.name, seller.priority, seller.speaking_style) == ("Corner Shop", "customer_retention", "rude")
    assert (stock.item_id, stock.quantity_available, stock.selling_price) == ("laptop_hp_15", 60, 640)
    assert NegotiationRun.objects.get().participants.get().seller == seller


def test_policy_and_toughness_of_the_form_reach_the_session_and_the_form_that_begins_like_it(staff, standing):  # noqa: F811
    form = {**asked(LAPTOP, buyer_policy="price_first"), **with_newcomers({**CORNER_SHOP, "toughness": "tough"})}

    staff.post(reverse("new_session"), form)

    session = Session.objects.get()
    assert (session.buyer_policy, session.sellers.get().toughness) == ("price_first", "tough")
    page = staff.get(f"{reverse('new_session')}?from={session.code}").content.decode()
    assert page.count('<option value="price_first" selected>') == page.count('<option value="tough" selected>') == 1


def test_seller_for_this_session_is_in_the_preview(staff, standing):  # noqa: F811
    form = {**asked(LAPTOP, sellers=str(standing.code)), **with_newcomers(CORNER_SHOP)}

    [told] = check(staff, form)

    assert told["preview"]["headline"] == "2 of 2 chosen sellers can serve this: Corner Shop and ElectroMart."


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"stock-0-least_price": "300"}, "The lowest price must be above the cost."),
        ({"stock-0-selling_price": "420"}, "The asking price must be above the lowest price."),
        ({"stock-0-quantity_available": ""}, "This field is required."),
        ({"stock-0-quantity_available": "0"}, "greater than or equal to 1"),
        ({"name": ""}, "This field is required."),
        ({"mind": "oracle"}, "Select a valid choice."),
        ({"toughness": "mean"}, "Select a valid choice."),
        ({"name": "a\u202eb"}, "Invisible characters"),
        ({**{name: "" for name in CORNER_SHOP if "stock" in name}}, "Say what this seller has of at least one item."),
    ],
)
def test_mistake_in_a_new_seller_is_told_beside_the_field(staff, standing, changes, words):  # noqa: F811
    form = {**asked(LAPTOP), **with_newcomers({**CORNER_SHOP, **changes})}

    response = staff.post(reverse("new_session"), form)

    assert response.status_code == 400
    assert words in response.content.decode()
    assert not Session.objects.exists()


def test_stock_of_a_row_without_an_item_is_refused(staff, standing):  # noqa: F811
    blank = dict.fromkeys(LAPTOP, "")
    moved = {name.replace("stock-0", "stock-1"): value for name, value in CORNER_SHOP.items()}

    response = staff.post(reverse("new_session"), {**asked(LAPTOP, blank), **with_newcomers(moved)})

    assert response.status_code == 400
    assert "names no item" in response.content.decode()


def test_new_sellers_and_chosen_ones_together_are_at_most_ten(staff, standing):  # noqa: F811
    newcomers = [{**CORNER_SHOP, "name": f"Shop {number}"} for number in range(10)]

    response = staff.post(
        reverse("new_session"), {**asked(LAPTOP, sellers=str(standing.code)), **with_newcomers(*newcomers)}
    )

    assert response.status_code == 400
    assert "A session takes at most 10 sellers." in response.content.decode()


def test_stock_of_a_new_seller_goes_with_its_item_when_the_list_is_read_anew(staff, standing):  # noqa: F811
    form = {**asked(LAPTOP), **with_newcomers(CORNER_SHOP), "read": "words"}

    page = staff.post(
        reverse("read_list"), {**form, "words": "9 teapots at 5; 50 HP 15 laptops up to 600"}
    ).content.decode()

    assert value_of(page, "newcomers-0-stock-0-cost_price") == ""
    assert value_of(page, "newcomers-0-stock-1-cost_price") == "300"


def test_one_more_seller_can_be_asked_for_without_script(staff, standing):  # noqa: F811
    form = {**asked(LAPTOP), **with_newcomers(CORNER_SHOP), "add_seller": "1"}

    page = staff.post(reverse("check_list"), form).content.decode()

    assert value_of(page, "newcomers-TOTAL_FORMS") == "2"
    assert value_of(page, "newcomers-0-name") == "Corner Shop"


def test_every_mistake_is_listed_with_a_link_to_its_field(staff, standing):  # noqa: F811
    form = {**asked({**LAPTOP, "quantity_needed": "0"}), **with_newcomers({**CORNER_SHOP, "stock-0-least_price": "1"})}

    page = staff.post(reverse("new_session"), {**form, "buyer_name": "", "max_rounds": "0"}).content.decode()

    links = re.findall(r'<a href="#([^"]+)">[^<]*</a>: ', page)
    assert links == [
        "id_buyer_name",
        "id_items-0-quantity_needed",
        "id_newcomers-0-stock-0-least_price",
        "id_max_rounds",
    ]
    assert all(f'id="{link}"' in page for link in links)


def test_same_item_id_twice_is_refused(staff, standing):  # noqa: F811
    other = {**LAPTOP, "item_name": "Another laptop", "item_id": "laptop_hp_15"}

    response = staff.post(reverse("new_session"), asked(LAPTOP, other, sellers=str(standing.code)))

    assert response.status_code == 400
    assert "Two items have the same item id" in response.content.decode()


def test_own_item_id_terms_and_currency_are_kept(staff, standing):  # noqa: F811
    row = {
        **LAPTOP,
        "item_name": "Any laptop",
        "item_id": "laptop_hp_15",
        "allowed_terms": "delivery days 0-14; warranty months 12",
    }

    staff.post(reverse("new_session"), asked(row, sellers=str(standing.code), currency="EUR", keep_best_offer="on"))

    session = Session.objects.get()
    item = session.buyer.items.get()
    assert (session.currency, session.disclose_best_offer, item.item_id) == ("EUR", False, "laptop_hp_15")
    assert item.allowed_terms == {"delivery_days": [0, 14], "warranty_months": [12, 12]}


@pytest.mark.parametrize(
    ("terms", "words"),
    [
        ("soon", "is no term with its range"),
        ("delivery days 14-0", "the lower number comes first"),
        ("delivery days 999999", "two whole numbers"),
    ],
)
def test_terms_that_cannot_be_are_refused_in_words(staff, standing, terms, words):  # noqa: F811
    response = staff.post(reverse("new_session"), asked({**LAPTOP, "allowed_terms": terms}, sellers=str(standing.code)))

    assert response.status_code == 400
    assert words in response.content.decode()


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        ("a lot", "is no term with its weight"),
        ("delivery days -30", "write 30 %"),
        ("delivery days 101 %", "is more than the whole"),
        ("delivery days -60 %, payment days 40 %", "weigh 100 %, and nothing is left for the price"),
        ("delivery days 10 %, delivery days 20 %", "Delivery days is there twice"),
        ("price 60 %, delivery days -30 %", "add up to 1, these add up to 0.9"),
        ("warranty months 10 %", "is not among the further terms"),
        ("payment days 10 %", "may take one value only"),
    ],
)
def test_weights_that_cannot_be_are_refused_beside_their_field(staff, standing, weights, words):  # noqa: F811
    row = {**LAPTOP, "allowed_terms": "delivery days 0-14, payment days 30", "term_weights": weights}

    response = staff.post(reverse("new_session"), asked(row, sellers=str(standing.code)))

    page = response.content.decode()
    assert response.status_code == 400
    assert words in page[page.index('id="id_items-0-term_weights_error"') :][:400]


@pytest.mark.parametrize("currency", ["EURO", "eur", "E1R"])
def test_currency_that_is_none_is_refused(staff, standing, currency):  # noqa: F811
    response = staff.post(reverse("new_session"), asked(LAPTOP, sellers=str(standing.code), currency=currency))

    assert response.status_code == 400


def test_form_begins_as_another_session_was_asked_for(staff, standing):  # noqa: F811
    weights = {"allowed_terms": "delivery days 0-14", "term_weights": "delivery days -30 %"}
    own = {"stock-0-allowed_terms": "delivery days 3-20", "stock-0-term_weights": "delivery days 12.5 %"}
    form = {
        **asked({**LAPTOP, "target_price": "450", **weights}, sellers=str(standing.code), currency="EUR"),
        **with_newcomers({**CORNER_SHOP, **own}),
        "keep_best_offer": "on",
    }
    staff.post(reverse("new_session"), form)
    original = Session.objects.get()

    page = staff.get(reverse("new_session"), {"from": str(original.code)}).content.decode()

    begun = {
        "buyer_name": "TechCorp",
        "currency": "EUR",
        "seed": "7",
        "items-0-item_id": "",
        "items-0-target_price": "450.00",
        "items-0-allowed_terms": "delivery days 0-14",
        "items-0-term_weights": "price 70 %, delivery days -30 %",
        "newcomers-0-stock-0-allowed_terms": "delivery days 3-20",
        "newcomers-0-stock-0-term_weights": "price 87.5 %, delivery days +12.5 %",
        "newcomers-0-name": "Corner Shop",
    }
    assert {field: value_of(page, field) for field in begun} == begun
    assert value_of(page, "newcomers-0-stock-0-least_price") == "420.00"
    assert re.search(rf'value="{standing.code}" checked', page)
    assert "2 of 2 chosen sellers can serve this" in page


@pytest.mark.parametrize("code", [NO_ID, "nonsense"])
def test_unknown_session_to_begin_from_is_a_clear_page(staff, code):  # noqa: F811
    assert staff.get(reverse("new_session"), {"from": code}).status_code == 404


def test_chosen_sellers_stand_first(staff, standing):  # noqa: F811
    Seller.objects.create(name="Aardvark")

    page = staff.get(reverse("new_session"), {"sellers": str(standing.code)}).content.decode()

    assert page.index("ElectroMart") < page.index("Aardvark")


@pytest.mark.parametrize(("sellers", "has_search"), [(9, False), (10, True)])
def test_many_sellers_can_be_searched(staff, standing, sellers, has_search):  # noqa: F811
    for number in range(sellers):
        Seller.objects.create(name=f"Seller {number}")

    assert ("data-search" in staff.get(reverse("new_session")).content.decode()) is has_search
