"""Two at once at the same table: exactly one wins, and the tables say what the log says. PARLEY_RACES: how often."""

import os
from contextlib import suppress
from datetime import timedelta
from decimal import Decimal
from functools import partial
from uuid import UUID

import pytest
from django.utils import timezone

from marketplace.models import SellerInventory
from negotiation import seats, services
from negotiation.core.moves import Accept, Propose, Withdraw, Words
from negotiation.core.terms import Terms
from negotiation.core.vocabulary import ApprovalState, Holder, Party, Voice
from negotiation.errors import NegotiationError
from negotiation.models import Approval, NegotiationRun, Outcome, RunEvent, SeatWait
from negotiation.store import StoredRoom, read_room
from negotiation.verification import first_broken, strayed
from tests import bodies

REPEATS = int(os.environ.get("PARLEY_RACES", "10"))

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.slow]

WORDS = Words("Well.", Voice.PERSON)
BUYER, SELLER = Party.BUYER, Party.SELLER


@pytest.fixture
def new_room(open_session, play):
    """Opens and starts a room of these two; its code and the seller's id."""

    def open_room(buyer="human", seller="human", **changes):
        minds = {"buyer": buyer, "sellers": seller}
        session = open_session(sellers=[bodies.seller()], minds=minds, **changes)
        code = UUID(session["negotiation_rooms"][0]["room_id"])
        services.start(code)
        play(str(code))
        return code, session["seller_ids"][0]

    return open_room


@pytest.fixture
def moves(play):
    """Makes these moves one after the other; the room is played on after each."""

    def move(code, seller_id, *made):
        for party, deed in made:
            seats.make_move(code, party, seller_id, deed)
            play(str(code))

    return move


def offer(price):
    return Propose(Terms(Decimal(price), 50), WORDS)


def accept(number):
    return Accept(number, WORDS)


def won(answers):
    """Which of the deeds were done; whatever else they ended with must be a refusal."""
    assert all(isinstance(answer, StoredRoom | NegotiationError | None) for answer in answers), answers
    return [isinstance(answer, StoredRoom) for answer in answers]


def require_whole(code):
    run = NegotiationRun.objects.get(code=code)
    assert (first_broken(run), strayed(run)) == (None, [])
    assert Outcome.objects.filter(run=run).count() == (run.ended_at is not None)
    return run


def kinds_of(code):
    return list(RunEvent.objects.filter(run__code=code).order_by("seq").values_list("type", flat=True))


def test_acceptance_and_expiry_of_an_offer_do_not_both_happen(new_room, moves, race):
    for _ in range(REPEATS):
        code, acme = new_room()
        moves(code, acme, (BUYER, offer(500)))
        # In time when the race begins, or just not: both ends must hold.
        SeatWait.objects.filter(run__code=code).update(until=timezone.now() + timedelta(milliseconds=8))

        def sweep_until_over(code=code):
            while SeatWait.objects.filter(run__code=code).exists():
                seats.end_what_is_overdue()

        answers = race([partial(seats.make_move, code, SELLER, acme, accept(1)), sweep_until_over])

        kinds = kinds_of(code)
        assert won(answers)[0] == ("Accepted" in kinds)
        assert ("Accepted" in kinds) != ("ThreadExpired" in kinds)
        assert (require_whole(code).outcome.result == "deal") == ("Accepted" in kinds)


def test_offer_that_expired_is_accepted_by_none_of_many(new_room, moves, race):
    for _ in range(REPEATS):
        code, acme = new_room()
        moves(code, acme, (BUYER, offer(500)))
        SeatWait.objects.filter(run__code=code).update(until=timezone.now() - timedelta(seconds=1))

        answers = race([partial(seats.make_move, code, SELLER, acme, accept(1))] * 4)

        assert won(answers) == [False] * 4
        assert kinds_of(code).count("ThreadExpired") == 1
        assert require_whole(code).outcome.result == "no_deal"


