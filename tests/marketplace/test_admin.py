import re
from datetime import timedelta
from html import unescape
from urllib.parse import urlsplit
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from marketplace.identity import local_operator, principal_of_key, principal_of_user
from marketplace.models import ApiKey, Buyer, PartyAccess, PartyLink, Role, Seller, SellerInventory, Session
from marketplace.parties import make_party_link
from marketplace.services import start_session
from negotiation import logs
from negotiation.core.vocabulary import RoomStatus
from negotiation.models import NegotiationRun
from tests import accounts
from tests.marketplace.catalogue import act, make_seller, make_session, said

pytestmark = pytest.mark.django_db

SELLERS = reverse("admin:marketplace_seller_changelist")
SESSIONS = reverse("admin:marketplace_session_changelist")
KEYS = reverse("admin:marketplace_apikey_changelist")
NEW_SELLER = reverse("admin:marketplace_seller_add")
NEW_KEY = reverse("admin:marketplace_apikey_add")
LINKS = reverse("admin:marketplace_partylink_changelist")
NEW_LINK = reverse("admin:marketplace_partylink_add")
TIES = reverse("admin:marketplace_partyaccess_changelist")
NEW_TIE = reverse("admin:marketplace_partyaccess_add")


@pytest.fixture
def operator(client):
    """A browser in which the operator of the sign-in link is signed in: staff, but no superuser."""
    client.force_login(local_operator())
    return client


def stock_form(*lines: dict[str, object], existing: int = 0) -> dict[str, object]:
    """What the seller's page posts: its profile and its lines of stock."""
    form: dict[str, object] = {
        "name": "Acme",
        "priority": "maximize_profit",
        "speaking_style": "neutral",
        "temperament": "balanced",
        "toughness": "fair",
        "bundle_percent": "0",
        "mind": "strategy",
        "is_active": "on",
        "inventory-TOTAL_FORMS": len(lines),
        "inventory-INITIAL_FORMS": existing,
    }
    usual = {
        "item_id": "desk",
        "item_name": "Oak desk",
        "quantity_available": 5,
        "cost_price": 40,
        "least_price": 60,
        "selling_price": 100,
    }
    for number, line in enumerate(lines):
        form.update({f"inventory-{number}-{key}": value for key, value in {**usual, **line}.items()})
    return form


def test_seller_is_made_with_its_stock_on_one_page(operator):
    operator.post(NEW_SELLER, stock_form({}, {"item_id": "chair"}))

    seller = Seller.objects.get()
    assert (seller.name, seller.session) == ("Acme", None)
    assert list(seller.inventory.values_list("item_id", flat=True).order_by("item_id")) == ["chair", "desk"]


def test_lines_of_a_new_seller_that_were_left_blank_are_no_lines(operator):
    page = operator.get(NEW_SELLER).context["inline_admin_formsets"][0].formset
    blank = {field.html_name: field.value() or "" for form in page.forms for field in form}
    filled = {name: value for name, value in stock_form({}).items() if name.startswith("inventory-0-")}

    operator.post(NEW_SELLER, stock_form() | blank | filled | {"inventory-TOTAL_FORMS": len(page.forms)})

    assert len(page.forms) > 1
    assert Seller.objects.get().inventory.count() == 1


@pytest.mark.parametrize(
    ("typed", "kept"), [("", {}), ("{}", {}), ('{"delivery_days": [0, 14]}', {"delivery_days": [0, 14]})]
)
def test_further_terms_of_a_line_of_stock_may_be_typed_in_or_left_empty(operator, typed, kept):
    operator.post(NEW_SELLER, stock_form({"allowed_terms": typed}))

    assert Seller.objects.get().inventory.get().allowed_terms == kept


@pytest.mark.parametrize("typed", ['{"delivery_days": [14, 0]}', "soon"], ids=["upside-down", "no-json"])
def test_further_terms_that_make_no_sense_are_refused_beside_the_field(operator, typed):
    operator.post(NEW_SELLER, stock_form({"allowed_terms": typed}))

    assert not Seller.objects.exists()


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ({"least_price": 120}, "The floor must be below the asking price."),
        ({"least_price": 100}, "The floor must be below the asking price."),
        ({"least_price": 30}, "The floor must be above the cost."),
    ],
)
def test_floor_outside_cost_and_asking_price_is_refused_with_words_beside_the_field(operator, line, words):
    page = operator.post(NEW_SELLER, stock_form(line))

    [stock_form_shown] = page.context["inline_admin_formsets"][0].formset.forms
    assert stock_form_shown.errors == {"least_price": [words]}
    assert words in page.content.decode()
    assert not Seller.objects.exists()


