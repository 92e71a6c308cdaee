from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest
from django.utils import timezone

from marketplace.models import SellerInventory
from negotiation import seats, services
from negotiation.core.moves import Accept, Propose, Reject, WalkAway, Withdraw, Words
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import ApprovalState, Holder, Party, RoomStatus, Voice
from negotiation.errors import AlreadyDecided, NotActive, Refused, RoomNotFound
from negotiation.minds.auto_accept import AutoAccept
from negotiation.models import Approval, AutoAcceptRule, Message, NegotiationRun, Offer, Outcome, RunEvent, SeatWait
from negotiation.store import read_room
from negotiation.verification import first_broken, strayed
from tests import bodies

pytestmark = pytest.mark.django_db

BUYER, SELLER = Party.BUYER, Party.SELLER
AGENT, PERSON, PROGRAM = Holder
TWO_DAYS = timedelta(hours=48)
WORDS = Words("Well.", Voice.PERSON)
PAST = timedelta(seconds=1)


class Desk:
    """A started room with one seller or two; what is written to it is played on and held against its tables."""

    def __init__(self, room_id, play):
        self.code, self._play = UUID(room_id), play
        self.seller_ids = {seat.name: seat.seller_id for seat in read_room(self.code).roster.setup.sellers}
        self.acme = self.seller_ids["Acme"]
        services.start(self.code)
        self.go_on()

    def go_on(self):
        room = self._play(str(self.code))
        run = self.run
        assert (first_broken(run), strayed(run)) == (None, [])
        return room

    def does(self, act, *arguments, **how):
        act(self.code, *arguments, **how)
        assert strayed(self.run) == []
        return self.go_on()

    def moves(self, party, move, name="Acme", **how):
        return self.does(seats.make_move, party, self.seller_ids[name], move, **how)

    @property
    def run(self):
        return NegotiationRun.objects.get(code=self.code)

    @property
    def room(self):
        return read_room(self.code).room

    @property
    def thread(self):
        return self.room.thread(self.acme)

    @property
    def approval(self):
        return Approval.objects.get(run=self.run)

    def waits(self):
        found = SeatWait.objects.filter(run=self.run).order_by("participant__name")
        return list(found.values_list("participant__name", "party"))

    def let_time_pass(self):
        """The time for every move and approval is over."""
        SeatWait.objects.filter(run=self.run).update(until=timezone.now() - PAST)
        Approval.objects.filter(run=self.run).update(expires_at=timezone.now() - PAST)

    def kinds(self):
        return list(RunEvent.objects.filter(run=self.run).order_by("seq").values_list("type", flat=True))


@pytest.fixture
def new_desk(open_session, play):
    """Opens a room whose buyer and sellers are of these minds; `alone` with Acme as the only seller."""

    def open_desk(buyer="human", sellers="human", *, alone=True, **changes):
        invited = bodies.two_sellers()[: 1 if alone else 2]
        item = bodies.item(**changes.pop("item", {}))
        body = {
            "buyer": bodies.buyer(item),
            "sellers": invited,
            "minds": {"buyer": buyer, "sellers": sellers},
            **changes,
        }
        session = open_session(**body)
        return Desk(session["negotiation_rooms"][0]["room_id"], play)

    return open_desk


def offer(price, quantity=50, text="", **extras):
    terms = Terms(Decimal(price), quantity, tuple(sorted(extras.items())))
    return Propose(terms, Words(text, Voice.PERSON))


def accept(number):
    return Accept(number, WORDS)


def refusal(desk, *arguments, **how):
    """The code of the error, after which the room and its tables are as before."""
    before = desk.run.last_hash
    with pytest.raises(Refused) as refused:
        seats.make_move(desk.code, *arguments, **how)
    assert (desk.run.last_hash, strayed(desk.run)) == (before, [])
    return refused.value.code


# Moves


def test_whoever_has_the_turn_is_waited_for_with_what_is_legal_and_until_when(new_desk):
    desk = new_desk()

    wait = SeatWait.objects.get(run=desk.run)
    assert (desk.run.status, wait.party, wait.until - wait.asked_at) == ("waiting", "buyer", TWO_DAYS)
    assert wait.actions == ["offer", "walk_away", "message"]


def test_move_ends_the_wait_and_the_other_side_is_waited_for(new_desk):
    desk = new_desk()

    desk.moves(BUYER, offer(450, text="450 for all."))

    assert desk.waits() == [("Acme", "seller")]
    assert Message.objects.get(run=desk.run).text == "450 for all."


