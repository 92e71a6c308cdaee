import json
import re
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

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
from negotiation.core.moves import Words
from negotiation.core.visibility import BuyerViewer, OperatorViewer, SellerViewer, SpectatorViewer
from negotiation.core.vocabulary import (
    Action,
    ApprovalKind,
    ApprovalState,
    Failure,
    Holder,
    OfferStatus,
    Party,
    Reason,
    Result,
    RoomStatus,
)
from negotiation.figures import money, terms_of
from negotiation.frames import FAILURES, LAST_FRAME, connected, frame_of, to_json
from tests.factories import (
    NOON,
    a_roster,
    a_seller,
    a_setup,
    an_active_room,
    play_out,
    prices,
    records_of,
    rooms_with_odd_secrets,
    terms,
)

BUYER, SELLER = Party.BUYER, Party.SELLER
WORDS = Words("How about 100?")
WON = (Result.DEAL, Reason.BEST_OFFER, 3, "acme")
FRAMES = {
    StatusChanged: (StatusChanged(RoomStatus.ACTIVE, RoomStatus.PAUSED), "status_changed"),
    RoundStarted: (RoundStarted(2), "round_start"),
    Said: (Said(SELLER, "acme", 1, WORDS), "seller_response"),
    Interjected: (Interjected(("acme",), 1, WORDS), "buyer_message"),
    Offered: (Offered(BUYER, "acme", 1, 1, terms(100), WORDS), "buyer_message"),
    Accepted: (Accepted(SELLER, "acme", 1, 1, terms(100), WORDS), "seller_response"),
    OfferChanged: (OfferChanged("acme", 1, OfferStatus.COUNTERED), "offer_updated"),
    Answered: (Answered(SELLER, "acme", 1, 1, WORDS), "seller_response"),
    WalkedAway: (WalkedAway(BUYER, "acme", 1, WORDS), "buyer_message"),
    MindFailed: (MindFailed(SELLER, "acme", 1, Failure.RAISED), "error"),
    SeatChanged: (SeatChanged(BUYER, "", Holder.PERSON), "seat_changed"),
    PaceChanged: (PaceChanged(Decimal("0.5"), None), "pace_changed"),
    BundleReached: (BundleReached("acme"), "bundle_reached"),
    InputRequested: (InputRequested(SELLER, "acme", (Action.OFFER, Action.ACCEPT), 60), "human_input_required"),
    ExpiryWarned: (ExpiryWarned(SELLER, "acme", 15), "expiry_warning"),
    InputTimedOut: (InputTimedOut(SELLER, "acme"), "input_timed_out"),
    ThreadExpired: (ThreadExpired(SELLER, "acme"), "thread_expired"),
    ApprovalRequested: (
        ApprovalRequested(1, ApprovalKind.ABOVE_THRESHOLD, "acme", 2, terms(412, 50), 60),
        "human_input_required",
    ),
    ApprovalDecided: (ApprovalDecided(1, ApprovalState.MODIFIED, "acme", "Try 400.", "Ada"), "approval_decided"),
    Decided: (Decided(*WON, 1, terms(100)), "decision"),
    Closed: (Closed(RoomStatus.COMPLETED, *WON, terms(100)), "negotiation_complete"),
}


def frame(event, viewer=None, setup=None):
    (record,) = records_of([event])
    return frame_of(record, a_roster(setup or a_setup()), viewer or OperatorViewer())


def greeting_of(room, last_seq, viewer):
    return connected(room, room.status, last_seq, a_roster(room.setup), viewer, NOON)


def stream(setup, viewer):
    """Everything this viewer is sent of a room played to its end, as text."""
    events, roster = play_out(setup), a_roster(setup)
    greetings = [greeting_of(replay(setup, events[:cut]), cut, viewer) for cut in (0, len(events))]
    sent = [frame_of(record, roster, viewer) for record in records_of(events)]
    return "\n".join(to_json(part) for part in (*greetings, *filter(None, sent)))


def numbers_in(text):
    """Every number written with a point, in words and in JSON, thousands separated or not."""
    return {Decimal(number.replace(",", "")) for number in re.findall(r"(?<![\d.])\d[\d,]*\.\d+", text)}


def spoken_in_thread(setup, seller_id):
    """The prices that stand in this thread for both its sides to see, claims included."""
    mine = [e for e in play_out(setup) if isinstance(e, Offered | Accepted) and e.seller_id == seller_id]
    claims = {e.claim for e in mine if isinstance(e, Offered)}
    return {event.terms.unit_price for event in mine} | claims


def secrets_of(seats):
    return {price for seat in seats for price in (seat.limits.floor, seat.limits.cost)}


@pytest.mark.parametrize("kind", get_args(Event))
def test_every_kind_of_event_has_its_frame(kind):
    event, type_name = FRAMES[kind]

    assert frame(event)["type"] == type_name


