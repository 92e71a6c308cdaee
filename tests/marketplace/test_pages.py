import re
from datetime import timedelta
from decimal import Decimal
from uuid import uuid4

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.template.loader import render_to_string
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.demo import ensure_demo
from marketplace.identity import make_sign_in_link
from marketplace.models import Seller, SellerInventory, Session
from marketplace.templatetags import parley
from negotiation.core.vocabulary import Fallback, Reason, RoomStatus, Voice
from negotiation.models import LLMCall, Message, NegotiationRun
from tests import accounts, bodies

LAPTOP = {
    "item_name": "HP 15 Laptop",
    "quantity_needed": "50",
    "min_price_per_unit": "400",
    "max_price_per_unit": "600",
}


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def standing(db) -> Seller:
    seller = Seller.objects.create(name="ElectroMart")
    SellerInventory.objects.create(
        seller=seller,
        item_id="laptop_hp_15",
        item_name="HP 15 Laptop",
        quantity_available=100,
        cost_price=Decimal(391),
        least_price=Decimal(452),
        selling_price=Decimal(650),
    )
    return seller


def asked(*items: dict[str, str], **changes: object) -> dict[str, object]:
    """The new-session form as a browser sends it."""
    rows = {f"items-{number}-{name}": value for number, row in enumerate(items) for name, value in row.items()}
    counts = {"items-TOTAL_FORMS": str(len(items)), "items-INITIAL_FORMS": "0"}
    return {"buyer_name": "TechCorp", "max_rounds": "6", "turn_seconds": "0", "seed": "7", **counts, **rows, **changes}


def pages_of(session: Session) -> list[str]:
    room = session.runs.get()
    return [
        reverse("home"),
        reverse("sessions"),
        reverse("waiting"),
        reverse("new_session"),
        reverse("floor", args=[session.code]),
        reverse("sheet", args=[session.code]),
        reverse("delete", args=[session.code]),
        reverse("room", args=[room.code]),
    ]


def actions_of(session: Session) -> list[str]:
    names = ("start_all", "pause_all", "resume_all", "clone", "delete")
    on_session = [reverse(name, args=[session.code]) for name in names]
    return [reverse("run_demo"), *on_session]


def test_staff_sees_every_page(staff, played):
    for page in pages_of(Session.objects.get()):
        assert staff.get(page).status_code == 200, page


def test_stranger_is_sent_to_sign_in(session):
    for page in pages_of(Session.objects.get()):
        response = Client().get(page)

        assert response.status_code == 302, page
        assert response["Location"].startswith("/login/"), page


def test_account_without_staff_rights_is_refused(session):
    client = Client()
    client.force_login(User.objects.create_user("visitor"))

    for page in pages_of(Session.objects.get()):
        response = client.get(page)

        assert response.status_code == 403, page
        assert b"operators" in response.content


def test_account_without_staff_rights_changes_nothing(session):
    client = Client()
    client.force_login(User.objects.create_user("visitor"))

    for page in actions_of(Session.objects.get()):
        assert client.post(page).status_code == 403, page

    assert Session.objects.count() == 1


def test_actions_need_the_csrf_token(session):
    client = Client(enforce_csrf_checks=True)
    client.force_login(accounts.operator())

    for page in actions_of(Session.objects.get()):
        assert client.post(page).status_code == 403, page


def test_actions_are_not_links(staff, session):
    for page in actions_of(Session.objects.get())[:-1]:
        assert staff.get(page).status_code == 405, page


@pytest.mark.parametrize("name", ["floor", "sheet", "room", "delete"])
def test_unknown_code_is_a_clear_page(staff, name):
    response = staff.get(reverse(name, args=[uuid4()]))

    assert response.status_code == 404
    assert b"Not here" in response.content


def test_empty_home_says_what_to_do_next(staff):
    page = staff.get("/").content.decode()

    assert "No session yet" in page
    assert "Add a seller" in page


def test_home_tells_what_a_session_came_to(staff, played):
    page = staff.get("/").content.decode()

    assert "1 of 1" in page
    assert parley.money(NegotiationRun.objects.get().outcome.total_cost, "USD") in page


def test_newest_session_stands_first(staff, session, other_session):
    page = staff.get("/").content.decode()

    assert page.index(other_session["session_id"]) < page.index(session["session_id"])


