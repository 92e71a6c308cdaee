import pytest
from django.urls import reverse

from marketplace.identity import local_operator
from marketplace.models import Seller, SellerInventory
from marketplace.services import start_session
from tests import accounts
from tests.marketplace.catalogue import act, make_seller, make_session, said

pytestmark = pytest.mark.django_db

# What the page asks of a seller beside its profile.
SEAT = {"temperament": "balanced", "toughness": "fair", "bundle_percent": "0"}

LIST = reverse("admin:marketplace_seller_changelist")
SESSIONS = reverse("admin:marketplace_session_changelist")


@pytest.fixture
def browser(client):
    client.force_login(local_operator())
    return client


def page_of(seller: Seller) -> str:
    return reverse("admin:marketplace_seller_change", args=[seller.pk])


def listed(response) -> list[str]:
    return [row.name for row in response.context["cl"].result_list]


def test_copy_has_the_stock_a_new_name_and_nothing_promised(browser):
    seller = make_seller(quantity_reserved=30, allowed_terms={"delivery_days": [0, 9]})
    Seller.objects.update(region="Bergen", temperament="patient")

    opened = act(browser, LIST, "copy_with_stock", seller)

    copy = Seller.objects.exclude(pk=seller.pk).get()
    stock = copy.inventory.get()
    assert (copy.name, copy.region, copy.temperament, copy.is_active) == ("Acme (copy)", "Bergen", "patient", False)
    assert (stock.item_id, stock.quantity_reserved, stock.allowed_terms) == ("desk", 0, {"delivery_days": [0, 9]})
    assert copy.code != seller.code
    assert opened.redirect_chain[0][0] == page_of(copy)


def test_copies_of_a_copied_seller_find_names_that_are_free(browser):
    longest = make_seller("x" * 50)

    act(browser, LIST, "copy_with_stock", longest)
    act(browser, LIST, "copy_with_stock", longest)

    names = set(Seller.objects.exclude(pk=longest.pk).values_list("name", flat=True))
    assert names == {f"{'x' * 43} (copy)", f"{'x' * 41} (copy 2)"}


def test_seller_saved_as_new_under_another_name_is_another_seller(browser):
    seller = make_seller(quantity_reserved=3)
    line = seller.inventory.get()
    form = {"name": "Bolt", "priority": "maximize_profit", "speaking_style": "neutral", "mind": "strategy"}
    stock = {"item_id": "desk", "item_name": "Oak desk", "quantity_available": 5}
    prices = {"cost_price": 40, "least_price": 60, "selling_price": 100}
    lines = {f"inventory-0-{name}": value for name, value in {"id": line.pk, **stock, **prices}.items()}
    counts = {"inventory-TOTAL_FORMS": 1, "inventory-INITIAL_FORMS": 1}

    browser.post(
        page_of(seller), {**form, **lines, **counts, **SEAT, "temperament": "brisk", "_saveasnew": "Save as new"}
    )

    made = Seller.objects.get(name="Bolt")
    assert (made.temperament, made.inventory.get().quantity_reserved) == ("brisk", 0)
    assert seller.inventory.get().quantity_reserved == 3


@pytest.mark.parametrize(
    ("action", "before", "told"),
    [("activate", False, "Activated 2 sellers."), ("deactivate", True, "Deactivated 2 sellers.")],
)
def test_many_sellers_are_switched_at_once(browser, action, before, told):
    sellers = [make_seller("Acme"), make_seller("Bolt")]
    Seller.objects.update(is_active=before)

    done = act(browser, LIST, action, *sellers)

    assert said(done) == [told]
    assert set(Seller.objects.values_list("is_active", flat=True)) == {not before}


def test_sellers_of_sessions_are_not_switched(browser):
    make_session()

    done = act(browser, f"{LIST}?kept=session", "deactivate", Seller.objects.get())

    assert said(done) == ["Deactivated 0 sellers."]
    assert Seller.objects.get().is_active


@pytest.mark.parametrize("action", ["copy_with_stock", "activate", "deactivate", "start_session_with"])
def test_auditor_is_offered_nothing_that_changes_a_seller(client, action):
    seller = make_seller()
    Seller.objects.update(is_active=action == "deactivate")
    client.force_login(accounts.auditor())

    act(client, LIST, action, seller)

    assert action not in client.get(LIST).content.decode()
    assert Seller.objects.values_list("is_active", flat=True).get() == (action == "deactivate")


def test_list_adds_up_lines_and_value_of_the_stock(browser):
    seller = make_seller(quantity_available=10, selling_price=100)
    rest = {"quantity_available": 2, "cost_price": 1, "least_price": 2, "selling_price": "3.50"}
    SellerInventory.objects.create(seller=seller, item_id="lamp", item_name="Lamp", **rest)

    page = browser.get(LIST).content.decode()

    assert '<td class="field-stock_lines">2</td>' in page
    assert '<td class="field-stock_value">1,007.00</td>' in page


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("region=Bergen", ["Acme"]),
        ("region=-", ["Bolt"]),
        ("temperament__exact=patient", ["Acme"]),
        ("mind__exact=llm", ["Bolt"]),
        ("is_active__exact=0", ["Bolt"]),
        ("q=bergen", ["Acme"]),
    ],
)
def test_sellers_are_found_by_what_they_are(browser, query, names):
    acme, bolt = make_seller("Acme"), make_seller("Bolt")
    Seller.objects.filter(pk=acme.pk).update(region="Bergen", temperament="patient")
    Seller.objects.filter(pk=bolt.pk).update(mind="llm", is_active=False)

    assert listed(browser.get(f"{LIST}?{query}")) == names


