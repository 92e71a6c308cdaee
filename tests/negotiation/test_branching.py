from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import pytest

from marketplace.errors import InvalidRequest
from marketplace.models import SellerInventory, Session
from negotiation import services
from negotiation.branching import MOST_BRANCHES, Changes, SeatChange, branch, rounds_to_branch_after
from negotiation.core.events import RoundStarted, StatusChanged
from negotiation.core.vocabulary import RoomStatus
from negotiation.errors import NotActive, Refused
from negotiation.models import NegotiationRun, Notification, NotificationTarget, Outcome
from negotiation.notification_models import Channel, Kind, Side
from negotiation.replaying import replay_room
from negotiation.store import read_history
from negotiation.trade_models import Trade
from negotiation.verification import first_broken, misjudged_stock, strayed
from tests import bodies

pytestmark = pytest.mark.django_db


def told(code):
    """The room's events without its statuses, with the sellers' names for their ids."""
    stored, records = read_history(UUID(str(code)))
    names = {seat.seller_id: seat.name for seat in stored.roster.setup.sellers}
    events = [record.event for record in records if not isinstance(record.event, StatusChanged)]
    return [replace(e, seller_id=names[e.seller_id]) if getattr(e, "seller_id", None) else e for e in events]


def branched(code, after_round, play=None, **changes):
    run = branch(UUID(code), after_round, Changes(**changes))
    if play:
        play(str(run.code))
    return run


@pytest.mark.parametrize("after_round", [0, 1, 2])
def test_what_if_without_changes_plays_as_its_origin_did(played, play, after_round):
    run = branched(played, after_round, play)

    assert told(run.code) == told(played)


def test_what_if_has_the_rounds_up_to_the_one_it_is_branched_after(played):
    run = branched(played, 2)

    events = told(played)
    assert run.current_round == 2
    assert told(run.code) == events[: events.index(RoundStarted(3))]
    assert run.branched_from.code == UUID(played)


def test_log_of_a_what_if_is_whole_and_its_tables_say_what_it_says(played, play):
    run = branched(played, 1, play)
    run.refresh_from_db()

    assert run.status == RoomStatus.COMPLETED
    assert first_broken(run) is None
    assert strayed(run) == []


def test_what_if_can_be_played_again_from_its_record(played, play, seller_ids):
    alone = SeatChange("strategy")

    run = branched(played, 1, play, buyer=alone, sellers=dict.fromkeys(seller_ids.values(), alone), seed=11)

    assert replay_room(run.code)[1] is None


def test_what_if_that_is_not_to_be_played_waits_paused(played):
    run = branch(UUID(played), 1, Changes(), is_queued=False)

    assert run.status == RoomStatus.PAUSED


def test_changed_seats_and_limits_are_those_of_the_what_if_alone(played, seller_ids):
    calm = {seller_ids["Acme"]: SeatChange("strategy", "brisk")}

    run = branched(played, 1, buyer=SeatChange(temperament="patient"), maximum=Decimal("601.00"), sellers=calm, seed=99)

    acme = run.participants.get(name="Acme")
    assert (run.session.buyer_temperament, run.item.max_price_per_unit, run.seed) == ("patient", Decimal(601), 99)
    assert (acme.mind, acme.temperament, acme.seller.temperament) == ("strategy", "brisk", "brisk")
    origin = NegotiationRun.objects.get(code=played)
    assert (origin.session.buyer_temperament, origin.item.max_price_per_unit) == ("balanced", Decimal("603.57"))
    assert run.branched_with == (
        "patient buyer; highest price $601.00; Acme brisk; Acme played by strategy; other draws"
    )


def test_policy_and_toughness_can_be_changed_in_a_what_if(played, seller_ids):
    tough = {seller_ids["Acme"]: SeatChange(toughness="tough")}

    run = branched(played, 1, buyer=SeatChange(policy="price_first"), sellers=tough)

    acme = run.participants.get(name="Acme")
    assert (run.session.buyer_policy, acme.toughness, acme.seller.toughness) == ("price_first", "tough", "tough")
    origin = NegotiationRun.objects.get(code=played)
    assert (origin.session.buyer_policy, origin.participants.get(name="Acme").toughness) == ("deal_first", "fair")
    assert run.branched_with == "price-first buyer; Acme tough"


def test_deal_of_a_what_if_is_no_trade_and_nobody_is_told(played, play):
    NotificationTarget.objects.create(
        side=Side.OPERATOR, channel=Channel.EMAIL, address="desk@example.com", kinds=list(Kind)
    )
    trades, told_before = Trade.objects.count(), Notification.objects.count()

    run = branched(played, 1, play)

    assert Outcome.objects.get(run=run).result == "deal"
    assert (Trade.objects.count(), Notification.objects.count()) == (trades, told_before)


def test_deal_of_a_what_if_takes_nothing_from_its_origins_stock(played, play):
    before = dict(SellerInventory.objects.values_list("pk", "quantity_reserved"))

    branched(played, 1, play)

    after = dict(SellerInventory.objects.filter(pk__in=before).values_list("pk", "quantity_reserved"))
    assert after == before
    assert misjudged_stock() == []


def test_what_if_closes_without_the_approval_its_origin_asked_for(operator, open_session, play):
    room = open_session(buyer=bodies.buyer(bodies.item(approve_above=100)))["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)
    assert NegotiationRun.objects.get(code=room).status == RoomStatus.WAITING

    run = branched(room, 1, play)

    assert Outcome.objects.get(run=run).result == "deal"
    assert not run.approvals.exists()


def test_agents_sit_where_people_sat(operator, open_session, play):
    by_hand = open_session(sellers=[bodies.seller("Acme", mind="human"), bodies.seller("Bolt")])
    room = by_hand["negotiation_rooms"][0]["room_id"]
    operator.post(f"/negotiation/{room}/start")
    play(room)

    run = branched(room, 0, play)

    run.refresh_from_db()
    assert run.status == RoomStatus.COMPLETED
    assert not run.waits.exists()
    assert run.branched_with == "Acme played by its agent"


def test_round_that_is_not_over_cannot_be_branched_after(midway):
    rounds = rounds_to_branch_after(UUID(midway))

    with pytest.raises(InvalidRequest) as refused:
        branched(midway, max(rounds) + 1)

    assert refused.value.problems[0].field == "after_round"


def test_room_that_was_not_started_has_nothing_to_branch_from(room_id):
    with pytest.raises(NotActive):
        branched(room_id, 0)


def test_round_cut_short_by_hand_is_not_over(started, play):
    play(started, until_seq=4)
    services.force_no_deal(UUID(started))

    assert rounds_to_branch_after(UUID(started)) == [0]


def test_limits_leave_room_for_what_was_bid(played):
    with pytest.raises(InvalidRequest) as refused:
        branched(played, 2, maximum=Decimal("401.50"))

    assert [problem.field for problem in refused.value.problems] == ["buyer.max_price_per_unit"]


def test_number_of_what_ifs_is_bounded(played):
    for _ in range(MOST_BRANCHES):
        branch(UUID(played), 0, Changes(), is_queued=False)

    with pytest.raises(Refused):
        branched(played, 0)

    assert Session.objects.filter(is_what_if=True).count() == MOST_BRANCHES
