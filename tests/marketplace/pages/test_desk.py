import re
from datetime import timedelta
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace.models import PartyLink, Role, Session
from negotiation.core.vocabulary import ApprovalKind, ApprovalState
from negotiation.models import Approval, NegotiationRun, Offer, Participant, SeatWait
from tests import accounts, bodies
from tests.marketplace.test_pages import asked, count_queries, standing  # noqa: F401  # a fixture
from tests.security.callers import visitor

pytestmark = pytest.mark.django_db

HUMAN_SELLER = [bodies.seller("Acme", mind="human")]
DEAR = {"buyer": bodies.buyer(bodies.item(approve_above=1000))}


@pytest.fixture
def staff() -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def acme_thread(room_id) -> Participant:
    return Participant.objects.get(run__code=room_id, name="Acme")


@pytest.fixture
def held(open_session, operator, play) -> NegotiationRun:
    """A room that waits for the person at its only seller's seat."""
    return _run(open_session(sellers=HUMAN_SELLER), operator, play)


@pytest.fixture
def asking(open_session, operator, play) -> NegotiationRun:
    """A room that waits for an approval."""
    return _run(open_session(**DEAR), operator, play)


def _run(session, operator, play) -> NegotiationRun:
    room_id = session["negotiation_rooms"][0]["room_id"]
    assert operator.post(f"/negotiation/{room_id}/start").status_code == 200
    play(room_id)
    return NegotiationRun.objects.get(code=room_id)


def page_of(thread: Participant, party: str = "") -> str:
    return reverse("thread", args=[thread.code]) + (f"?party={party}" if party else "")


def text_of(browser: Client, page: str) -> str:
    response = browser.get(page)
    assert response.status_code == 200, page
    return response.content.decode()


def test_seller_has_its_own_thread_and_not_a_rivals(acme_thread, seller_ids):
    acme, bolt = (visitor(Role.SELLER, seller_ids[name]) for name in ("Acme", "Bolt"))

    page = text_of(acme, page_of(acme_thread))

    assert 'data-party="seller"' in page
    assert "Bolt" not in page
    assert "603.57" not in page
    assert bolt.get(page_of(acme_thread)).status_code == 404


def test_buyer_has_every_thread_of_its_room(session, acme_thread):
    buyer = visitor(Role.BUYER, session["buyer_id"])

    page = text_of(buyer, page_of(acme_thread))

    assert 'data-party="buyer"' in page
    assert "Bolt" in page
    assert "452.33" not in page


def test_party_of_another_session_finds_no_thread(acme_thread, other_session):
    other = visitor(Role.BUYER, other_session["buyer_id"])

    assert other.get(page_of(acme_thread)).status_code == 404


def test_party_cannot_borrow_the_other_side(acme_thread, seller_ids):
    acme = visitor(Role.SELLER, seller_ids["Acme"])

    assert 'data-party="seller"' in text_of(acme, page_of(acme_thread, "buyer"))


def test_operator_looks_on_or_stands_at_a_side(staff, acme_thread):
    assert "data-composer" not in text_of(staff, page_of(acme_thread))
    assert "data-composer" in text_of(staff, page_of(acme_thread, "buyer"))
    assert 'data-party="seller"' in text_of(staff, page_of(acme_thread, "seller"))
    assert staff.get(page_of(acme_thread, "nobody")).status_code == 404


def test_auditor_reads_a_thread_and_cannot_move(acme_thread):
    auditor = Client()
    auditor.force_login(accounts.auditor())

    page = text_of(auditor, page_of(acme_thread, "seller"))

    assert "data-composer" not in page
    assert "data-invites" not in page


def test_invitation_leads_to_its_thread(staff, acme_thread):
    made = staff.post(reverse("invite", args=[acme_thread.code]))
    link = made.json()["link"]
    visitor_of_link = Client()

    came_in = visitor_of_link.post(link.removeprefix("http://testserver"))

    assert made.status_code == 201
    assert came_in["Location"] == page_of(acme_thread)
    assert 'data-party="seller"' in text_of(visitor_of_link, page_of(acme_thread))