@pytest.mark.parametrize("viewer", [BuyerViewer(), SellerViewer("acme"), SellerViewer("bolt"), SpectatorViewer()])
@pytest.mark.parametrize("kind", get_args(Event))
def test_every_frame_of_every_viewer_is_json(kind, viewer):
    sent = frame(FRAMES[kind][0], viewer)

    assert sent is None or json.loads(to_json(sent))["seq"] == 1


@pytest.mark.parametrize("failure", Failure)
def test_every_failure_of_a_mind_is_told_in_a_sentence(failure):
    assert frame(MindFailed(SELLER, "acme", 1, failure))["message"] == FAILURES[failure]


@settings(max_examples=25, deadline=None)
@given(rooms_with_odd_secrets())
def test_no_byte_a_seller_is_sent_holds_a_private_number_of_anybody_else(setup):
    me, *others = setup.sellers

    sent = numbers_in(stream(setup, SellerViewer(me.seller_id)))

    secrets = secrets_of(others) | {setup.buyer.minimum, setup.buyer.maximum}
    assert not sent & (secrets - spoken_in_thread(setup, me.seller_id))


@settings(max_examples=25, deadline=None)
@given(rooms_with_odd_secrets())
def test_no_byte_a_seller_is_sent_names_another_seller(setup):
    me, *others = setup.sellers

    sent = stream(setup, SellerViewer(me.seller_id)).casefold()

    assert not [seat for seat in others if seat.name.casefold() in sent or seat.seller_id in sent]


@settings(max_examples=25, deadline=None)
@given(rooms_with_odd_secrets())
def test_no_byte_a_spectator_is_sent_holds_a_price_a_word_or_a_seller(setup):
    sent = stream(setup, SpectatorViewer())

    assert not re.findall(r"(?<![\d.])\d[\d,]*\.\d\d(?!\d)", sent)
    assert not re.search(r'"(message|offers?|final_offer|limits)":(?!null)', sent)
    assert not [seat for seat in setup.sellers if seat.name in sent or seat.seller_id in sent]


@settings(max_examples=25, deadline=None)
@given(rooms_with_odd_secrets())
def test_no_byte_the_buyer_is_sent_holds_a_floor_or_a_cost_that_nobody_offered(setup):
    sent = numbers_in(stream(setup, BuyerViewer()))

    offered = {price for seat in setup.sellers for price in spoken_in_thread(setup, seat.seller_id)}
    assert not sent & (secrets_of(setup.sellers) - offered)


def test_scan_would_find_a_floor_that_leaked():
    setup = a_setup(a_seller(floor="391.37", ask=500, cost="300.43"))

    sent = numbers_in(stream(setup, OperatorViewer()))

    assert {Decimal("391.37"), Decimal("300.43")} <= sent


@pytest.mark.parametrize("viewer", [BuyerViewer(), SpectatorViewer(), SellerViewer("bolt")])
def test_first_frame_shows_no_sellers_limits_to_others(viewer):
    room = an_active_room()

    greeting = greeting_of(room, 3, viewer)

    assert not [s for s in greeting["sellers"] if "limits" in s and s["seller_id"] != "bolt"]


@pytest.mark.parametrize(
    ("viewer", "names"),
    [
        (OperatorViewer(), ["Acme", "Bolt"]),
        (BuyerViewer(), ["Acme", "Bolt"]),
        (SellerViewer("bolt"), ["Bolt"]),
        (SpectatorViewer(), []),
    ],
)
def test_first_frame_names_only_the_sellers_the_viewer_may_know_of(viewer, names):
    room = an_active_room()

    greeting = greeting_of(room, 3, viewer)

    assert [seller["seller_name"] for seller in greeting["sellers"]] == names


@pytest.mark.parametrize(
    ("viewer", "shown"),
    [(OperatorViewer(), True), (BuyerViewer(), True), (SellerViewer("acme"), False), (SpectatorViewer(), False)],
)
def test_first_frame_shows_the_buyers_mandate_to_its_own_side_only(viewer, shown):
    room = an_active_room()

    assert ("buyer_constraints" in greeting_of(room, 3, viewer)) is shown


def test_first_frame_tells_a_newcomer_how_far_the_room_is():
    room = an_active_room()

    greeting = greeting_of(room, 3, BuyerViewer())

    assert (greeting["status"], greeting["current_round"], greeting["last_seq"]) == ("active", 1, 3)


def test_event_that_is_not_for_the_viewer_has_no_frame():
    assert frame(FRAMES[Offered][0], SellerViewer("bolt")) is None


def test_every_frame_carries_its_number_time_and_room():
    sent = frame(RoundStarted(2))

    assert (sent["seq"], sent["timestamp"]) == (1, "2026-03-01T12:00:00+00:00")
    assert sent["room_id"] == str(a_roster(a_setup()).room_id)