def test_two_people_come_to_a_deal(new_desk):
    desk = new_desk()
    desk.moves(BUYER, offer(450))
    desk.moves(SELLER, offer(600))
    desk.moves(BUYER, Reject(2, WORDS), counter=offer(500))

    desk.moves(SELLER, accept(3))

    assert (desk.run.status, desk.waits()) == ("completed", [])
    assert Outcome.objects.get(run=desk.run).unit_price == 500
    assert SellerInventory.objects.get().quantity_reserved == 50


def test_what_was_said_to_an_offer_stands_beside_it(new_desk):
    desk = new_desk()
    desk.moves(BUYER, offer(450, text="450?"))

    desk.moves(SELLER, Reject(1, Words("Far too low.", Voice.PERSON)))

    row = Offer.objects.get(run=desk.run)
    assert (row.status, row.response_message, row.responded_at is not None) == ("rejected", "Far too low.", True)


def test_further_terms_of_an_offer_stand_in_its_row(new_desk):
    desk = new_desk()

    desk.moves(BUYER, offer(450, delivery_days=14), overrule=True)

    assert Offer.objects.get(run=desk.run).extras == {"delivery_days": 14}


@pytest.mark.parametrize(
    ("party", "move", "code"),
    [
        (SELLER, offer(600), "NOT_YOUR_TURN"),
        (BUYER, accept(1), "OFFER_NOT_LIVE"),
        (BUYER, offer(700), "OUTSIDE_MANDATE"),
        (BUYER, offer(450, 51), "OUTSIDE_MANDATE"),
        (BUYER, Withdraw(1), "OFFER_NOT_LIVE"),
    ],
)
def test_illegal_move_is_refused_and_changes_nothing(new_desk, party, move, code):
    desk = new_desk()

    assert refusal(desk, party, desk.acme, move) == code


def test_seat_of_an_agent_takes_no_move(new_desk):
    desk = new_desk("strategy")

    assert refusal(desk, BUYER, desk.acme, offer(450)) == "SEAT_NOT_HELD"


def test_seller_who_is_not_in_the_room_takes_no_move(new_desk):
    assert refusal(new_desk(), BUYER, str(uuid4()), offer(450)) == "NOT_FOUND"


def test_room_that_is_not_there_takes_no_move():
    with pytest.raises(RoomNotFound):
        seats.make_move(uuid4(), BUYER, str(uuid4()), offer(450))


def test_room_that_is_over_takes_no_move(new_desk):
    desk = new_desk()
    services.cancel(desk.code)

    with pytest.raises(AlreadyDecided):
        seats.make_move(desk.code, BUYER, desk.acme, offer(450))


def test_room_that_was_not_started_takes_no_move(room_id, seller_ids):
    with pytest.raises(NotActive):
        seats.make_move(UUID(room_id), BUYER, seller_ids["Acme"], offer(450))


def test_person_overrules_its_own_limit(new_desk):
    desk = new_desk()

    desk.moves(BUYER, offer("610.00"), overrule=True)

    assert desk.thread.bid.terms.unit_price == 610


def test_deal_whose_units_are_gone_is_refused_and_the_room_goes_on(new_desk):
    desk = new_desk()
    desk.moves(BUYER, offer(500))
    SellerInventory.objects.update(quantity_reserved=60)

    assert refusal(desk, SELLER, desk.acme, accept(1)) == "INSUFFICIENT_INVENTORY"
    assert desk.waits() == [("Acme", "seller")]


def test_words_beside_the_turns_move_nothing(new_desk):
    desk = new_desk()

    desk.does(seats.say, SELLER, desk.acme, WORDS)

    assert (desk.waits(), Message.objects.get(run=desk.run).party) == ([("Acme", "buyer")], "seller")


# Changing hands


def test_seat_that_is_given_to_its_agent_is_played_on_to_the_end(new_desk):
    desk = new_desk("strategy")

    desk.does(seats.take, SELLER, desk.acme, AGENT)

    assert desk.run.status == "completed"


def test_seat_that_is_taken_in_the_middle_is_waited_for(new_desk, play, operator, open_session):
    desk = new_desk("strategy", alone=False)
    desk.does(seats.take, SELLER, desk.seller_ids["Bolt"], AGENT)

    desk.does(seats.take, BUYER, "", PERSON)
    desk.moves(SELLER, offer(640))

    assert desk.waits() == [("Acme", "buyer"), ("Bolt", "buyer")]