def test_invitation_for_the_buyers_side_is_the_buyers(staff, acme_thread):
    link = staff.post(reverse("invite", args=[acme_thread.code]) + "?party=buyer").json()["link"]
    buyer = Client()

    buyer.post(link.removeprefix("http://testserver"))

    assert PartyLink.objects.get().role == Role.BUYER
    assert 'data-party="buyer"' in text_of(buyer, page_of(acme_thread))


@pytest.mark.parametrize("thread", ["//evil.example/", "nonsense", ""])
def test_link_with_anything_but_a_threads_code_leads_home(staff, acme_thread, thread):
    link = urlsplit(staff.post(reverse("invite", args=[acme_thread.code])).json()["link"]).path

    came_in = Client().post(f"{link}?thread={thread}")

    assert came_in["Location"] == "/"


def test_only_operators_invite(acme_thread, seller_ids):
    acme = visitor(Role.SELLER, seller_ids["Acme"])
    auditor = Client()
    auditor.force_login(accounts.auditor())

    for browser in (acme, auditor):
        assert browser.post(reverse("invite", args=[acme_thread.code])).status_code == 403
    assert PartyLink.objects.count() == 1


def test_nobody_is_invited_to_a_thread_that_is_not_there(staff):
    assert staff.post(reverse("invite", args=[uuid4()])).status_code == 404


def test_home_of_a_party_begins_with_what_waits_for_it(held):
    thread = held.participants.get()
    acme = visitor(Role.SELLER, str(thread.seller_code))

    page = text_of(acme, "/")

    assert page.index("Waiting for you") < page.index("All rooms")
    assert page.count(f'href="{page_of(thread)}"') == 2
    assert "data-countdown" in page


def test_what_waits_for_one_side_does_not_wait_for_the_other(held):
    buyer = visitor(Role.BUYER, str(held.session.buyer.code))

    assert "Waiting for you" not in text_of(buyer, "/")


def test_operators_home_tells_which_side_has_to_move(staff, held):
    page = text_of(staff, "/")

    assert "Waiting for a person" in page
    assert page_of(held.participants.get(), "seller") in page


def test_home_takes_as_many_queries_however_many_moves_wait(staff, held, open_session, operator, play):
    before = count_queries(staff, "/")
    for _ in range(2):
        _run(open_session(sellers=HUMAN_SELLER), operator, play)

    assert SeatWait.objects.count() == 3
    assert count_queries(staff, "/") <= before


def test_waiting_approvals_are_counted_in_the_navigation(staff, asking):
    buyer = visitor(Role.BUYER, str(asking.session.buyer.code))

    for browser in (staff, buyer):
        assert re.search(r"data-approvals-count>1<", text_of(browser, "/"))


def test_seller_learns_of_no_approval(asking):
    acme = visitor(Role.SELLER, str(asking.participants.first().seller_code))

    assert "pproval" not in text_of(acme, "/")
    assert acme.get(reverse("approvals")).status_code == 403


def test_buyer_sees_its_own_approvals_alone(asking, other_session):
    decided = {"state": ApprovalState.REJECTED, "note": "Too dear", "decided_at": timezone.now(), "decided_by": "key/1"}
    Approval.objects.update(**decided)
    own, other = (visitor(Role.BUYER, code) for code in (str(asking.session.buyer.code), other_session["buyer_id"]))

    assert "Too dear" in text_of(own, reverse("approvals"))
    assert "Too dear" not in text_of(other, reverse("approvals"))


def test_decided_approvals_name_who_decided(staff, asking):
    user = accounts.operator("oscar")
    Approval.objects.update(state=ApprovalState.APPROVED, decided_by=f"user/{user.pk}", decided_at=timezone.now())

    assert "Approved by oscar" in " ".join(text_of(staff, reverse("approvals")).split())