@given(prices(0, 10**12))
def test_price_on_the_wire_is_the_price_to_the_cent(price):
    assert Decimal(json.dumps(money(price))) == price


def test_total_is_worked_out_in_cents_before_it_becomes_a_float():
    assert terms_of(terms("0.07", 3)) == {"price": 0.07, "quantity": 3, "total_cost": 0.21}


@pytest.mark.parametrize("text", ['5 < 6 & "so"', "北京电子", "line\u2028end", "\U0001f600"])
def test_words_reach_the_wire_unchanged(text):
    sent = to_json(frame(Said(SELLER, "acme", 1, Words(text))))

    assert json.loads(sent)["message"] == text


def test_bid_and_quote_carry_price_quantity_and_the_claim_or_finality():
    bid = frame(Offered(BUYER, "acme", 1, 1, terms("100.50"), WORDS, Decimal("99.25")))
    quote = frame(Offered(SELLER, "acme", 1, 2, terms(101), WORDS, is_final=True))

    assert [(o["price"], o["quantity"], o["claim"]) for o in bid["offers"]] == [(100.5, 4, 99.25)]
    assert (quote["offer"]["price"], quote["offer"]["is_final"]) == (101.0, True)


def test_offer_has_one_id_in_every_frame_it_appears_in():
    made = frame(Offered(SELLER, "acme", 1, 5, terms(100), WORDS))
    changed = frame(OfferChanged("acme", 5, OfferStatus.ACCEPTED))

    assert made["offer"]["offer_id"] == changed["offer_id"]


@pytest.mark.parametrize(
    ("event", "action"),
    [
        (Said(BUYER, "acme", 1, WORDS), "say"),
        (Answered(BUYER, "acme", 1, 1, WORDS), "reject"),
        (WalkedAway(SELLER, "acme", 1, WORDS), "walk_away"),
        (Accepted(SELLER, "acme", 1, 1, terms(100), WORDS), "accept"),
        (Offered(SELLER, "acme", 1, 1, terms(100), WORDS), "offer"),
    ],
)
def test_frame_says_what_was_done_with_the_words(event, action):
    sent = frame(event)

    assert (sent["action"], sent["message"], sent["sender_type"]) == (action, WORDS.text, event.party.value)


def test_whoever_is_asked_to_move_reads_what_it_may_do_and_until_when():
    sent = frame(FRAMES[InputRequested][0], SellerViewer("acme"))

    assert (sent["party"], sent["seller_id"], sent["name"], sent["action"]) == ("seller", "acme", "Acme", "move")
    assert (sent["options"], sent["expires_at"]) == (["offer", "accept"], "2026-03-01T12:01:00+00:00")


def test_approval_on_the_wire_is_the_buyers_to_give_and_names_the_offer():
    sent = frame(FRAMES[ApprovalRequested][0], BuyerViewer())

    assert (sent["party"], sent["name"], sent["action"]) == ("buyer", "Harbour Hotel", "approval")
    assert sent["options"] == ["approve", "reject", "modify"]
    assert (sent["offer"]["price"], sent["offer"]["quantity"]) == (412.0, 50)
    assert sent["offer"]["offer_id"] == a_roster(a_setup()).offer_id(2)


def test_seat_of_the_buyer_belongs_to_no_thread():
    assert frame(FRAMES[SeatChanged][0])["seller_id"] is None


def test_decision_on_the_wire_names_the_winner_and_the_price():
    sent = frame(Decided(*WON, 1, terms("100.50")))

    assert (sent["decision"], sent["chosen_seller_name"], sent["total_cost"]) == ("accept", "Acme", 402.0)


@pytest.mark.parametrize("kind", [Decided, Closed])
def test_loser_reads_no_deal_and_no_winner(kind):
    sent = to_json(frame(FRAMES[kind][0], SellerViewer("bolt")))

    assert "acme" not in sent.casefold()
    assert "100" not in sent.replace(str(a_roster(a_setup()).room_id), "")


def test_last_frame_says_how_long_the_room_took():
    (record,) = records_of([FRAMES[Closed][0]])

    sent = frame_of(replace(record, at=NOON + timedelta(seconds=12.5)), a_roster(a_setup()), OperatorViewer())

    assert (sent["type"], sent["duration_seconds"]) == (LAST_FRAME, 12.5)


@settings(max_examples=25, deadline=None)
@given(rooms_with_odd_secrets(), st.sampled_from([OperatorViewer(), BuyerViewer(), SpectatorViewer()]))
def test_stream_of_every_viewer_ends_with_the_last_frame(setup, viewer):
    last = json.loads(stream(setup, viewer).splitlines()[-1])

    assert last["type"] == LAST_FRAME