def test_buyers_seat_changes_hands_and_the_sellers_clock_goes_on(new_desk):
    desk = new_desk(alone=False)
    desk.moves(BUYER, offer(450))
    clock = SeatWait.objects.get(run=desk.run, party="seller").until

    desk.does(seats.take, BUYER, "", PROGRAM)

    assert SeatWait.objects.get(run=desk.run, party="seller").until == clock
    assert desk.waits() == [("Acme", "seller"), ("Bolt", "buyer")]


def test_sellers_seat_changes_hands_and_the_buyers_clock_goes_on(new_desk):
    desk = new_desk()
    clock = SeatWait.objects.get(run=desk.run).until

    desk.does(seats.take, SELLER, desk.acme, PROGRAM)

    assert SeatWait.objects.get(run=desk.run).until == clock


def test_seat_that_its_taker_holds_already_changes_nothing(new_desk):
    desk = new_desk()
    before = desk.run.last_seq

    seats.take(desk.code, BUYER, "", PERSON)

    assert desk.run.last_seq == before


# Clocks


def test_move_that_comes_too_late_is_refused_and_the_thread_expires(new_desk):
    desk = new_desk(alone=False)
    desk.moves(BUYER, offer(500))
    desk.let_time_pass()

    with pytest.raises(Refused, match="time for this move is over") as refused:
        seats.make_move(desk.code, SELLER, desk.acme, accept(1))

    assert refused.value.code == "THREAD_CLOSED"
    assert (desk.thread.is_open, Offer.objects.get(run=desk.run).status) == (False, "expired")
    assert desk.waits() == [("Bolt", "buyer")]


def test_sweep_ends_what_is_overdue_and_nothing_else(new_desk):
    desk, other = new_desk(), new_desk()
    desk.let_time_pass()

    assert seats.end_what_is_overdue() == 1

    assert (desk.run.status, other.run.status) == ("completed", "waiting")
    assert seats.end_what_is_overdue() == 0


def test_session_may_have_the_strategy_move_instead(new_desk):
    desk = new_desk(on_timeout="strategy")
    desk.let_time_pass()

    seats.end_what_is_overdue()
    desk.go_on()

    assert "InputTimedOut" in desk.kinds()
    assert desk.waits() == [("Acme", "seller")]


def test_installation_says_what_happens_where_the_session_does_not(new_desk, settings):
    settings.SEATS = replace(settings.SEATS, on_timeout="strategy")
    desk = new_desk()
    desk.let_time_pass()

    seats.end_what_is_overdue()

    assert desk.room.thread(desk.acme).is_stood_in


def test_session_says_how_long_a_move_may_take(new_desk):
    desk = new_desk(seat_hours=2)

    wait = SeatWait.objects.get(run=desk.run)
    assert wait.until - wait.asked_at == timedelta(hours=2)


def test_reminder_is_sent_once_when_a_quarter_of_the_time_is_left(new_desk):
    desk = new_desk()
    seats.end_what_is_overdue()
    assert "ExpiryWarned" not in desk.kinds()
    SeatWait.objects.filter(run=desk.run).update(
        until=timezone.now() + timedelta(hours=11), warn_at=timezone.now() - timedelta(hours=1)
    )

    seats.end_what_is_overdue()
    seats.end_what_is_overdue()

    assert desk.kinds().count("ExpiryWarned") == 1
    assert SeatWait.objects.get(run=desk.run).warned_at is not None


def test_clocks_stand_still_in_a_paused_room_and_everybody_is_asked_anew_after_it(new_desk):
    desk = new_desk()
    desk.let_time_pass()
    services.pause(desk.code)
    assert (seats.end_what_is_overdue(), strayed(desk.run)) == (0, [])

    services.resume(desk.code)
    desk.go_on()

    wait = SeatWait.objects.get(run=desk.run)
    assert wait.until - wait.asked_at == TWO_DAYS


def test_room_that_waits_for_a_move_is_not_resumed(new_desk):
    desk = new_desk()
    before = desk.kinds()

    with pytest.raises(NotActive):
        services.resume(desk.code)

    assert (desk.kinds(), desk.run.status) == (before, RoomStatus.WAITING)


def test_room_that_ends_leaves_nobody_waiting(new_desk):
    desk = new_desk("external", approve_above=100)
    desk.moves(BUYER, offer(450))
    desk.moves(SELLER, offer(550))
    desk.moves(BUYER, accept(2))

    services.cancel(desk.code)

    assert (desk.waits(), desk.approval.state, strayed(desk.run)) == ([], "expired", [])


