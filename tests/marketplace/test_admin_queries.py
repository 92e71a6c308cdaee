import pytest
from django.contrib import admin
from django.contrib.auth.models import User
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.backoffice.kinds import MOST_COUNTED, PatientPaginator
from marketplace.backoffice.site import JOBS
from marketplace.models import Seller, SellerInventory, Session
from negotiation.models import LLMCall, Message, NegotiationRun, Offer, RunEvent
from tests.marketplace.many import make_many

pytestmark = pytest.mark.django_db

FEW, MANY = 3, 30


@pytest.fixture
def browser(client):
    client.force_login(User.objects.create_superuser("root"))
    return client


def asked(browser, *pages: str) -> dict[str, int]:
    """How many questions to the database each page takes, once what a process remembers is known to it."""
    counts = {}
    for page in pages:
        browser.get(page)
        with CaptureQueriesContext(connection) as queries:
            assert browser.get(page).status_code == 200, page
        counts[page] = len(queries)
    return counts


def lists() -> list[str]:
    """Of every table, as it is opened and as it is searched."""
    models = [f"{model._meta.app_label}_{model._meta.model_name}" for model in admin.site._registry]
    pages = [reverse(f"admin:{name}_changelist") for name in models]
    return [reverse("admin:index"), *pages, *(f"{page}?q=desk" for page in pages), f"{pages[0]}?all="]


def changed_pages() -> list[str]:
    """The page of the first row of every table."""
    pages = []
    for model in admin.site._registry:
        if model._meta.label_lower == JOBS:
            continue  # its rows are made by a library, and ours are what is measured
        key = model._default_manager.order_by("pk").values_list("pk", flat=True)[0]
        pages.append(reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[key]))
    return pages


def test_no_list_and_no_page_asks_more_of_a_full_marketplace_than_of_a_small_one(browser):
    make_many(FEW)
    pages = [*lists(), *changed_pages()]
    few = asked(browser, *pages)

    make_many(MANY)

    assert asked(browser, *pages) == few


def test_page_of_a_seller_with_much_stock_asks_as_little_as_with_one_line(browser):
    make_many(1)
    seller = Seller.objects.get()
    page = reverse("admin:marketplace_seller_change", args=[seller.pk])
    few = asked(browser, page)

    prices = {"quantity_available": 9, "cost_price": 1, "least_price": 2, "selling_price": 3}
    SellerInventory.objects.bulk_create(
        SellerInventory(seller=seller, item_id=f"item {n}", item_name="Lamp", **prices) for n in range(50)
    )

    assert asked(browser, page) == few


def test_page_of_a_session_with_many_rooms_asks_as_little_as_with_one(browser):
    make_many(1)
    session, run = Session.objects.get(), NegotiationRun.objects.get()
    page = reverse("admin:marketplace_session_change", args=[session.pk])
    few = asked(browser, page)

    NegotiationRun.objects.bulk_create(
        NegotiationRun(session=session, item=run.item, status="pending", max_rounds=9, seed=1) for _ in range(50)
    )

    assert asked(browser, page) == few


def test_page_of_a_long_room_asks_as_little_as_of_a_short_one(browser):
    make_many(1)
    run = NegotiationRun.objects.get()
    page = reverse("admin:negotiation_negotiationrun_change", args=[run.pk])
    few = asked(browser, page)

    _talk_on(run, range(2, 80))

    assert asked(browser, page) == few


def _talk_on(run: NegotiationRun, numbers: range) -> None:
    thread, now = run.participants.get(), timezone.now()
    RunEvent.objects.bulk_create(
        RunEvent(run=run, seq=n, type="RoundStarted", payload={}, at=now, hash="") for n in numbers
    )
    said = {"round": 1, "party": "seller", "participant": thread, "at": now}
    Message.objects.bulk_create(Message(run=run, seq=n, voice="model", text="Hello", **said) for n in numbers)
    Offer.objects.bulk_create(Offer(run=run, number=n, unit_price=75, quantity=5, **said) for n in numbers)
    call = LLMCall.objects.get()
    rows = []
    for number in numbers:
        kept = {field.attname: getattr(call, field.attname) for field in LLMCall._meta.concrete_fields}
        rows.append(LLMCall(**{**kept, "id": None, "code": f"00000000-0000-4000-8000-{number:012}"}))
    LLMCall.objects.bulk_create(rows)


def test_long_tables_are_counted_up_to_a_number_that_nobody_pages_through():
    make_many(2)

    paginator = PatientPaginator(RunEvent.objects.order_by("pk"), 1)
    with CaptureQueriesContext(connection) as queries:
        assert paginator.count == 2

    assert f"LIMIT {MOST_COUNTED}" in queries[0]["sql"]