def test_home_takes_as_many_queries_for_many_sessions(staff, open_session, django_assert_num_queries):
    open_session()
    queries = count_queries(staff, "/")
    for _ in range(3):
        open_session()

    with django_assert_num_queries(queries):
        staff.get("/")


def test_floor_takes_as_many_queries_for_many_rooms(staff, open_session, django_assert_num_queries):
    items = [bodies.item(item_id=name, item_name=name) for name in ("Desk", "Lamp", "Chair")]
    one, three = (open_session(buyer=bodies.buyer(*listed)) for listed in (items[:1], items))
    queries = count_queries(staff, reverse("floor", args=[one["session_id"]]))

    with django_assert_num_queries(queries):
        staff.get(reverse("floor", args=[three["session_id"]]))


def test_form_creates_a_session(staff, standing):
    response = staff.post(reverse("new_session"), asked(LAPTOP, sellers=str(standing.code)))

    session = Session.objects.get()
    assert response["Location"] == reverse("floor", args=[session.code])
    assert session.buyer.items.get().item_id == "laptop_hp_15"
    assert session.runs.get().status == RoomStatus.PENDING


def test_form_starts_the_rooms_if_asked_to(staff, standing):
    staff.post(reverse("new_session"), asked(LAPTOP, sellers=str(standing.code), start="1"))

    assert NegotiationRun.objects.get().status == RoomStatus.QUEUED


def test_empty_rows_do_not_count(staff, standing):
    blank = dict.fromkeys(LAPTOP, "")

    staff.post(reverse("new_session"), asked(LAPTOP, blank, blank, blank, sellers=str(standing.code)))

    assert NegotiationRun.objects.count() == 1


def test_unknown_item_gets_an_id_of_its_own(staff, standing):
    staff.post(
        reverse("new_session"),
        asked({**LAPTOP, "item_name": "Standing Desk"}, {**LAPTOP, "item_name": "椅子"}, sellers=str(standing.code)),
    )

    ids = Session.objects.get().buyer.items.values_list("item_id", flat=True)
    assert list(ids) == ["standing-desk", "item"]


def test_floor_says_why_a_seller_was_not_asked_without_its_numbers(staff, standing):
    staff.post(reverse("new_session"), asked({**LAPTOP, "quantity_needed": "500"}, sellers=str(standing.code)))

    page = staff.get(reverse("floor", args=[Session.objects.get().code])).content.decode()

    assert "ElectroMart: has too few units free" in page
    assert not re.search(r"\b452\b", page)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"items-0-max_price_per_unit": "400"}, "Must be above the lowest price."),
        ({"items-0-quantity_needed": "0"}, "greater than or equal to 1"),
        ({"items-0-item_name": "", "items-0-quantity_needed": ""}, "This field is required."),
        ({"items-0-item_name": "a\u202eb"}, "Invisible characters"),
        ({"buyer_name": ""}, "This field is required."),
        ({"sellers": []}, "Invite at least one seller."),
        ({"sellers": str(uuid4())}, "not active any more"),
        ({"sellers": "nonsense"}, "is not a valid UUID"),
        ({"max_rounds": "101"}, "less than or equal to 100"),
        ({"turn_seconds": "nan"}, "Enter a number."),
        ({"seed": "-1"}, "greater than or equal to 0"),
    ],
)
def test_form_with_a_mistake_says_so_and_creates_nothing(staff, standing, changes, words):
    response = staff.post(reverse("new_session"), {**asked(LAPTOP, sellers=str(standing.code)), **changes})

    assert response.status_code == 400
    assert words in response.content.decode()
    assert not Session.objects.exists()


def test_empty_shopping_list_is_refused(staff, standing):
    response = staff.post(reverse("new_session"), asked(dict.fromkeys(LAPTOP, ""), sellers=str(standing.code)))

    assert "Put at least one item on the list." in response.content.decode()


def test_item_on_the_list_twice_is_refused(staff, standing):
    same = {**LAPTOP, "item_name": "hp 15  LAPTOP"}

    response = staff.post(reverse("new_session"), asked(LAPTOP, same, sellers=str(standing.code)))

    assert "on the list twice" in response.content.decode()


def test_more_than_ten_items_are_refused(staff, standing):
    items = [{**LAPTOP, "item_name": f"Item {number}"} for number in range(11)]

    response = staff.post(reverse("new_session"), asked(*items, sellers=str(standing.code)))

    assert response.status_code == 400
    assert not Session.objects.exists()