def test_row_of_a_wait_that_is_over_is_swept_away(new_desk):
    desk = new_desk("strategy", "strategy")
    participant = desk.run.participants.get()
    past = timezone.now() - PAST
    SeatWait.objects.create(
        run=desk.run, participant=participant, party="buyer", asked_at=past, until=past, warn_at=past
    )
    assert strayed(desk.run) == ["waits"]

    seats.end_wait(desk.code, desk.acme)

    assert strayed(desk.run) == []


# Approvals


@pytest.fixture
def asking(new_desk):
    """A program wants to buy 50 x 550 and has asked."""
    desk = new_desk("external", approve_above=20000)
    desk.moves(BUYER, offer(450))
    desk.moves(SELLER, offer(550))
    desk.moves(BUYER, accept(2))
    return desk


def test_deal_that_waits_for_an_approval_stands_in_the_inbox(asking):
    approval = asking.approval

    assert (approval.kind, approval.state, approval.total) == ("above_threshold", "pending", 27500)
    assert (approval.participant.name, approval.offer_number) == ("Acme", 2)
    assert (asking.run.status, asking.waits()) == ("waiting", [])


def test_items_own_threshold_goes_before_the_sessions(new_desk):
    desk = new_desk("external", item={"approve_above": 50000}, approve_above=100)
    desk.moves(BUYER, offer(450))
    desk.moves(SELLER, offer(550))

    desk.moves(BUYER, accept(2))

    assert desk.run.status == "completed"


def test_approved_deal_is_closed_and_its_units_are_set_aside(asking):
    seats.decide_approval(asking.approval, ApprovalState.APPROVED, by="Ada", note="Fine.")

    approval = asking.approval
    assert (approval.state, approval.decided_by, approval.note) == ("approved", "Ada", "Fine.")
    assert approval.decided_at is not None
    assert (asking.run.status, SellerInventory.objects.get().quantity_reserved) == ("completed", 50)
    assert strayed(asking.run) == []


@pytest.mark.parametrize("state", [ApprovalState.REJECTED, ApprovalState.MODIFIED])
def test_approval_is_decided_once(asking, state):
    seats.decide_approval(asking.approval, ApprovalState.REJECTED, by="Ada")

    with pytest.raises(Refused) as refused:
        seats.decide_approval(asking.approval, state, counter=Terms(Decimal(500), 50))
    assert (refused.value.code, asking.approval.state) == ("OFFER_NOT_LIVE", "rejected")


def test_whoever_asked_has_the_turn_again_when_the_deal_is_refused(asking):
    seats.decide_approval(asking.approval, ApprovalState.REJECTED, by="Ada")
    asking.go_on()

    assert asking.waits() == [("Acme", "buyer")]


def test_counter_offer_of_the_approver_is_put_to_the_seller(asking):
    seats.decide_approval(asking.approval, ApprovalState.MODIFIED, by="Ada", counter=Terms(Decimal(500), 50))
    asking.go_on()

    assert (asking.waits(), asking.thread.bid.terms.unit_price) == ([("Acme", "seller")], 500)


def test_approval_of_a_deal_whose_units_are_gone_is_refused_and_stays_pending(asking):
    SellerInventory.objects.update(quantity_reserved=60)

    with pytest.raises(Refused) as refused:
        seats.decide_approval(asking.approval, ApprovalState.APPROVED)

    assert (refused.value.code, asking.approval.state) == ("INSUFFICIENT_INVENTORY", "pending")


def test_approval_of_a_mandate_that_was_lowered_is_refused_and_stays_pending(asking):
    item = asking.run.item
    item.max_price_per_unit = 540
    item.save()

    with pytest.raises(Refused) as refused:
        seats.decide_approval(asking.approval, ApprovalState.APPROVED)

    assert (refused.value.code, asking.approval.state) == ("OUTSIDE_MANDATE", "pending")


def test_approval_that_nobody_gives_in_time_expires_and_the_program_is_asked_again(asking):
    in_time = asking.approval.expires_at
    asking.let_time_pass()

    assert seats.end_what_is_overdue() == 1
    Approval.objects.update(expires_at=in_time)
    asking.go_on()

    assert (asking.approval.state, asking.waits()) == ("expired", [("Acme", "buyer")])