def test_form_of_a_new_seller_comes_with_lines_for_stock(operator):
    form = operator.get(NEW_SELLER).content.decode()

    assert 'name="inventory-0-least_price"' in form


def test_second_standing_seller_of_a_name_is_refused_in_words(operator):
    make_seller("Acme")

    page = operator.post(NEW_SELLER, stock_form())

    assert page.context["adminform"].form.errors == {"name": ["There is a standing seller called Acme already."]}


def test_less_stock_than_is_promised_is_refused(operator):
    seller = make_seller(quantity_reserved=30)

    page = operator.post(
        reverse("admin:marketplace_seller_change", args=[seller.pk]),
        stock_form({"id": seller.inventory.get().pk, "quantity_available": 20}, existing=1),
    )

    assert "30 units are already promised to buyers." in page.content.decode()


def test_editing_stock_keeps_what_a_room_reserves_in_the_meantime(operator, monkeypatch):
    seller = make_seller()
    line = seller.inventory.get()
    monkeypatch.setattr(SellerInventory, "clean", lambda row: _reserve_behind_its_back(row, 7))

    operator.post(
        reverse("admin:marketplace_seller_change", args=[seller.pk]),
        stock_form({"id": line.pk, "selling_price": 110, "quantity_available": 80}, existing=1),
    )

    line.refresh_from_db()
    assert (line.selling_price, line.quantity_available, line.quantity_reserved) == (110, 80, 7)


def _reserve_behind_its_back(row: SellerInventory, units: int) -> None:
    SellerInventory.objects.filter(pk=row.pk).update(quantity_reserved=units)


def test_line_of_stock_is_deleted_where_it_is_ticked(operator):
    seller = make_seller()

    operator.post(
        reverse("admin:marketplace_seller_change", args=[seller.pk]),
        stock_form({"id": seller.inventory.get().pk, "DELETE": "on"}, existing=1),
    )

    assert not seller.inventory.exists()


def test_reserved_units_are_shown_and_cannot_be_typed_in(operator):
    seller = make_seller(quantity_reserved=37)

    page = operator.get(reverse("admin:marketplace_seller_change", args=[seller.pk])).content.decode()

    assert "<p>37</p>" in page
    assert "inventory-0-quantity_reserved" not in page


@pytest.mark.parametrize(
    ("query", "names"),
    [("", {"Acme"}), ("?kept=session", {"Inline"}), ("?kept=all", {"Acme", "Inline"})],
)
def test_list_shows_standing_sellers_unless_others_are_asked_for(operator, query, names):
    make_seller("Acme")
    make_session()

    page = operator.get(SELLERS + query)

    assert {seller.name for seller in page.context["cl"].result_list} == names


@pytest.mark.parametrize("searched", ["acm", "oak", "desk"])
def test_sellers_are_found_by_name_and_by_what_they_stock(operator, searched):
    seller = make_seller("Acme")
    SellerInventory.objects.create(
        seller=seller,
        item_id="desk2",
        item_name="Oak desk, long",
        quantity_available=1,
        cost_price=1,
        least_price=2,
        selling_price=3,
    )
    make_seller("Bolt", item_id="lamp", item_name="Lamp")

    [found] = operator.get(f"{SELLERS}?q={searched}").context["cl"].result_list

    assert (found.name, found.stock_lines) == ("Acme", 2)


def test_seller_of_a_session_can_be_looked_at_and_not_edited_or_deleted(operator):
    make_session()
    page = reverse("admin:marketplace_seller_change", args=[Seller.objects.get().pk])

    assert operator.get(page).context["has_change_permission"] is False
    assert operator.post(page, stock_form()).status_code == 403
    assert operator.post(page.replace("change", "delete"), {"post": "yes"}).status_code == 403


def test_selected_sellers_are_taken_to_a_new_session(operator):
    one, other = make_seller("Acme"), make_seller("Bolt")

    response = act(operator, SELLERS, "start_session_with", one, other)

    assert response.redirect_chain == [(f"{reverse('new_session')}?sellers={one.code},{other.code}", 302)]