def test_sellers_named_in_the_address_are_chosen(staff, standing):
    other = Seller.objects.create(name="Other")

    page = staff.get(reverse("new_session"), {"sellers": str(other.code)}).content.decode()

    assert re.search(rf'value="{other.code}" checked', page)
    assert not re.search(rf'value="{standing.code}" checked', page)


def test_form_keeps_who_plays_and_by_which_model(staff, standing):
    models = {"llm_provider": "lm_studio", "llm_model": "small", "llm_temperature": "0.2", "budget_cost": "1.5"}

    staff.post(reverse("new_session"), asked(LAPTOP, sellers=str(standing.code), buyer_mind="llm", **models))

    session = Session.objects.get()
    assert session.buyer_mind == "llm"
    assert (session.llm_provider, session.llm_model, session.llm_temperature) == ("lm_studio", "small", 0.2)


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"buyer_mind": "oracle"}, "Select a valid choice."),
        ({"llm_provider": "openrouter"}, "OpenRouter is switched off"),
        ({"llm_model": "a\u202eb"}, "Invisible characters"),
        ({"llm_temperature": "2.1"}, "less than or equal to 2"),
        ({"budget_cost": "-1"}, "greater than or equal to 0"),
    ],
)
def test_mistake_about_models_is_told_and_creates_nothing(staff, standing, changes, words):
    response = staff.post(reverse("new_session"), {**asked(LAPTOP, sellers=str(standing.code)), **changes})

    assert response.status_code == 400
    assert words in response.content.decode()
    assert not Session.objects.exists()


@pytest.mark.parametrize(
    ("mind", "words"),
    [("strategy", "Asks no model"), ("narrated", "A model finds its words"), ("llm", "A model decides and speaks")],
)
def test_form_says_what_a_seller_asks_a_model_for(staff, standing, mind, words):
    Seller.objects.filter(pk=standing.pk).update(mind=mind)

    page = staff.get(reverse("new_session")).content.decode()

    assert f'data-mind="{mind}"' in page
    assert words in page


def test_sheet_tells_what_models_said_and_cost(staff, played):
    messages = Message.objects.order_by("id")
    messages.filter(pk=messages[0].pk).update(voice=Voice.MODEL)
    messages.filter(pk=messages[1].pk).update(fallback=Fallback.TIMED_OUT)
    a_model_call(NegotiationRun.objects.get())

    page = staff.get(reverse("sheet", args=[Session.objects.get().code])).content.decode()

    assert f"1 of {messages.count()} messages; in 1 template words stood in for a model" in page
    assert "<dd>1,600 " in page
    assert "<dd>$0.0012 " in page


def test_sheet_of_a_session_without_models_does_not_mention_them(staff, played):
    page = staff.get(reverse("sheet", args=[Session.objects.get().code])).content.decode()

    assert "Language models" not in page


def test_light_of_the_models_is_for_staff(staff, session):
    assert "data-provider-light" in staff.get("/").content.decode()
    assert "provider_light" not in Client().get("/login/").content.decode()


def test_demo_opens_the_room_with_as_many_sellers_as_go_side_by_side(staff):
    ensure_demo()

    response = staff.post(reverse("run_demo"))

    rooms = {reverse("room", args=[run.code]): run.participants.count() for run in NegotiationRun.objects.all()}
    assert rooms[response["Location"]] == min(rooms.values(), key=lambda sellers: abs(sellers - 4))


def test_demo_without_stock_says_why_it_cannot_start(staff):
    response = staff.post(reverse("run_demo"), follow=True)

    assert "The demo cannot start" in response.content.decode()


def test_run_again_makes_the_same_session_once_more(staff, session):
    response = staff.post(reverse("clone", args=[session["session_id"]]))

    assert Session.objects.count() == 2
    assert session["session_id"] not in response["Location"]


def test_session_whose_sellers_have_gone_is_mended_in_its_form(staff, standing, open_session):
    session = open_session(sellers=[], standing_sellers=[str(standing.code)])
    Seller.objects.update(is_active=False)

    response = staff.post(reverse("clone", args=[session["session_id"]]), follow=True)

    assert Session.objects.count() == 1
    assert response.redirect_chain == [(f"{reverse('new_session')}?from={session['session_id']}", 302)]
    assert "cannot be run again as it was: at least one seller is needed" in response.content.decode()


