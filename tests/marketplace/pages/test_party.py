import logging
from datetime import timedelta
from uuid import UUID

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.identity import PARTY_VISIT, make_sign_in_link
from marketplace.models import BuyerItem, PartyAccess, PartyLink, Role, Session
from marketplace.parties import make_party_link, redeem_party_link, revoke_party_links
from negotiation.models import Participant
from tests import accounts
from tests.security.callers import visitor

pytestmark = pytest.mark.django_db


@pytest.fixture
def address(seller_ids) -> str:
    _, token = make_party_link(Role.SELLER, UUID(seller_ids["Acme"]), "test")
    return reverse("enter", args=[token])


@pytest.fixture
def acme_browser(seller_ids) -> Client:
    return visitor(Role.SELLER, seller_ids["Acme"])


@pytest.fixture
def buyer_browser(session) -> Client:
    return visitor(Role.BUYER, session["buyer_id"])


def text_of(browser: Client, page: str) -> str:
    response = browser.get(page)
    assert response.status_code == 200, page
    return response.content.decode()


def test_opening_a_link_does_not_use_it_up(address):
    assert Client().get(address).status_code == 200
    assert Client().get(address).status_code == 200
    assert Client().head(address).status_code == 405

    assert Client().post(address).status_code == 302


def test_link_lets_one_browser_in(address):
    Client().post(address)

    assert Client().post(address).status_code == 403
    assert Client().get(address).status_code == 403


@pytest.mark.django_db(transaction=True)
def test_link_used_twice_at_once_lets_one_in(seller_ids, race):
    _, token = make_party_link(Role.SELLER, UUID(seller_ids["Acme"]), "test")

    found = race([lambda: redeem_party_link(token, Client().session)] * 6)

    assert sum(isinstance(link, PartyLink) for link in found) == 1


def test_link_that_expired_lets_nobody_in(address):
    PartyLink.objects.update(expires_at=timezone.now())

    assert Client().post(address).status_code == 403


def test_coming_in_needs_the_csrf_token(address):
    assert Client(enforce_csrf_checks=True).post(address).status_code == 403
    assert PartyLink.objects.get().used_at is None


def test_page_of_a_link_tells_no_other_site_its_address(address):
    response = Client().get(address)

    assert response["Referrer-Policy"] == "same-origin"
    assert "no-store" in response["Cache-Control"]


def test_coming_in_ends_what_the_browser_was_before(address):
    client = Client()
    client.force_login(accounts.operator())
    before = client.session.session_key

    client.post(address)

    assert client.session.session_key != before
    assert client.get(reverse("new_session")).status_code == 403
    assert "Your rooms" in text_of(client, "/")


def test_many_units_are_grouped_in_the_list_of_rooms(buyer_browser, acme_browser, room_id):
    BuyerItem.objects.update(quantity_needed=12500)

    for browser in (buyer_browser, acme_browser):
        assert '<td class="right" data-label="Quantity">12,500</td>' in text_of(browser, "/")


@pytest.mark.parametrize(
    "change",
    [
        lambda: revoke_party_links(PartyLink.objects.all()),
        lambda: PartyLink.objects.update(used_at=timezone.now() - PARTY_VISIT - timedelta(seconds=1)),
        lambda: Session.objects.all().delete(),
    ],
    ids=["revoked", "too long ago", "party deleted"],
)
def test_visit_ends_at_the_next_request(acme_browser, room_id, change):
    assert acme_browser.get("/").status_code == 200

    change()

    assert acme_browser.get("/").status_code == 302
    assert acme_browser.get(f"/api/v1/negotiation/{room_id}/state").status_code == 401


def test_visitor_signs_out(acme_browser):
    acme_browser.post(reverse("logout"))

    assert acme_browser.get("/").status_code == 302


def test_seller_sees_its_room_without_controls_and_without_the_other_side(acme_browser, midway):
    page = text_of(acme_browser, reverse("room", args=[midway]))

    assert "data-command" not in page
    assert "data-composer" not in page
    assert "data-eyes" not in page
    assert "data-models" not in page
    assert "Bolt" not in page
    assert "603.57" not in page


def test_buyer_steers_its_room_and_sees_no_private_number_of_a_seller(buyer_browser, midway):
    page = text_of(buyer_browser, reverse("room", args=[midway]))

    assert 'data-opens="decide"' in page
    assert "data-composer" in page
    assert "603.57" in page
    assert "data-eyes" not in page
    assert "data-models" not in page