def test_acceptance_and_withdrawal_of_an_offer_do_not_both_happen(new_room, moves, race):
    for _ in range(REPEATS):
        code, acme = new_room()
        moves(code, acme, (BUYER, offer(500)))

        answers = race(
            [
                partial(seats.make_move, code, SELLER, acme, accept(1)),
                partial(seats.make_move, code, BUYER, acme, Withdraw(1, WORDS)),
            ]
        )

        assert sorted(won(answers)) == [False, True]
        assert ("Accepted" in kinds_of(code)) == won(answers)[0]
        require_whole(code)


def test_one_of_acceptance_and_counter_offer_wins(new_room, moves, race):
    for _ in range(REPEATS):
        code, acme = new_room()
        moves(code, acme, (BUYER, offer(500)))

        answers = race(
            [
                partial(seats.make_move, code, SELLER, acme, accept(1)),
                partial(seats.make_move, code, SELLER, acme, offer(600)),
            ]
        )

        assert sorted(won(answers)) == [False, True]
        assert ("Accepted" in kinds_of(code)) == won(answers)[0]
        require_whole(code)


def test_one_of_two_acceptances_wins_and_the_units_are_set_aside_once(new_room, moves, race):
    for _ in range(REPEATS):
        code, acme = new_room()
        moves(code, acme, (BUYER, offer(500)))

        answers = race([partial(seats.make_move, code, SELLER, acme, accept(1))] * 2)

        assert sorted(won(answers)) == [False, True]
        assert SellerInventory.objects.get(seller__code=acme).quantity_reserved == 50
        require_whole(code)


def test_one_of_several_decisions_on_an_approval_wins(new_room, moves, race):
    for _ in range(REPEATS):
        code, acme = new_room("external", approve_above=100)
        moves(code, acme, (BUYER, offer(450)), (SELLER, offer(550)), (BUYER, accept(2)))
        approval = Approval.objects.get(run__code=code)
        states = [ApprovalState.APPROVED, ApprovalState.REJECTED, ApprovalState.APPROVED, ApprovalState.EXPIRED]

        answers = race([partial(seats.decide_approval, approval, state, by=state) for state in states])

        approval.refresh_from_db()
        [winner] = [state for state, is_winner in zip(states, won(answers), strict=True) if is_winner]
        assert approval.state == winner
        assert Outcome.objects.filter(run__code=code).exists() == (winner is ApprovalState.APPROVED)
        require_whole(code)


def test_seat_that_is_taken_while_its_agent_moves_is_in_one_hand_at_a_time(new_room, play, race):
    """What the agent said before stays said; what it would have said after is the person's to say."""
    for _ in range(REPEATS):
        code, acme = new_room(seller="strategy")
        seats.make_move(code, BUYER, acme, offer(450))

        _, taken = race([partial(play, str(code)), partial(seats.take, code, SELLER, acme, Holder.PERSON)])
        with suppress(NegotiationError):
            play(str(code))

        assert won([taken]) == [True]
        kinds = kinds_of(code)
        agents = [seq for seq, kind in enumerate(kinds) if kind == "Offered"][1:]
        assert all(seq < kinds.index("SeatChanged") for seq in agents)
        assert SeatWait.objects.get(run__code=code).party == ("buyer" if agents else "seller")
        require_whole(code)


def test_seat_that_two_take_at_once_is_the_last_ones_and_both_are_on_record(new_room, race):
    for _ in range(REPEATS):
        code, acme = new_room()

        race(
            [
                partial(seats.take, code, SELLER, acme, Holder.PROGRAM),
                partial(seats.take, code, SELLER, acme, Holder.AGENT),
            ]
        )

        last = RunEvent.objects.filter(run__code=code, type="SeatChanged").latest("seq")
        assert read_room(code).room.thread(acme).holder == last.payload["holder"]
        require_whole(code)


def test_two_sweeps_at_once_expire_a_thread_once(new_room, race):
    for _ in range(REPEATS):
        code, _ = new_room()
        SeatWait.objects.filter(run__code=code).update(until=timezone.now() - timedelta(seconds=1))

        race([seats.end_what_is_overdue] * 3)

        assert kinds_of(code).count("ThreadExpired") == 1
        require_whole(code)
