from decimal import Decimal

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.identity import local_operator
from marketplace.models import BuyerItem
from marketplace.requests import ItemRequest, SellerRequest, SessionRequest, StockRequest
from marketplace.services import create_session
from negotiation.core.preferences import Priority, Style
from negotiation.models import Approval, AutoAcceptRule, NegotiationRun, RunEvent, SeatWait
from negotiation.room_listings import MOST_ROWS
from negotiation.services import force_deal, send_message, start

pytestmark = pytest.mark.django_db

MODELS = ["negotiationrun", "message", "offer", "outcome", "runevent", "seatwait", "approval", "autoacceptrule"]


@pytest.fixture
def operator(client):
    """A browser in which the operator of the sign-in link is signed in: staff, but no superuser."""
    client.force_login(local_operator())
    return client


def make_room(item="Oak desk", session="Office", buyer="Harbour") -> NegotiationRun:
    """A room of two sellers that has not been started."""
    sellers = tuple(
        SellerRequest(
            name,
            Priority.MAXIMIZE_PROFIT,
            Style.NEUTRAL,
            (StockRequest("item", item, 50, Decimal("41.17"), Decimal(100), Decimal("62.23")),),
        )
        for name in ("Acme", "Bolt")
    )
    items = (ItemRequest("item", item, 5, Decimal(50), Decimal(90)),)
    request = SessionRequest(buyer_name=buyer, items=items, sellers=sellers, name=session)
    return create_session(request).runs.get()


def make_deal(**named: str) -> NegotiationRun:
    """A room in which somebody spoke and Acme sold at 75."""
    run = make_room(**named)
    start(run.code)
    send_message(run.code, "Is delivery included?")
    acme = run.participants.get(name="Acme")
    force_deal(run.code, str(acme.seller_code), Decimal("75.00"), 5)
    run.refresh_from_db()
    leave_traces(run)
    return run


def leave_traces(run: NegotiationRun) -> None:
    """What a room in which people sit would have in its tables."""
    acme, now = run.participants.get(name="Acme"), timezone.now()
    SeatWait.objects.create(
        run=run, participant=acme, party="seller", actions=["offer"], asked_at=now, until=now, warn_at=now
    )
    AutoAcceptRule.objects.create(run=run, participant=acme, target=75)
    asked = {"number": 1, "offer_number": 1, "kind": "above_threshold", "unit_price": 75, "quantity": 5}
    Approval.objects.create(run=run, participant=acme, requested_at=now, expires_at=now, state="approved", **asked)


def page_of(model: str, *query: str) -> str:
    return reverse(f"admin:negotiation_{model}_changelist") + "".join(query)


def rows_of(response) -> list[object]:
    return list(response.context["cl"].result_list)


def test_room_list_tells_how_each_room_ended_and_where_it_is(operator):
    run = make_deal()

    page = operator.get(page_of("negotiationrun")).content.decode()

    assert '<td class="field-result">deal</td>' in page
    assert "75.00" in page
    assert run.get_absolute_url() in page


@pytest.mark.parametrize(("quantity", "words"), [(1, "1 unit, from"), (1500, "1,500 units, from")])
def test_room_tells_how_many_units_the_buyer_wants(operator, quantity, words):
    run = make_room()
    BuyerItem.objects.update(quantity_needed=quantity)

    page = operator.get(reverse("admin:negotiation_negotiationrun_change", args=[run.pk])).content.decode()

    assert words in page


@pytest.mark.parametrize("searched", ["desk", "office", "harbour"])
def test_rooms_are_found_by_item_session_and_buyer(operator, searched):
    run = make_room()
    make_room("Lamp", "Other", "Tern")

    assert rows_of(operator.get(page_of("negotiationrun", f"?q={searched}"))) == [run]


def test_rooms_are_filtered_by_status(operator):
    make_room()
    ended = make_deal()

    assert rows_of(operator.get(page_of("negotiationrun", "?status__exact=completed"))) == [ended]


