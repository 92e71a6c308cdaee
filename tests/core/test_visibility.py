from dataclasses import replace
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings

from negotiation.core.events import (
    Accepted,
    Answered,
    ApprovalDecided,
    ApprovalRequested,
    BundleReached,
    Closed,
    Decided,
    Event,
    ExpiryWarned,
    InputRequested,
    InputTimedOut,
    Interjected,
    MindFailed,
    OfferChanged,
    Offered,
    PaceChanged,
    RoundStarted,
    Said,
    SeatChanged,
    StatusChanged,
    ThreadExpired,
    WalkedAway,
)
from negotiation.core.folding import replay
from negotiation.core.moves import SILENCE, Accept, WalkAway, Words
from negotiation.core.preferences import Priority
from negotiation.core.protocol import interject
from negotiation.core.room import new_room
from negotiation.core.visibility import (
    BuyerViewer,
    OperatorViewer,
    SellerViewer,
    SpectatorViewer,
    buyer_view,
    may_see_buyer,
    may_see_buyer_limits,
    may_see_seller,
    may_see_seller_limits,
    may_see_thread,
    seat_seed,
    see,
    seller_view,
)
from negotiation.core.vocabulary import (
    Action,
    ApprovalKind,
    ApprovalState,
    Failure,
    Fallback,
    Holder,
    OfferStatus,
    Party,
    Reason,
    Result,
    RoomStatus,
    Voice,
)
from tests.factories import (
    a_setup,
    after,
    an_active_room,
    bid,
    play_out,
    played,
    quote,
    rooms_with_odd_secrets,
    terms,
)

BUYER, SELLER = Party.BUYER, Party.SELLER
WORDS = Words("Acme asks 123.45.")
ACME, BOLT, SPECTATOR = SellerViewer("acme"), SellerViewer("bolt"), SpectatorViewer()
WON = (Result.DEAL, Reason.BEST_OFFER, 3, "acme")
EVENTS = {
    StatusChanged: StatusChanged(RoomStatus.ACTIVE, RoomStatus.PAUSED, "paused"),
    RoundStarted: RoundStarted(2),
    Said: Said(BUYER, "acme", 1, WORDS),
    Interjected: Interjected(("acme", "cedar"), 1, WORDS),
    Offered: Offered(SELLER, "acme", 1, 1, terms("123.45"), WORDS, Decimal("124.45")),
    Accepted: Accepted(SELLER, "acme", 1, 1, terms("123.45"), WORDS),
    OfferChanged: OfferChanged("acme", 1, OfferStatus.COUNTERED),
    Answered: Answered(SELLER, "acme", 1, 1, WORDS),
    WalkedAway: WalkedAway(SELLER, "acme", 1, WORDS),
    MindFailed: MindFailed(SELLER, "acme", 1, Failure.RAISED),
    SeatChanged: SeatChanged(SELLER, "acme", Holder.PERSON),
    PaceChanged: PaceChanged(Decimal("0.5"), 3),
    BundleReached: BundleReached("acme"),
    InputRequested: InputRequested(SELLER, "acme", (Action.OFFER,), 60),
    ExpiryWarned: ExpiryWarned(SELLER, "acme", 15),
    InputTimedOut: InputTimedOut(SELLER, "acme"),
    ThreadExpired: ThreadExpired(SELLER, "acme"),
    ApprovalRequested: ApprovalRequested(1, ApprovalKind.ABOVE_THRESHOLD, "acme", 1, terms("123.45"), 60),
    ApprovalDecided: ApprovalDecided(1, ApprovalState.REJECTED, "acme", "Too dear.", "Ada"),
    Decided: Decided(*WON, 1, terms("123.45"), "Acme won at 123.45."),
    Closed: Closed(RoomStatus.COMPLETED, *WON, terms("123.45"), "Acme won at 123.45."),
}
AT_A_SEAT = (SeatChanged, BundleReached, InputRequested, ExpiryWarned, InputTimedOut, ThreadExpired)
IN_A_THREAD = (Said, Offered, Accepted, OfferChanged, Answered, WalkedAway, MindFailed, *AT_A_SEAT)
APPROVALS = (ApprovalRequested, ApprovalDecided)
TALK_AND_PRICES = (*IN_A_THREAD, *APPROVALS, Interjected)
ENDINGS = (Decided, Closed)