def test_inactive_sellers_are_not_taken_to_a_new_session(operator):
    seller = make_seller()
    Seller.objects.update(is_active=False)

    response = act(operator, SELLERS, "start_session_with", seller)

    assert said(response) == ["Only active standing sellers can be invited."]


def test_adding_a_session_leads_to_the_page_for_it(operator):
    response = operator.get(reverse("admin:marketplace_session_add"))

    assert response["Location"] == reverse("new_session")


def test_session_page_shows_its_list_and_links_to_floor_and_rooms(operator):
    session = make_session(items=("desk", "lamp"))

    page = operator.get(reverse("admin:marketplace_session_change", args=[session.pk])).content.decode()

    assert "5 x Desk (desk), from 50.00 to 90.00" in page
    assert session.get_absolute_url() in page
    assert all(run.get_absolute_url() in page for run in session.runs.all())


def test_session_cannot_be_edited(operator):
    session = make_session()

    response = operator.post(reverse("admin:marketplace_session_change", args=[session.pk]), {"name": "x"})

    assert response.status_code == 403


def test_start_action_starts_all_pending_rooms(operator):
    session = make_session(items=("desk", "lamp"))

    response = act(operator, SESSIONS, "start_rooms", session, post="yes")

    assert said(response) == ["Started 2 rooms."]
    assert set(session.runs.values_list("status", flat=True)) == {RoomStatus.QUEUED}


def test_pause_action_pauses_running_rooms(operator):
    session = make_session()
    start_session(session)

    response = act(operator, SESSIONS, "pause_rooms", session, post="yes")

    assert said(response) == ["Paused 1 room."]
    assert session.runs.get().status == RoomStatus.PAUSED


def test_cancelling_asks_first(operator):
    session = make_session()
    start_session(session)

    response = act(operator, SESSIONS, "cancel_rooms", session)

    assert "5 x Desk, Office: queued" in response.content.decode()
    assert session.runs.get().status == RoomStatus.QUEUED


def test_cancelling_after_the_question_ends_the_running_rooms_only(operator):
    running, waiting = make_session("Running"), make_session("Waiting")
    start_session(running)

    response = act(operator, SESSIONS, "cancel_rooms", running, waiting, post="yes")

    assert said(response) == ["Cancelled 1 room."]
    assert (running.runs.get().status, waiting.runs.get().status) == (RoomStatus.CANCELLED, RoomStatus.PENDING)


def test_clone_action_makes_the_session_again(operator):
    session = make_session()

    response = act(operator, SESSIONS, "clone_sessions", session, post="yes")

    clone = Session.objects.exclude(pk=session.pk).get()
    assert clone.get_absolute_url() in said(response)[0]
    assert clone.buyer.items.count() == 1


def test_clone_that_cannot_be_made_is_explained(operator):
    session = make_session()
    Seller.objects.bulk_create(Seller(session=session, name=f"Seller {n}") for n in range(10))

    response = act(operator, SESSIONS, "clone_sessions", session, post="yes")

    assert said(response) == ["Office cannot be cloned: A session takes at most 10 sellers."]


def test_session_is_deleted_with_its_rooms_after_a_question(operator):
    session = make_session()
    start_session(session)
    page = reverse("admin:marketplace_session_delete", args=[session.pk])

    question = operator.get(page).content.decode()
    operator.post(page, {"post": "yes"})

    assert "Rooms: 1" in question
    assert not Session.objects.exists()
    assert not NegotiationRun.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_session_that_is_at_work_is_deleted_and_its_log_kept(operator, log_folder):
    session = make_session()
    start_session(session)
    room = session.runs.get()

    response = operator.post(reverse("admin:marketplace_session_delete", args=[session.pk]), {"post": "yes"})

    assert response.status_code == 302
    assert logs.is_saved(session.code, room.code)


def test_selected_sessions_are_deleted_together(operator):
    act(operator, SESSIONS, "delete_selected", make_session("One"), make_session("Two"), post="yes")

    assert not Session.objects.exists()


@pytest.mark.parametrize("action", ["start_rooms", "pause_rooms", "resume_rooms", "cancel_rooms", "clone_sessions"])
def test_staff_who_may_only_look_cannot_steer_sessions(client, action):
    session = make_session()
    client.force_login(_onlooker())

    act(client, SESSIONS, action, session, post="yes")

    assert session.runs.get().status == RoomStatus.PENDING
    assert Session.objects.count() == 1