def test_buyer_steers_from_its_page(buyer_browser, midway):
    assert buyer_browser.post(f"/api/v1/negotiation/{midway}/pause").status_code == 200


def test_auditor_sees_everything_and_no_controls(midway):
    client = Client()
    client.force_login(accounts.auditor())

    page = text_of(client, reverse("room", args=[midway]))

    assert 'data-as="xray"' in page
    assert "data-models" in page
    assert "data-command" not in page
    assert "data-composer" not in page
    assert "Run the demo" not in text_of(client, "/")


def test_loser_reads_that_there_was_no_deal_and_the_winner_its_price(seller_ids, session, played):
    pages = {name: text_of(visitor(Role.SELLER, code), "/") for name, code in seller_ids.items()}
    winner = Session.objects.get(code=session["session_id"]).runs.get().outcome.participant.name
    (loser,) = set(pages) - {winner}
    price = f"{Session.objects.get(code=session['session_id']).runs.get().outcome.unit_price:,.2f}"

    assert price in pages[winner]
    assert price not in pages[loser]
    assert "No deal" in pages[loser]
    assert "No deal" in text_of(visitor(Role.SELLER, seller_ids[loser]), reverse("room", args=[played]))


def test_room_that_somebody_takes_no_part_in_is_not_listed(acme_browser, other_session):
    other_room = other_session["negotiation_rooms"][0]["room_id"]

    assert other_room not in text_of(acme_browser, "/")
    assert acme_browser.get(reverse("room", args=[other_room])).status_code == 404


def test_account_tied_to_a_seller_finds_its_rooms(seller_ids, room_id):
    user = User.objects.create_user("sally")
    PartyAccess.objects.create(user=user, role=Role.SELLER, party=seller_ids["Acme"])
    client = Client()
    client.force_login(user)

    thread = Participant.objects.get(run__code=room_id, name="Acme")
    assert reverse("thread", args=[thread.code]) in text_of(client, "/")


def test_staff_in_neither_group_has_no_page(room_id):
    client = Client()
    client.force_login(User.objects.create_user("stan", is_staff=True))

    assert client.get(reverse("room", args=[room_id])).status_code == 403
    assert client.get(f"/api/v1/negotiation/{room_id}/state").status_code == 401


@pytest.mark.parametrize(
    "headers",
    [{"X-Forwarded-For": "127.0.0.1"}, {"Forwarded": "for=127.0.0.1"}, {"Via": "1.1 x"}, {"Sec-Purpose": "prefetch"}],
)
def test_operators_link_is_not_for_proxies_nor_for_prefetching(headers):
    link = make_sign_in_link("http://testserver")

    assert Client().get(link, headers=headers).status_code == 403
    assert Client().get(link).status_code == 302


def test_operators_link_is_not_for_an_installation_behind_a_proxy(settings):
    settings.BEHIND_PROXY = True

    assert Client().get(make_sign_in_link("http://testserver")).status_code == 403


def test_sign_in_gives_the_session_a_new_key():
    client = Client()
    session = client.session
    session["planted"] = "yes"
    session.save()
    client.cookies["sessionid"] = session.session_key

    client.get(make_sign_in_link("http://testserver"))

    assert client.session.session_key != session.session_key
    assert "planted" not in client.session


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)"])
def test_sign_in_by_password_leads_to_no_other_site(target):
    user = accounts.operator()
    user.set_password("a long pass phrase")
    user.save()
    asked = {"username": user.username, "password": "a long pass phrase", "next": target}

    assert Client().post(reverse("login"), asked)["Location"] == "/"


def test_deeds_leave_a_trace(caplog, address, session):
    client = Client()
    client.force_login(accounts.operator())

    with caplog.at_level(logging.INFO, logger="audit"):
        Client().post(address)
        run = Session.objects.get(code=session["session_id"]).runs.get()
        client.get(reverse("admin:negotiation_negotiationrun_change", args=[run.pk]))
        client.post(reverse("delete", args=[session["session_id"]]))

    deeds = [record.audit["what"] for record in caplog.records if record.name == "audit"]
    assert deeds == ["came in", "viewed in the admin", "deleted session"]