@pytest.mark.parametrize(
    ("expired", "words"),
    [
        ({"decided_at": timezone.now()}, "Lapsed: nobody decided in time"),
        ({"decided_at": timezone.now(), "note": "The offer is gone."}, "Not needed any more"),
        ({}, "Not needed any more"),
    ],
)
def test_approval_that_nobody_gave_in_time_is_told_from_one_that_was_overtaken(staff, asking, expired, words):
    Approval.objects.update(state=ApprovalState.EXPIRED, **expired)

    assert f'data-label="Decision">{words}' in text_of(staff, reverse("approvals"))


def test_many_units_are_grouped_where_offers_are_listed(staff, held, asking):
    Approval.objects.update(state=ApprovalState.REJECTED, quantity=12500)
    Offer.objects.update(quantity=13500)

    assert "× 12,500" in text_of(staff, reverse("approvals"))
    assert "× 13,500" in text_of(staff, "/")


def test_approvals_take_as_many_queries_for_many_as_for_one(staff, asking):
    first = Approval.objects.get()
    Approval.objects.update(state=ApprovalState.REJECTED, decided_by="user/1")
    before = count_queries(staff, reverse("approvals"))
    for number in range(2, 8):
        _another(first, number)

    assert count_queries(staff, reverse("approvals")) == before


def _another(first: Approval, number: int) -> None:
    Approval.objects.create(
        run=first.run,
        participant=first.participant,
        number=number,
        offer_number=1,
        kind=ApprovalKind.ABOVE_THRESHOLD,
        unit_price=1,
        quantity=1,
        state=ApprovalState.REJECTED,
        requested_at=first.requested_at,
        expires_at=first.expires_at + timedelta(hours=1),
        decided_by=f"user/{number}",
    )


def test_room_page_tells_its_script_the_threads_that_the_viewer_sees(staff, room_id, acme_thread, seller_ids):
    bolt = Participant.objects.get(run__code=room_id, name="Bolt")
    room = reverse("room", args=[room_id])

    seen_by_staff = text_of(staff, room)
    seen_by_acme = text_of(visitor(Role.SELLER, seller_ids["Acme"]), room)

    assert str(acme_thread.code) in seen_by_staff
    assert str(bolt.code) in seen_by_staff
    assert str(acme_thread.code) in seen_by_acme
    assert str(bolt.code) not in seen_by_acme
    assert str(bolt.seller_code) not in seen_by_acme


def test_mandate_and_seats_of_the_form_are_kept(staff, standing):  # noqa: F811
    item = {
        "item_name": "HP 15 Laptop",
        "quantity_needed": "50",
        "min_price_per_unit": "400",
        "max_price_per_unit": "600",
        "target_price": "450",
        "approve_above": "20000",
        "refuse_below_min": "on",
    }
    by_hand = {"buyer_mind": "human", "seat_hours": "2", "on_timeout": "strategy", "approve_above": "9"}
    form = asked(item, sellers=[str(standing.code)], **by_hand)

    response = staff.post(reverse("new_session"), form)

    assert response.status_code == 302, response.content
    made = Session.objects.order_by("-id").first()
    kept = made.buyer.items.get()
    assert (made.buyer_mind, made.seat_hours, made.on_timeout, made.approve_above) == ("human", 2, "strategy", 9)
    assert (kept.target_price, kept.approve_above, kept.approve_below_min) == (450, 20000, False)


def test_target_above_the_limit_is_refused(staff, standing):  # noqa: F811
    item = {"item_name": "HP 15 Laptop", "quantity_needed": "50", "max_price_per_unit": "600", "target_price": "601"}

    response = staff.post(reverse("new_session"), asked(item, sellers=[str(standing.code)]))

    assert response.status_code == 400
    assert b"Must not be above the highest price." in response.content