def _onlooker() -> User:
    onlooker = User.objects.create(username="onlooker", is_staff=True)
    permissions = local_operator().groups.get().permissions
    onlooker.user_permissions.set(permissions.filter(codename__startswith="view_"))
    return onlooker


def test_new_key_is_told_once_and_works(operator):
    response = operator.post(NEW_KEY, {"name": "Robot", "role": "operator", "scope": "write"}, follow=True)

    text = _key_in(said(response))
    assert principal_of_key(text).role == Role.OPERATOR
    assert text not in operator.get(KEYS).content.decode()


def test_page_of_a_key_has_no_secret_and_cannot_be_edited(operator):
    operator.post(NEW_KEY, {"name": "Robot", "role": "operator", "scope": "write"})
    key = ApiKey.objects.get()

    response = operator.get(reverse("admin:marketplace_apikey_change", args=[key.pk]))

    assert key.key_hash not in response.content.decode()
    assert response.context["has_change_permission"] is False


def _key_in(messages: list[str]) -> str:
    return next(text.split("<code>")[1].split("<")[0] for text in messages if "<code>" in text)


@pytest.mark.parametrize("role", ["buyer", "seller"])
def test_key_of_a_party_needs_a_party_that_exists(operator, role):
    unnamed = operator.post(NEW_KEY, {"name": "Robot", "role": role, "scope": "write"})
    unknown = operator.post(NEW_KEY, {"name": "Robot", "role": role, "scope": "write", "party": _a_code()})

    problems = [page.context["adminform"].form.errors["party"] for page in (unnamed, unknown)]
    assert problems == [
        [f"Name the {role} that it acts for, by its code."],
        [f"There is no {role} with the code {_a_code()}."],
    ]
    assert not ApiKey.objects.exists()


def _a_code() -> str:
    return "00000000-0000-4000-8000-000000000000"


def test_key_of_a_buyer_carries_its_code(operator):
    make_session()
    buyer = Buyer.objects.get()

    operator.post(NEW_KEY, {"name": "Robot", "role": "buyer", "scope": "write", "party": str(buyer.code)})

    assert ApiKey.objects.get().party == buyer.code


def test_key_that_would_have_expired_already_is_refused(operator):
    yesterday = timezone.now() - timedelta(days=1)
    when = {"expires_at_0": f"{yesterday:%Y-%m-%d}", "expires_at_1": "12:00:00"}

    page = operator.post(NEW_KEY, {"name": "Robot", "role": "operator", "scope": "write", **when})

    assert page.context["adminform"].form.errors == {"expires_at": ["It would have expired already."]}


def test_revoked_key_no_longer_works(operator):
    response = operator.post(NEW_KEY, {"name": "Robot", "role": "operator", "scope": "write"}, follow=True)

    revoked = act(operator, KEYS, "revoke", ApiKey.objects.get())

    assert said(revoked) == ["Revoked 1 key."]
    assert principal_of_key(_key_in(said(response))) is None


def test_admin_is_called_parley(operator):
    assert operator.get(reverse("admin:index")).context["site_header"] == "Parley"


@pytest.mark.parametrize("page", [SELLERS, SESSIONS, KEYS])
def test_visitors_are_sent_to_sign_in(client, page):
    assert client.get(page).status_code == 302


def _fill_sellers(count: int) -> None:
    for number in range(count):
        make_seller(f"Seller {count} {number}")


def _fill_sessions(count: int) -> None:
    for number in range(count):
        make_session(f"Session {number}")


def _fill_keys(count: int) -> None:
    ApiKey.objects.bulk_create(
        ApiKey(name=f"Key {count} {number}", key_hash=f"{count}/{number}", role=Role.OPERATOR)
        for number in range(count)
    )


@pytest.mark.parametrize(
    ("page", "fill"),
    [(SELLERS, _fill_sellers), (SESSIONS, _fill_sessions), (KEYS, _fill_keys)],
)
def test_list_of_thirty_rows_costs_as_many_queries_as_one_of_three(operator, page, fill):
    operator.get(page)
    fill(3)
    with CaptureQueriesContext(connection) as few:
        operator.get(page)

    fill(27)
    with CaptureQueriesContext(connection) as many:
        operator.get(page)

    assert len(many) == len(few)


