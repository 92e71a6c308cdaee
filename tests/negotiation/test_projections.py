from collections import Counter
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest
from django.db import IntegrityError, transaction

from marketplace.models import Seller, SellerInventory
from negotiation import logs, services
from negotiation.core.events import InputRequested
from negotiation.core.visibility import OperatorViewer
from negotiation.core.vocabulary import Action, Party, RoomStatus
from negotiation.engine import SoldOut
from negotiation.errors import Refused
from negotiation.models import Message, NegotiationRun, Offer, Outcome, RunEvent, SeatWait
from negotiation.projections import Projections, save_projected
from negotiation.store import read_history, read_room

pytestmark = pytest.mark.django_db


@pytest.fixture
def two_rooms(open_session, operator):
    """Two started rooms that want 50 each of a standing seller's 60."""
    seller = Seller.objects.create(name="Standing")
    seller.inventory.create(
        item_id="laptop_hp_15", item_name="HP", quantity_available=60, cost_price=1, least_price=450, selling_price=590
    )
    sessions = [open_session(sellers=[], use_standing_sellers=True) for _ in range(2)]
    rooms = [session["negotiation_rooms"][0]["room_id"] for session in sessions]
    for room_id in rooms:
        operator.post(f"/negotiation/{room_id}/start")
    return rooms, str(seller.code)


def test_every_offer_of_the_log_has_a_number_of_its_own(played):
    numbers = [event.payload["offer_id"] for event in RunEvent.objects.filter(type="Offered").order_by("seq")]

    assert numbers == list(range(1, len(numbers) + 1))


def test_offers_are_those_of_the_room_with_their_states(played):
    room = read_room(UUID(played)).room

    folded = {
        (thread.seller_id, o.offer_id, o.party, o.round, o.terms.unit_price, o.terms.quantity, o.claim, o.status)
        for thread in room.threads
        for o in thread.offers
    }
    columns = ("number", "party", "round", "unit_price", "quantity", "claim", "status")
    rows = Offer.objects.values_list("participant__seller_code", *columns)
    assert {(str(code), *rest) for code, *rest in rows} == folded
    assert len(rows) == sum(len(thread.offers) for thread in room.threads)


def test_messages_are_those_of_the_conversation(played):
    stored, records = read_history(UUID(played))

    said = logs.conversation(records, stored.roster, OperatorViewer())

    rows = list(Message.objects.order_by("seq").values_list("seq", "round", "party", "voice", "text"))
    assert rows == [(m["seq"], m["turn_number"], m["sender_type"], m["voice"], m["content"]) for m in said]


def test_message_to_all_is_in_every_thread(midway):
    services.send_message(UUID(midway), "To all of you")

    assert Message.objects.filter(text="To all of you", voice="person").count() == 2


def test_run_says_what_the_room_says(played):
    room, run = read_room(UUID(played)).room, NegotiationRun.objects.get()

    assert (run.status, run.current_round) == (room.status, room.round)
    assert run.started_at < run.ended_at


def test_outcome_is_the_decision_of_the_log(played):
    decided = RunEvent.objects.get(type="Decided").payload
    outcome = Outcome.objects.get()

    assert (outcome.result, outcome.reason, outcome.explanation) == tuple(
        decided[name] for name in ("result", "reason", "explanation")
    )
    assert str(outcome.participant.seller_code) == decided["seller_id"]
    assert outcome.unit_price == Decimal(decided["terms"]["unit_price"])
    assert outcome.total_cost == outcome.unit_price * outcome.quantity


def test_units_of_a_deal_are_set_aside_with_its_seller(played):
    winner = Outcome.objects.get().participant

    reserved = dict(SellerInventory.objects.values_list("pk", "quantity_reserved"))
    assert Counter(reserved.values()) == {50: 1, 0: 1}
    assert reserved[winner.inventory_id] == 50


def test_room_without_a_deal_sets_nothing_aside(midway):
    services.force_no_deal(UUID(midway))

    assert not SellerInventory.objects.filter(quantity_reserved__gt=0).exists()


def test_events_cannot_be_projected_twice(played):
    stored, records = read_history(UUID(played))
    projections = Projections(stored.run_id, stored.seats)
    projections.add(records)

    with pytest.raises(IntegrityError), transaction.atomic():
        save_projected([projections.adapted()])


def test_wait_of_a_transaction_that_failed_is_stored_though_its_key_was_given_away(midway, seller_ids):
    stored, records = read_history(UUID(midway))

    def waiting_for(name):
        waited = InputRequested(Party.SELLER, seller_ids[name], (Action.OFFER,), 60)
        projections = Projections(stored.run_id, stored.seats)
        projections.add([replace(records[-1], event=waited)])
        return projections.adapted()

    ready = waiting_for("Acme")
    with transaction.atomic():
        save_projected([ready])
        transaction.set_rollback(True)
    save_projected([waiting_for("Bolt")])

    save_projected([ready])

    assert set(SeatWait.objects.values_list("participant__name", flat=True)) == {"Acme", "Bolt"}


def test_deal_for_units_that_are_gone_leaves_no_trace(midway, seller_ids):
    SellerInventory.objects.update(quantity_reserved=51)
    before = RunEvent.objects.count(), Offer.objects.count(), Message.objects.count()

    with pytest.raises(Refused, match="sold to another room") as refused:
        services.force_deal(UUID(midway), seller_ids["Acme"], Decimal(500))

    assert isinstance(refused.value.__cause__, SoldOut)
    assert (RunEvent.objects.count(), Offer.objects.count(), Message.objects.count()) == before
    assert not Outcome.objects.exists()
    assert set(SellerInventory.objects.values_list("quantity_reserved", flat=True)) == {51}


def test_second_room_goes_on_without_the_seller_whose_stock_the_first_has_bought(two_rooms, play):
    (first, second), _ = two_rooms

    ends = [play(room_id) for room_id in (first, second)]

    assert [room.status for room in ends] == [RoomStatus.COMPLETED] * 2
    assert [outcome.result for outcome in Outcome.objects.order_by("run_id")] == ["deal", "no_deal"]
    assert SellerInventory.objects.get().quantity_reserved == 50


def test_seller_that_ran_out_says_so_and_leaves(two_rooms, play):
    (first, second), _ = two_rooms
    play(first)

    play(second)

    walked = RunEvent.objects.get(run__code=second, type="WalkedAway")
    assert (walked.payload["party"], "sold" in walked.payload["words"]["text"]) == ("seller", True)


@pytest.mark.django_db(transaction=True)
def test_of_two_rooms_deciding_at_once_one_gets_the_stock(two_rooms, race):
    rooms, seller_id = two_rooms

    ends = race([lambda r=r: services.force_deal(UUID(r), seller_id, Decimal(500)) for r in rooms])

    (refused,) = [end for end in ends if isinstance(end, Refused)]
    # The second: who comes so late that the seller has already left for want of units.
    assert refused.code in ("INSUFFICIENT_INVENTORY", "THREAD_CLOSED")
    assert SellerInventory.objects.get().quantity_reserved == 50


@pytest.mark.django_db(transaction=True)
def test_of_two_rooms_played_at_once_one_gets_the_stock(two_rooms, race, play):
    rooms, _ = two_rooms

    race([lambda r=r: play(r) for r in rooms])

    assert sorted(Outcome.objects.values_list("result", flat=True)) == ["deal", "no_deal"]
    assert SellerInventory.objects.get().quantity_reserved == 50