def test_page_of_a_seller_leads_to_the_sessions_that_invited_it(browser):
    seller, other = make_seller("Acme"), make_seller("Bolt")
    make_session("Invited", sellers=(), standing_seller_codes=(seller.code,))
    make_session("Others", sellers=(), standing_seller_codes=(other.code,))
    query = f"?seller={seller.code}"

    page = browser.get(page_of(seller)).content.decode()
    sessions = browser.get(SESSIONS + query)

    assert SESSIONS + query in page
    assert listed(sessions) == ["Invited"]


@pytest.mark.parametrize("code", ["nonsense", "00000000-0000-4000-8000-000000000000"])
def test_sessions_of_a_seller_that_is_not_there_are_all_sessions(browser, code):
    make_session()

    assert listed(browser.get(f"{SESSIONS}?seller={code}")) == ["Office"]


def test_page_of_a_seller_tells_how_many_open_rooms_ask_for_an_item(browser):
    seller = make_seller()
    for name in ("One", "Two"):
        start_session(make_session(name, sellers=(), standing_seller_codes=(seller.code,)))

    page = browser.get(page_of(seller)).content.decode()

    assert '<td class="field-in_rooms">' in page
    assert "<p>2</p>" in page


@pytest.mark.parametrize(
    ("typed", "kept"),
    [("delivery_days 0-14; payment_days 30-60", {"delivery_days": [0, 14], "payment_days": [30, 60]}), (" ", {})],
)
def test_further_terms_are_typed_on_one_line(browser, typed, kept):
    seller = make_seller()
    line = seller.inventory.get()
    profile = {"name": "Acme", "priority": "maximize_profit", "speaking_style": "neutral", "mind": "strategy"}
    stock = {"item_id": "desk", "item_name": "Oak desk", "quantity_available": 5}
    prices = {"cost_price": 40, "least_price": 60, "selling_price": 100, "allowed_terms": typed}
    lines = {f"inventory-0-{name}": value for name, value in {"id": line.pk, **stock, **prices}.items()}
    counts = {"inventory-TOTAL_FORMS": 1, "inventory-INITIAL_FORMS": 1}

    browser.post(page_of(seller), {**profile, **lines, **counts, **SEAT})

    line.refresh_from_db()
    assert line.allowed_terms == kept


def test_further_terms_are_shown_as_they_are_typed(browser):
    seller = make_seller(allowed_terms={"delivery_days": [0, 14]})

    assert 'value="delivery_days 0-14"' in browser.get(page_of(seller)).content.decode()


def stock_post(seller, terms):
    """The seller's page as it is sent with its one line of stock."""
    line = seller.inventory.get()
    profile = {"name": seller.name, "priority": "maximize_profit", "speaking_style": "neutral", "mind": "strategy"}
    stock = {"id": line.pk, "item_id": "desk", "item_name": "Oak desk", "quantity_available": 5, "allowed_terms": terms}
    prices = {"cost_price": 40, "least_price": 60, "selling_price": 100}
    counts = {"inventory-TOTAL_FORMS": 1, "inventory-INITIAL_FORMS": 1}
    lines = {f"inventory-0-{name}": value for name, value in {**stock, **prices}.items()}
    return {**profile, **lines, **counts, **SEAT}


def test_weights_stand_in_brackets_behind_their_terms(browser):
    seller = make_seller()

    browser.post(page_of(seller), stock_post(seller, "delivery_days 0-14 (+12.5 %); payment_days 30-60 (-20%)"))

    line = seller.inventory.get()
    assert line.allowed_terms == {"delivery_days": [0, 14], "payment_days": [30, 60]}
    assert line.term_weights == {"price": 0.675, "delivery_days": 0.125, "payment_days": -0.2}
    shown = 'value="delivery_days 0-14 (+12.5 %); payment_days 30-60 (-20 %)"'
    assert shown in browser.get(page_of(seller)).content.decode()


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("delivery_days 0-14 (much)", "is no term with its weight"),
        ("delivery_days 0-14 (100 %)", "nothing is left for the price"),
        ("delivery_days 3-3 (10 %)", "may take one value only"),
        ("price 3-5", "is part of every offer and no further term"),
    ],
)
def test_terms_that_cannot_be_are_told_beside_the_line(browser, typed, words):
    seller = make_seller(allowed_terms={"delivery_days": [0, 9]}, term_weights={"price": 0.5, "delivery_days": 0.5})

    page = browser.post(page_of(seller), stock_post(seller, typed)).content.decode()

    assert words in page
    assert seller.inventory.get().term_weights == {"price": 0.5, "delivery_days": 0.5}