def test_room_page_holds_all_that_happened_in_it(operator):
    run = make_deal()

    page = operator.get(reverse("admin:negotiation_negotiationrun_change", args=[run.pk]))

    text = page.content.decode()
    assert "Is delivery included?" in text
    assert "Acme" in text
    assert "Bolt" in text
    assert "62.23" in text
    assert run.outcome.explanation in page.context["adminform"].model_admin.explanation(run)
    assert [listing.total for listing in page.context["listings"]] == [
        run.messages.count(),
        run.offers.count(),
        run.llm_calls.count(),
        run.events.count(),
    ]


def test_room_page_of_a_room_not_started_says_nothing_happened(operator):
    run = make_room()

    page = operator.get(reverse("admin:negotiation_negotiationrun_change", args=[run.pk]))

    assert page.content.decode().count("0 in all.") == 4


def test_long_log_shows_its_newest_end_and_how_long_it_is(operator):
    run = make_deal()
    last = run.events.latest("seq")
    RunEvent.objects.bulk_create(
        RunEvent(run=run, seq=last.seq + n, type="RoundStarted", payload={"round": n}, at=last.at, hash="")
        for n in range(1, MOST_ROWS + 1)
    )

    page = operator.get(reverse("admin:negotiation_negotiationrun_change", args=[run.pk]))

    events = page.context["listings"][3]
    numbers = range(last.seq + 1, last.seq + MOST_ROWS + 1)
    assert [row[0] for row in events.rows] == [
        f'<a href="{run.get_absolute_url()}replay/#event={seq}">{seq}</a>' for seq in numbers
    ]
    assert f"The newest {MOST_ROWS} of {last.seq + MOST_ROWS}." in page.content.decode()


def test_room_that_is_not_there_is_not_found(operator):
    assert operator.get(reverse("admin:negotiation_negotiationrun_change", args=[1])).status_code == 404


@pytest.mark.parametrize("model", MODELS)
def test_history_cannot_be_added_edited_or_deleted(operator, model):
    make_deal()
    row = rows_of(operator.get(page_of(model)))[0]
    page = reverse(f"admin:negotiation_{model}_change", args=[row.pk])

    assert operator.get(page).context["has_change_permission"] is False
    assert operator.post(page, {}).status_code == 403
    assert operator.get(page.replace("change", "delete")).status_code == 403
    assert operator.get(reverse(f"admin:negotiation_{model}_add")).status_code == 403


@pytest.mark.parametrize(
    ("model", "query"),
    [
        ("message", "?q=delivery"),
        ("offer", "?q=acme&status__exact=accepted"),
        ("outcome", "?q=desk&result__exact=deal"),
        ("seatwait", "?q=acme&party=seller"),
        ("approval", "?q=office&state__exact=approved"),
        ("autoacceptrule", "?q=desk"),
        ("runevent", "?q=office&type=Closed"),
    ],
)
def test_history_is_found_by_search_and_filters(operator, model, query):
    make_deal()
    make_room("Lamp", "Other", "Tern")

    assert rows_of(operator.get(page_of(model, query)))


def test_event_page_shows_the_whole_payload(operator):
    event = make_deal().events.latest("seq")

    page = operator.get(reverse("admin:negotiation_runevent_change", args=[event.pk])).content.decode()

    assert "&quot;unit_price&quot;: &quot;75.00&quot;" in page


@pytest.mark.parametrize("model", MODELS)
def test_list_of_thirty_rooms_costs_as_many_queries_as_one_of_three(operator, model):
    operator.get(page_of(model))
    for _ in range(3):
        make_deal()
    with CaptureQueriesContext(connection) as few:
        operator.get(page_of(model))

    for _ in range(27):
        make_deal()
    with CaptureQueriesContext(connection) as many:
        operator.get(page_of(model))

    assert len(many) == len(few)


@pytest.mark.parametrize("model", MODELS)
def test_visitors_are_sent_to_sign_in(client, model):
    assert client.get(page_of(model)).status_code == 302