def lose_limits(setup, keep=None):
    """The same room with other private numbers and stocks, but for one seller's."""
    sellers = tuple(
        seat
        if seat.seller_id == keep
        else replace(
            seat,
            limits=replace(
                seat.limits, cost=Decimal(1), floor=Decimal(2), stock=77, priority=Priority.CUSTOMER_RETENTION
            ),
        )
        for seat in setup.sellers
    )
    return replace(setup, sellers=sellers)


def test_every_kind_of_event_is_tried_here():
    assert set(EVENTS) == set(get_args(Event))


@pytest.mark.parametrize("viewer", [OperatorViewer(), BuyerViewer()])
@pytest.mark.parametrize("kind", get_args(Event))
def test_operator_and_buyer_see_everything_that_happens(kind, viewer):
    event = replace(EVENTS[kind], party=BUYER) if kind is InputRequested else EVENTS[kind]

    assert see(event, viewer) == event


@pytest.mark.parametrize("kind", IN_A_THREAD)
def test_seller_sees_its_own_thread_whole(kind):
    assert see(EVENTS[kind], ACME) == EVENTS[kind]


@pytest.mark.parametrize("kind", IN_A_THREAD)
def test_seller_sees_nothing_of_another_sellers_thread(kind):
    assert see(EVENTS[kind], BOLT) is None


@pytest.mark.parametrize("kind", TALK_AND_PRICES)
def test_spectator_sees_no_talk_and_no_price(kind):
    assert see(EVENTS[kind], SPECTATOR) is None


@pytest.mark.parametrize("viewer", [ACME, BOLT, SPECTATOR])
def test_everybody_is_told_how_fast_the_room_plays(viewer):
    assert see(EVENTS[PaceChanged], viewer) == EVENTS[PaceChanged]


@pytest.mark.parametrize("kind", APPROVALS)
@pytest.mark.parametrize("viewer", [ACME, BOLT])
def test_no_seller_learns_that_the_buyer_has_to_ask(kind, viewer):
    assert see(EVENTS[kind], viewer) is None


def test_every_seller_is_told_who_moves_for_the_buyer():
    event = SeatChanged(BUYER, "", Holder.PERSON)

    assert [see(event, viewer) for viewer in (ACME, BOLT)] == [event, event]


@pytest.mark.parametrize("kind", [InputRequested, ExpiryWarned, InputTimedOut, ThreadExpired])
def test_seller_is_told_what_its_own_thread_waits_for_on_the_buyers_side(kind):
    event = replace(EVENTS[kind], party=BUYER)
    told = replace(event, actions=()) if kind is InputRequested else event

    assert (see(event, ACME), see(event, BOLT)) == (told, None)


@pytest.mark.parametrize("kind", ENDINGS)
def test_loser_is_told_that_the_room_ended_without_it_and_no_more(kind):
    seen = see(EVENTS[kind], BOLT)

    assert (seen.result, seen.seller_id, seen.terms, seen.explanation) == (Result.NO_DEAL, None, None, "")


@pytest.mark.parametrize("kind", ENDINGS)
def test_winner_sees_its_deal_but_not_how_it_compared(kind):
    assert see(EVENTS[kind], ACME) == replace(EVENTS[kind], explanation="")


@pytest.mark.parametrize("kind", ENDINGS)
def test_spectator_sees_that_a_deal_was_made_but_neither_with_whom_nor_at_what_price(kind):
    seen = see(EVENTS[kind], SPECTATOR)

    assert (seen.result, seen.seller_id, seen.terms, seen.explanation) == (Result.DEAL, None, None, "")


def test_loser_is_not_told_which_offer_won():
    assert see(EVENTS[Decided], BOLT).offer_id is None