def test_delete_asks_first(staff, session):
    staff.get(reverse("delete", args=[session["session_id"]]))

    assert Session.objects.exists()


def test_delete_takes_the_session_away(staff, session):
    response = staff.post(reverse("delete", args=[session["session_id"]]), follow=True)

    assert not Session.objects.exists()
    assert "was deleted" in response.content.decode()


@pytest.mark.django_db(transaction=True)
def test_one_of_two_browsers_that_delete_a_session_is_told_that_it_did(session, race):
    browsers = [Client(), Client()]
    for browser in browsers:
        browser.force_login(accounts.operator(f"op {browsers.index(browser)}"))
    address = reverse("delete", args=[session["session_id"]])

    answers = race([lambda browser=browser: browser.post(address).status_code for browser in browsers])

    assert sorted(answers) == [302, 404]


def test_sign_in_link_works_once(db):
    link = make_sign_in_link("http://testserver")

    first, second = Client().get(link), Client().get(link)

    assert (first.status_code, first["Location"]) == (302, "/")
    assert second.status_code == 403
    assert b"works once" in second.content


def test_looking_at_a_sign_in_link_does_not_use_it_up(db):
    link = make_sign_in_link("http://testserver")

    assert Client().head(link).status_code == 405
    assert Client().get(link).status_code == 302


def test_password_signs_in(db):
    User.objects.create_user("olivia", password="three words here", is_staff=True)

    response = Client().post("/login/", {"username": "olivia", "password": "three words here"})

    assert response["Location"] == "/"


def test_names_from_people_are_text_on_every_page(staff, open_session):
    hostile = "<img src=x onerror=alert(1)>"
    open_session(buyer=bodies.buyer(bodies.item(item_name=hostile), name=hostile[:50]), name=hostile)

    for page in pages_of(Session.objects.get()):
        assert hostile not in staff.get(page).content.decode(), page


def test_pages_keep_the_content_security_policy(staff, played):
    for page in pages_of(Session.objects.get()):
        html = staff.get(page).content.decode()

        assert not re.search(r"<script(?![^>]*\bsrc=)", html), page
        assert not re.search(r"\sstyle=|\son[a-z]+=", html), page
        assert not re.search(r'(?:src|href)="(?:https?:)?//', html), page


@pytest.mark.parametrize("name", ["400", "403", "404", "500", "403_csrf"])
def test_error_page_needs_nothing_but_itself(name):
    assert "<h1>" in render_to_string(f"{name}.html")


def test_every_status_and_reason_has_words():
    assert set(RoomStatus) <= set(parley.STATUS_WORDS)
    assert set(Reason) == set(parley.REASON_WORDS)


@pytest.mark.parametrize(
    ("amount", "currency", "words"),
    [
        (Decimal("24000"), "USD", "$24,000.00"),
        (Decimal("-12.5"), "EUR", "\N{MINUS SIGN}€12.50"),
        (Decimal("9.9"), "CHF", "CHF\N{NO-BREAK SPACE}9.90"),
        (None, "USD", "\N{EN DASH}"),
    ],
)
def test_money_reads_alike_everywhere(amount, currency, words):
    assert parley.money(amount, currency) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(4.21, "4.2 s"), (0, "0 s"), (59, "59 s"), (200, "3 min 20 s"), (7500, "2 h 5 min")]
)
def test_duration_has_at_most_two_units(seconds, words):
    assert parley.duration(seconds) == words


@pytest.mark.parametrize(
    ("seconds", "words"), [(10, "just now"), (180, "3 min ago"), (7200, "2 h ago"), (90000, "yesterday")]
)
def test_time_is_told_relative_to_now(seconds, words):
    now = timezone.now()

    assert parley.relative(now - timedelta(seconds=seconds), now) == words


def a_model_call(run: NegotiationRun) -> LLMCall:
    return LLMCall.objects.create(
        run=run,
        round=1,
        purpose="words",
        provider="lm_studio",
        model="small",
        input_tokens=1500,
        output_tokens=100,
        is_estimated=False,
        cost=Decimal("0.0012"),
        attempts=1,
        queued_seconds=0,
        seconds=1.5,
        result="ok",
        at=timezone.now(),
    )


def count_queries(client: Client, page: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.get(page)
    return len(captured)