@pytest.mark.parametrize("of", ["seller", "buyer"])
def test_page_of_a_party_leads_to_a_link_that_lets_a_browser_in(operator, of):
    party, page = _party_with_its_page(of)
    form = operator.get(_way_in(operator.get(page))).context["adminform"].form

    made = operator.post(NEW_LINK, {**form.initial, **_as_typed(form.initial["expires_at"])}, follow=True)

    address = urlsplit(_key_in(said(made))).path
    assert PartyLink.objects.get().party == party
    assert address not in operator.get(LINKS).content.decode()
    assert Client().post(address)["Location"] == "/"


def _party_with_its_page(of: str) -> tuple[UUID, str]:
    if of == "seller":
        seller = make_seller()
        return seller.code, reverse("admin:marketplace_seller_change", args=[seller.pk])
    session = make_session()
    return session.buyer.code, reverse("admin:marketplace_session_change", args=[session.pk])


def _way_in(page) -> str:
    [address] = re.findall(r'href="([^"]+)">Make a sign-in link', page.content.decode())
    return unescape(address)


def _as_typed(moment) -> dict[str, str]:
    return {"expires_at_0": f"{moment:%Y-%m-%d}", "expires_at_1": f"{moment:%H:%M:%S}"}


def test_auditor_is_offered_no_link(client):
    _, page = _party_with_its_page("seller")
    client.force_login(accounts.auditor())

    assert "sign-in link" not in client.get(page).content.decode()


def test_link_for_a_party_that_is_not_there_is_refused(operator):
    tomorrow = timezone.now() + timedelta(days=1)

    page = operator.post(NEW_LINK, {"role": "seller", "party": _a_code(), **_as_typed(tomorrow)})

    assert "There is no seller" in page.context["adminform"].form.errors["party"][0]
    assert not PartyLink.objects.exists()


def test_revoked_link_lets_nobody_in_and_stays_listed(operator, client):
    link, token = make_party_link(Role.SELLER, make_seller().code, "test")

    response = act(operator, LINKS, "revoke", link)

    assert said(response) == ["Revoked 1 link."]
    assert client.post(reverse("enter", args=[token])).status_code == 403
    assert PartyLink.objects.count() == 1


def test_account_is_tied_to_a_seller_until_the_tie_is_deleted(operator):
    user, seller = User.objects.create_user("sally"), make_seller()
    operator.post(NEW_TIE, {"user": user.pk, "role": "seller", "party": seller.code})
    tied = principal_of_user(user)

    act(operator, TIES, "delete_selected", PartyAccess.objects.get(), post="yes")

    assert tied.parties == {seller.code}
    assert principal_of_user(user) is None


def test_tie_of_staff_is_refused(operator):
    form = {"user": local_operator().pk, "role": "seller", "party": make_seller().code}

    page = operator.post(NEW_TIE, form)

    assert "Staff act for no party" in page.context["adminform"].form.errors["user"][0]


def test_tie_cannot_be_turned_into_another(operator):
    tie = PartyAccess.objects.create(user=User.objects.create_user("sally"), role="seller", party=make_seller().code)

    page = operator.get(reverse("admin:marketplace_partyaccess_change", args=[tie.pk]))

    assert page.context["has_change_permission"] is False


STRANGE = ["two\x07bells", "a\u202etxt.exe", "zero\u200bwidth"]


@pytest.mark.parametrize("strange", STRANGE)
def test_strange_characters_are_refused_in_the_name_of_a_key(operator, strange):
    page = operator.post(NEW_KEY, {"name": strange, "role": "operator", "scope": "write"})

    assert "name" in page.context["adminform"].form.errors
    assert not ApiKey.objects.exists()


@pytest.mark.parametrize("strange", [*STRANGE, "a\0b"])
@pytest.mark.parametrize("field", ["name", "llm_model", "inventory-0-item_id", "inventory-0-item_name"])
def test_strange_characters_are_refused_on_the_page_of_a_seller(operator, field, strange):
    operator.post(NEW_SELLER, {**stock_form({}), "mind": "llm", field: strange})

    assert not Seller.objects.exists()


@pytest.mark.parametrize("query", ["q=%00", "role=%00", "party__exact=%00", "p=%00"])
def test_nul_in_an_address_of_the_admin_is_refused(operator, query):
    assert operator.get(f"{KEYS}?{query}").status_code == 400