def test_spectator_is_not_told_which_offer_won():
    assert see(EVENTS[Decided], SPECTATOR).offer_id is None


def test_seller_is_not_told_who_else_was_addressed():
    assert see(EVENTS[Interjected], ACME).seller_ids == ("acme",)


def test_seller_reads_words_to_several_without_its_rivals_names():
    event = interject(an_active_room(), ("acme", "bolt"), Words("@Acme @Bolt do better", Voice.PERSON))

    read = [see(event, viewer).words.text for viewer in (ACME, BOLT, BuyerViewer())]

    assert read == ["@Acme another seller do better", "another seller @Bolt do better", "@Acme @Bolt do better"]
    assert see(event, ACME).told == ()


def test_seller_that_was_not_addressed_does_not_hear_it():
    assert see(EVENTS[Interjected], BOLT) is None


def test_seller_does_not_learn_that_the_buyers_mind_failed():
    assert see(MindFailed(BUYER, "", 1, Failure.RAISED), ACME) is None


def test_spectator_does_not_see_what_a_person_noted():
    assert see(EVENTS[StatusChanged], SPECTATOR).note == ""


@pytest.mark.parametrize(
    ("viewer", "buyer_limits", "acme", "acme_limits"),
    [
        (OperatorViewer(), True, True, True),
        (BuyerViewer(), True, True, False),
        (ACME, False, True, True),
        (BOLT, False, False, False),
        (SPECTATOR, False, False, False),
    ],
)
def test_limits_and_names_are_for_those_they_belong_to(viewer, buyer_limits, acme, acme_limits):
    assert may_see_buyer_limits(viewer) is buyer_limits
    assert may_see_seller(viewer, "acme") is acme
    assert may_see_seller_limits(viewer, "acme") is acme_limits


@settings(max_examples=12, deadline=None)
@given(rooms_with_odd_secrets())
def test_buyer_decides_on_the_same_view_whatever_the_sellers_private_numbers_are(setup):
    events = play_out(setup)

    for cut in range(0, len(events), 5):
        real, blind = (replay(s, events[:cut]) for s in (setup, lose_limits(setup)))
        assert buyer_view(real) == buyer_view(blind)


@settings(max_examples=12, deadline=None)
@given(rooms_with_odd_secrets())
def test_seller_decides_on_the_same_view_whatever_the_others_private_numbers_are(setup):
    events, seller_id = play_out(setup), setup.sellers[0].seller_id
    buyer = replace(setup.buyer, minimum=Decimal(1), maximum=Decimal(999_999))
    other = lose_limits(replace(setup, buyer=buyer), keep=seller_id)

    for cut in range(0, len(events), 5):
        assert seller_view(replay(setup, events[:cut]), seller_id) == seller_view(
            replay(other, events[:cut]), seller_id
        )


@settings(max_examples=12, deadline=None)
@given(rooms_with_odd_secrets())
def test_sellers_view_does_not_change_with_what_happens_in_other_threads(setup):
    events, seller_id = play_out(setup), setup.sellers[0].seller_id
    mine = [event for event in events if getattr(event, "seller_id", seller_id) == seller_id]

    assert seller_view(replay(setup, mine), seller_id) == seller_view(replay(setup, events), seller_id)


def test_seats_have_different_sources_of_chance():
    assert len({seat_seed(seed, name) for seed in range(10) for name in ("", "Acme", "Bolt")}) == 30


def test_limits_that_change_change_the_draws_of_their_own_seat_alone():
    def seeds(**limits):
        buyer = replace(setup.buyer, **limits)
        room = new_room(replace(setup, buyer=buyer, draws_by_limits=True))
        return buyer_view(room).seed, seller_view(room, "acme").seed, seller_view(room, "bolt").seed

    setup = an_active_room().setup
    own, acme, bolt = seeds()

    assert seeds(maximum=setup.buyer.maximum + 1)[1:] == seeds(minimum=setup.buyer.minimum + 1)[1:] == (acme, bolt)
    assert len({own, seeds(maximum=setup.buyer.maximum + 1)[0], seeds(minimum=setup.buyer.minimum + 1)[0]}) == 3
    assert seeds(maximum=Decimal(f"{setup.buyer.maximum}.00")) == (own, acme, bolt)