def test_offer_that_is_withdrawn_takes_its_approval_along(asking):
    asking.moves(SELLER, Withdraw(2, WORDS))

    assert (asking.approval.state, asking.waits()) == ("expired", [("Acme", "seller")])


def test_agents_deal_below_the_minimum_is_asked_about(new_desk):
    desk = new_desk("strategy", item={"min_price_per_unit": 500}, max_rounds=1)

    desk.moves(SELLER, offer(490))

    assert desk.approval.kind == "below_minimum"


def test_price_below_the_minimum_is_refused_where_nobody_is_to_be_asked(new_desk):
    desk = new_desk("strategy", item={"approve_below_min": False, "min_price_per_unit": 500}, max_rounds=1)

    desk.moves(SELLER, offer(490))

    assert not Approval.objects.exists()
    assert Outcome.objects.get().result == "no_deal"


# Standing orders


def test_standing_order_takes_an_offer_that_is_on_the_table(new_desk):
    desk = new_desk()
    desk.moves(BUYER, offer(500))

    assert seats.set_auto_accept(desk.code, SELLER, desk.acme, AutoAccept(target=Decimal(500)))
    desk.go_on()

    assert (desk.run.status, desk.thread.offers[0].status) == ("completed", "accepted")


def test_standing_order_is_kept_for_the_offers_to_come(new_desk):
    desk = new_desk()
    assert not seats.set_auto_accept(desk.code, SELLER, desk.acme, AutoAccept(target=Decimal(500)))

    desk.moves(BUYER, offer(480))

    assert desk.run.status == "completed"


def test_standing_order_that_was_taken_back_takes_nothing(new_desk):
    desk = new_desk()
    seats.set_auto_accept(desk.code, SELLER, desk.acme, AutoAccept(target=Decimal(500)))
    seats.set_auto_accept(desk.code, SELLER, desk.acme, None)

    desk.moves(BUYER, offer(500))

    assert (desk.run.status, AutoAcceptRule.objects.count()) == ("waiting", 0)


def test_standing_order_of_the_buyer_asks_about_what_no_agent_closes_alone(new_desk):
    desk = new_desk(approve_above=20000)
    desk.moves(BUYER, offer(450))
    desk.moves(SELLER, offer(550))

    assert seats.set_auto_accept(desk.code, BUYER, "", AutoAccept(target=Decimal(550)))
    desk.go_on()

    assert (desk.run.status, desk.approval.state) == ("waiting", "pending")


def test_standing_order_takes_nothing_for_an_agent_or_beyond_the_limits_or_too_late(new_desk):
    by_agent, dear, late = new_desk("strategy", "human"), new_desk(), new_desk()
    dear.moves(BUYER, offer(450))
    late.moves(BUYER, offer(500))
    late.let_time_pass()

    taken = [
        seats.set_auto_accept(by_agent.code, BUYER, "", AutoAccept(target=Decimal(600))),
        seats.set_auto_accept(dear.code, SELLER, dear.acme, AutoAccept(target=Decimal(400))),
        seats.set_auto_accept(late.code, SELLER, late.acme, AutoAccept(target=Decimal(500))),
    ]

    assert taken == [False, False, False]


def test_changing_a_standing_order_keeps_one(new_desk):
    desk = new_desk()

    for target in (700, 800):
        seats.set_auto_accept(desk.code, BUYER, "", AutoAccept(target=Decimal(target)))

    assert [rule.target for rule in AutoAcceptRule.objects.all()] == [800]


# The tables and the log


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda run: SeatWait.objects.filter(run=run).delete(), "waits"),
        (lambda run: SeatWait.objects.filter(run=run).update(party="seller"), "waits"),
        (lambda run: SeatWait.objects.filter(run=run).update(until=timezone.now()), "waits"),
        (lambda run: Approval.objects.filter(run=run).update(state="approved"), "approvals"),
        (lambda run: Approval.objects.filter(run=run).update(unit_price=1), "approvals"),
    ],
)
def test_wait_or_approval_that_is_not_as_the_log_says_is_found(asking, change, what):
    seats.decide_approval(asking.approval, ApprovalState.REJECTED)
    asking.go_on()

    change(asking.run)

    assert strayed(asking.run) == [what]


def test_walking_away_ends_a_room_of_two(new_desk):
    desk = new_desk()

    desk.moves(BUYER, WalkAway(WORDS))

    assert (desk.room.status, desk.waits()) == (RoomStatus.COMPLETED, [])
