from decimal import Decimal
from uuid import UUID

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from marketplace import steering
from marketplace.models import Session
from marketplace.steering import Steered
from marketplace.templatetags.parley import money
from negotiation import services
from negotiation.core.vocabulary import Result, RoomStatus, TradeState
from negotiation.models import NegotiationRun, Outcome
from negotiation.trade_models import Trade
from tests import accounts, bodies

ROOMS = [bodies.item(item_id=name, item_name=name.title()) for name in ("desk", "lamp", "chair")]
SELLERS = [
    bodies.seller(name, *(bodies.stock(item_id=item["item_id"], item_name=item["item_name"]) for item in ROOMS))
    for name in ("Acme", "Bolt")
]
AS_JSON = {"Accept": "application/json"}


@pytest.fixture
def staff(db) -> Client:
    client = Client()
    client.force_login(accounts.operator())
    return client


@pytest.fixture
def trio(open_session) -> Session:
    """With three rooms that wait to be started."""
    made = open_session(buyer=bodies.buyer(*ROOMS), sellers=SELLERS)
    return Session.objects.get(code=made["session_id"])


def step(client: Client, session: Session, name: str, **headers: str) -> dict:
    response = client.post(reverse(name, args=[session.code]), headers=AS_JSON | headers)
    assert response.status_code == 200
    return response.json()


def statuses(session: Session) -> list[str]:
    return list(session.runs.values_list("status", flat=True))


def floor_of(client: Client, session: Session) -> str:
    return " ".join(client.get(reverse("floor", args=[session.code])).content.decode().split())


def test_all_rooms_are_started_paused_and_resumed(staff, trio):
    told = [step(staff, trio, name)["words"] for name in ("start_all", "pause_all")]
    paused = statuses(trio)
    told.append(step(staff, trio, "resume_all")["words"])

    assert told == ["3 rooms started.", "3 rooms paused.", "3 rooms resumed."]
    assert paused == [RoomStatus.PAUSED] * 3
    assert statuses(trio) == [RoomStatus.QUEUED] * 3


def test_only_rooms_that_a_step_is_for_are_counted(staff, trio):
    services.start(trio.runs.first().code)

    paused = step(staff, trio, "pause_all")
    again = step(staff, trio, "pause_all")

    assert paused == {"done": 1, "refused": 0, "words": "1 room paused."}
    assert again == {"done": 0, "refused": 0, "words": "No room was waiting to be paused."}
    assert sorted(statuses(trio)) == [RoomStatus.PAUSED, RoomStatus.PENDING, RoomStatus.PENDING]


def test_room_that_was_ended_meanwhile_is_told_by_its_item(staff, trio, monkeypatch):
    start = services.start

    def start_late(code: UUID) -> None:
        if NegotiationRun.objects.get(code=code).item.item_name == "Lamp":
            services.cancel(code)
        start(code)

    monkeypatch.setattr(steering.services, "start", start_late)

    told = step(staff, trio, "start_all")

    assert (told["done"], told["refused"]) == (2, 1)
    assert told["words"].startswith("2 rooms started. Not Lamp: ")


def test_few_of_many_refusals_are_told():
    refused = tuple((f"Item {n}", "it is over") for n in range(5))

    words = Steered("paused", 0, refused).words

    assert (
        words == "0 rooms paused. Not Item 0: it is over. Not Item 1: it is over. Not Item 2: it is over. Nor 2 more."
    )


def test_browser_without_script_comes_back_to_the_floor_and_reads_what_was_done(staff, trio):
    response = staff.post(reverse("start_all", args=[trio.code]), headers={"Accept": "text/html,*/*"}, follow=True)

    assert response.redirect_chain == [(reverse("floor", args=[trio.code]), 302)]
    assert "3 rooms started." in response.content.decode()


def test_floor_offers_the_steps_that_a_room_is_there_for(staff, trio):
    page = floor_of(staff, trio)

    assert 'data-step="pending">' in page
    assert 'data-step="queued active waiting" hidden>' in page
    assert 'data-step="paused" hidden>' in page


def test_auditor_is_offered_no_step(trio):
    auditor = Client()
    auditor.force_login(accounts.auditor())

    assert "data-step" not in floor_of(auditor, trio)


def test_floor_adds_up_what_was_spent_and_saved(staff, session, played):
    outcome = Outcome.objects.get()
    saved = (outcome.participant.selling_price - outcome.unit_price) * outcome.quantity
    under = (Decimal("603.57") - outcome.unit_price) * outcome.quantity

    page = floor_of(staff, Session.objects.get())

    assert outcome.result == Result.DEAL
    for name, amount in (("spent", outcome.total_cost), ("savedAsk", saved), ("savedLimit", under)):
        assert f'data-figure="{name}">{money(amount, "USD")}<' in page


def test_deal_that_was_taken_back_counts_for_nothing(staff, session, played):
    Trade.objects.update(state=TradeState.CANCELLED, cancelled_at=timezone.now())

    page = floor_of(staff, Session.objects.get())

    for name in ("spent", "savedAsk", "savedLimit"):
        assert f'data-figure="{name}">$0.00<' in page


def test_deal_of_a_what_if_is_shown_as_what_would_have_been(staff, session, played):
    Trade.objects.all().delete()
    Session.objects.update(is_what_if=True)

    page = floor_of(staff, Session.objects.get())

    assert "A what-if" in page
    assert f'Would be spent</dt><dd data-figure="spent">{money(Outcome.objects.get().total_cost, "USD")}<' in page


def test_script_is_told_how_far_rooms_that_are_over_are_known(staff, session, played):
    page = floor_of(staff, Session.objects.get())

    assert f'data-room="{played}" data-seq="{NegotiationRun.objects.get().last_seq}"' in page


def test_script_asks_for_an_open_room_from_its_beginning(staff, session, midway):
    assert f'data-room="{midway}" data-seq=""' in floor_of(staff, Session.objects.get())