def test_seller_sees_the_rival_price_it_was_told_in_this_round_only():
    room = played(an_active_room(), bid("acme", 60), quote("acme", 100), bid("bolt", 60), quote("bolt", 105))
    told = played(room, bid("bolt", 70, claim=100))

    later = after(played(told, quote("bolt", 99)), RoundStarted(2))

    assert seller_view(told, "bolt").rival_price == 100
    assert seller_view(later, "bolt").rival_price is None


def test_bid_that_was_countered_is_no_longer_live_for_the_seller():
    room = played(an_active_room(), bid("acme", 60))

    assert seller_view(room, "acme").live_bid.terms == terms(60)
    assert seller_view(played(room, quote("acme", 100)), "acme").live_bid is None


def test_buyer_talks_only_to_sellers_that_are_there():
    room = played(an_active_room(), (BUYER, "acme", WalkAway()))

    assert [thread.seller_id for thread in buyer_view(room).threads] == ["bolt"]


def test_buyer_knows_that_a_seller_took_its_bid():
    room = played(an_active_room(), bid("acme", 90), (SELLER, "acme", Accept(1)))

    assert buyer_view(room).must_award


def test_question_of_a_person_is_open_until_the_seller_speaks():
    asked = after(an_active_room(), interject(an_active_room(), ("acme",), Words("Do you deliver?", Voice.PERSON)))

    answered = played(asked, bid("acme", 60), quote("acme", 100))

    assert seller_view(asked, "acme").questions == ("Do you deliver?",)
    assert seller_view(asked, "bolt").questions == ()
    assert seller_view(answered, "acme").questions == ()


def test_questions_come_oldest_first_and_agents_words_are_none():
    room = an_active_room()
    for text in ("First?", "Second?"):
        room = after(room, interject(room, ("acme",), Words(text, Voice.PERSON)))

    room = after(room, Said(BUYER, "acme", 1, SILENCE))

    assert seller_view(room, "acme").questions == ("First?", "Second?")


def test_rounds_left_are_known_to_both_sides():
    room = after(an_active_room(a_setup(max_rounds=2)), RoundStarted(2))

    assert seller_view(room, "acme").is_last_round
    assert buyer_view(room).is_over


def test_a_seller_reads_a_persons_words_without_its_rivals_names():
    room = after(an_active_room(), Interjected(("acme", "bolt"), 1, Words("@Acme @Bolt do better", Voice.PERSON)))

    assert seller_view(room, "acme").talk[0].words.text == "@Acme another seller do better"
    assert seller_view(room, "acme").questions == ("@Acme another seller do better",)


def test_a_sellers_view_holds_the_talk_of_its_own_thread_alone():
    room = played(an_active_room(), bid("acme", 60), bid("bolt", 61), quote("acme", 119))

    talk = seller_view(room, "acme").talk

    assert [(heard.party, heard.round) for heard in talk] == [(Party.BUYER, 1), (Party.SELLER, 1)]


@pytest.mark.parametrize(
    ("viewer", "seller_id", "may"),
    [
        (OperatorViewer(), "acme", True),
        (OperatorViewer(), "", True),
        (BuyerViewer(), "acme", True),
        (BuyerViewer(), "", True),
        (SellerViewer("acme"), "acme", True),
        (SellerViewer("acme"), "bolt", False),
        (SellerViewer("acme"), "", False),
        (SpectatorViewer(), "acme", False),
        (SpectatorViewer(), "", False),
    ],
)
def test_words_on_their_way_are_for_those_who_read_the_thread(viewer, seller_id, may):
    assert may_see_thread(viewer, seller_id) is may


def reasons_seen(viewer, reason):
    decided = Decided(Result.DEAL, reason, 2, "acme", 3, terms(90))
    closed = Closed(RoomStatus.COMPLETED, Result.DEAL, reason, 2, "acme", terms(90))
    return [see(event, viewer).reason for event in (decided, closed)]


@pytest.mark.parametrize("viewer", [SellerViewer("acme"), SellerViewer("bolt"), SpectatorViewer()])
def test_only_the_buyers_side_learns_that_a_deal_had_to_be_approved(viewer):
    assert reasons_seen(viewer, Reason.APPROVED) == reasons_seen(viewer, Reason.DECIDED_NOW) == [Reason.CHOSEN] * 2
    assert reasons_seen(BuyerViewer(), Reason.APPROVED) == [Reason.APPROVED] * 2


@pytest.mark.parametrize("viewer", [SellerViewer("acme"), SpectatorViewer()])
def test_only_the_buyers_side_learns_that_no_other_offer_was_within_its_limits(viewer):
    assert reasons_seen(viewer, Reason.ONLY_OFFER) == [Reason.BEST_OFFER] * 2
    assert reasons_seen(BuyerViewer(), Reason.ONLY_OFFER) == [Reason.ONLY_OFFER] * 2


@pytest.mark.parametrize("reason", Reason)
def test_seller_that_lost_learns_no_more_than_that_another_was_chosen(reason):
    assert reasons_seen(SellerViewer("bolt"), reason) == [Reason.CHOSEN] * 2


def test_sellers_of_a_room_without_a_deal_learn_why():
    closed = Closed(RoomStatus.COMPLETED, Result.NO_DEAL, Reason.OUT_OF_TIME, 2)

    assert see(closed, SellerViewer("bolt")).reason is Reason.OUT_OF_TIME


@pytest.mark.parametrize(
    ("party", "own", "other"),
    [(Party.BUYER, BuyerViewer(), SellerViewer("acme")), (Party.SELLER, SellerViewer("acme"), BuyerViewer())],
)
def test_what_a_side_may_do_is_told_to_that_side(party, own, other):
    asked = InputRequested(party, "acme", (Action.OFFER, Action.ACCEPT), 60)

    assert see(asked, own) == asked
    assert see(asked, other) == InputRequested(party, "acme", (), 60)


TOLD = SpectatorViewer(is_stranger=True, shows_talk=True)
OF_A_MODEL = Words("Acme asks 123.45.", fallback=Fallback.TIMED_OUT)
IN_THE_TALK = (Said, Interjected, Offered, Accepted, Answered, WalkedAway)


@pytest.mark.parametrize("kind", IN_THE_TALK)
def test_stranger_who_may_read_the_talk_reads_it_without_how_it_came_about(kind):
    event = replace(EVENTS[kind], words=OF_A_MODEL)

    assert see(event, TOLD) == EVENTS[kind]


@pytest.mark.parametrize("kind", [*AT_A_SEAT, *APPROVALS, MindFailed])
def test_stranger_who_may_read_the_talk_learns_nothing_of_seats_approvals_and_failures(kind):
    assert see(EVENTS[kind], TOLD) is None


@pytest.mark.parametrize("kind", ENDINGS)
def test_stranger_who_may_read_the_talk_is_told_who_won_and_not_why_in_the_buyers_words(kind):
    assert see(EVENTS[kind], TOLD) == replace(EVENTS[kind], explanation="")


@pytest.mark.parametrize("kind", get_args(Event))
def test_stranger_who_may_not_read_the_talk_sees_what_a_watcher_sees(kind):
    assert see(EVENTS[kind], SpectatorViewer(is_stranger=True)) == see(EVENTS[kind], SPECTATOR)


def test_stranger_is_told_no_party_before_it_may_read_the_talk():
    assert not may_see_buyer(SpectatorViewer(is_stranger=True))
    assert may_see_buyer(SPECTATOR)
    assert may_see_buyer(TOLD)
    assert may_see_seller(TOLD, "acme")
    assert not may_see_seller_limits(TOLD, "acme")
    assert not may_see_buyer_limits(TOLD)
